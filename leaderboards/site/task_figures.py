"""Which plots a table allows, and what is drawn in them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from markupsafe import Markup

from rbench.harness.types import Json
from rbench.leaderboards.board_cells import figure_text, heading, main_columns
from rbench.leaderboards.board_remarks import entry_names
from rbench.leaderboards.entries import Column, Entry, Figure, Group
from rbench.leaderboards.image_plots import COLOURS, MARKERS
from rbench.leaderboards.protocol_words import is_published
from rbench.leaderboards.report_text import visible
from rbench.leaderboards.site.column_words import better_words
from rbench.leaderboards.site.interval_bars import FAR
from rbench.leaderboards.site.plots import (
    Dot,
    bars_plot,
    dots_plot,
    heat_plot,
    lines_plot,
    scatter_plot,
)
from rbench.leaderboards.site.task_measures import MEASURES, Measure

_LEAST = 3  # points of a plot that says anything
_APART = 1.2  # times the least of an axis, below which a plot against it says nothing
_MOST_ROWS, _MOST_LINES, _MOST_PARTS = 12, len(COLOURS), 8
_LEVEL = re.compile(r"level:(\d+)")


@dataclass(frozen=True, slots=True)
class PageFigure:
    """A plot with its title and what it shows."""

    title: str
    caption: Markup
    svg: Markup


def top_plot(group: Group, most: int = 5) -> Markup | None:
    """Return the best entries of a group with their intervals; None where there are no values."""
    if not group.columns:
        return None
    names = entry_names(group)
    dots = [d for entry in _members(group) if (d := _dot(names, entry, group.columns[0]))][:most]
    if not dots:
        return None
    return dots_plot(
        dots, f"{group.task}: the first {len(dots)}, {heading(group, group.columns[0])}"
    )


def task_figures(group: Group) -> Iterator[PageFigure]:
    """Yield the plots that the entries of a group allow."""
    if not group.columns:
        return
    headline, names = group.columns[0], entry_names(group)
    up = heading(group, headline)
    for measure in MEASURES:
        dots = [d for e in _members(group) if (d := _dot(names, e, headline, measure.of(e)))]
        if len(dots) >= _LEAST and _apart([dot.x for dot in dots], measure):
            title = f"Score against {measure.name}"
            caption = Markup("{}; {} of {} entries, of which this is known.{}").format(
                visible(up), len(dots), len(group.ranked), measure.caution
            )
            axes = (measure.logarithmic, _wide(dots))
            svg = scatter_plot(dots, title, measure.across, up, logarithmic=axes)
            yield PageFigure(title, caption, svg)
    yield from _heat(group)
    yield from _levels(group)


def _heat(group: Group) -> Iterator[PageFigure]:
    """Yield one map: of subsets of the headline's metric, or of representations."""
    subset, metric = group.columns[0]
    entry_name = entry_names(group)
    parts = [c for c in main_columns(group) if c[1] == metric and c[0] != subset]
    what, names = "subset", [c[0] for c in parts]
    if len(parts) < 2:
        ratios = [c for c in group.columns if c[1].startswith(("fdr/", "fd/"))]
        parts, names = ratios, [c[1].partition("/")[2] for c in ratios]
        if len(parts) < 2:
            parts = [c for c in group.columns if c[1] == metric]
            names = [c[0] for c in parts]
        of_images = bool(ratios) or "evaluator" in _protocol(group)
        what = "representation" if of_images else "subset"
    parts, names = parts[:_MOST_PARTS], names[:_MOST_PARTS]
    if what == "representation" and parts:
        yield from _bars(group, parts, names)
    entries = list(_members(group))[:_MOST_ROWS]
    if len(parts) < 2 or len(entries) < 2:
        return
    cells = [[_cell(entry, column) for column in parts] for entry in entries]
    title = f"By {what}"
    first = "The first entries" if len(group.ranked) > len(entries) else "All entries"
    caption = Markup("{}. Stronger colour: a larger number, each column by itself. {}").format(
        first, better_words(group, parts[0])
    )
    yield PageFigure(
        title, caption, heat_plot([entry_name[e.key] for e in entries], names, cells, title)
    )


