"""`verify_run`: recompute what a run says of itself, check every hash, name what differs."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from rbench.errors import RunDirectoryError
from rbench.harness.open_run import open_run
from rbench.harness.results_file import unsealed
from rbench.harness.run_directory import RunDirectory
from rbench.harness.saved_run import SavedRun
from rbench.harness.types import Json
from rbench.harness.verify.checks import RESULTS, Check, Verification, differs, unchecked
from rbench.harness.verify.made_with import possible_reason
from rbench.harness.verify.plan_checks import other_schema
from rbench.harness.verify.question_run import QuestionChecks
from rbench.leaderboards.verify_data import data_check

_BY_HAND = differs("hash", "results.json has not the hash that it names: a hand has changed it")


def verify_run(path: Path | str, *, run_task_file: bool = False) -> Verification:
    """Verify the run in a folder. Nothing is written, asked or fetched.

    A run whose task is code of a file (``FILE.py@NAME``) is scored again only with
    `run_task_file`, as that runs the file. Raises `RunDirectoryError` for a folder that is no run;
    whatever else is wrong with it is in the checks.
    """
    directory = RunDirectory.existing(path)
    plan = directory.read_json("plan.json")
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
        content = directory.read_json("results.json")
    except RunDirectoryError as error:
        return [differs(RESULTS, str(error).rstrip("."))]
    schema = other_schema(content, "results.json")
    if schema is not None:
        return [schema, unchecked(RESULTS, "not computed again: see schema")]
    results, intact = (None, True) if content is None else unsealed(content)
    return [*([] if intact else [_BY_HAND]), *_all_checks(directory, plan, results, run_files)]


def _all_checks(
    directory: RunDirectory,
    plan: Mapping[str, Json],
    results: Mapping[str, Json] | None,
    run_files: bool,
) -> Iterator[Check]:
    if plan.get("kind") == "images":
        # numpy and the metrics, which a run of questions does not need.
        from rbench.harness.images.saved_image_run import SavedImageRun
        from rbench.harness.verify.image_run import ImageChecks

        run = SavedImageRun(directory.path)
        return ImageChecks(run, plan, results, run_files=run_files).checks()
    saved = SavedRun(directory.path)
    return QuestionChecks(saved, plan, results, data=data_check, run_files=run_files).checks()


def _run_id(directory: RunDirectory, plan: Mapping[str, Json]) -> str:
    said = plan.get("run_id")
    return said if isinstance(said, str) else directory.path.resolve().name
