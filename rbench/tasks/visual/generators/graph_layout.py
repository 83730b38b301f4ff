"""Where the nodes and lines of a drawn graph go: no two lines cross and no labels collide."""

import math
from dataclasses import dataclass

from rbench.tasks.visual.canvas import Point
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.plane import cross, distance_to_segment

SIDE = 400  # of the picture, pixels
MARGIN = 28
NODE_RADIUS = 14
LABEL_RADIUS = 10

_NODES_APART = 66.0
_LONGEST = 230.0
_NARROWEST = math.radians(24)  # between two lines at a node


@dataclass(frozen=True, slots=True)
class Layout:
    """A connected plane graph: points in pixels, edges as pairs of nodes, a label point each."""

    points: list[Point]
    edges: list[tuple[int, int]]
    labels: list[Point]


def plane_graph(dice: Dice, nodes: int, edges: int) -> Layout:
    """Return a connected graph of that many nodes and lines, drawn without crossings."""
    while True:
        points = _scattered(dice, nodes)
        if points is None:
            continue
        layout = _joined(dice, points, edges)
        if layout is not None:
            return layout


def _scattered(dice: Dice, nodes: int) -> list[Point] | None:
    """Return a point in each of some cells of a square grid, or None where two come too close."""
    across = math.ceil(math.sqrt(nodes + 1))
    cell = (SIDE - 2 * MARGIN) / across
    chosen = dice.sample([(x, y) for x in range(across) for y in range(across)], nodes)
    points: list[Point] = []
    for x, y in chosen:
        at = (
            round(MARGIN + (x + dice.real(0.1, 0.9)) * cell),
            round(MARGIN + (y + dice.real(0.1, 0.9)) * cell),
        )
        if any(math.dist(at, other) < _NODES_APART for other in points):
            return None
        points.append(at)
    return points


def _joined(dice: Dice, points: list[Point], count: int) -> Layout | None:
    """Join near points first, first of all those that are not yet connected."""
    nodes = range(len(points))
    pairs = [(a, b) for a in nodes for b in nodes if a < b]
    weight = {
        (a, b): math.dist(points[a], points[b]) * dice.real(0.75, 1.3)
        for a, b in pairs
        if math.dist(points[a], points[b]) <= _LONGEST
    }
    layout = Layout(points, [], [])
    part = list(nodes)
    waiting = []
    for a, b in sorted(weight, key=weight.__getitem__):
        if part[a] == part[b]:
            waiting.append((a, b))
        elif _add(dice, layout, a, b):
            part = [part[a] if p == part[b] else p for p in part]
    if len(set(part)) > 1:
        return None
    for a, b in waiting:
        if len(layout.edges) == count:
            break
        _add(dice, layout, a, b)
    return layout if len(layout.edges) == count else None


def _add(dice: Dice, layout: Layout, a: int, b: int) -> bool:
    """Add a line with room for its label, if it has a place."""
    points = layout.points
    start, end = points[a], points[b]
    for node, point in enumerate(points):
        if node not in (a, b) and distance_to_segment(point, start, end) < NODE_RADIUS + 9:
            return False
    for (c, d), label in zip(layout.edges, layout.labels, strict=True):
        if distance_to_segment(label, start, end) < LABEL_RADIUS + 4:
            return False
        shared = {a, b} & {c, d}
        if shared:
            at = shared.pop()
            if _angle(points[at], points[a + b - at], points[c + d - at]) < _NARROWEST:
                return False
        elif cross(start, end, points[c], points[d]):
            return False
    for share in dice.shuffled([0.5, 0.42, 0.58]):
        x, y = (s + (e - s) * share for s, e in zip(start, end, strict=True))
        label = (round(x, 1), round(y, 1))
        if _has_room(layout, label):
            layout.edges.append((a, b))
            layout.labels.append(label)
            return True
    return False


def _has_room(layout: Layout, label: Point) -> bool:
    points = layout.points
    return (
        all(math.dist(label, other) >= 2 * LABEL_RADIUS + 3 for other in layout.labels)
        and all(math.dist(label, p) >= NODE_RADIUS + LABEL_RADIUS + 3 for p in points)
        and all(
            distance_to_segment(label, points[c], points[d]) >= LABEL_RADIUS + 4
            for c, d in layout.edges
        )
    )


def _angle(at: Point, one: Point, other: Point) -> float:
    a = math.atan2(one[1] - at[1], one[0] - at[0])
    b = math.atan2(other[1] - at[1], other[0] - at[0])
    turn = abs(a - b)
    return min(turn, 2 * math.pi - turn)
