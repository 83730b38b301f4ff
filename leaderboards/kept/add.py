"""Adding runs to a kept leaderboard: each once, and no replies twice under one name."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from rbench.errors import DataError
from rbench.leaderboards.every_eval_ever.kept_form import taken_in_record
from rbench.leaderboards.kept.record import Event, KeptOrigin, KeptRun
from rbench.leaderboards.kept.store import KeptFolder
from rbench.leaderboards.kept.take_in import taken_in

_SAME = ("model", "identity", "protocol_id")
"""What two runs share whose replies count once."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a run: the key it is kept under, whether anything changed, and in words.

    `warnings` name what a reader must know, such as equal replies of another model.
    """

    key: str
    changed: bool
    sentence: str
    warnings: tuple[str, ...] = ()


def add_run(
    path: Path,
    folder: KeptFolder,
    *,
    today: str,
    origin: KeptOrigin = "re-run",
    incomplete: bool = False,
    run_task_file: bool = False,
) -> Added:
    """Take a run in, once it is verified.

    A run that is kept already, with the same results, changes nothing. Raises `DataError` for one
    that is kept with other results, or whose replies are kept under another id of the same model;
    otherwise as `taken_in`.
    """
    run = taken_in(
        path, origin=origin, incomplete=incomplete, today=today, run_task_file=run_task_file
    )
    return _added(run, path, folder)


def add_record(path: Path, folder: KeptFolder, *, today: str) -> Added:
    """Take a record of Every Eval Ever in, as self-reported: nothing of it can be verified.

    A record that is kept already changes nothing. Raises `DataError` for one whose key is kept
    with other figures; otherwise as `taken_in_record`.
    """
    return _added(taken_in_record(path, today=today), path, folder)


def _added(run: KeptRun, path: Path, folder: KeptFolder) -> Added:
    with folder.writing():
        others, _ = folder.all()
        for other in others:
            if other.run_id == run.run_id:
                return _again(run, other, others, path, folder)
        if run.key in folder.known():
            folder.read(run.key)  # raises: its file is damaged
        run, warnings = noted_twins(run, others)
        folder.write(run)
    return Added(run.key, True, f"{run.key}: {run.history[0].sentence}.", warnings)


def noted_twins(run: KeptRun, others: Iterable[KeptRun]) -> tuple[KeptRun, tuple[str, ...]]:
    """Return a run whose history names the other models that replied the very same.

    Further runs of the same model, settings and protocol, such as one with another seed, are named
    too: of many runs the luckiest is no better. Raises `DataError` where these are replies of the
    same model under the same protocol: each reply counts once.
    """
    if run.replies_sha256 is None:
        return run, ()
    kept = list(others)
    twins = [
        other
        for other in kept
        if other.replies_sha256 == run.replies_sha256
        and other.results.get("task") == run.results["task"]
        and other.state == "added"
    ]
    for twin in twins:
        if all(twin.results.get(name) == run.results.get(name) for name in _SAME):
            raise DataError(
                f"{run.run_id} adds nothing: {twin.key}, of the same model and protocol, has the "
                f"very same replies."
            )
    for twin in twins:
        event = Event(
            run.history[0].date,
            "added",
            f"its replies are the very same as those of {twin.key} ({twin.results.get('model')})",
        )
        run = run.then(event)
    siblings = [other.key for other in kept if other not in twins and _again_asked(other, run)]
    if siblings:
        said = f"another run of the same model, settings and protocol as {', '.join(siblings)}"
        run = run.then(Event(run.history[0].date, "added", said))
    warnings = tuple(f"{run.key}: {event.sentence}." for event in run.history[1:])
    return run, warnings


def _again_asked(other: KeptRun, run: KeptRun) -> bool:
    """Whether both asked the same model the same in the same way, and still stand."""
    return (
        other.state == "added"
        and other.replies_sha256 is not None
        and all(other.results.get(name) == run.results.get(name) for name in (*_SAME, "settings"))
    )


def free_key(run: KeptRun, others: Iterable[KeptRun]) -> KeptRun:
    """Return the run under a key that no other has: its id, else with the start of its hash."""
    if any(other.key == run.key for other in others):
        return replace(run, key=f"{run.run_id}~{run.results_sha256[:8]}")
    return run


def _again(
    run: KeptRun, other: KeptRun, others: list[KeptRun], path: Path, folder: KeptFolder
) -> Added:
    """Say what is to be done of a run whose id is kept already. Raises `DataError` often."""
    same_id = [one for one in others if one.run_id == run.run_id]
    for one in same_id:
        if one.results_sha256 == run.results_sha256:
            if not one.intact:
                folder.find(one.key)  # raises
            how = "kept already" if one.state == "added" else f"{one.state} there"
            return Added(
                one.key, False, f"{one.key} is {how}, with these results: nothing changed."
            )
    current = next((one for one in same_id if one.state == "added"), other)
    command = shlex.join(["supersede", current.key, str(path), "--in", str(folder.path)])
    raise DataError(
        f"{current.key} is kept with other results; if these are to stand in its place: "
        f"rbench leaderboard {command} --reason TEXT"
    )
