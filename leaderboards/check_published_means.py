"""Printed means of other printed figures: of languages, of styles, of tasks, of runs."""

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from rbench.leaderboards.printed_figure import span, text
from rbench.leaderboards.published_lines import lines, source
from rbench.leaderboards.published_rows import PublishedRow

_MEANS = {
    "rbench-t": ("mean", ("en", "zh")),
    "rbench-m": ("mean", ("en", "zh")),
    "hpsv2": ("average", ("animation", "concept-art", "painting", "photo")),
    "geneval": (
        "overall",
        ("single_object", "two_object", "counting", "colors", "position", "color_attr"),
    ),
}
"""Per task, the subset that is the plain mean, and those that it is the mean of."""

_OF_RUNS = re.compile(r"mean of (\w+) runs")


def means(rows: Sequence[PublishedRow]) -> Iterable[tuple[PublishedRow, str]]:
    """Yield the means that are none of their parts, within what rounding leaves open."""
    for line in lines(rows):
        whole, parts = _MEANS.get(line[0].task, ("", ()))
        cells = {row.subset: row for row in line}
        if parts and {whole, *parts} <= set(cells):
            yield from _off(cells[whole], [cells[part] for part in parts], _listed(parts))
    for row in rows:
        if found := _OF_RUNS.fullmatch(row.version):
            runs = [one for one in rows if _is_run(one, row, found[1])]
            yield from _off(row, runs, f"the {len(runs)} runs") if runs else ()


def _off(
    whole: PublishedRow, parts: Sequence[PublishedRow], names: str
) -> Iterable[tuple[PublishedRow, str]]:
    spans = [span(part.printed) for part in parts]
    low, high = (sum(ends, Fraction(0)) / len(parts) for ends in zip(*spans, strict=True))
    least, greatest = span(whole.printed)
    if high < least or low > greatest:
        mean = text((low + high) / 2, 2)
        yield whole, f"The mean of {names} is {mean}; the source prints {whole.printed}."


def _is_run(one: PublishedRow, mean: PublishedRow, number: str) -> bool:
    same = (one.system, one.subset, one.metric) == (mean.system, mean.subset, mean.metric)
    run = re.fullmatch(rf"run \d+ of {number}", one.version)
    return same and source(one) == source(mean) and run is not None


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
