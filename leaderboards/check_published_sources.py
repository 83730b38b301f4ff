"""Figures that differ between sources: said at every one of them, none is preferred."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from rbench.leaderboards.printed_figure import numbers
from rbench.leaderboards.published_lines import source, source_text
from rbench.leaderboards.published_rows import PublishedRow

SAME: Mapping[str, Mapping[tuple[str, str], tuple[str, str]]] = MappingProxyType(
    {
        "imagenet256": {
            ("iMF-B", ""): ("iMF-B/2", ""),
            ("iMF-L", ""): ("iMF-L/2", ""),
            ("iMF-XL", ""): ("iMF-XL/2", ""),
            ("pMF-B", ""): ("pMF-B/16", ""),
            ("pMF-L", ""): ("pMF-L/16", ""),
            ("pMF-H", ""): ("pMF-H/16", ""),
            # Both with 839M parameters and 50x2 evaluations.
            ("RAE-XL", ""): ("RAE + DiTDH-XL/2", ""),
        },
        "imagenet512": {
            ("pMF-B", ""): ("pMF-B/32", ""),
            ("pMF-L", ""): ("pMF-L/32", ""),
            ("pMF-H", ""): ("pMF-H/32", ""),
        },
        "parti-prompts": {("DMD2-SDXL", "initial model"): ("DMD2-SDXL", "")},
        "sudoku": {("TRM-MLP", ""): ("TRM", "")},
    }
)
"""Per task, systems and versions that sources name in different ways: one of them for each."""


def sources(rows: Sequence[PublishedRow]) -> Iterable[tuple[PublishedRow, str]]:
    """Yield the rows of which another source has another value.

    The same system and version, subset and metric, with the same steps, and the same evaluations
    where both sources state them.
    """
    alike: dict[tuple[str, ...], list[PublishedRow]] = {}
    for row in rows:
        named = (row.system, row.version)
        system, version = SAME.get(row.task, {}).get(named, named)
        key = (row.task, system.casefold(), version, row.subset, row.metric, row.unit, row.steps)
        alike.setdefault(key, []).append(row)
    for group in alike.values():
        for row in group:
            there = _there(list(_differing(row, group)))
            if there:
                yield row, f"Elsewhere: {'; '.join(there)}."


def _differing(row: PublishedRow, group: Sequence[PublishedRow]) -> Iterable[PublishedRow]:
    """Yield one row for each value that another source has where `row` has its own."""
    printed = {(source(other), other.value) for other in group}
    seen = set()
    for other in group:
        if other.value == row.value or source(other) == source(row):
            continue
        if row.evaluations != other.evaluations:
            # Where one source does not state them, its figure may be another of the other's.
            if row.evaluations and (other.evaluations or (source(row), other.value) in printed):
                continue
            if not row.evaluations and (source(other), row.value) in printed:
                continue
        once = (other.printed, other.repository or other.paper)
        if once not in seen:
            seen.add(once)
            yield other


def _there(rows: Sequence[PublishedRow]) -> list[str]:
    """Return each value once, with the places where it stands."""
    places: dict[str, list[str]] = {}
    for row in rows:
        printed = row.printed if row.value in numbers(row.printed) else f"{row.value:g} {row.unit}"
        place = ", ".join(filter(None, [source_text(row), row.evaluator]))
        places.setdefault(printed, []).append(place)
    return [f"{printed} ({'; '.join(found)})" for printed, found in places.items()]
