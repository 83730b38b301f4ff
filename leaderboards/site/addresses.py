"""Where the pages of a site lie: names that are safe as folders, the same for the same board."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from rbench.harness.canonical import digest
from rbench.leaderboards.entries import Board, Entry

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_RESERVED = ("systems", "data", "protocols")
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Addresses:
    """Folders below that of the site: of tasks by name, of run pages by the run's own folder."""

    tasks: Mapping[str, str]
    runs: Mapping[str, str]
    """Path of a run -> ``TASK/RUN``."""

    def run(self, entry: Entry) -> str | None:
        """Return the folder of an entry's run page; None where it has no run."""
        return None if entry.path is None else self.runs.get(entry.path)


def addresses(board: Board) -> Addresses:
    """Return the addresses of the pages of a board."""
    tasks = {task: folder_name(task, _RESERVED) for task in board.groups}
    runs: dict[str, str] = {}
    for task, groups in board.groups.items():
        entries = [r.entry for group in groups for r in (*group.ranked, *group.below)]
        for entry in sorted(entries, key=lambda entry: entry.key):
            if entry.path is None or entry.path in runs:
                continue
            name = folder_name(PurePath(entry.path).name)
            place, count = f"{tasks[task]}/{name}", 1
            while place in runs.values():
                count += 1
                place = f"{tasks[task]}/{name}~{count}"
            runs[entry.path] = place
    return Addresses(tasks, runs)


def folder_name(name: str, taken: tuple[str, ...] = ()) -> str:
    """Return a name that is one folder on any system; a changed one bears a digest of `name`."""
    safe = _UNSAFE.sub("-", name).strip(".-")[:_LONGEST]
    if safe == name and safe and safe.lower() not in taken:
        return safe
    return f"{safe or 'x'}-{digest(name)[:8]}"
