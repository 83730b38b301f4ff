"""What `rbench leaderboard diff` compares: a kept leaderboard, runs, or an exported board.

Each becomes the same lines, read from a board as its JSON has it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from rbench.errors import DataError, UsageError
from rbench.harness.open_run import open_run
from rbench.harness.saved_run import find_runs
from rbench.harness.types import Json
from rbench.leaderboards.board import build_board
from rbench.leaderboards.board_records import SCHEMA, board_values
from rbench.leaderboards.entries import Column, Entry
from rbench.leaderboards.kept.read import kept_entries
from rbench.leaderboards.kept.store import MARKER, KeptFolder
from rbench.leaderboards.run_entries import run_entries

Numbers: TypeAlias = Mapping[str, Json]
"""The fields of a `Figure` by name."""


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One entry of a board with its place; `tier` is None where it has none."""

    key: str
    task: str
    model: str
    origin: str
    status: str
    protocol_id: str
    tier: int | None
    figures: Mapping[Column, Numbers]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison. `exported` boards may hold published figures too."""

    name: str
    lines: Mapping[str, BoardLine]
    exported: bool
    faults: tuple[str, ...] = ()


def read_side(place: str) -> Side:
    """Read one side: a folder, or a file that ``rbench leaderboard --format json`` wrote.

    Tiers of runs are those of their intervals alone, as of kept entries, so that the two can be
    compared. Raises `UsageError` where nothing is, `DataError` for another kind of file,
    `RunDirectoryError` for a folder without runs.
    """
    path = Path(place)
    if path.is_file():
        return Side(place, _exported(path), exported=True)
    if not path.is_dir():
        raise UsageError(f"{place!r} is not there: give a folder, or a board written as JSON.")
    if (path / MARKER).is_file():
        kept = kept_entries(KeptFolder.existing(path))
        return Side(place, _lines_of(kept.entries), exported=False, faults=kept.faults)
    runs = [open_run(run) for run in find_runs(path)]
    return Side(place, _lines_of(run_entries(runs)), exported=False)


def _lines_of(entries: "tuple[Entry, ...]") -> dict[str, BoardLine]:
    return _lines(board_values(build_board(entries)))


def _exported(path: Path) -> dict[str, BoardLine]:
    try:
        values = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is not JSON ({error}).") from None
    schema = values.get("schema") if isinstance(values, dict) else None
    if schema != SCHEMA:
        raise DataError(
            f"{path} has schema {schema!r}, and this rbench reads {SCHEMA!r}; write it with "
            f"`rbench leaderboard --format json`."
        )
    try:
        return _lines(values)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DataError(
            f"{path} is no board ({type(error).__name__}: {error}); write it again with "
            f"`rbench leaderboard --format json`."
        ) from None


def _lines(values: Mapping[str, Json]) -> dict[str, BoardLine]:
    found = {}
    for task, groups in values["tasks"].items():
        for group in groups:
            for one in [*group["ranked"], *group["below"]]:
                found[str(one["key"])] = BoardLine(
                    key=str(one["key"]),
                    task=str(task),
                    model=str(one["model"]),
                    origin=str(one["origin"]),
                    status=str(one["status"]),
                    protocol_id=str(group["protocol_id"]),
                    tier=one["tier"],
                    figures={(str(f["subset"]), str(f["metric"])): dict(f) for f in one["figures"]},
                )
    return dict(sorted(found.items()))
