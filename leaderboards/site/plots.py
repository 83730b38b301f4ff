"""The plots of a site: scores with their intervals, against what they cost, by part, by level.

See `report_svg` for what holds of all plots. Each says in a `desc` what is drawn, in numbers.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from rbench.leaderboards.image_plots import COLOURS, MARKERS
from rbench.leaderboards.report_svg import (
    FONT,
    PALETTE,
    WIDTH,
    canvas,
    note_right,
    one_line,
    rows_canvas,
    text_at,
    text_width,
    to_svg,
)
from rbench.leaderboards.site.plot_labels import SIZE, Box, place_labels, tail

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.ticker import Locator

_HEIGHT, _LEFT, _BOTTOM = 300.0, 52.0, 44.0
_HEAD_LINES = 3
_TICKS = 8
_DATES = 5
_MONTHS = (1, 2, 3, 6, *(12 * years * 10**n for n in range(4) for years in (1, 2, 5)))
_NAMED = 12  # dots of a plot that bear their names, where there is room


@dataclass(frozen=True, slots=True)
class Dot:
    """A value with its interval (None where there is none); `text` is how it is shown."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None
    x: float = 0.0


def dots_plot(dots: Sequence[Dot], title: str) -> Markup:
    """Return a line for each dot, with its interval."""
    figure, axes = rows_canvas([dot.label for dot in dots], right=64)
    for y, dot in enumerate(dots):
        if dot.low is not None and dot.high is not None:
            axes.hlines(y, dot.low, dot.high, colors=PALETTE["accent"], lw=2.2)
        axes.plot([dot.value], [y], "o", color=PALETTE["accent"], ms=6.5, clip_on=False)
        note_right(axes, y, dot.text, "ink")
    axes.set_xlim(*_limits([end for dot in dots for end in _ends(dot)]))
    axes.locator_params(axis="x", nbins=4)
    return _described(to_svg(figure, title), "; ".join(map(_words, dots)))


def scatter_plot(
    dots: Sequence[Dot], title: str, across: str, up: str, *, logarithmic: tuple[bool, bool]
) -> Markup:
    """Return values against `x`, as many with their names as there is room for.

    `logarithmic` is said of both axes, across and up; one across that is not bears years. An
    interval that reaches down to nothing
    is cut off where the axis ends.
    """
    box = (_LEFT, _BOTTOM, WIDTH - _LEFT - 14, _HEIGHT - _BOTTOM - 26)
    figure, axes = canvas(WIDTH, _HEIGHT, box)
    if logarithmic[0]:
        axes.set_xscale("log")
        axes.set_xlim(*_log_limits([dot.x for dot in dots]))
        _log_ticks(axes.xaxis, axes.get_xlim())
    else:
        axes.set_xlim(*_limits([dot.x for dot in dots], 0.08))
        axes.set_xticks(*_dates(*axes.get_xlim()))
    if logarithmic[1]:
        axes.set_yscale("log")
        axes.set_ylim(*_log_limits([dot.value for dot in dots]))
        _log_ticks(axes.yaxis, axes.get_ylim())
    else:
        axes.set_ylim(*_limits([end for dot in dots for end in _ends(dot)], 0.08))
    floor = axes.get_ylim()[0]
    for dot in dots:
        if dot.low is not None and dot.high is not None:
            low = max(dot.low, floor)
            axes.vlines(dot.x, low, dot.high, colors=PALETTE["accent"], lw=1.6)
        axes.plot(
            [dot.x], [dot.value], "o", color=PALETTE["accent"], ms=6, mec=PALETTE["paper"],
            mew=0.8, clip_on=False,
        )  # fmt: skip
    points = 72 / figure.dpi

    def place(x: float, y: float) -> tuple[float, float]:
        across, up = axes.transData.transform((x, y)) * points
        return float(across), float(up)

    labels = place_labels(
        [place(dot.x, dot.value) for dot in dots],
        [dot.label for dot in dots],
        Box(box[0], box[1], WIDTH, box[1] + box[3]),
        _NAMED,
        [
            (place(dot.x, max(min(_ends(dot)), floor))[1], place(dot.x, max(_ends(dot)))[1])
            for dot in dots
        ],
    )
    for label in labels:
        dot = dots[label.at]
        axes.annotate(
            label.text, (dot.x, dot.value), (label.dx, label.dy), textcoords="offset points",
            color=PALETTE["ink"], fontsize=SIZE, ha=label.ha, va="center", parse_math=False,
        )  # fmt: skip
    _frame(axes, across, up)
    return _described(to_svg(figure, title), "; ".join(map(_words, dots)))


