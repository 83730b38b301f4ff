"""Places dots on a figure and beside it, with room for their numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rbench.tasks.visual.canvas import Point
from rbench.tasks.visual.dice import Dice

SIDE = 416
"""Of the picture, in pixels."""
DOT = 3.5
"""Radius of a dot."""
RINGS = (6.5, 9.5)
"""Radii of the rings around the last dot."""
TEXT = 12
APART = 20.0
"""Least pixels between two dots."""

_ROOM = 27.0  # between two dots of a side
_EDGE = 26
_BESIDE = 13.0  # from a dot to its number
_NEARER = 3.0  # to its own dot than to any other
_OFF_LINE = 12.0  # from a dot that does not belong to the figure to its line


@dataclass(frozen=True, slots=True)
class Labelled:
    """A dot and where its number stands."""

    dot: Point
    label: Point


def subdivided(dice: Dice, corners: Sequence[Point], closed: bool, count: int) -> list[Point]:
    """Return the corners with more dots on the longest sides: up to `count`, if there is room."""
    ends = [*corners[1:], *corners[: 1 if closed else 0]]
    sides = list(zip(corners, ends, strict=False))
    pieces = [1] * len(sides)
    for _ in range(count - len(corners)):
        longest = max(range(len(sides)), key=lambda i: math.dist(*sides[i]) / pieces[i])
        pieces[longest] += 1
        if math.dist(*sides[longest]) < pieces[longest] * _ROOM:
            pieces[longest] -= 1
            break
    dots: list[Point] = []
    for (a, b), count_here in zip(sides, pieces, strict=True):
        for i in range(count_here):
            # Not quite evenly: where lines cross, dots must not meet for ever.
            share = (i + (dice.real(-0.2, 0.2) if i else 0)) / count_here
            dots.append((a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share))
    return dots if closed else [*dots, corners[-1]]


def placed(dice: Dice, dots: Sequence[Point], closed: bool, decoys: int) -> list[Labelled] | None:
    """Return the dots and as many others off their line, all numbered; None if there is no room."""
    everything = list(dots)
    if any(math.dist(a, b) < APART for i, a in enumerate(dots) for b in dots[:i]):
        return None
    lines = list(zip(dots, [*dots[1:], *dots[: 1 if closed else 0]], strict=False))
    for _ in range(40 * decoys):
        if len(everything) == len(dots) + decoys:
            break
        at = (dice.real(_EDGE, SIDE - _EDGE), dice.real(_EDGE, SIDE - _EDGE))
        if all(math.dist(at, other) >= APART for other in everything) and all(
            from_line(at, a, b) >= _OFF_LINE for a, b in lines
        ):
            everything.append((round(at[0], 1), round(at[1], 1)))
    labels = _labels(dice, everything)
    if labels is None or len(everything) < len(dots) + decoys:
        return None
    return [Labelled(dot, label) for dot, label in zip(everything, labels, strict=True)]


def from_line(point: Point, a: Point, b: Point) -> float:
    """Return how far a point is from the line between two others."""
    (x, y), (x0, y0), (x1, y1) = point, a, b
    dx, dy = x1 - x0, y1 - y0
    at = min(1.0, max(0.0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)))
    return math.hypot(x - x0 - at * dx, y - y0 - at * dy)


def label_size(number: int) -> tuple[float, float]:
    """Return half the width and half the height of a number, with a little room."""
    return 3.6 * len(str(number)) + 2, 6.5


def _labels(dice: Dice, dots: Sequence[Point]) -> list[Point] | None:
    labels: list[Point] = []
    for number, (x, y) in enumerate(dots, 1):
        wide, _ = label_size(number)
        first = dice.integer(0, 7)
        for turn in range(8):
            angle = math.pi / 4 * (first + turn)
            at = (
                round(x + (_BESIDE + wide - 4) * math.cos(angle), 1),
                round(y + _BESIDE * math.sin(angle), 1),
            )
            if _is_free(at, number, dots, labels):
                labels.append(at)
                break
        else:
            return None
    return labels


def _is_free(at: Point, number: int, dots: Sequence[Point], labels: Sequence[Point]) -> bool:
    """Whether a number fits there: in the picture, over nothing, and nearest to its own dot."""
    (x, y), (wide, high) = at, label_size(number)
    if not (wide < x < SIDE - wide and high < y < SIDE - high):
        return False
    own = math.dist(at, dots[number - 1])
    for other, (u, v) in enumerate(dots, 1):
        if abs(x - u) < wide + DOT + 1 and abs(y - v) < high + DOT + 1:
            return False
        if other != number and math.hypot(x - u, y - v) < own + _NEARER:
            return False
    for other, (u, v) in enumerate(labels, 1):
        other_wide, other_high = label_size(other)
        if abs(x - u) < wide + other_wide and abs(y - v) < high + other_high:
            return False
    return True
