"""Outlines of circles and convex polygons, and where two of them cross, well apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, radians, sqrt
from typing import TypeAlias

from rbench.tasks.visual.canvas import Point

NEAR = 7.0
"""Pixels that outlines keep from each other where they do not cross."""
_SHALLOW = cos(radians(25))
"""Lines that cross at less than 25 degrees are hard to tell apart."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle; pixels."""

    centre: Point
    radius: float


@dataclass(frozen=True, slots=True)
class Polygon:
    """A convex polygon; pixels."""

    corners: tuple[Point, ...]

    @property
    def sides(self) -> list[tuple[Point, Point]]:
        """Return its sides, in order."""
        return [*pairwise([*self.corners, self.corners[0]])]


Outline: TypeAlias = Circle | Polygon


def crossings(one: Outline, other: Outline) -> list[Point] | None:
    """Return the points where two outlines cross; None where it cannot be seen clearly.

    Not clear are outlines that touch, come near without crossing, or cross at a small angle.
    """
    if isinstance(one, Circle):
        return _of_circles(one, other) if isinstance(other, Circle) else _of_both(one, other)
    return _of_both(other, one) if isinstance(other, Circle) else _of_polygons(one, other)


def apart(points: Sequence[Point], others: Sequence[Point], distance: float) -> bool:
    """Return whether all points are at least `distance` from each other and from the others."""
    for i, (x, y) in enumerate(points):
        for u, v in (*points[:i], *others):
            if abs(x - u) < distance and hypot(x - u, y - v) < distance:
                return False
    return True


def _of_circles(one: Circle, other: Circle) -> list[Point] | None:
    (x, y), r = one.centre, one.radius
    (u, v), s = other.centre, other.radius
    d = hypot(u - x, v - y)
    if abs(d - r - s) < NEAR or abs(d - abs(r - s)) < NEAR:
        return None
    if not abs(r - s) < d < r + s:
        return []
    if abs(r * r + s * s - d * d) > _SHALLOW * 2 * r * s:
        return None
    along = (d * d + r * r - s * s) / (2 * d)
    across = sqrt(r * r - along * along)
    ex, ey = (u - x) / d, (v - y) / d
    return [
        (x + along * ex - sign * across * ey, y + along * ey + sign * across * ex)
        for sign in (1, -1)
    ]


def _of_both(circle: Circle, polygon: Polygon) -> list[Point] | None:
    (x, y), r = circle.centre, circle.radius
    found = []
    for (ax, ay), (bx, by) in polygon.sides:
        if abs(hypot(ax - x, ay - y) - r) < NEAR:
            return None
        length = hypot(bx - ax, by - ay)
        ex, ey = (bx - ax) / length, (by - ay) / length
        foot = (x - ax) * ex + (y - ay) * ey
        distance = abs((x - ax) * ey - (y - ay) * ex)
        if 0 < foot < length and abs(distance - r) < NEAR:
            return None
        if distance >= r:
            continue
        half = sqrt(r * r - distance * distance)
        on = [t for t in (foot - half, foot + half) if 0 < t < length]
        if on and distance > _SHALLOW * r:
            return None
        found += [(ax + t * ex, ay + t * ey) for t in on]
    return found


def _of_polygons(one: Polygon, other: Polygon) -> list[Point] | None:
    found = []
    for side in one.sides:
        for crossed in other.sides:
            points = _of_sides(*side, *crossed)
            if points is None:
                return None
            found += points
    return found


def _of_sides(a: Point, b: Point, c: Point, d: Point) -> list[Point] | None:
    """Return where two sides cross; None where they do so unclearly."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = a, b, c, d
    if (
        min(ax, bx) - NEAR > max(cx, dx)
        or max(ax, bx) + NEAR < min(cx, dx)
        or min(ay, by) - NEAR > max(cy, dy)
        or max(ay, by) + NEAR < min(cy, dy)
    ):
        return []
    if min(_gap(a, c, d), _gap(b, c, d), _gap(c, a, b), _gap(d, a, b)) < NEAR:
        return None
    ux, uy, vx, vy = bx - ax, by - ay, dx - cx, dy - cy
    turn = ux * vy - uy * vx
    if turn == 0:
        return []
    s = ((cx - ax) * vy - (cy - ay) * vx) / turn
    t = ((cx - ax) * uy - (cy - ay) * ux) / turn
    if not (0 < s < 1 and 0 < t < 1):
        return []
    if abs(ux * vx + uy * vy) > _SHALLOW * hypot(ux, uy) * hypot(vx, vy):
        return None
    return [(ax + s * ux, ay + s * uy)]


def _gap(p: Point, a: Point, b: Point) -> float:
    """Return the distance from a point to a side."""
    ux, uy = b[0] - a[0], b[1] - a[1]
    t = ((p[0] - a[0]) * ux + (p[1] - a[1]) * uy) / (ux * ux + uy * uy)
    t = min(1.0, max(0.0, t))
    return hypot(p[0] - a[0] - t * ux, p[1] - a[1] - t * uy)
