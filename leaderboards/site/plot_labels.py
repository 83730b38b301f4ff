"""Names beside the points of a plot, put where they cover neither points nor each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from rbench.leaderboards.report_svg import FONT, one_line, shorten, text_width

SIZE = FONT - 1.5
_LONG = 15.0  # ems
_LEAST = 2  # letters that are no name by themselves
_NEAR, _DOT = 7.0, 4.0  # points: from a dot's middle to its name, and to its edge


def tail(name: str) -> str:
    """Return a name that leaves room for others: of a long one what stands after its lab.

    ``DiT-XL/2`` has no lab, and a slash in brackets is none of the name.
    """
    label = one_line(name)
    head, bracket, rest = label.partition(" (")
    own = head.rpartition("/")[2]
    if text_width(label) > _LONG and own != head and len(own) > _LEAST:
        label = f"…/{own}{bracket}{rest}"
    return shorten(label)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: "Box") -> bool:
        """Return whether two rectangles overlap."""
        return (
            self.left < other.right and other.left < self.right
            and self.bottom < other.top and other.bottom < self.top
        )  # fmt: skip

    def holds(self, other: "Box") -> bool:
        """Return whether the other lies inside."""
        return (
            self.left <= other.left and other.right <= self.right
            and self.bottom <= other.bottom and other.top <= self.top
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """A name at `dx`, `dy` points from its dot; `ha` is matplotlib's alignment."""

    at: int
    text: str
    dx: float
    dy: float
    ha: str
    box: Box


def place_labels(
    places: Sequence[tuple[float, float]],
    names: Sequence[str],
    inside: Box,
    most: int,
    intervals: Sequence[tuple[float, float]] = (),
) -> Sequence[Label]:
    """Return at most `most` names for dots at `places` (points), the first of them first.

    A name that would cover a dot, its interval (lower and upper end, one a dot) or another name
    on every side is left out.
    """
    ends = intervals or [(y, y) for _, y in places]
    dots = [
        Box(x - _DOT, min(y, low) - _DOT, x + _DOT, max(y, high) + _DOT)
        for (x, y), (low, high) in zip(places, ends, strict=True)
    ]
    found: list[Label] = []
    for i, ((x, y), name) in enumerate(zip(places, names, strict=True)):
        if len(found) == most:
            break
        text = tail(name)
        wide, half = text_width(text) * SIZE, 0.6 * SIZE
        for dx, dy, ha, left in (
            (_NEAR, 0.0, "left", x + _NEAR), (-_NEAR, 0.0, "right", x - _NEAR - wide),
            (0.0, dots[i].top - y + half, "center", x - wide / 2),
            (0.0, dots[i].bottom - y - half, "center", x - wide / 2),
        ):  # fmt: skip
            box = Box(left, y + dy - half, left + wide, y + dy + half)
            taken = [*dots[:i], *dots[i + 1 :], *(label.box for label in found)]
            if inside.holds(box) and not any(box.meets(other) for other in taken):
                found.append(Label(i, text, dx, dy, ha, box))
                break
    return found
