"""A way of parts at right angles: its ends' distance is a side of a right triangle not drawn.

The scene: `points` of the way in pixels, from A to B; `lengths` of its parts as written there.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLACK, BLUE, Canvas, Point
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.auxiliary_marks import SIDE, TEXT_SIZE, have_room
from rbench.tasks.visual.generators.plane import distance_to_segment

_LEGS = (
    (3, 4), (6, 8), (5, 12), (9, 12), (8, 15), (12, 16), (15, 20), (10, 24), (20, 21), (7, 24),
)  # fmt: skip
_LONGEST = 24
_MIDDLE = SIDE / 2

TEXT: Mapping[str, str] = {
    "en": "The picture shows a way from A to B of straight parts; each turns at a right angle into "
    "the next. The numbers are the lengths of the parts. The figure is not to scale. How long is "
    "the straight segment from A to B? Answer with an integer.",
    "zh": "图中是一条从 A 到 B 的折线，相邻两段互相垂直，数字是各段的长度。图形未按比例绘制。线段"
    " AB（A、B 两点的直线距离）有多长？请用一个整数作答。",
}


def make(dice: Dice, level: int) -> tuple[dict[str, Json], int, float]:
    """Return a scene of `level` + 2 parts, its answer by Pythagoras, and the work."""
    count = level + 2
    legs = dice.choice(_LEGS)
    while True:
        across, down = dice.shuffled(legs)
        first = dice.integer(0, 1)  # 0: the first part is horizontal
        parts = [
            _split(dice, across * dice.choice([-1, 1]), (count + 1 - first) // 2),
            _split(dice, down * dice.choice([-1, 1]), (count + first) // 2),
        ]
        steps = [parts[(i + first) % 2][i // 2] for i in range(count)]
        points = _points(dice, steps, first)
        if points is not None and _fits(points):
            break
    total = [sum(part) for part in parts]
    scene: dict[str, Json] = {
        "form": "steps",
        "points": [list(point) for point in points],
        "lengths": [abs(step) for step in steps],
    }
    return scene, math.isqrt(total[0] ** 2 + total[1] ** 2), count


def solve(scene: Mapping[str, Json]) -> str:
    """Walk the way in the complex plane and measure the distance of its ends."""
    at = 0j
    for (start, end), length in zip(pairwise(scene["points"]), scene["lengths"], strict=True):
        drawn = complex(end[0] - start[0], end[1] - start[1])
        at += drawn / abs(drawn) * length
    return str(round(abs(at)))


def length_labels(points: Sequence[Point]) -> list[Point]:
    """Return where the lengths stand: right of, or above, the middle of each part."""
    found: list[Point] = []
    for (x0, y0), (x1, y1) in pairwise(points):
        upright = x0 == x1
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        found.append((middle[0] + 15, middle[1]) if upright else (middle[0], middle[1] - 13))
    return found


def name_labels(points: Sequence[Point]) -> list[Point]:
    """Return where A and B stand: beyond the ends."""
    found: list[Point] = []
    for end, before in ((points[0], points[1]), (points[-1], points[-2])):
        away = math.dist(end, before)
        x, y = (e + (e - b) / away * 16 for e, b in zip(end, before, strict=True))
        found.append((round(x, 1), round(y, 1)))
    return found


def paint(scene: Mapping[str, Json]) -> Canvas:
    """Draw the way, its lengths and its ends."""
    canvas = Canvas(SIDE, SIDE)
    points: list[Point] = [(x, y) for x, y in scene["points"]]
    canvas.line(points)
    for label, length in zip(length_labels(points), scene["lengths"], strict=True):
        canvas.text(label, str(length), BLUE, TEXT_SIZE)
    ends = (points[0], points[-1])
    for label, at, name in zip(name_labels(points), ends, "AB", strict=True):
        canvas.circle(at, 4, BLACK)
        canvas.text(label, name, BLACK, TEXT_SIZE)
    return canvas


def _split(dice: Dice, total: int, count: int) -> list[int]:
    """Return `count` numbers other than 0, none too large, whose sum is `total`."""
    while True:
        parts = [dice.integer(2, 14) * dice.choice([-1, 1, 1]) for _ in range(count - 1)]
        parts = [part if total > 0 else -part for part in parts]
        parts.append(total - sum(parts))
        if 2 <= abs(parts[-1]) <= _LONGEST:
            return dice.shuffled(parts)


def _points(dice: Dice, steps: Sequence[int], first: int) -> list[Point] | None:
    """Return the corners in the middle of the picture, the lengths drawn wrong on purpose."""
    drawn = [math.copysign((abs(s) + 8) * dice.real(0.7, 1.4), s) for s in steps]
    x = y = 0.0
    corners: list[Point] = [(x, y)]
    for i, step in enumerate(drawn):
        x, y = (x + step, y) if (i + first) % 2 == 0 else (x, y + step)
        corners.append((x, y))
    xs, ys = zip(*corners, strict=True)
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    scale = min(12.0, (SIDE - 80) / max(width, height))
    if min(abs(step) for step in drawn) * scale < 40:
        return None
    across = sum(step for i, step in enumerate(steps) if (i + first) % 2 == 0)
    down = sum(step for i, step in enumerate(steps) if (i + first) % 2 == 1)
    # The end lies on the side where it is drawn.
    if across * x * scale <= 0 or down * y * scale <= 0 or min(abs(x), abs(y)) * scale < 20:
        return None
    left = _MIDDLE - scale * (max(xs) + min(xs)) / 2
    top = _MIDDLE - scale * (max(ys) + min(ys)) / 2
    return [(round(left + scale * u, 1), round(top + scale * v, 1)) for u, v in corners]


def _fits(points: Sequence[Point]) -> bool:
    """Say whether the way keeps clear of itself, and the labels of it and of each other."""
    parts = list(pairwise(points))
    for i, (a, b) in enumerate(parts):
        for c, d in parts[i + 2 :]:
            nearest = min(
                distance_to_segment(a, c, d),
                distance_to_segment(b, c, d),
                distance_to_segment(c, a, b),
                distance_to_segment(d, a, b),
            )
            if nearest < 24 or _boxes_meet(a, b, c, d):
                return False
    return have_room([*length_labels(points), *name_labels(points)], parts)


def _boxes_meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Say whether two upright or level segments meet."""
    return all(
        max(min(a[i], b[i]), min(c[i], d[i])) <= min(max(a[i], b[i]), max(c[i], d[i]))
        for i in (0, 1)
    )
