"""Runs to be verified, and hands that change their files."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rbench.harness.run_directory import RunDirectory
from rbench.harness.verify.checks import Check, Verification


def copied(run: Path, to: Path) -> Path:
    """Return a copy of a run under the folder `to`, with the names of task and run."""
    target = to / run.parent.name / run.name
    shutil.copytree(run, target)
    return target


def files_of(run: Path) -> dict[str, tuple[bytes, int]]:
    """Return what every file holds and when it was written, folders included."""
    found = {}
    for folder, _, names in os.walk(run):
        found[folder] = (b"", Path(folder).stat().st_mtime_ns)
        for name in names:
            path = Path(folder) / name
            found[str(path)] = (path.read_bytes(), path.stat().st_mtime_ns)
    return found


def change_json(run: Path, name: str, change: Callable[[dict[str, Any]], None]) -> None:
    path = run / name
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def change_results(run: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change results.json with its hash, as another rbench or machine might have written it."""
    directory = RunDirectory(run)
    content = directory.read_json("results.json") or {}
    change(content)
    content.pop("sha256", None)
    directory.write_results(content)


def change_lines(run: Path, name: str, change: Callable[[list[dict[str, Any]]], None]) -> None:
    path = run / name
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    change(lines)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def outcomes(verification: Verification) -> Mapping[str, str]:
    return {check.name: check.outcome for check in verification.checks}


def check(verification: Verification, name: str) -> Check:
    (found,) = [one for one in verification.checks if one.name == name]
    return found


def said(verification: Verification, name: str) -> str:
    """Return all that a check says."""
    found = check(verification, name)
    return "\n".join([found.detail, *map(str, found.differences)])


def set_in(name: str, *path: Any, to: Any) -> Callable[[Path], None]:
    """Return a hand that sets one value of a JSON file."""

    def change(content: Any) -> None:
        for step in path[:-1]:
            content = content[step]
        content[path[-1]] = to

    return lambda run: change_json(run, name, change)


def line_in(name: str, number: int, *path: Any, to: Any) -> Callable[[Path], None]:
    """Return a hand that sets one value of one line."""

    def change(lines: list[Any]) -> None:
        content = lines[number]
        for step in path[:-1]:
            content = content[step]
        content[path[-1]] = to

    return lambda run: change_lines(run, name, change)


def drop_line(name: str, number: int) -> Callable[[Path], None]:
    def change(lines: list[Any]) -> None:
        del lines[number]

    return lambda run: change_lines(run, name, change)
