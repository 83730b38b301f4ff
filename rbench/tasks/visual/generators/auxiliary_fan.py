"""A polygon of the centre of a circle and points on it: draw the radii.

The scene: `centre` and `radius` in pixels; `turns`, the directions of the points on the circle as
drawn, degrees clockwise; `values`, the polygon's angles at these points and last at the centre,
None for the asked one and -1 for one that is not marked.
"""

import cmath
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLACK, Canvas, Point
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.auxiliary_marks import (
    SIDE,
    TEXT_SIZE,
    AngleMark,
    direction,
    have_room,
    polar,
    shown,
)

RADIUS = 165
CENTRE: Point = (SIDE / 2, SIDE / 2)
_UNMARKED = -1

TEXT: Mapping[str, str] = {
    "en": "O is the centre of the circle in the picture. One corner of the polygon is O, all its "
    "other corners are on the circle. The numbers at the arcs are the sizes of the polygon's angles"
    " in degrees. The figure is not to scale. How many degrees has the angle marked with a question"
    " mark? Answer with an integer.",
    "zh": "图中 O 是圆心。多边形的一个顶点是 O，其余顶点都在圆上。圆弧旁的数字是多边形各内角的度"
    "数。图形未按比例绘制。标有问号的角是多少度？请用一个整数作答。",
}


def make(dice: Dice, level: int) -> tuple[dict[str, Json], int, float]:
    """Return a scene with `level` + 1 chords, its answer, and the work."""
    chords = level + 1
    while True:
        widest = min(100, 330 // chords)
        arcs = [2 * dice.integer(16, widest // 2) for _ in range(chords)]
        drawn = [arc + dice.choice([-1, 1]) * dice.real(4, 9) for arc in arcs]
        if max(sum(drawn), sum(arcs)) > 318 or any(abs(sum(a) - 180) < 12 for a in (drawn, arcs)):
            continue
        turn = dice.real(0, 360)
        turns = [round(turn + sum(drawn[:i]), 1) for i in range(chords + 1)]
        base = [90 - arc // 2 for arc in arcs]  # of the triangles that the radii cut off
        values: list[int | None] = [
            base[0],
            *(a + b for a, b in pairwise(base)),
            _UNMARKED,
            _UNMARKED,
        ]
        values[-1 if dice.chance(0.5) else -2] = None
        if _fits(turns, values):
            break
    scene: dict[str, Json] = {
        "form": "fan",
        "centre": list(CENTRE),
        "radius": RADIUS,
        "turns": turns,
        "values": values,
    }
    return scene, answer(values), chords


def answer(values: Sequence[int | None]) -> int:
    """Go from one isosceles triangle to the next, with the radii drawn."""
    base: list[int] = []
    for value in values[:-2]:
        assert value is not None
        base.append(value - base[-1] if base else value)
    return sum(180 - 2 * b for b in base) if values[-1] is None else base[-1]


def solve(scene: Mapping[str, Json]) -> str:
    """Lay the chords out on the unit circle in coordinates and measure the asked angle."""
    values = scene["values"]
    points = [complex(1, 0)]
    ahead = -points[0]  # towards the corner before, at first the centre
    swept = 0.0
    for value in values[:-2]:
        angle = math.radians(value)
        chord = ahead / abs(ahead) * complex(math.cos(angle), -math.sin(angle))
        length = -2 * (points[-1] * chord.conjugate()).real
        points.append(points[-1] + length * chord)
        swept += abs(cmath.phase(points[-1] / points[-2]))
        ahead = points[-2] - points[-1]
    if values[-1] is None:
        return str(round(math.degrees(swept)))
    return str(round(math.degrees(abs(cmath.phase(-points[-1] / ahead)))))


def marks(turns: Sequence[float]) -> list[AngleMark]:
    """Return the polygon's angles as drawn: at the points on the circle, then at the centre."""
    points = [polar(CENTRE, turn, RADIUS) for turn in turns]
    found = []
    for i, at in enumerate(points):
        before = CENTRE if i == 0 else points[i - 1]
        after = CENTRE if i == len(points) - 1 else points[i + 1]
        start, end = direction(at, after), direction(at, before)
        found.append(AngleMark(at, start, (end - start) % 360))
    return [*found, AngleMark(CENTRE, turns[0], turns[-1] - turns[0])]


def paint(scene: Mapping[str, Json]) -> Canvas:
    """Draw the circle, the polygon and its marked angles."""
    canvas = Canvas(SIDE, SIDE)
    turns = scene["turns"]
    canvas.circle(CENTRE, RADIUS)
    canvas.polygon([CENTRE, *(polar(CENTRE, turn, RADIUS) for turn in turns)])
    canvas.circle(CENTRE, 4, BLACK)
    canvas.text(_name_at(turns), "O", size=TEXT_SIZE)
    for mark, value in zip(marks(turns), scene["values"], strict=True):
        if value != _UNMARKED:
            mark.paint(canvas, shown(value))
    return canvas


def _name_at(turns: Sequence[float]) -> Point:
    """Return where O is written: outside the polygon."""
    outside = 360 - (turns[-1] - turns[0])
    away = max(17.0, 12 / math.sin(math.radians(min(outside, 180) / 2)))
    return polar(CENTRE, turns[-1] + outside / 2, away)


def _fits(turns: Sequence[float], values: Sequence[int | None]) -> bool:
    points = [CENTRE, *(polar(CENTRE, turn, RADIUS) for turn in turns)]
    marked = zip(marks(turns), values, strict=True)
    labels = [mark.label() for mark, value in marked if value != _UNMARKED]
    labels.append(_name_at(turns))
    return have_room(labels, list(zip(points, [*points[1:], points[0]], strict=True)))
