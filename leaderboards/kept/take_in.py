"""From a run's folder to a `KeptRun`: verified first, and refused where it does not hold."""

from pathlib import Path

from rbench.errors import DataError
from rbench.harness.canonical import digest
from rbench.harness.open_run import open_run
from rbench.harness.types import Json
from rbench.harness.verify.checks import Verification
from rbench.harness.verify.made_with import rbench_version
from rbench.leaderboards.kept.fingerprints import files_sha256, replies_sha256
from rbench.leaderboards.kept.read import entries_of
from rbench.leaderboards.kept.record import Event, KeptOrigin, KeptRun
from rbench.leaderboards.run_entries import costs_of, date_of
from rbench.leaderboards.tables import Results
from rbench.leaderboards.verify import verify_run


def taken_in(
    path: Path, *, origin: KeptOrigin, incomplete: bool, today: str, run_task_file: bool = False
) -> KeptRun:
    """Verify the run in a folder and return what is kept of it; nothing is written.

    Args:
        path: the run's folder.
        origin: as what it is taken in.
        incomplete: whether a run with errors or questions that were not asked may come in.
        today: YYYY-MM-DD, for its history.
        run_task_file: whether the code of a task that is a file may be run to verify it.

    Raises `RunDirectoryError` for a folder that is no run or whose results are none of ours,
    `DataError` for a run that differs from its own files; that cannot be verified, unless it is
    self-reported; that is incomplete; whose results no table can show.
    """
    directory = open_run(path).directory
    directory.read_results()  # raises where it is none of ours, which says more than verifying
    before = files_sha256(directory)
    verification = verify_run(path, run_task_file=run_task_file)
    _refuse_unverified(verification, origin)
    run = open_run(path)  # anew: what was read before may be older than what was verified
    results = run.results
    if results["status"] != "complete" and not incomplete:
        outcomes: Json = results["outcomes"]
        raise DataError(
            f"{path} is incomplete: {outcomes['scored']} of {sum(outcomes.values())} samples are "
            f"scored; finish it, or give --incomplete to keep it below the line."
        )
    kept = KeptRun(
        key=results["run_id"],
        origin=origin,
        rbench=rbench_version(),
        verification=_summary(verification),
        files=files_sha256(run.directory),
        replies_sha256=replies_sha256(run.directory),
        results_sha256=digest(results),
        results=_trimmed(results),
        costs=costs_of(run.directory),
        date=date_of(run.directory),
        history=(Event(today, "added", f"taken in as {origin}, {_words(verification)}"),),
    )
    if kept.files != before:
        raise DataError(f"{path} changed while it was verified; try again when nothing writes it.")
    entries_of(kept)  # raises: what no table can show is not taken in
    return kept


def _refuse_unverified(verification: Verification, origin: KeptOrigin) -> None:
    if verification.outcome == "differs":
        raise DataError(
            f"not taken in: {verification.sentence} `rbench verify {verification.path}` says more."
        )
    if verification.outcome == "unchecked" and origin != "self-reported":
        raise DataError(
            f"not taken in: {verification.sentence} It can be kept with --as self-reported, and is "
            f"then shown as such."
        )


def _words(verification: Verification) -> str:
    return "verified" if verification.outcome == "verified" else "not verified"


def _summary(verification: Verification) -> dict[str, Json]:
    return {
        "outcome": verification.outcome,
        "sentence": verification.sentence,
        "checks": {check.name: check.outcome for check in verification.checks},
    }


def _trimmed(results: Results) -> dict[str, Json]:
    """Return the results without error messages, which may quote, and the list of questions."""
    without = {"reasons"} if results.get("kind") == "images" else {"reasons", "selection"}
    return {name: value for name, value in results.items() if name not in without}
