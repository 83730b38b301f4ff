"""A board as a folder of records of Every Eval Ever.

DIR/data/<benchmark>/<developer>/<model>/<uuid>.json           one entry each
DIR/data/<benchmark>/<developer>/<model>/<uuid>_samples.jsonl  the samples of a run, where allowed
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from rbench.errors import RunDirectoryError
from rbench.harness.saved_run import SavedRun
from rbench.harness.types import Json
from rbench.leaderboards.entries import Board, Entry
from rbench.leaderboards.every_eval_ever.aggregate import aggregate, result_id, result_name
from rbench.leaderboards.every_eval_ever.facts import FactsOfRuns
from rbench.leaderboards.every_eval_ever.instances import instances, may_be_passed_on
from rbench.leaderboards.every_eval_ever.names import folder_of, model_id, uuid_of
from rbench.leaderboards.every_eval_ever.schema import UNKNOWN
from rbench.leaderboards.kept.record import KeptRun

if TYPE_CHECKING:
    from rbench.leaderboards.run_entries import AnyRun


@dataclass(slots=True)
class Written:
    """What was written: records, files of samples, and sentences on what was left out."""

    records: int = 0
    sample_files: int = 0
    remarks: list[str] = field(default_factory=list)


def write_every_eval_ever(
    board: Board,
    folder: Path,
    *,
    runs: "Sequence[AnyRun]" = (),
    kept: Sequence[KeptRun] = (),
) -> Written:
    """Write the entries of a board below ``folder/data``; equal input gives equal bytes.

    Args:
        board: whose entries are written. What was withdrawn or superseded is left out, and what
            has no value at all.
        folder: is made where it is missing; files of other records in it stay.
        runs: at hand, for their samples and what else is known of them.
        kept: the runs of a kept leaderboard.

    Raises `OSError` where the folder cannot be written.
    """
    writer = _Writer(folder, FactsOfRuns(runs, kept))
    for entry in _entries(board):
        writer.write(entry)
    writer.written.remarks += _remarks(writer.unknown, writer.withheld)
    return writer.written


class _Writer:
    """Writes entry by entry, and counts what must be said at the end."""

    def __init__(self, folder: Path, facts: FactsOfRuns) -> None:
        self.written = Written()
        self.unknown = 0
        self.withheld: Counter[str] = Counter()
        self._folder = folder
        self._facts = facts

    def write(self, entry: Entry) -> None:
        """Write an entry's record and samples, or say why there are none.

        What an earlier export wrote of it goes: it may have been withdrawn since.
        """
        identifier = model_id(entry)
        place = folder_of(entry.task, identifier)
        name = uuid_of(entry.key)
        file = self._folder / place / f"{name}.json"
        samples = file.with_name(f"{name}_samples.jsonl")
        for old in (file, samples):
            old.unlink(missing_ok=True)
        why = _unfit(entry)
        if why:
            self.written.remarks.append(f"left out: {entry.key}, {why}.")
            return
        record = aggregate(entry, self._facts.of(entry))
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = self._lines(entry, record)
        if lines:
            record["detailed_evaluation_results"] = _write_samples(samples, lines, place)
            self.written.sample_files += 1
        file.write_bytes(_bytes(record, indent=2))
        self.written.records += 1
        self.unknown += identifier.startswith(f"{UNKNOWN}/")

    def _lines(self, entry: Entry, record: Mapping[str, Json]) -> list[bytes]:
        """Return the samples behind an entry; none where there are none to be passed on."""
        run = self._facts.runs.get(entry.path or "")
        if not isinstance(run, SavedRun) or entry.headline is None:
            return []
        if not may_be_passed_on(entry.task):
            self.withheld[entry.task] += 1
            return []
        found = instances(
            run,
            evaluation_id=record["evaluation_id"],
            model_id=record["model_info"]["id"],
            name=result_name(entry.task, entry.headline),
            result_id=result_id(entry.headline),
        )
        lines, why = [], "none of them was scored."
        try:
            lines = [_bytes(one) for one in found]
        except RunDirectoryError as error:
            why = str(error)
        if not lines:
            self.written.remarks.append(f"without samples: {entry.key}: {why}")
        return lines


def _entries(board: Board) -> Iterator[Entry]:
    for groups in board.groups.values():
        for group in groups:
            yield from (ranked.entry for ranked in (*group.ranked, *group.below))


def _unfit(entry: Entry) -> str:
    if entry.status in ("withdrawn", "superseded"):
        return f"which is {entry.status}"
    if all(figure.value is None for figure in entry.figures.values()):
        return "which has no value; the schema demands one"
    return ""


def _write_samples(path: Path, lines: Sequence[bytes], place: PurePosixPath) -> dict[str, Json]:
    content = b"".join(lines)
    path.write_bytes(content)
    return {
        "format": "jsonl",
        "file_path": (place / path.name).as_posix(),
        "hash_algorithm": "sha256",
        "checksum": sha256(content).hexdigest(),
        "total_rows": len(lines),
    }


def _bytes(value: Json, indent: int | None = None) -> bytes:
    """Return a line of JSON; half a surrogate pair, which validators refuse, becomes ``?``."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    return f"{text}\n".encode("utf-8", "replace")


def _remarks(unknown: int, withheld: Mapping[str, int]) -> Iterator[str]:
    if unknown:
        yield (
            f"{unknown} records name no developer of the model and lie in folders called "
            f"{UNKNOWN!r}: --model-info FILE with the organisation gives it."
        )
    for task, runs in sorted(withheld.items()):
        yield (
            f"{task}: {runs} runs are written without their samples: its data card does not "
            f"allow to pass the questions on."
        )
