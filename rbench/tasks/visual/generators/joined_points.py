"""Triangles counted from points: threes that lines join two by two. Exact, by fractions."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import TypeAlias

from rbench.tasks.visual.generators.crossing_lines import Segment

Exact: TypeAlias = tuple[Fraction, Fraction]


def count_triangles(lines: Sequence[Segment]) -> int:
    """Return how many triangles have their sides on the lines, no two of which overlap."""
    on_line: list[set[Exact]] = [set() for _ in lines]
    for (i, line), (j, other) in combinations(enumerate(lines), 2):
        point = _common(line, other)
        if point is not None:
            on_line[i].add(point)
            on_line[j].add(point)
    beside: dict[Exact, set[Exact]] = {}
    for points in on_line:
        for point in points:
            beside.setdefault(point, set()).update(points - {point})
    ordered = {point: i for i, point in enumerate(sorted(beside))}
    threes = {
        (a, b, c)
        for a in ordered
        for b in beside[a]
        if ordered[b] > ordered[a]
        for c in beside[a] & beside[b]
        if ordered[c] > ordered[b]
    }
    return sum(not any({*three} <= points for points in on_line) for three in threes)


def _common(line: Segment, other: Segment) -> Exact | None:
    """Return the point that two lines share, ends included; None for none."""
    (ax, ay), (bx, by) = line
    (cx, cy), (dx, dy) = other
    ux, uy, vx, vy = bx - ax, by - ay, dx - cx, dy - cy
    turn = ux * vy - uy * vx
    if turn == 0:
        return None
    s = Fraction((cx - ax) * vy - (cy - ay) * vx, turn)
    t = Fraction((cx - ax) * uy - (cy - ay) * ux, turn)
    return (ax + s * ux, ay + s * uy) if 0 <= s <= 1 and 0 <= t <= 1 else None
