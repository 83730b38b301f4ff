"""Intervals as small SVG bars, one a line, on one scale a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rbench.leaderboards.entries import Column, Group, Ranked

_WIDTH, _HEIGHT, _ROOM = 96.0, 12.0, 5.0


@dataclass(frozen=True, slots=True)
class Scale:
    """What the bars of a table span, in the unit of its figures; `text` says it."""

    low: float
    high: float
    text: str

    def place(self, value: float) -> float:
        """Return how far right a value stands, in pixels."""
        share = (value - self.low) / (self.high - self.low)
        return round(_ROOM + share * (_WIDTH - 2 * _ROOM), 1)


def scale_of(group: Group, column: Column | None) -> Scale | None:
    """Return the scale of a table's headline; None where no value can be drawn."""
    ends = [end for ranked in (*group.ranked, *group.below) for end in _ends(ranked, column)]
    if not ends:
        return None
    low, high = min(ends), max(ends)
    if low == high:
        low, high = low - 1, high + 1
    fraction = _unit(group, column) == "fraction"
    low_text, high_text = (f"{100 * v:.1f} %" if fraction else f"{v:.4g}" for v in (low, high))
    return Scale(low, high, f"{low_text} to {high_text}")


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
