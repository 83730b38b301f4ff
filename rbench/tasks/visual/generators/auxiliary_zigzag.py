"""A zigzag between two parallel lines: draw a parallel through each corner.

The scene: `points` of the zigzag from the upper line to the lower one, in pixels; `values`, the
angle in degrees at each of them, None for the asked one; `sides`, 1 for an angle that opens to the
right and -1 for one that opens to the left.
"""

import cmath
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import Canvas, Point
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.auxiliary_marks import (
    SIDE,
    AngleMark,
    direction,
    have_room,
    polar,
    shown,
)

TOP, BOTTOM = 30, SIDE - 30  # of the parallel lines
LEFT, RIGHT = 20, SIDE - 20

TEXT: Mapping[str, str] = {
    "en": "The two horizontal lines in the picture are parallel; a broken line leads from one to "
    "the other. The numbers at the arcs are the sizes of the marked angles in degrees. The figure "
    "is not to scale. How many degrees has the angle marked with a question mark? Answer with an "
    "integer.",
    "zh": "图中两条水平直线互相平行，一条折线连接它们。圆弧旁的数字是所标角的度数。图形未按比例绘"
    "制。标有问号的角是多少度？请用一个整数作答。",
}


def make(dice: Dice, level: int) -> tuple[dict[str, Json], int, float]:
    """Return a scene with as many corners as the level, its answer, and the work."""
    while True:
        # Directions of the parts, degrees from the right, clockwise: between 0 and 180, downwards.
        leftwards = dice.chance(0.5)
        true = []
        for _ in range(level + 1):
            true.append(dice.integer(105, 150) if leftwards else dice.integer(30, 75))
            leftwards = leftwards != dice.chance(0.85)
        drawn = [t + dice.choice([-1, 1]) * dice.real(5, 11) for t in true]
        turns = [(a > b) - (a < b) for a, b in pairwise(true)]
        if any(abs(a - b) < 30 for a, b in pairwise(true)) or any(
            (a - b) * turn < 20 for a, b, turn in zip(drawn, drawn[1:], turns, strict=False)
        ):
            continue
        first, last = dice.choice([1, -1]), dice.choice([1, -1])
        sides = [first, *turns, last]
        values: list[int | None] = [
            true[0] if first == 1 else 180 - true[0],
            *(180 - abs(a - b) for a, b in pairwise(true)),
            180 - true[-1] if last == 1 else true[-1],
        ]
        points = _points(dice, drawn)
        if points is None or not _fits(points, sides):
            continue
        asked = dice.integer(0, len(values) - 1)
        values[asked] = None
        scene: dict[str, Json] = {
            "form": "zigzag",
            "points": [list(point) for point in points],
            "values": values,
            "sides": sides,
        }
        return scene, answer(values, sides), level + 1


def answer(values: Sequence[int | None], sides: Sequence[int]) -> int:
    """Carry the direction of the parts, as by parallels, from both ends to the asked angle."""
    asked = values.index(None)
    before, after = None, None  # directions of the parts next to the asked angle
    for value, side in zip(values[:asked], sides, strict=False):
        assert value is not None
        if before is None:
            before = value if side == 1 else 180 - value
        else:
            before -= side * (180 - value)
    for value, side in zip(values[:asked:-1], sides[::-1], strict=False):
        assert value is not None
        if after is None:
            after = 180 - value if side == 1 else value
        else:
            after += side * (180 - value)
    if before is None:
        assert after is not None
        return after if sides[0] == 1 else 180 - after
    if after is None:
        return 180 - before if sides[-1] == 1 else before
    return 180 - abs(before - after)


def solve(scene: Mapping[str, Json]) -> str:
    """Try every whole angle: lay the zigzag out in coordinates and measure where it ends."""
    values, sides = scene["values"], scene["sides"]
    asked = values.index(None)
    fitting = []
    for guess in range(1, 180):
        angles = [math.radians(guess if i == asked else v) for i, v in enumerate(values)]
        at, ahead = 0j, complex(sides[0] * math.cos(angles[0]), -math.sin(angles[0]))
        for angle, side in zip(angles[1:-1], sides[1:-1], strict=True):
            at += ahead
            # The next part leaves at the angle from the way back, on the side it opens to.
            back = -ahead
            ahead = back * complex(math.cos(angle), -side * math.sin(angle))
        measured = abs(cmath.phase(-ahead / sides[-1]))  # from the line's ray to the way back
        if ahead.imag < 0 and abs(measured - angles[-1]) < 1e-6:
            fitting.append(guess)
    (found,) = fitting
    return str(found)


def marks(points: Sequence[Point], sides: Sequence[int]) -> list[AngleMark]:
    """Return the marked angles as drawn."""
    found = []
    for i, (at, side) in enumerate(zip(points, sides, strict=True)):
        horizontal = 0.0 if side == 1 else 180.0
        up = direction(at, points[i - 1]) if i else horizontal
        down = direction(at, points[i + 1]) if i < len(points) - 1 else horizontal
        start, end = (up, down) if side == 1 else (down, up)
        found.append(AngleMark(at, start, (end - start) % 360))
    return found


def paint(scene: Mapping[str, Json]) -> Canvas:
    """Draw the parallels, the zigzag and the angles."""
    canvas = Canvas(SIDE, SIDE)
    points: list[Point] = [(x, y) for x, y in scene["points"]]
    canvas.line([(LEFT, TOP), (RIGHT, TOP)])
    canvas.line([(LEFT, BOTTOM), (RIGHT, BOTTOM)])
    canvas.line(points)
    for mark, value in zip(marks(points, scene["sides"]), scene["values"], strict=True):
        mark.paint(canvas, shown(value))
    return canvas


def _points(dice: Dice, drawn: Sequence[float]) -> list[Point] | None:
    """Return the corners of a zigzag in the middle of the picture, if it is not too wide."""
    heights = [dice.real(0.85, 1.15) for _ in drawn]
    share = (BOTTOM - TOP) / sum(heights)
    points: list[Point] = [(0.0, float(TOP))]
    for degrees, height in zip(drawn, heights, strict=True):
        length = height * share / math.sin(math.radians(degrees))
        points.append(polar(points[-1], degrees, length))
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    if right - left > RIGHT - LEFT - 110:
        return None
    shift = round((SIDE - left - right) / 2, 1)
    points = [(round(x + shift, 1), y) for x, y in points]
    points[-1] = (points[-1][0], float(BOTTOM))
    return points


def _fits(points: Sequence[Point], sides: Sequence[int]) -> bool:
    lines: list[tuple[Point, Point]] = [
        ((LEFT, TOP), (RIGHT, TOP)),
        ((LEFT, BOTTOM), (RIGHT, BOTTOM)),
        *pairwise(points),
    ]
    return have_room([mark.label() for mark in marks(points, sides)], lines)
