"""Printed means of other printed figures: both languages of R-Bench, the four styles of HPSv2."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from rbench.leaderboards.printed_figure import span, text
from rbench.leaderboards.published_lines import lines
from rbench.leaderboards.published_rows import PublishedRow

_MEANS = {
    "rbench-t": ("mean", ("en", "zh")),
    "rbench-m": ("mean", ("en", "zh")),
    "hpsv2": ("average", ("animation", "concept-art", "painting", "photo")),
}


def means(rows: Sequence[PublishedRow]) -> Iterable[tuple[PublishedRow, str]]:
    """Yield the means that are none of their parts, within what rounding leaves open."""
    for line in lines(rows):
        whole, parts = _MEANS.get(line[0].task, ("", ()))
        cells = {row.subset: row for row in line}
        if not parts or not {whole, *parts} <= set(cells):
            continue
        spans = [span(cells[part].printed) for part in parts]
        low, high = (sum(ends, Fraction(0)) / len(parts) for ends in zip(*spans, strict=True))
        least, greatest = span(cells[whole].printed)
        if high < least or low > greatest:
            row, mean = cells[whole], text((low + high) / 2, 2)
            yield row, f"The mean of {_listed(parts)} is {mean}; the source prints {row.printed}."


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
