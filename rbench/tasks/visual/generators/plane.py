"""Distances and crossings in the plane, for drawings whose parts must not collide."""

import math

from rbench.tasks.visual.canvas import Point


def distance_to_segment(point: Point, start: Point, end: Point) -> float:
    """Return the distance from a point to a segment."""
    (px, py), (x0, y0), (x1, y1) = point, start, end
    dx, dy = x1 - x0, y1 - y0
    along = ((px - x0) * dx + (py - y0) * dy) / (dx * dx + dy * dy)
    along = min(1.0, max(0.0, along))
    return math.hypot(px - x0 - along * dx, py - y0 - along * dy)


def cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Say whether the segments ab and cd cross; for segments that do not touch."""
    return _side(a, b, c) != _side(a, b, d) and _side(c, d, a) != _side(c, d, b)


def _side(a: Point, b: Point, c: Point) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) > (b[1] - a[1]) * (c[0] - a[0])