def _dates(low: float, high: float) -> tuple[list[float], list[str]]:
    """Return about five places between two years, such as 2024.5, with their months or years."""
    first, last = math.ceil(12 * low - 1e-6), math.floor(12 * high + 1e-6)
    step = next(months for months in _MONTHS if (last - first) / months < _DATES)
    months = [month for month in range(first, last + 1) if month % step == 0] or [last]
    names = [
        f"{month // 12}" if step % 12 == 0 else f"{month // 12}-{month % 12 + 1:02}"
        for month in months
    ]
    return [month / 12 for month in months], names


def lines_plot(
    found: Sequence[tuple[str, Sequence[tuple[float, float]]]], title: str, across: str, up: str
) -> Markup:
    """Return a line for each (name, points): its colour and shape are those of its place."""
    box = (_LEFT, _BOTTOM, WIDTH - _LEFT - 14, _HEIGHT - _BOTTOM - 26)
    figure, axes = canvas(WIDTH, _HEIGHT, box)
    for i, (_, points) in enumerate(found):
        colour = PALETTE[COLOURS[i % len(COLOURS)]]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        axes.plot(xs, ys, MARKERS[i % len(MARKERS)][0], ls="-", color=colour, lw=1.6, ms=6)
    axes.set_xticks(sorted({x for _, points in found for x, _ in points}))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_ylim(*_limits([y for _, points in found for _, y in points], 0.08))
    _frame(axes, across, up)
    said = (f"{n}: {', '.join(f'{x:g}: {y:.4g}' for x, y in points)}" for n, points in found)
    return _described(to_svg(figure, title), "; ".join(said))


def bars_plot(
    found: Sequence[tuple[str, Sequence[float | None]]], columns: Sequence[str], title: str, up: str
) -> Markup:
    """Return a group of bars for each column, a bar for each (name, values), in their order.

    Above each stands the number of its place, so that colour alone tells nothing.
    """
    box = (_LEFT, _BOTTOM, WIDTH - _LEFT - 14, _HEIGHT - _BOTTOM - 26)
    figure, axes = canvas(WIDTH, _HEIGHT, box)
    wide = 0.82 / len(found)
    for i, (_, values) in enumerate(found):
        for x, value in enumerate(values):
            if value is not None:
                left = x - 0.41 + i * wide
                colour = PALETTE[COLOURS[i % len(COLOURS)]]
                axes.bar(left, value, wide * 0.9, color=colour, align="edge")
                axes.annotate(
                    str(i + 1), (left + wide * 0.45, value), (0, 5), textcoords="offset points",
                    color=PALETTE["ink"], fontsize=FONT - 4, ha="center", va="center",
                )  # fmt: skip
    room = box[2] / len(columns) / FONT
    heads = [_wrapped(one_line(column), room) for column in columns]
    axes.margins(y=0.1)
    _frame(axes, "", up)
    axes.grid(visible=False, axis="x")
    axes.set_xticks(range(len(columns)), heads, parse_math=False)
    said = (
        f"{name}: {', '.join(f'{c} {v:.4g}' for c, v in zip(columns, values, strict=True) if v)}"
        for name, values in found
    )
    return _described(to_svg(figure, title), "; ".join(said))


def heat_plot(
    rows: Sequence[str], columns: Sequence[str],
    values: Sequence[Sequence[tuple[float | None, str]]], title: str,
) -> Markup:  # fmt: skip
    """Return a map of (value, text) by row and column; stronger is more, each column alone."""
    labels = [tail(row) for row in rows]
    left = max(map(text_width, labels)) * FONT + 16
    room = (WIDTH - left) / len(columns) / FONT
    heads = [_wrapped(one_line(column), room) for column in columns]
    step, top = 22.0, 14.0 + 13 * max(head.count("\n") + 1 for head in heads)
    height = step * len(rows) + top + 8
    figure, axes = canvas(WIDTH, height, (left, 6, WIDTH - left - 4, step * len(rows)))
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), labels, parse_math=False)
    axes.set_xticks(range(len(columns)), heads, parse_math=False)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=FONT - 0.5, labelcolor=PALETTE["ink"], pad=6)
    for x in range(len(columns)):
        known = [row[x][0] for row in values]
        numbers = [value for value in known if value is not None]
        low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
        for y, row in enumerate(values):
            value, text = row[x]
            if value is None:
                text_at(axes, x, y, "–", "muted", "center")
                continue
            share = (value - low) / (high - low) if high > low else 0.5
            # At most half covered, so that ink on it can be read in light and dark.
            axes.bar(
                x, 0.9, 0.96, bottom=y - 0.45, color=PALETTE["accent"], alpha=0.06 + 0.4 * share
            )
            text_at(axes, x, y, text, "ink", "center")
    said = []
    for name, row in zip(rows, values, strict=True):
        pairs = zip(columns, row, strict=True)
        known_here = [f"{column} {text}" for column, (value, text) in pairs if value is not None]
        said.append(f"{name}: {', '.join(known_here)}")
    return _described(to_svg(figure, title), "; ".join(said))


