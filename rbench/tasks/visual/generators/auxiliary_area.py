"""A polygon on a grid of dots, whose area is found by cutting it up or by a frame around it.

The scene: `corners` in order, (column, row) of the dots, rows counted downwards.
"""

import math
from collections.abc import Mapping, Sequence

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLACK, Canvas, Colour, Point
from rbench.tasks.visual.dice import Dice

SIDE = 400
DOTS = 10  # a side
STEP = 40
EDGE = 20
FILL: Colour = (205, 222, 240)

TEXT: Mapping[str, str] = {
    "en": "The picture shows a polygon whose corners are dots of a square grid. Neighbouring dots "
    "in a row or column are 1 apart. What is the area of the polygon? Answer with an integer.",
    "zh": "图中多边形的顶点都是方格点阵中的点，同一行或同一列中相邻两点的距离为 1。这个多边形的面"
    "积是多少？请用一个整数作答。",
}


def make(dice: Dice, level: int) -> tuple[dict[str, Json], int, float]:
    """Return a scene of `level` + 2 corners, its area by the shoelace rule, and the work."""
    dots = [(x, y) for x in range(DOTS) for y in range(DOTS)]
    while True:
        corners = dice.sample(dots, level + 2)
        mx, my = (sum(values) / len(corners) for values in zip(*corners, strict=True))
        corners.sort(key=lambda c: math.atan2(c[1] - my, c[0] - mx))
        doubled = doubled_area(corners)
        if doubled % 2 == 0 and doubled >= 16 and _is_clear(corners, (mx, my)):
            scene: dict[str, Json] = {"form": "area", "corners": [list(c) for c in corners]}
            return scene, doubled // 2, level + 2


def doubled_area(corners: Sequence[tuple[int, int]]) -> int:
    """Return twice the area, by the shoelace rule."""
    around = zip(corners, [*corners[1:], corners[0]], strict=True)
    return abs(sum(a[0] * b[1] - a[1] * b[0] for a, b in around))


def solve(scene: Mapping[str, Json]) -> str:
    """Return the area by Pick's theorem: count the dots inside and on the border."""
    corners = scene["corners"]
    sides = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    border = sum(math.gcd(b[0] - a[0], b[1] - a[1]) for a, b in sides)
    inside = 0
    for x in range(DOTS):
        for y in range(DOTS):
            crossings, on_border = 0, False
            for (ax, ay), (bx, by) in sides:
                turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
                between = min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by)
                on_border |= turn == 0 and between
                if (ay > y) != (by > y):
                    crossings += (turn > 0) == (by > ay)
            inside += not on_border and crossings % 2
    return str(inside + border // 2 - 1)


def pixel(dot: Sequence[int]) -> Point:
    """Return the pixel of a dot."""
    return (EDGE + STEP * dot[0], EDGE + STEP * dot[1])


def paint(scene: Mapping[str, Json]) -> Canvas:
    """Draw the polygon and the dots."""
    canvas = Canvas(SIDE, SIDE)
    canvas.polygon([pixel(corner) for corner in scene["corners"]], FILL)
    for x in range(DOTS):
        for y in range(DOTS):
            canvas.circle(pixel((x, y)), 3, BLACK, None)
    return canvas


def _is_clear(corners: Sequence[tuple[int, int]], middle: Point) -> bool:
    """Say whether the corners go once around the middle and no corner is flat or too sharp."""
    n = len(corners)
    angles = [math.atan2(c[1] - middle[1], c[0] - middle[0]) for c in corners]
    gaps = [(angles[(i + 1) % n] - a) % (2 * math.pi) for i, a in enumerate(angles)]
    if min(gaps) < 0.15 or max(gaps) > 3.0:
        return False
    for i in range(n):
        a, b, c = corners[i - 1], corners[i], corners[(i + 1) % n]
        turn = math.atan2(a[1] - b[1], a[0] - b[0]) - math.atan2(c[1] - b[1], c[0] - b[0])
        inner = turn % (2 * math.pi)
        if min(inner, 2 * math.pi - inner) < 0.35 or abs(inner - math.pi) < 0.12:
            return False
    return True
