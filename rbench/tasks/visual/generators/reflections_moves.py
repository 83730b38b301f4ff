"""A point of a grid is reflected in lines and turned about centres, in the order of the numbers.

A move is ``["line", a, b, c]``, the reflection in a x + b y = c with a, b among -1, 0 and 1, or
``["turn", x, y, sense]``, a quarter turn about (x, y): counterclockwise for sense 1, clockwise
for -1. Coordinates go from 0 to `LAST`; y counts upwards.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLUE, ORANGE, WHITE, Canvas, Colour, Point
from rbench.tasks.visual.dice import Dice

Spot: TypeAlias = tuple[int, int]
Move: TypeAlias = tuple[str, int, int, int]

LAST = 12
LETTERS = "ABCDEF"
SIDE = 400
STEP = 27
EDGE = 38

_GRID: Colour = (195, 195, 195)

TEXT: Mapping[str, str] = {
    "en": "The picture shows a grid with the starting point P (blue disc), and numbered moves. A "
    "numbered blue line stands for the reflection in this line; a numbered orange disc stands for "
    "a quarter turn (90 degrees) about the disc's centre in the direction of the arrow around it. "
    "The moves are applied to P one after the other, in the order of their numbers, each to the "
    "result of the one before. Which of the points A to F is the final result? Answer with one "
    "letter.",
    "zh": "图中有一个网格、起点 P（蓝色圆点）和若干带编号的变换。带编号的蓝色直线表示关于该直线的"
    "轴对称；带编号的橙色圆点表示绕其圆心沿周围箭头所示方向旋转 90 度。从 P 开始，按编号顺"
    "序依次进行这些变换，每次都作用于上一次的结果。最后得到的是 A 到 F 中的哪一点？请用一个"
    "字母作答。",
}


def make(dice: Dice, level: int) -> tuple[dict[str, Json], str, float]:
    """Return a scene, its answer by moving the point step by step, and the work."""
    count = level + 1
    while True:
        moves = [_move(dice, turns=level > 1) for _ in range(count)]
        start = (dice.integer(0, LAST), dice.integer(0, LAST))
        images = [start]
        for move in moves:
            images.append(moved(move, images[-1]))
        ends = [dice.integer(0, 1) for _ in moves]
        if (
            all(_inside(image) for image in images)
            and all(a != b for a, b in pairwise(images))
            and images[-1] != start
            and _labels_apart(moves, ends)
        ):
            centres = {(x, y) for kind, x, y, _ in moves if kind == "turn"}
            others = _others(dice, moves, images, {start, images[-1], *centres})
            if others is not None and not centres & {start, images[-1]}:
                break
    spots = dice.shuffled([images[-1], *others])
    scene: dict[str, Json] = {
        "form": "moves",
        "start": list(start),
        "moves": [list(move) for move in moves],
        "ends": ends,
        "candidates": [[*spot, letter] for spot, letter in zip(spots, LETTERS, strict=True)],
    }
    return scene, LETTERS[spots.index(images[-1])], 2 * count


def solve(scene: Mapping[str, Json]) -> str:
    """Return the answer by one composed affine matrix."""
    whole = np.eye(3, dtype=np.int64)
    for kind, a, b, c in scene["moves"]:
        if kind == "line":
            normal, square = np.array([a, b]), a * a + b * b
            linear = np.eye(2, dtype=np.int64) - 2 * np.outer(normal, normal) // square
            shift = 2 * c * normal // square
        else:
            linear = np.array([[0, -c], [c, 0]])
            shift = np.array([a, b]) - linear @ np.array([a, b])
        step = np.eye(3, dtype=np.int64)
        step[:2, :2], step[:2, 2] = linear, shift
        whole = step @ whole
    x, y, _ = whole @ np.array([*scene["start"], 1])
    found: str = next(letter for u, v, letter in scene["candidates"] if (u, v) == (x, y))
    return found


def moved(move: Move, spot: Spot) -> Spot:
    """Return the image of one point."""
    (kind, a, b, c), (x, y) = move, spot
    if kind == "turn":
        return (a - c * (y - b), b + c * (x - a))
    steps = 2 * (a * x + b * y - c) // (a * a + b * b)
    return (x - steps * a, y - steps * b)


def line_ends(move: Move) -> tuple[Spot, Spot]:
    """Return the two points at which a line of reflection leaves the grid."""
    _, a, b, c = move
    border = [(x, y) for x in range(LAST + 1) for y in range(LAST + 1) if _on_border(x, y)]
    on_line = sorted(spot for spot in border if a * spot[0] + b * spot[1] == c)
    return on_line[0], on_line[-1]


def label_of(move: Move, end: int) -> Point:
    """Return where a move's number stands, in pixels: beyond the line's end, or at the centre."""
    if move[0] == "turn":
        return pixel((move[1], move[2]))
    at, other = (pixel(spot) for spot in line_ends(move)[:: -1 if end else 1])
    length = math.dist(at, other)
    x, y = (a + (a - o) / length * 20 for a, o in zip(at, other, strict=True))
    return (round(x, 1), round(y, 1))


def pixel(spot: Spot) -> Point:
    """Return the pixel of a point of the grid."""
    return (EDGE + STEP * spot[0], EDGE + STEP * (LAST - spot[1]))


def paint(scene: Mapping[str, Json]) -> Canvas:
    """Draw grid, lines, centres and points."""
    canvas = Canvas(SIDE, SIDE)
    for i in range(LAST + 1):
        canvas.line([pixel((i, 0)), pixel((i, LAST))], _GRID, 1)
        canvas.line([pixel((0, i)), pixel((LAST, i))], _GRID, 1)
    moves: list[Move] = [(kind, a, b, c) for kind, a, b, c in scene["moves"]]
    for move in moves:
        if move[0] == "line":
            canvas.line([pixel(spot) for spot in line_ends(move)], BLUE, 2)
    for number, (move, end) in enumerate(zip(moves, scene["ends"], strict=True), 1):
        label = label_of(move, end)
        if move[0] == "turn":
            canvas.circle(label, 9, ORANGE, ORANGE)
            canvas.text(label, str(number), WHITE, 14)
            _arrow(canvas, label, move[3])
        else:
            canvas.text(label, str(number), BLUE, 16)
    for x, y, letter in scene["candidates"]:
        canvas.circle(pixel((x, y)), 9, WHITE)
        canvas.text(pixel((x, y)), letter, size=13)
    start = (scene["start"][0], scene["start"][1])
    canvas.circle(pixel(start), 10, BLUE, BLUE)
    canvas.text(pixel(start), "P", WHITE, 14)
    return canvas


def _arrow(canvas: Canvas, centre: Point, sense: int) -> None:
    """Draw three quarters of a circle around a centre, with its head in the sense of turning."""
    x, y = centre
    radius = 13
    if sense == 1:  # counterclockwise, to the left over the top: ends on the left
        canvas.arc(centre, radius, 180, 405, ORANGE, 2)
    else:
        canvas.arc(centre, radius, 135, 360, ORANGE, 2)
    tip = x - sense * radius
    canvas.polygon([(tip - 5, y - 1), (tip + 5, y - 1), (tip, y + 7)], ORANGE, None)


def _move(dice: Dice, *, turns: bool) -> Move:
    if turns and dice.chance(0.35):
        return ("turn", dice.integer(2, LAST - 2), dice.integer(2, LAST - 2), dice.choice([1, -1]))
    if dice.chance(0.5):
        a, b = dice.choice([(1, 0), (0, 1)])
        return ("line", a, b, dice.integer(3, LAST - 3))
    if dice.chance(0.5):
        return ("line", 1, 1, dice.integer(LAST - 4, LAST + 4))
    return ("line", 1, -1, dice.integer(-4, 4))


def _others(
    dice: Dice, moves: Sequence[Move], images: Sequence[Spot], taken: set[Spot]
) -> list[Spot] | None:
    """Return five wrong points: what is got by likely slips, first of all."""
    slips = [*images[1:-1]]
    for i, move in enumerate(moves):
        wrong = (move[0], move[1], move[2], -move[3]) if move[0] == "turn" else None
        for order in ([*moves[:i], *([wrong] if wrong else []), *moves[i + 1 :]], moves[::-1]):
            spot = images[0]
            for step in order:
                spot = moved(step, spot)
            slips.append(spot)
    x, y = images[-1]
    near = [(x + i, y + j) for i in range(-4, 5) for j in range(-4, 5)]
    found: list[Spot] = []
    for spot in [*dice.shuffled(slips)[:4], *dice.shuffled(near)]:
        if _inside(spot) and spot not in taken and spot not in found:
            found.append(spot)
    return found[:5] if len(found) >= 5 else None


def _labels_apart(moves: Sequence[Move], ends: Sequence[int]) -> bool:
    labels = [label_of(move, end) for move, end in zip(moves, ends, strict=True)]
    return len({move[:3] if move[0] == "turn" else move for move in moves}) == len(moves) and all(
        math.dist(a, b) >= 30 for i, a in enumerate(labels) for b in labels[:i]
    )


def _inside(spot: Spot) -> bool:
    return all(0 <= value <= LAST for value in spot)


def _on_border(x: int, y: int) -> bool:
    return x in (0, LAST) or y in (0, LAST)
