"""The plots of a site: scores with their intervals, against what they cost, by part, by level.

See `report_svg` for what holds of all plots. Each says in a `desc` what is drawn, in numbers.
"""

import math
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
    shorten,
    text_at,
    text_width,
    to_svg,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEIGHT, _LEFT, _BOTTOM = 300.0, 52.0, 44.0
_HEAD_LINES = 3


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
    dots: Sequence[Dot], title: str, across: str, up: str, *, logarithmic: bool, named: int = 6
) -> Markup:
    """Return values against `x`; the first `named` dots bear their names."""
    box = (_LEFT, _BOTTOM, WIDTH - _LEFT - 14, _HEIGHT - _BOTTOM - 26)
    figure, axes = canvas(WIDTH, _HEIGHT, box)
    if logarithmic:
        axes.set_xscale("log")
        places = [math.log10(dot.x) for dot in dots]
        low, high = _limits(places, 0.08)
        axes.set_xlim(10**low, 10**high)
        ticks = [10.0**e * f for e in range(math.floor(low), math.ceil(high) + 1) for f in (1, 3)]
        ticks = [tick for tick in ticks if low <= math.log10(tick) <= high]
        axes.set_xticks(ticks, [_short(tick) for tick in ticks])
        axes.minorticks_off()
    else:
        axes.set_xlim(*_limits([dot.x for dot in dots], 0.08))
        axes.locator_params(axis="x", nbins=5, integer=True)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_ylim(*_limits([end for dot in dots for end in _ends(dot)], 0.08))
    for dot in dots:
        if dot.low is not None and dot.high is not None:
            axes.vlines(dot.x, dot.low, dot.high, colors=PALETTE["accent"], lw=1.6)
        axes.plot(
            [dot.x], [dot.value], "o", color=PALETTE["accent"], ms=6, mec=PALETTE["paper"],
            mew=0.8, clip_on=False,
        )  # fmt: skip
    left, right = axes.get_xlim()
    middle = math.sqrt(left * right) if logarithmic else (left + right) / 2
    taken: list[float] = []
    apart = 13 * (axes.get_ylim()[1] - axes.get_ylim()[0]) / (_HEIGHT - _BOTTOM - 26)
    for dot in dots[:named]:
        if all(abs(dot.value - height) >= apart for height in taken):
            taken.append(dot.value)
            side = "left" if dot.x < middle else "right"
            name = shorten(one_line(dot.label))
            axes.annotate(
                name, (dot.x, dot.value), (7 if side == "left" else -7, 0),
                textcoords="offset points", color=PALETTE["ink"], fontsize=FONT - 1.5, ha=side,
                va="center", parse_math=False,
            )  # fmt: skip
    _frame(axes, across, up)
    return _described(to_svg(figure, title), "; ".join(map(_words, dots)))


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
    """Return a group of bars for each column, a bar for each (name, values), in their order."""
    box = (_LEFT, _BOTTOM, WIDTH - _LEFT - 14, _HEIGHT - _BOTTOM - 26)
    figure, axes = canvas(WIDTH, _HEIGHT, box)
    wide = 0.82 / len(found)
    for i, (_, values) in enumerate(found):
        for x, value in enumerate(values):
            if value is not None:
                left = x - 0.41 + i * wide
                colour = PALETTE[COLOURS[i % len(COLOURS)]]
                axes.bar(left, value, wide * 0.9, color=colour, align="edge")
    room = box[2] / len(columns) / FONT
    heads = [_wrapped(one_line(column), room) for column in columns]
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
    labels = [shorten(one_line(row)) for row in rows]
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
    """Break a heading between words, and cut words that are too long."""
    lines: list[str] = []
    for word in text.split():
        if text_width(word) > room:
            while word and text_width(word) > room - 0.8:
                word = word[:-1]
            word += "…"
        if lines and text_width(f"{lines[-1]} {word}") <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n".join(lines[:_HEAD_LINES])


def _described(svg: str, words: str) -> Markup:
    """Return the SVG with a description as its first child; ElementTree escaped the rest."""
    head, sign, rest = svg.partition(">")
    return (
        Markup(head + sign) + Markup("<desc>") + escape(one_line(words)) + Markup("</desc>" + rest)
    )
