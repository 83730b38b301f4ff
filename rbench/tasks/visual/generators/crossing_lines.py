"""Lines across a convex figure, that meet at points well apart, and the triangles they make.

Ends are integers: pixels times `STEPS`. All lines end on the figure's sides, so that two of them
meet in one point at most.
"""

from collections.abc import Sequence
from itertools import combinations
from math import cos, hypot, radians
from typing import TypeAlias

from rbench.tasks.visual.canvas import Point

Grid: TypeAlias = tuple[int, int]
Segment: TypeAlias = tuple[Grid, Grid]

STEPS = 20
"""A side has as many places where lines may end: coordinates of whole pixels stay whole."""
_APART = 14.0
"""Pixels between two points where lines meet."""
_SHALLOW = cos(radians(12))


class CrossingLines:
    """Lines, the points where they meet, and the number of their triangles."""

    def __init__(self) -> None:
        self.lines: list[Segment] = []
        self.triangles = 0
        self._meetings: list[Sequence[Point | None]] = []
        self._points: set[Point] = set()

    def meetings(self, line: Segment) -> list[Point | None] | None:
        """Return where a new line meets each of the lines, None for those that it does not meet.

        Returns None where that could not be seen: the points would be too near to others, or the
        lines at too small an angle. Points of three or more lines are ends of all but one.
        """
        found: list[Point | None] = []
        for other in self.lines:
            if _shallow(line, other):
                return None
            found.append(_meeting(line, other))
        new = {p for p in found if p is not None} - self._points
        for p in new:
            for x, y in new | self._points:
                if (x, y) != p and hypot(p[0] - x, p[1] - y) < _APART:
                    return None
        return found

    def gain(self, meetings: Sequence[Point | None]) -> int:
        """Return how many triangles a line adds that meets the others so."""
        on = [(i, point) for i, point in enumerate(meetings) if point is not None]
        return sum(
            1
            for (i, p), (j, q) in combinations(on, 2)
            if p != q and self._meetings[j][i] is not None
        )

    def add(self, line: Segment, meetings: Sequence[Point | None]) -> None:
        """Add a line that meets the others so."""
        self.triangles += self.gain(meetings)
        self.lines.append(line)
        self._meetings.append(meetings)
        self._points.update(point for point in meetings if point is not None)


def _shallow(line: Segment, other: Segment) -> bool:
    """Whether two lines that meet would do so at too small an angle, or lie on each other."""
    (a, b), (c, d) = line, other
    ux, uy, vx, vy = b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]
    if abs(ux * vx + uy * vy) <= _SHALLOW * hypot(ux, uy) * hypot(vx, vy):
        return False
    if ux * vy == uy * vx:
        return _turn(a, b, c) == 0
    return _meeting(line, other) is not None


def _meeting(line: Segment, other: Segment) -> Point | None:
    (a, b), (c, d) = line, other
    left, right = _turn(a, b, c), _turn(a, b, d)
    start, end = _turn(c, d, a), _turn(c, d, b)
    # An end that lies on the other line is the point itself, to the last bit.
    for turn, point, (p, q) in (
        (left, c, line),
        (right, d, line),
        (start, a, other),
        (end, b, other),
    ):
        if turn == 0 and _between(point, p, q):
            return point[0] / STEPS, point[1] / STEPS
    if left * right >= 0 or start * end >= 0:
        return None
    t = start / (start - end)
    return (a[0] + t * (b[0] - a[0])) / STEPS, (a[1] + t * (b[1] - a[1])) / STEPS


def _turn(a: Grid, b: Grid, p: Grid) -> int:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def _between(p: Grid, a: Grid, b: Grid) -> bool:
    return min(a[0], b[0]) <= p[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= p[1] <= max(a[1], b[1])
