"""Intervals as small SVG bars, one a line, on one scale a table."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rbench.leaderboards.entries import Column, Group, Ranked

_WIDTH, _HEIGHT, _ROOM = 96.0, 12.0, 5.0

FAR = 30
"""Times the least value, from where on only a logarithmic scale shows the others."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What the bars of a table span, in the unit of its figures; `text` says it.

    A logarithmic one begins at its least value: what lies below stands at its left end.
    """

    low: float
    high: float
    text: str
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """Return how far right a value stands, in pixels."""
        if self.logarithmic:
            share = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return round(_ROOM + share * (_WIDTH - 2 * _ROOM), 1)


def scale_of(group: Group, column: Column | None) -> Scale | None:
    """Return the scale of a table's headline; None where no value can be drawn.

    Distances that lie far apart stand on a logarithmic one.
    """
    ends = [end for ranked in (*group.ranked, *group.below) for end in _ends(ranked, column)]
    if not ends:
        return None
    low, high = min(ends), max(ends)
    if low == high:
        low, high = low - 1, high + 1
    fraction = _unit(group, column) == "fraction"
    far = not fraction and low > 0 and high > FAR * low
    low_text, high_text = (f"{100 * v:.1f} %" if fraction else f"{v:.4g}" for v in (low, high))
    text = f"{low_text} to {high_text}{', logarithmic' if far else ''}"
    return Scale(low, high, text, far)


def bar(scale: Scale | None, ranked: Ranked, column: Column | None, words: str) -> Markup:
    """Return the bar of an entry, called `words` for those who cannot see it; "" without one."""
    figure = None if column is None else ranked.entry.figures.get(column)
    ends = _ends(ranked, column)
    if scale is None or figure is None or not ends:
        return Markup("")
    parts = []
    for low, high, kind in (
        (figure.low, figure.high, "bounds"), (figure.ci_low, figure.ci_high, "ci"),
    ):  # fmt: skip
        if low is not None and high is not None and high > low:
            left, right = scale.place(low), scale.place(high)
            parts.append(
                Markup('<path class="{}" d="M{} 6H{}"/>').format(kind, f"{left:g}", f"{right:g}")
            )
    if figure.value is not None:
        parts.append(
            Markup('<circle cx="{}" cy="6" r="3"/>').format(f"{scale.place(figure.value):g}")
        )
    head = Markup('<svg class="bar" viewBox="0 0 {:g} {:g}" role="img" aria-label="{}">')
    return head.format(_WIDTH, _HEIGHT, words) + Markup("").join(parts) + Markup("</svg>")


def _ends(ranked: Ranked, column: Column | None) -> Sequence[float]:
    figure = None if column is None else ranked.entry.figures.get(column)
    if figure is None:
        return ()
    found = (figure.value, figure.ci_low, figure.ci_high)
    bounds = (figure.low, figure.high) if figure.value is None else ()
    return [end for end in (*found, *bounds) if end is not None]


def _unit(group: Group, column: Column | None) -> str:
    for ranked in (*group.ranked, *group.below):
        if column is not None and column in ranked.entry.figures:
            return ranked.entry.figures[column].unit
    return ""
