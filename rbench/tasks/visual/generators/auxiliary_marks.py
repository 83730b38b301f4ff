"""Numbers at angles and sides: where they stand, and whether they have room."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rbench.tasks.visual.canvas import BLUE, Canvas, Point
from rbench.tasks.visual.generators.plane import distance_to_segment

SIDE = 400  # of the picture, pixels
TEXT_SIZE = 15
ASKED = "?"
ARC = 16  # its radius

_NEAREST = 34.0  # of a label to its corner
_ROOM = 13.0  # around a label's centre


@dataclass(frozen=True, slots=True)
class AngleMark:
    """An angle from direction `start` through `size` degrees, clockwise as y points down."""

    corner: Point
    start: float
    size: float

    def label(self) -> Point:
        """Return where its number stands: on the bisector, clear of both sides."""
        half = math.radians(min(self.size, 180) / 2)
        away = max(_NEAREST, _ROOM / math.sin(half) + 3)
        return polar(self.corner, self.start + self.size / 2, away)

    def paint(self, canvas: Canvas, text: str) -> None:
        """Draw the arc and the number."""
        canvas.arc(self.corner, ARC, self.start, self.start + self.size, BLUE, 2)
        canvas.text(self.label(), text, BLUE, TEXT_SIZE)


def polar(origin: Point, degrees: float, distance: float) -> Point:
    """Return the point at a distance in a direction, clockwise from the right."""
    turn = math.radians(degrees)
    return (
        round(origin[0] + distance * math.cos(turn), 1),
        round(origin[1] + distance * math.sin(turn), 1),
    )


def direction(start: Point, end: Point) -> float:
    """Return the direction from a point to another, degrees clockwise from the right."""
    return math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))


def have_room(labels: Sequence[Point], segments: Sequence[tuple[Point, Point]]) -> bool:
    """Say whether labels are clear of all lines, of each other and of the picture's edge."""
    return (
        all(14 <= value <= SIDE - 14 for label in labels for value in label)
        and all(math.dist(a, b) >= 26 for i, a in enumerate(labels) for b in labels[:i])
        and all(distance_to_segment(label, *ends) >= _ROOM for label in labels for ends in segments)
    )


def shown(value: int | None) -> str:
    """Return a value as it is written; the asked one is a question mark."""
    return ASKED if value is None else str(value)
