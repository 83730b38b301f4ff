"""The plots of image runs: a distance against what it cost, and every model on one representation.

Logarithmic axes, since distances of generators span orders of magnitude; what is zero or below
cannot stand on one and is named by the caller. See `report_svg` for what holds of all plots.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    to_svg,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

COLOURS = ("accent", "wrong", "right", "truncated", "no-answer", "errored")
MARKERS = (("o", "●"), ("s", "■"), ("^", "▲"), ("D", "◆"), ("v", "▼"), ("P", "✚"))
"""matplotlib's marker, and the same sign as text for a key."""

_HEIGHT, _LEFT, _BOTTOM = 300.0, 52.0, 44.0
_LINE = 14.0  # points between two labels
_STEPS = ((1, 1.5, 2, 3, 4, 5, 7), (1, 2, 5), (1,))  # within a decade, finest first


@dataclass(frozen=True, slots=True)
class Mark:
    """One value with its interval (None where there is none); `x` is what it cost.

    `text` is the value as it is shown.
    """

    label: str
    value: float | None
    text: str
    low: float | None = None
    high: float | None = None
    x: float = 0.0


@dataclass(frozen=True, slots=True)
class Series:
    """Marks of one colour and one shape, joined by a line where `joined`."""

    name: str
    marks: tuple[Mark, ...]
    colour: str
    marker: str
    glyph: str
    joined: bool


def series(name: str, marks: Sequence[Mark], place: int, *, joined: bool) -> Series:
    """Return a series in the colour and the shape of its place in the plot."""
    turn = place + place // len(COLOURS)  # the second round pairs colours with other shapes
    marker, glyph = MARKERS[turn % len(MARKERS)]
    ordered = tuple(sorted(marks, key=lambda mark: mark.x))
    return Series(name, ordered, COLOURS[place % len(COLOURS)], marker, glyph, joined)


def curve_plot(
    found: Sequence[Series], levels: Sequence[Mark], title: str, across: str, up: str
) -> str:
    """Return values against costs on logarithmic axes, as SVG.

    `levels` are models that cost nothing (baselines): dashed lines with their names.
    """
    figure, axes = canvas(
        WIDTH, _HEIGHT, (_LEFT, _BOTTOM, WIDTH - _LEFT - 14, _HEIGHT - _BOTTOM - 26)
    )
    axes.set_xscale("log")
    axes.set_yscale("log")
    marks = [mark for one in found for mark in one.marks if _drawable(mark.value)]
    _limits(axes, [mark.x for mark in marks], [*marks, *(m for m in levels if _drawable(m.value))])
    for level in levels:
        if _drawable(level.value):
            axes.axhline(level.value or 1, color=PALETTE["muted"], lw=1, ls=(0, (4, 3)))
    for one in found:
        drawn = [mark for mark in one.marks if _drawable(mark.value)]
        colour = PALETTE[one.colour]
        if one.joined:
            axes.plot([m.x for m in drawn], [m.value or 1 for m in drawn], color=colour, lw=1.6)
        for mark in drawn:
            _interval(axes, mark, colour)
            axes.plot(
                [mark.x], [mark.value or 1], one.marker, color=colour, ms=6.5,
                mec=PALETTE["paper"], mew=0.8, clip_on=False,
            )  # fmt: skip
    _name_levels(axes, drawable(levels), marks)
    _ticks(axes, [mark.x for mark in marks])
    axes.set_xlabel(across, color=PALETTE["muted"], fontsize=FONT, labelpad=6)
    axes.text(
        0, 1, up, color=PALETTE["muted"], fontsize=FONT, transform=axes.transAxes + _shift(axes),
        parse_math=False,
    )  # fmt: skip
    return to_svg(figure, title)


def marks_plot(marks: Sequence[Mark], title: str) -> str:
    """Return one line per mark with its interval on a logarithmic axis, as SVG."""
    figure, axes = rows_canvas([mark.label for mark in marks], right=72)
    drawn = [mark for mark in marks if _drawable(mark.value)]
    axes.set_xscale("log")
    low, high = _range([bound for mark in drawn for bound in _bounds(mark)] or [1.0])
    axes.set_xlim(low, high)
    for y, mark in enumerate(marks):
        if _drawable(mark.value):
            value = mark.value or 1
            axes.hlines(y, low, value, colors=PALETTE["line"], lw=5)
            if mark.low is not None and mark.high is not None:
                axes.hlines(y, max(mark.low, low), mark.high, colors=PALETTE["accent"], lw=2.2)
            axes.plot([value], [y], "o", color=PALETTE["accent"], ms=6.5, clip_on=False)
        note_right(axes, y, mark.text, "muted" if mark.value is None else "ink")
    ticks = _round_numbers(low, high, most=5)
    axes.set_xticks(ticks, [_tick(tick) for tick in ticks])
    axes.minorticks_off()
    return to_svg(figure, title)


