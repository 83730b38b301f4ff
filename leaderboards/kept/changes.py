"""Withdrawing and superseding entries: they stay, with their history, below the line."""

from dataclasses import dataclass
from pathlib import Path

from rbench.errors import UsageError
from rbench.leaderboards.every_eval_ever.kept_form import taken_in_record
from rbench.leaderboards.kept.add import free_key, noted_twins
from rbench.leaderboards.kept.record import Event, KeptOrigin, KeptRun
from rbench.leaderboards.kept.store import KeptFolder
from rbench.leaderboards.kept.take_in import taken_in


@dataclass(frozen=True, slots=True)
class Changed:
    """What was done, in a sentence, and what a reader must know."""

    sentence: str
    warnings: tuple[str, ...] = ()


def withdraw(folder: KeptFolder, key: str, *, reason: str, today: str) -> Changed:
    """Withdraw an entry. Raises `UsageError` for an unknown key or no reason, and twice."""
    said = _reason(reason)
    with folder.writing():
        run = folder.find(key)
        _refuse_withdrawn(run)
        folder.write(run.then(Event(today, "withdrawn", "withdrawn", said)))
    return Changed(f"{run.key} is withdrawn.")


def supersede(
    folder: KeptFolder,
    old: str,
    new: str,
    *,
    reason: str,
    today: str,
    origin: KeptOrigin = "re-run",
    incomplete: bool = False,
    run_task_file: bool = False,
) -> Changed:
    """Put one entry in the place of another of the same task.

    Args:
        folder: the kept leaderboard.
        old: the key of the entry that is no longer to be ranked.
        new: the key of another entry, or the folder of a run, which is then taken in as by
            `add_run`, or a record as by `add_record`; it may have the id of the old one.
        reason: why, for every reader.
        today: YYYY-MM-DD.
        origin: as what a run is taken in.
        incomplete: whether such a run may be unfinished.
        run_task_file: whether the code of its task may be run to verify it.

    Raises `UsageError` for unknown keys, no reason, and entries that cannot stand for each other;
    `DataError` as `add_run`.
    """
    said = _reason(reason)
    taken = None
    if new not in folder.known() and Path(new).is_dir():
        taken = taken_in(
            Path(new),
            origin=origin,
            incomplete=incomplete,
            today=today,
            run_task_file=run_task_file,
        )
    elif new not in folder.known() and Path(new).is_file():
        taken = taken_in_record(Path(new), today=today)
    with folder.writing():
        first = folder.find(old)
        _refuse_withdrawn(first)
        if first.state == "superseded":
            raise UsageError(f"{first.key} is superseded already. {first.history[-1]}")
        second, warnings = (folder.find(new), ()) if taken is None else _fit(taken, first, folder)
        _refuse_unfit(first, second)
        place = f"stands in the place of {first.key}"
        folder.write(second.then(Event(today, "added", place, said)))
        folder.write(first.then(Event(today, "superseded", f"superseded by {second.key}", said)))
    return Changed(f"{first.key} is superseded by {second.key}.", warnings)


def _fit(taken: KeptRun, first: KeptRun, folder: KeptFolder) -> tuple[KeptRun, tuple[str, ...]]:
    """Return a run that was taken in under a free key, once it is seen to be new."""
    others, _ = folder.all()
    for other in others:
        if (other.run_id, other.results_sha256) == (taken.run_id, taken.results_sha256):
            raise UsageError(f"this run is kept already, with these results: name {other.key}.")
    run = free_key(taken, others)
    if run.key in folder.known():
        folder.read(run.key)  # raises: its file is damaged
    return noted_twins(run, [other for other in others if other.key != first.key])


def _refuse_unfit(first: KeptRun, second: KeptRun) -> None:
    if first.key == second.key:
        raise UsageError(f"{first.key} cannot supersede itself.")
    if second.state != "added":
        raise UsageError(f"{second.key} is {second.state}: it stands for nothing.")
    if first.results.get("task") != second.results.get("task"):
        raise UsageError(
            f"{second.key} cannot supersede {first.key}: they are of the tasks "
            f"{second.results.get('task')} and {first.results.get('task')}."
        )


def _refuse_withdrawn(run: KeptRun) -> None:
    if run.state == "withdrawn":
        raise UsageError(f"{run.key} is withdrawn already. {run.history[-1]}")


def _reason(text: str) -> str:
    found = " ".join(text.split())
    if not found:
        raise UsageError("--reason is empty: say why; every reader of the table will see it.")
    return found
