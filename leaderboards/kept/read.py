"""From a kept leaderboard to the entries of a board, and how they stand beside runs at hand."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from rbench.errors import DataError
from rbench.harness.plan import SCHEMA_VERSION
from rbench.harness.protocol_shape import protocol_misfit
from rbench.harness.types import Json
from rbench.leaderboards.entries import Entry, Figure, Status
from rbench.leaderboards.every_eval_ever.kept_form import KIND, stated_entry
from rbench.leaderboards.image_entries import image_entries
from rbench.leaderboards.kept.record import KeptRun
from rbench.leaderboards.kept.store import KeptFolder
from rbench.leaderboards.run_entries import question_entry

BY_HAND = (
    "Its file was changed by hand: it has not the hash that it names, and nothing vouches for its "
    "numbers."
)
SELF_REPORTED = "Self-reported."
AT_HAND = "A run at hand; the kept one of this id has other figures."

_LARGEST = {bool: 1, int: 2**53, float: sys.float_info.max}
_TEXTS = ("unit", "ci_method", "note", "printed", "findings")


@dataclass(frozen=True, slots=True)
class KeptEntries:
    """The entries of a kept leaderboard, sorted by key, and a sentence for every damaged file."""

    entries: tuple[Entry, ...]
    faults: tuple[str, ...]


def kept_entries(folder: KeptFolder) -> KeptEntries:
    """Return the entries of a kept leaderboard: one of a run of questions, one an evaluator.

    A record of Every Eval Ever has one too. What was changed by hand is not comparable; what was
    withdrawn or superseded says so.
    """
    runs, faults = folder.all()
    found: list[Entry] = []
    for run in runs:
        try:
            found += entries_of(run)
        except DataError as error:
            faults.append(f"{folder.file_of(run.key)}: {error}")
    return KeptEntries(tuple(sorted(found, key=lambda entry: entry.key)), tuple(faults))


def entries_of(run: KeptRun) -> list[Entry]:
    """Return the entries of a kept run. Raises `DataError` for results that are none of ours."""
    try:
        found = list(_entries(run))
        for entry in found:
            _check(entry)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DataError(
            f"the results of {run.key} are none that this rbench reads ({type(error).__name__}: "
            f"{error}); add the run again with results of this version."
        ) from None
    return found


def beside(at_hand: Sequence[Entry], kept: Sequence[Entry]) -> Iterator[Entry]:
    """Yield the entries of runs at hand and kept ones, each once.

    A run that is kept with the same figures is the kept entry, with the folder that its samples
    are in. One with other figures stands beside it, and says so.
    """
    left = {entry.key: entry for entry in kept}
    for entry in at_hand:
        twin = left.get(entry.key)
        if twin is None:
            yield entry
        elif (twin.figures, twin.protocol_id) == (entry.figures, entry.protocol_id):
            del left[entry.key]
            yield replace(twin, path=entry.path, costs=entry.costs, date=entry.date)
        else:
            yield replace(entry, key=f"{entry.key}~at-hand", notes=(*entry.notes, AT_HAND))
    yield from left.values()


def _entries(run: KeptRun) -> Iterator[Entry]:
    version = run.results["schema_version"]
    if version != SCHEMA_VERSION:
        raise ValueError(f"schema version {version!r}, and this rbench reads {SCHEMA_VERSION}")
    around: Mapping[str, Json] = {"costs": run.costs, "date": run.date, "path": None}
    if run.results.get("kind") == KIND:
        found = [stated_entry(run.results)]
    elif run.results.get("kind") == "images":
        found = list(image_entries(run.results, **around))
    else:
        found = [question_entry(run.results, **around)]
    for entry in found:
        status, notes = _standing(run, entry)
        yield replace(
            entry,
            key=run.key + entry.key.removeprefix(run.run_id),
            origin=run.origin,
            status=status,
            notes=notes,
            history=tuple(map(str, run.history)),
        )


def _standing(run: KeptRun, entry: Entry) -> tuple[Status, tuple[str, ...]]:
    notes = entry.notes
    if run.origin == "self-reported":
        notes = (*notes, f"{SELF_REPORTED} {run.verification['sentence']}")
    if not run.intact:
        return "not comparable", (*notes, BY_HAND)
    if run.state == "withdrawn":
        return "withdrawn", notes
    if run.state == "superseded":
        return "superseded", notes
    return entry.status, notes


def _check(entry: Entry) -> None:
    """Raise `TypeError` where an entry holds what no table can show: a file made up by hand."""
    texts = (entry.task, entry.model, entry.protocol_id, *entry.notes)
    if not all(isinstance(text, str) for text in texts) or not isinstance(entry.protocol, Mapping):
        raise TypeError("task, model, protocol or warnings are not what they must be")
    misfit = protocol_misfit(entry.protocol)
    if misfit:
        raise TypeError(f"of the protocol, {misfit}")
    for column, figure in entry.figures.items():
        for field in fields(Figure):
            value = getattr(figure, field.name)
            kind = (str, tuple) if field.name in _TEXTS else (int, float, bool, type(None))
            too_large = isinstance(value, int | float) and not abs(value) <= _LARGEST[type(value)]
            if not isinstance(value, kind) or too_large:
                raise TypeError(f"{' '.join(column)}: {field.name} is {value!r}")
