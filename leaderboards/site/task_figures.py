"""Which plots a table allows, and what is drawn in them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from markupsafe import Markup

from rbench.leaderboards.board_cells import figure_text, heading, main_columns, model_text
from rbench.leaderboards.entries import Column, Entry, Figure, Group
from rbench.leaderboards.image_plots import COLOURS, MARKERS
from rbench.leaderboards.report_text import visible
from rbench.leaderboards.site.plots import (
    Dot,
    bars_plot,
    dots_plot,
    heat_plot,
    lines_plot,
    scatter_plot,
)
from rbench.leaderboards.site.task_table import amount

_LEAST = 3  # points of a plot that says anything
_MOST_ROWS, _MOST_LINES, _MOST_PARTS = 12, len(COLOURS), 8
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$")
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
    dots = [dot for entry in _members(group) if (dot := _dot(entry, group.columns[0]))][:most]
    if not dots:
        return None
    return dots_plot(
        dots, f"{group.task}: the first {len(dots)}, {heading(group, group.columns[0])}"
    )


def task_figures(group: Group) -> Iterator[PageFigure]:
    """Yield the plots that the entries of a group allow."""
    if not group.columns:
        return
    headline = group.columns[0]
    up = heading(group, headline)
    whats: tuple[tuple[str, str, Callable[[Entry], float | None], bool], ...] = (
        ("date", "date of the system", _released, False),
        ("parameters", "parameters", lambda e: _positive(e.info.parameters), True),
        ("evaluations", "evaluations of the network a sample", lambda e: _positive(e.evaluations),
         True),
        ("tokens", "tokens written a call", _tokens, True),
    )  # fmt: skip
    for what, across, of, logarithmic in whats:
        dots = [d for e in _members(group) if (d := _dot(e, headline, of(e))) is not None]
        if len(dots) >= _LEAST and len({dot.x for dot in dots}) > 1:
            title = f"Score against {what}"
            caption = Markup("{}; {} of {} entries, of which this is known.").format(
                visible(up), len(dots), len(group.ranked)
            )
            svg = scatter_plot(dots, title, across, up, logarithmic=logarithmic)
            yield PageFigure(title, caption, svg)
    yield from _heat(group)
    yield from _levels(group)


def _heat(group: Group) -> Iterator[PageFigure]:
    """Yield one map: of subsets of the headline's metric, or of representations."""
    subset, metric = group.columns[0]
    parts = [c for c in main_columns(group) if c[1] == metric and c[0] != subset]
    what, names = "subset", [c[0] for c in parts]
    if len(parts) < 2:
        ratios = [c for c in group.columns if c[1].startswith(("fdr/", "fd/"))]
        parts, names = ratios, [c[1].partition("/")[2] for c in ratios]
        if len(parts) < 2:
            parts = [c for c in group.columns if c[1] == metric]
            names = [c[0] for c in parts]
        what = "representation"
    parts, names = parts[:_MOST_PARTS], names[:_MOST_PARTS]
    if what == "representation" and parts:
        yield from _bars(group, parts, names)
    entries = list(_members(group))[:_MOST_ROWS]
    if len(parts) < 2 or len(entries) < 2:
        return
    cells = [[_cell(entry, column) for column in parts] for entry in entries]
    title = f"By {what}"
    first = "The first entries" if len(group.ranked) > len(entries) else "All entries"
    caption = Markup("{}. Stronger colour: a larger number, each column by itself.").format(first)
    yield PageFigure(
        title, caption, heat_plot([_label(group, e) for e in entries], names, cells, title)
    )


def _bars(group: Group, parts: Sequence[Column], names: Sequence[str]) -> Iterator[PageFigure]:
    """Yield bars of multiples of real images' distance; raw distances share no scale."""
    if len(parts) < 2 or not all(column[1].startswith("fdr") for column in parts):
        return
    found = [
        (_label(group, e), [e.figures[c].value if c in e.figures else None for c in parts])
        for e in islice(_members(group), _MOST_LINES)
    ]
    title = "Representation by representation"
    drawn = bars_plot(found, names, title, "multiple of real images' distance ↓")
    key = Markup("From left to right: ") + _key([name for name, _ in found], "■")
    yield PageFigure(title, key, drawn)


def has_representations(group: Group) -> bool:
    """Return whether a group holds one number on several representations."""
    return sum(metric.startswith("fdr/") for _, metric in group.columns) > 1


def _key(names: Sequence[str], sign: str | None = None) -> Markup:
    return Markup('<span class="key">{}</span>').format(
        Markup("").join(
            Markup('<span class="c-{}">{} {}</span>').format(
                COLOURS[i % len(COLOURS)], sign or MARKERS[i % len(MARKERS)][1], visible(name)
            )
            for i, name in enumerate(names)
        )
    )


def _levels(group: Group) -> Iterator[PageFigure]:
    metric = group.columns[0][1]
    levels = {
        c: int(m[1]) for c in group.columns if c[1] == metric and (m := _LEVEL.fullmatch(c[0]))
    }
    found: list[tuple[str, Sequence[tuple[float, float]]]] = []
    for entry in _members(group):
        points = [
            (float(level), _scaled(figure))
            for column, level in sorted(levels.items(), key=lambda pair: pair[1])
            if (figure := entry.figures.get(column)) is not None and figure.value is not None
        ]
        if len(points) > 1:
            found.append((_label(group, entry), points))
    if not found:
        return
    found = found[:_MOST_LINES]
    title = f"{metric.capitalize()} against level"
    key = _key([name for name, _ in found])
    drawn = lines_plot(found, title, "level", heading(group, group.columns[0]))
    yield PageFigure(title, key, drawn)


def _members(group: Group) -> Iterator[Entry]:
    return (ranked.entry for ranked in group.ranked)


def _label(group: Group, entry: Entry) -> str:
    """Return a model's name; with the end of its key where several entries bear it."""
    name = model_text(entry)
    twins = sum(model_text(other) == name for other in _members(group))
    return f"{name} {entry.key.rpartition('-')[2][:6]}" if twins > 1 else name


def _dot(entry: Entry, column: Column, x: float | None = 0.0) -> Dot | None:
    figure = entry.figures.get(column)
    if figure is None or figure.value is None or x is None:
        return None
    factor = _factor(figure)
    low, high = (None if end is None else factor * end for end in (figure.ci_low, figure.ci_high))
    text = figure_text(entry, column)
    return Dot(model_text(entry), factor * figure.value, text, low, high, x)


def _cell(entry: Entry, column: Column) -> tuple[float | None, str]:
    figure = entry.figures.get(column)
    return (None if figure is None else figure.value), figure_text(entry, column)


def _scaled(figure: Figure) -> float:
    return _factor(figure) * (figure.value or 0.0)


def _factor(figure: Figure) -> float:
    return 100.0 if figure.unit == "fraction" else 1.0


def _released(entry: Entry) -> float | None:
    """Return when a system came out, in years; of a run its own day says nothing."""
    text = entry.info.released or (entry.date if entry.origin == "published" else "")
    found = _DATE.match(text or "")
    if found is None:
        return None
    return int(found[1]) + (int(found[2] or 1) - 1) / 12 + (int(found[3] or 1) - 1) / 365


def _positive(text: str | None) -> float | None:
    value = amount(text) if text else None
    return value if value is not None and value > 0 else None


def _tokens(entry: Entry) -> float | None:
    tokens, calls = entry.costs.get("tokens"), entry.costs.get("calls")
    written = tokens.get("output") if isinstance(tokens, Mapping) else None
    if not isinstance(written, int) or not isinstance(calls, int) or not written * calls > 0:
        return None
    return written / calls