def _bars(group: Group, parts: Sequence[Column], names: Sequence[str]) -> Iterator[PageFigure]:
    """Yield bars of multiples of real images' distance; raw distances share no scale."""
    if len(parts) < 2 or not all(column[1].startswith("fdr") for column in parts):
        return
    entry_name = entry_names(group)
    found = [
        (entry_name[e.key], [e.figures[c].value if c in e.figures else None for c in parts])
        for e in islice(_members(group), _MOST_LINES)
    ]
    title = "Representation by representation"
    drawn = bars_plot(found, names, title, "multiple of real images' distance ↓")
    key = Markup("From left to right: ") + _key([name for name, _ in found], numbered=True)
    yield PageFigure(title, key, drawn)


def has_representations(group: Group) -> bool:
    """Return whether a group holds one number on several representations."""
    return sum(metric.startswith("fdr/") for _, metric in group.columns) > 1


def _key(names: Sequence[str], *, numbered: bool = False) -> Markup:
    return Markup('<span class="key">{}</span>').format(
        Markup("").join(
            Markup('<span class="c-{}">{} {}</span>').format(
                COLOURS[i % len(COLOURS)],
                f"{i + 1} ■" if numbered else MARKERS[i % len(MARKERS)][1],
                visible(name),
            )
            for i, name in enumerate(names)
        )
    )


def _levels(group: Group) -> Iterator[PageFigure]:
    metric = group.columns[0][1]
    levels = {
        c: int(m[1]) for c in group.columns if c[1] == metric and (m := _LEVEL.fullmatch(c[0]))
    }
    names = entry_names(group)
    found: list[tuple[str, Sequence[tuple[float, float]]]] = []
    for entry in _members(group):
        points = [
            (float(level), _scaled(figure))
            for column, level in sorted(levels.items(), key=lambda pair: pair[1])
            if (figure := entry.figures.get(column)) is not None and figure.value is not None
        ]
        if len(points) > 1:
            found.append((names[entry.key], points))
    if not found:
        return
    found = found[:_MOST_LINES]
    title = f"{metric.capitalize()} against level"
    key = _key([name for name, _ in found])
    drawn = lines_plot(found, title, "level", heading(group, group.columns[0]))
    yield PageFigure(title, key, drawn)


def _protocol(group: Group) -> Mapping[str, Json]:
    protocol = next(_members(group)).protocol if group.ranked else {}
    return {} if is_published(protocol) else protocol


def _members(group: Group) -> Iterator[Entry]:
    return (ranked.entry for ranked in group.ranked)


def _apart(amounts: Sequence[float], measure: Measure) -> bool:
    low, high = min(amounts), max(amounts)
    return high > _APART * low if measure.logarithmic else high > low


def _wide(dots: Sequence[Dot]) -> bool:
    """Return whether values are so far apart that only a logarithmic axis shows them."""
    values = [dot.value for dot in dots]
    return min(values) > 0 and max(values) > FAR * min(values)


def _dot(
    names: Mapping[str, str], entry: Entry, column: Column, x: float | None = 0.0
) -> Dot | None:
    figure = entry.figures.get(column)
    if figure is None or figure.value is None or x is None:
        return None
    factor = _factor(figure)
    low, high = (None if end is None else factor * end for end in (figure.ci_low, figure.ci_high))
    text = figure_text(entry, column)
    return Dot(names[entry.key], factor * figure.value, text, low, high, x)


def _cell(entry: Entry, column: Column) -> tuple[float | None, str]:
    figure = entry.figures.get(column)
    return (None if figure is None else figure.value), figure_text(entry, column)


def _scaled(figure: Figure) -> float:
    return _factor(figure) * (figure.value or 0.0)


def _factor(figure: Figure) -> float:
    return 100.0 if figure.unit == "fraction" else 1.0