def drawable(marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks that a logarithmic axis can show."""
    return [mark for mark in marks if _drawable(mark.value)]


def _drawable(value: float | None) -> bool:
    return value is not None and math.isfinite(value) and value > 0


def _bounds(mark: Mark) -> list[float]:
    return [b for b in (mark.low, mark.value, mark.high) if b is not None and _drawable(b)]


def _range(values: Sequence[float]) -> tuple[float, float]:
    """Return limits with some room; an interval that reaches down to nothing is cut off."""
    high, low = max(values), min(values)
    low = max(low, high / 1e6)
    room = max(0.06 * math.log(high / low), 0.2)
    return low * math.exp(-room), high * math.exp(room)


def _limits(axes: "Axes", costs: Sequence[float], marks: Sequence[Mark]) -> None:
    values = [mark.value for mark in marks if mark.value is not None]
    # Not the bounds: one interval that reaches almost to zero would flatten all else.
    smallest = min(values, default=1.0) / 3
    bounds = [max(bound, smallest) for mark in marks for bound in _bounds(mark)]
    axes.set_xlim(*_range(costs or [1.0]))
    axes.set_ylim(*_range(bounds or [1.0]))


def _interval(axes: "Axes", mark: Mark, colour: str) -> None:
    if mark.low is not None and mark.high is not None:
        floor = axes.get_ylim()[0]
        axes.vlines(mark.x, max(mark.low, floor), max(mark.high, floor), colors=colour, lw=1.6)


def _ticks(axes: "Axes", costs: Sequence[float]) -> None:
    low, high = axes.get_xlim()
    apart = math.log(high / low) / 11
    places: list[float] = []
    whole = sorted({cost for cost in costs if cost == round(cost)})
    for cost in whole if len(whole) == len(set(costs)) else _round_numbers(low, high, most=7):
        if not places or math.log(cost / places[-1]) >= apart:
            places.append(cost)
    axes.set_xticks(places, [_tick(place) for place in places])
    heights = _round_numbers(*axes.get_ylim(), most=8)
    axes.set_yticks(heights, [_tick(height) for height in heights])
    axes.minorticks_off()
    axes.tick_params(length=0, labelsize=FONT - 1.5, labelcolor=PALETTE["muted"], pad=6)
    axes.grid(color=PALETTE["line"], lw=0.8)


def _round_numbers(low: float, high: float, most: int) -> list[float]:
    """Return at most `most` round numbers between two numbers, as fine as that allows."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in _STEPS:
        found = [step * 10.0**decade for decade in decades for step in steps]
        found = [value for value in found if low <= value <= high]
        if len(found) <= most:
            break
    return found[:: math.ceil(len(found) / most)] if found else [math.sqrt(low * high)]


def _tick(value: float) -> str:
    return f"{value:.6g}" if 1e-4 <= value < 1e6 else f"{value:.0e}"


def _name_levels(axes: "Axes", levels: Sequence[Mark], marks: Sequence[Mark]) -> None:
    """Write names above their lines, at the end where fewer marks are near, none on another."""
    left, right = axes.get_xlim()
    low, high = axes.get_ylim()
    point = math.log(high / low) / (_HEIGHT - _BOTTOM - 26)
    taken = {"left": -math.inf, "right": -math.inf}
    for level in sorted(levels, key=lambda mark: mark.value or 0):
        line = math.log(level.value or 1) + 7 * point
        side = max(taken, key=lambda side: _room(side, line, marks, (left, right)))
        height = taken[side] = max(line, taken[side] + _LINE * point)
        name = shorten(one_line(level.label))
        text_at(axes, left if side == "left" else right, math.exp(height), name, "muted", side)


def _room(side: str, line: float, marks: Sequence[Mark], ends: tuple[float, float]) -> float:
    """Return how far the nearest mark at one end of the plot is from a line."""
    middle = math.sqrt(ends[0] * ends[1])
    near = [mark for mark in marks if (mark.x < middle) == (side == "left")]
    return min((abs(math.log(mark.value or 1) - line) for mark in near), default=math.inf)


def _shift(axes: "Axes") -> "Transform":
    from matplotlib.transforms import ScaledTranslation

    return ScaledTranslation(-_LEFT / 72, 10 / 72, axes.figure.dpi_scale_trans)
