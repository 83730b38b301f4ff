"""What is found when published figures are recomputed: a sentence beside the row, no correction.

Rows are taken as their sources print them (`published_rows`). Where a figure follows from others
(a mean from its parts, FDr^6 from its representations), where two sources differ, and where the
number is not the printed text, the rows concerned get a sentence; the figures stay.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from rbench.leaderboards.check_published_counts import counted
from rbench.leaderboards.check_published_fdr import ratios
from rbench.leaderboards.check_published_means import means
from rbench.leaderboards.check_published_sources import sources
from rbench.leaderboards.printed_figure import numbers
from rbench.leaderboards.published_rows import PublishedRow

Said: TypeAlias = tuple[PublishedRow, str]
"""A row and a sentence about it."""


def findings(rows: Sequence[PublishedRow]) -> Mapping[PublishedRow, tuple[str, ...]]:
    """Return the sentences for each of `rows` about which there is one, in the rows' order.

    Give all rows of a task at once: a figure is compared with the others.
    """
    said: dict[PublishedRow, list[str]] = {}
    for check in _CHECKS:
        for row, sentence in check(rows):
            said.setdefault(row, []).append(sentence)
    return MappingProxyType({row: tuple(said[row]) for row in rows if row in said})


def printed_otherwise(rows: Sequence[PublishedRow]) -> Iterable[Said]:
    """Yield the rows whose value is none of the numbers that their source prints.

    A fraction that is kept in per cent, and either end of a printed range, are the same number.
    """
    for row in rows:
        printed = numbers(row.printed)
        scales = (1.0, 100.0) if row.unit == "%" else (1.0,)
        if not any(
            abs(number * scale - row.value) <= 1e-9 * max(1.0, abs(row.value))
            for number in printed
            for scale in scales
        ):
            yield row, f"The source prints {row.printed}, and the value here is {row.value:g}."


_CHECKS: tuple[Callable[[Sequence[PublishedRow]], Iterable[Said]], ...] = (
    means,
    counted,
    ratios,
    sources,
    printed_otherwise,
)