def _frame(axes: "Axes", across: str, up: str) -> None:
    axes.tick_params(length=0, labelsize=FONT - 1.5, labelcolor=PALETTE["muted"], pad=6)
    axes.grid(color=PALETTE["line"], lw=0.8)
    axes.set_xlabel(across, color=PALETTE["muted"], fontsize=FONT, labelpad=6)
    axes.annotate(
        one_line(up), (0, 1), (-_LEFT + 4, 12), "axes fraction", "offset points",
        color=PALETTE["muted"], fontsize=FONT, parse_math=False,
    )  # fmt: skip


def _limits(values: Sequence[float], room: float = 0.05) -> tuple[float, float]:
    low, high = min(values), max(values)
    apart = (high - low) * room or abs(high) * 0.1 or 1.0
    return low - apart, high + apart


def _log_limits(values: Sequence[float]) -> tuple[float, float]:
    low, high = _limits([math.log10(value) for value in values], 0.08)
    return 10**low, 10**high


def _log_ticks(axis: "Axis", ends: tuple[float, float]) -> None:
    """Mark ones and threes, or ones alone where they would be many."""
    low, high = map(math.log10, ends)
    decades = range(math.floor(low), math.ceil(high) + 1)
    for factors in ((1, 2, 5), (1, 3), (1,)):
        ticks = [10.0**e * f for e in decades for f in factors]
        ticks = [tick for tick in ticks if low <= math.log10(tick) <= high]
        if len(ticks) <= _TICKS:
            break
    ticks = ticks[:: math.ceil(len(ticks) / _TICKS) or 1] or [math.sqrt(ends[0] * ends[1])]
    axis.set_ticks(ticks, labels=[_short(tick) for tick in ticks])
    axis.set_minor_locator(_no_ticks())


def _no_ticks() -> "Locator":
    from matplotlib.ticker import NullLocator

    return NullLocator()


def _ends(dot: Dot) -> list[float]:
    return [end for end in (dot.value, dot.low, dot.high) if end is not None]


def _words(dot: Dot) -> str:
    return f"{one_line(dot.label)}: {dot.text}"


def _short(value: float) -> str:
    for sign, factor in (("T", 1e12), ("B", 1e9), ("M", 1e6), ("K", 1e3)):
        if value >= factor:
            return f"{value / factor:.3g}{sign}"
    return f"{value:.3g}"


def _wrapped(text: str, room: float) -> str:
    """Break a heading between words, at hyphens, and where a part is too long anywhere.

    What is left after `_HEAD_LINES` lines is cut.
    """
    parts: list[tuple[str, str]] = []  # what stands before it on a line, and itself
    for word in text.split():
        pieces = [word] if text_width(word) <= room else re.findall(r"[^-]+-?|-", word)
        before = " "
        for piece in pieces:
            while text_width(piece) > room:
                fit = (n for n in range(len(piece) - 1, 1, -1) if _fits(f"{piece[:n]}-", room))
                head = next(fit, 1)
                parts.append((before, f"{piece[:head]}-"))
                piece, before = piece[head:], ""
            parts.append((before, piece))
            before = ""
    lines: list[str] = []
    for before, part in filter(lambda pair: pair[1], parts):
        if lines and _fits(f"{lines[-1]}{before}{part}", room):
            lines[-1] += f"{before}{part}"
        else:
            lines.append(part)
    shown = "\n".join(lines[:_HEAD_LINES])
    return shown if len(lines) <= _HEAD_LINES else f"{shown.rstrip('-')}…"


def _fits(text: str, room: float) -> bool:
    return text_width(text) <= room


def _described(svg: str, words: str) -> Markup:
    """Return the SVG with a description as its first child; ElementTree escaped the rest."""
    head, sign, rest = svg.partition(">")
    return (
        Markup(head + sign) + Markup("<desc>") + escape(one_line(words)) + Markup("</desc>" + rest)
    )
