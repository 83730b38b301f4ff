"""The plots of the report page of questions; see `report_svg` for what holds of all plots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rbench.leaderboards.report_svg import (
    PALETTE,
    note_right,
    rows_canvas,
    text_at,
    to_svg,
)
from rbench.leaderboards.tables import value_of

__all__ = ["PALETTE", "SIGNS", "Bar", "Point", "accuracy_plot", "stacked_plot"]

SIGNS: Mapping[str, str] = {
    "right": "✓",
    "wrong": "✗",
    "no-answer": "○",
    "truncated": "◆",
    "errored": "!",
    "accent": "●",
}
"""Name of a colour -> what says the same in a stacked bar and its key without colour."""


@dataclass(frozen=True, slots=True)
class Point:
    """One line of an accuracy plot: fractions in [0, 1], None where there is none.

    `low` and `high` are the interval; `bounds` what errored samples leave open.
    """

    label: str
    value: float | None
    low: float | None
    high: float | None
    chance: float | None
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One stacked bar: (name of a part, name of its colour, count), in order."""

    label: str
    parts: Sequence[tuple[str, str, int]]


def accuracy_plot(points: Sequence[Point], title: str) -> str:
    """Return dots with their intervals on a scale of 0 to 100 %, as SVG.

    Chance is a dashed line, the bounds that errors leave a dashed box.
    """
    figure, axes = rows_canvas([p.label for p in points], right=128)
    for y, p in enumerate(points):
        if p.chance is not None:
            axes.vlines(p.chance, y - 0.5, y + 0.5, colors=PALETTE["wrong"], ls=(0, (3, 2)), lw=1.3)
        if p.bounds is not None:
            low, high = p.bounds
            axes.barh(y, high - low, 0.5, low, fc="none", ec=PALETTE["accent"], ls="--", lw=1.2)
        if p.value is None:
            text, colour = (_percent(p), "ink") if p.bounds else ("no value", "muted")
            note_right(axes, y, text, colour)
            continue
        if p.low is not None and p.high is not None:
            axes.hlines(y, p.low, p.high, colors=PALETTE["accent"], lw=2.2)
        axes.plot([p.value], [y], "o", color=PALETTE["accent"], ms=6.5, clip_on=False)
        note_right(axes, y, _percent(p), "ink")
    axes.set_xlim(0, 1)
    axes.set_xticks(ticks := [0, 0.25, 0.5, 0.75, 1], [f"{100 * t:.0f} %" for t in ticks])
    return to_svg(figure, title)


def stacked_plot(bars: Sequence[Bar], title: str) -> str:
    """Return one bar per entry, cut into its parts, each as long as its share, as SVG.

    Where there is room, a part bears the sign of its colour, and its count.
    """
    figure, axes = rows_canvas([b.label for b in bars], right=64)
    for y, bar in enumerate(bars):
        total, start = sum(count for _, _, count in bar.parts), 0
        for _, colour, count in bar.parts:
            if not count:
                continue
            left, width = start / total, count / total
            axes.barh(y, width, 0.58, left, color=PALETTE[colour], ec=PALETTE["paper"], lw=1)
            if width > 0.05:
                text = f"{SIGNS[colour]} {count}" if width > 0.15 else SIGNS[colour]
                text_at(axes, left + width / 2, y, text, "paper", ha="center")
            start += count
        note_right(axes, y, f"n = {total}", "muted")
    axes.set_xlim(0, 1)
    axes.set_xticks(ticks := [0, 0.25, 0.5, 0.75, 1], [f"{100 * t:.0f} %" for t in ticks])
    return to_svg(figure, title)


def _percent(p: Point) -> str:
    low, high = p.bounds or (None, None)
    value = value_of({"value": p.value, "low": low, "high": high})
    if p.bounds or p.low is None or p.high is None:  # bounds and interval would not both fit
        return value
    return f"{value}  [{100 * p.low:.1f}, {100 * p.high:.1f}]"
