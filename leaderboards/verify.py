"""`verify_run`: recompute what a run says of itself, check every hash, name what differs."""

from collections.abc import Mapping
from pathlib import Path

from rbench.errors import RunDirectoryError
from rbench.harness.open_run import open_run
from rbench.harness.run_directory import RunDirectory
from rbench.harness.saved_run import SavedRun
from rbench.harness.types import Json
from rbench.harness.verify.checks import RESULTS, Check, Verification, differs, unchecked
from rbench.harness.verify.made_with import possible_reason
from rbench.harness.verify.plan_checks import other_schema
from rbench.harness.verify.question_run import QuestionChecks
from rbench.leaderboards.verify_data import data_check


def verify_run(path: Path | str, *, run_task_file: bool = False) -> Verification:
    """Verify the run in a folder. Nothing is written, asked or fetched.

    A run whose task is code of a file (``FILE.py@NAME``) is scored again only with
    `run_task_file`, as that runs the file. Raises `RunDirectoryError` for a folder that is no run;
    whatever else is wrong with it is in the checks.
    """
    directory = RunDirectory.existing(path)
    plan = _mapping(directory, "plan.json")
    if plan is None or "schema_version" not in plan:
        open_run(path)  # raises with what to do
    checks = _checks(directory, plan or {}, run_task_file)
    verification = Verification(str(directory.path), _run_id(directory, plan or {}), tuple(checks))
    if verification.outcome != "differs":
        return verification
    reason = possible_reason(directory)
    return Verification(verification.path, verification.run_id, verification.checks, reason)


def _checks(directory: RunDirectory, plan: Mapping[str, Json], run_files: bool) -> list[Check]:
    schema = other_schema(plan, "plan.json")
    if schema is not None:
        return [schema, unchecked(RESULTS, "not computed again: see schema")]
    try:
        results = _mapping(directory, "results.json")
    except RunDirectoryError as error:
        return [differs(RESULTS, str(error).rstrip("."))]
    schema = other_schema(results, "results.json")
    if schema is not None:
        return [schema, unchecked(RESULTS, "not computed again: see schema")]
    if plan.get("kind") == "images":
        # numpy and the metrics, which a run of questions does not need.
        from rbench.harness.images.saved_image_run import SavedImageRun
        from rbench.harness.verify.image_run import ImageChecks

        run = SavedImageRun(directory.path)
        return [*ImageChecks(run, plan, results, run_files=run_files).checks()]
    saved = SavedRun(directory.path)
    made = QuestionChecks(saved, plan, results, data=data_check, run_files=run_files)
    return [*made.checks()]


def _mapping(directory: RunDirectory, name: str) -> Mapping[str, Json] | None:
    """Return what a JSON file holds; None where it is not there."""
    try:
        content: Json = directory.read_json(name)
    except RecursionError:
        raise RunDirectoryError(f"{directory.path / name} is nested too deeply.") from None
    except OSError as error:
        raise RunDirectoryError(
            f"{directory.path / name} cannot be read: {error.strerror}."
        ) from error
    if content is not None and not isinstance(content, dict):
        raise RunDirectoryError(f"{directory.path / name} holds no mapping; remove it.")
    return content


def _run_id(directory: RunDirectory, plan: Mapping[str, Json]) -> str:
    said = plan.get("run_id")
    return said if isinstance(said, str) else directory.path.resolve().name
