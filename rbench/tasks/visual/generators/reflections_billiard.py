"""A ball in a box on a grid: how often it bounces before it runs into a corner.

The scene: `width` and `height` of the box in squares, `start` (x, y) from the lower left corner,
`direction`, each part 1 or -1.
"""

from collections.abc import Mapping

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLUE, Canvas, Colour, Point
from rbench.tasks.visual.dice import Dice

MOST_SQUARES = 12
SIDE = 400
STEP = 30
EDGE = 20

_BOUNCES = {1: (2, 5), 2: (4, 7), 3: (6, 10), 4: (9, 14), 5: (12, 18)}

_GRID: Colour = (195, 195, 195)

TEXT: Mapping[str, str] = {
    "en": "The picture shows a box on a grid of squares, seen from above, and a ball (blue dot) on "
    "a grid point. The ball rolls in the direction of the arrow, along the diagonals of the "
    "squares, and bounces off the box's sides like light off a mirror, without losing speed. It "
    "stops as soon as it reaches a corner of the box. How many times does it bounce before? (The "
    "arrival in the corner does not count as a bounce.) Answer with an integer.",
    "zh": "图中是一个画在方格纸上的盒子（俯视图），格点上有一个小球（蓝色圆点）。小球沿箭头方向、"
    "即沿小方格的对角线滚动，碰到盒子的边时像光线被镜面反射一样弹回，速度不减。它一到达盒子"
    "的某个角就停下。在此之前它反弹了多少次？（到达角落不算反弹。）请用一个整数作答。",
}


def make(dice: Dice, level: int) -> tuple[dict[str, Json], str, float]:
    """Return a scene, its answer by following the ball, and the work: the bounces."""
    bounces = dice.integer(*_BOUNCES[level])
    while True:
        width, height = dice.integer(3, MOST_SQUARES), dice.integer(3, MOST_SQUARES)
        corner = (dice.choice([0, width]), dice.choice([0, height]))
        ball, step = corner, (1 if corner[0] == 0 else -1, 1 if corner[1] == 0 else -1)
        # What is rolled forwards from one corner is cut into the ways between two bounces.
        ways: list[list[tuple[tuple[int, int], tuple[int, int]]]] = [[]]
        while True:
            ball = (ball[0] + step[0], ball[1] + step[1])
            hits = (ball[0] in (0, width), ball[1] in (0, height))
            if all(hits):
                break
            if any(hits):
                step = (-step[0] if hits[0] else step[0], -step[1] if hits[1] else step[1])
                ways.append([])
            else:
                ways[-1].append((ball, step))
        if len(ways) > bounces and ways[-1 - bounces]:
            start, direction = dice.choice(ways[-1 - bounces])
            scene: dict[str, Json] = {
                "form": "billiard",
                "width": width,
                "height": height,
                "start": list(start),
                "direction": list(direction),
            }
            return scene, str(bounces), bounces


def solve(scene: Mapping[str, Json]) -> str:
    """Return the answer in the unfolded plane: a straight line crosses the sides of mirrored boxes.

    The end is the first time at which the line passes a corner of the lattice of boxes.
    """
    (x, y), (dx, dy) = scene["start"], scene["direction"]
    width, height = scene["width"], scene["height"]
    to_side, to_floor = (-x * dx) % width, (-y * dy) % height
    times = range(to_side, to_side + width * height + 1, width)
    end = next(t for t in times if t > 0 and (t - to_floor) % height == 0)
    return str(len(range(to_side, end, width)) + len(range(to_floor, end, height)))


def corner_pixel(scene: Mapping[str, Json]) -> Point:
    """Return the pixel of the lower left corner; the box stands in the middle."""
    return (
        round((SIDE - STEP * scene["width"]) / 2),
        round((SIDE + STEP * scene["height"]) / 2),
    )


def paint(scene: Mapping[str, Json]) -> Canvas:
    """Draw the box, the squares, the ball and its arrow."""
    canvas = Canvas(SIDE, SIDE)
    left, bottom = corner_pixel(scene)
    width, height = scene["width"], scene["height"]
    right, top = left + STEP * width, bottom - STEP * height
    for i in range(1, width):
        canvas.line([(left + i * STEP, bottom), (left + i * STEP, top)], _GRID, 1)
    for i in range(1, height):
        canvas.line([(left, bottom - i * STEP), (right, bottom - i * STEP)], _GRID, 1)
    canvas.polygon([(left, bottom), (right, bottom), (right, top), (left, top)], None, width=3)
    (x, y), (dx, dy) = scene["start"], scene["direction"]
    ball = (left + x * STEP, bottom - y * STEP)
    tip = (ball[0] + 22 * dx, ball[1] - 22 * dy)
    canvas.line([ball, tip], BLUE, 3)
    canvas.polygon([tip, (tip[0] - 10 * dx, tip[1]), (tip[0], tip[1] + 10 * dy)], BLUE, None)
    canvas.circle(ball, 6, BLUE, BLUE)
    return canvas
