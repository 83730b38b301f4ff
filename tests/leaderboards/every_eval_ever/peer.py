"""The package every_eval_ever as the judge: its schemas, its models and its validator.

It is the only place where the project's tests meet it. What it calls a warning is told apart: the
records of models whose developer nobody knows have one.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
from every_eval_ever.schema import schema_json
from every_eval_ever.validator import validate_file
from every_eval_ever.validator.validate import _LocalRepositoryFiles

_SCHEMAS = {".json": "eval.schema.json", ".jsonl": "instance_level_eval.schema.json"}


def records(folder: Path) -> list[Path]:
    """Return all files below a folder, sorted."""
    return sorted(file for file in folder.rglob("*") if file.is_file())


def errors(folder: Path) -> list[str]:
    """Return what the schemas and the validator find wrong in the records below a folder."""
    by_validator = (found for found, kind in _by_validator(folder) if kind == "error")
    return [*_by_schema(folder), *by_validator]


def warnings(folder: Path) -> list[str]:
    """Return what the validator warns of."""
    return [found for found, kind in _by_validator(folder) if kind == "warning"]


def _by_schema(folder: Path) -> Iterator[str]:
    for file in records(folder):
        checker = _checker(_SCHEMAS[file.suffix])
        text = file.read_text(encoding="utf-8")
        for one in text.splitlines() if file.suffix == ".jsonl" else [text]:
            found = checker.iter_errors(json.loads(one))
            yield from (f"{file.name}: {error.message}" for error in found)


def _by_validator(folder: Path) -> Iterator[tuple[str, str]]:
    store = _LocalRepositoryFiles(folder)
    for file in records(folder):
        report = validate_file(
            file,
            repo_path=file.relative_to(folder).as_posix(),
            available_files=store,
            read_repo_file=store.read_text,
            run_semantic_checks=True,
        )
        yield from ((f"{file.name}: {one}", "error") for one in report.errors)
        yield from ((f"{file.name}: {one}", "warning") for one in report.warnings)


@lru_cache
def _checker(name: str) -> Any:
    return jsonschema.Draft7Validator(schema_json(name))
