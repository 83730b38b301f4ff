"""Where the pages of a site lie: names that are safe as folders, the same for the same board."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from rbench.harness.canonical import digest
from rbench.leaderboards.entries import Entry

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_RESERVED = ("systems", "data", "protocols", "index.html", "site.json")
_BESIDE_RUNS = ("pictures", "index.html", "table.csv", "table.json")
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


def addresses(entries: Iterable[Entry]) -> Addresses:
    """Return the addresses of the pages of a board's entries; their order changes nothing."""
    found = sorted(entries, key=lambda entry: (entry.task, entry.key))
    tasks = {entry.task: folder_name(entry.task, _RESERVED) for entry in found}
    runs: dict[str, str] = {}
    taken: set[str] = set()
    for entry in found:
        if entry.path is None or entry.path in runs:
            continue
        name = folder_name(PurePath(entry.path).name, _BESIDE_RUNS)
        place, count = f"{tasks[entry.task]}/{name}", 1
        while place in taken:
            count += 1
            place = f"{tasks[entry.task]}/{name}~{count}"
        taken.add(place)
        runs[entry.path] = place
    return Addresses(tasks, runs)


def folder_name(name: str, taken: tuple[str, ...] = ()) -> str:
    """Return a name that is one folder on any system; a changed one bears a digest of `name`."""
    safe = _UNSAFE.sub("-", name).strip(".-")[:_LONGEST]
    if safe == name and safe and safe.lower() not in taken:
        return safe
    return f"{safe or 'x'}-{digest(name)[:8]}"
