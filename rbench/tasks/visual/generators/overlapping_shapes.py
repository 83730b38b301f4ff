"""Overlapping shapes: into how many closed regions the outlines cut the plane."""

from collections.abc import Mapping
from math import cos, pi, sin
from typing import TYPE_CHECKING

from rbench.harness.types import Json
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.number_window import number_window
from rbench.tasks.visual.outlines import Circle, Outline, Polygon, apart, crossings
from rbench.tasks.visual.question import Category, Question

if TYPE_CHECKING:
    from PIL import Image

    from rbench.tasks.visual.canvas import Point

_SIZE = 400
_EDGE = 12
_CHOICES = 8
_APART = 13.0
# Regions per level, both ends included.
_REGIONS = {1: (3, 8), 2: (7, 12), 3: (10, 16), 4: (14, 21), 5: (18, 27)}
_PROPOSALS = 120

_TEXT = {
    "en": (
        "The picture shows the outlines of several shapes. Together the outlines cut the plane "
        "into regions. How many closed regions are there? A closed region is bounded by lines "
        "all around and no line runs through it; gaps that shapes enclose between them count, "
        "the area around the whole figure does not. Answer with an integer."
    ),
    "zh": (
        "图中画出了若干图形的轮廓线。这些轮廓线合在一起把平面分成若干区域。"
        "问：封闭区域共有多少个？封闭区域是指四周都被线围住、内部没有线穿过的区域；"
        "由几个图形围成的空隙也算，整个图形外面的部分不算。请回答一个整数。"
    ),
}


class OverlappingShapes:
    """Circles, triangles and rectangles across each other.

    First solver: Euler's formula; curves that cross in V points and hang together in C parts
    bound V + C regions. Second: connected cells of a fine raster.
    """

    name = "overlapping_shapes"
    category: Category = "counting"
    version = "1"
    summary = "How many closed regions do overlapping outlines bound?"

    def draw(self, dice: Dice, level: int) -> Question:
        """Add shapes until they bound as many regions as the dice ask for."""
        target = dice.integer(*_REGIONS[level])
        shapes = None
        while shapes is None:
            shapes = _figure(dice, target)
        return Question(
            text=_TEXT,
            answer=str(target),
            scene={"shapes": [_to_json(shape) for shape in shapes]},
            choices=number_window(dice, target, count=_CHOICES),
            work=target,
        )

    def solve(self, scene: Mapping[str, Json]) -> str:
        """Count the connected cells of a raster that lie in the same shapes."""
        from rbench.tasks.visual.raster_regions import count_regions

        return str(count_regions([_from_json(s) for s in scene["shapes"]], _SIZE))

    def render(self, scene: Mapping[str, Json]) -> "Image.Image":
        """Draw the outlines; 384 x 384."""
        from rbench.tasks.visual.canvas import Canvas

        canvas = Canvas(_SIZE, _SIZE)
        for shape in map(_from_json, scene["shapes"]):
            if isinstance(shape, Circle):
                canvas.circle(shape.centre, shape.radius)
            else:
                canvas.polygon(shape.corners)
        return canvas.finish()


def _figure(dice: Dice, target: int) -> list[Outline] | None:
    """Return shapes that bound `target` regions; None where the dice led nowhere."""
    shapes: list[Outline] = []
    points: list[Point] = []
    parts: list[set[int]] = []
    for _ in range(_PROPOSALS):
        left = target - len(points) - len(parts)
        if left == 0:
            return shapes
        shape = _shape(dice)
        alone = not shapes or left == 1 or dice.chance(0.1)
        added: list[Point] = []
        met: set[int] = set()
        for i, other in enumerate(shapes):
            crossed = crossings(shape, other)
            if crossed is None or (crossed and left == 1):
                break
            if crossed:
                added += crossed
                met.add(i)
        else:
            joined = [part for part in parts if part & met]
            more = len(added) + 1 - len(joined)
            if more > left or not (added or alone) or not apart(added, points, _APART):
                continue
            parts = [part for part in parts if not part & met]
            parts.append({len(shapes)}.union(*joined))
            shapes.append(shape)
            points += added
    return None


def _shape(dice: Dice) -> Outline:
    kind = dice.choice(("circle", "circle", "triangle", "rectangle", "rectangle"))
    radius = dice.integer(26, 100)
    room = _EDGE + radius
    x, y = (dice.integer(room, _SIZE - room) for _ in range(2))
    if kind == "circle":
        return Circle((x, y), radius)
    turn = dice.real(0, 2 * pi)
    if kind == "triangle":
        angles = [turn + 2 * pi * i / 3 for i in range(3)]
    else:
        half = dice.real(pi / 7, pi / 4)
        angles = [turn + half, turn + pi - half, turn + pi + half, turn - half]
    return Polygon(tuple((round(x + radius * cos(a)), round(y + radius * sin(a))) for a in angles))


def _to_json(shape: Outline) -> Json:
    if isinstance(shape, Circle):
        return {"circle": [*shape.centre, shape.radius]}
    return {"polygon": [[x, y] for x, y in shape.corners]}


def _from_json(shape: Json) -> Outline:
    if "circle" in shape:
        x, y, radius = shape["circle"]
        return Circle((x, y), radius)
    return Polygon(tuple((x, y) for x, y in shape["polygon"]))
