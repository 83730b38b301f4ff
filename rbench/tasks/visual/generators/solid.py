"""`Solid`: a net is folded into a cube, which rolls over a board."""

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLUE, GREY, LIGHT, Canvas
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.solid_nets import (
    SHAPES,
    Cell,
    Vector,
    cells_of,
    fold,
    rolled,
    wrapped,
)
from rbench.tasks.visual.question import Category, Question

if TYPE_CHECKING:
    from PIL import Image

BOARD = 5  # squares a side
FACES = ("top", "front", "right")

_LENGTHS = {2: (2, 3), 3: (4, 5), 4: (6, 8), 5: (9, 12)}  # of the path, by level

_OPPOSITE: Mapping[str, str] = {
    "en": "The picture shows the net of a cube with a letter on each of its six faces. The net is "
    "folded into a cube. Which letter is on the face opposite the grey face? Answer with one "
    "letter.",
    "zh": "图中是一个正方体的展开图，六个面上各有一个字母。把它折成正方体后，与灰色面相对的面上是"
    "哪个字母？请用一个字母作答。",
}
_ROLL: Mapping[str, str] = {
    "en": "The picture shows the net of a cube with a letter on each face, the board that the cube "
    "rolls on, and the cube itself at the start and at the end. The net shows the outer side of "
    "the faces: the letters are on the outside of the folded cube. Cube S shows how the cube stands"
    " on square S: which letter is on top and which one is on the front face, that is, the side "
    "face towards the lower edge of the board. (The direction in which a letter is written does "
    "not matter.) The cube rolls along the blue line from S to E without slipping, tipping over "
    "one edge from each square to the next. Cube E shows the cube on square E, from the same "
    "viewpoint. Which letter is on the face marked with a question mark? Answer with one letter.",
    "zh": "图中有一个正方体的展开图（每个面上有一个字母）、正方体在上面滚动的棋盘，以及正方体在起"
    "点和终点的样子。展开图画的是各面的外侧，即折好后字母在正方体的外面。正方体 S 表示它放"
    "在方格 S 上时的样子：哪个字母在顶面，哪个字母在前面（朝向棋盘下边缘的侧面）。字母的书"
    "写方向不必考虑。正方体沿蓝线从 S 滚到 E，不打滑，每次绕一条棱翻到相邻的方格。正方体 E "
    "是从同一角度看到的它在方格 E 上的样子。标有问号的面上是哪个字母？请用一个字母作答。",
}


class Solid:
    """Which letter is opposite (level 1), or comes to lie on a face after rolling."""

    name = "solid"
    category: Category = "math"
    version = "1"
    summary = "A net of a cube: the opposite face, or the face that rolling brings up"

    def draw(self, dice: Dice, level: int) -> Question:
        """Make a question: fold with vectors, then turn the vectors along the path."""
        cells = cells_of(
            dice.choice(SHAPES), quarter_turns=dice.integer(0, 3), flipped=dice.chance(0.5)
        )
        letters = dice.shuffled("ABCDEF")
        net = [[x, y, letter] for (x, y), letter in zip(cells, letters, strict=True)]
        normals = fold(cells)
        letter_at = {normals[cell]: letter for cell, letter in zip(cells, letters, strict=True)}
        if level == 1:
            grey = dice.choice(letters)
            answer = next(
                letter_at[_minus(normal)] for normal, letter in letter_at.items() if letter == grey
            )
            choices = tuple(letter for letter in "ABCDEF" if letter != grey)
            opposite: dict[str, Json] = {"form": "opposite", "net": net, "grey": grey}
            return Question(_OPPOSITE, answer, opposite, choices, len(cells))
        path = _path(dice, dice.integer(*_LENGTHS[level]))
        top = dice.choice(sorted(letter_at))
        front = dice.choice([v for v in sorted(letter_at) if _dot(v, top) == 0])
        asked = dice.choice(FACES)
        scene: dict[str, Json] = {
            "form": "roll",
            "net": net,
            "path": [list(cell) for cell in path],
            "top": letter_at[top],
            "front": letter_at[front],
            "asked": asked,
        }
        right = _cross(top, front)
        for (x0, y0), (x1, y1) in pairwise(path):
            if x1 != x0:
                top, right = (_minus(right), top) if x1 > x0 else (right, _minus(top))
            else:
                top, front = (_minus(front), top) if y1 > y0 else (front, _minus(top))
        face = {"top": top, "front": front, "right": right}[asked]
        work = len(cells) + len(path) - 1
        return Question(_ROLL, letter_at[face], scene, tuple("ABCDEF"), work)

    def solve(self, scene: Mapping[str, Json]) -> str:
        """Return the letter by rolling a die over the net, then over the board."""
        letters: dict[Cell, str] = {(x, y): letter for x, y, letter in scene["net"]}
        if scene["form"] == "opposite":
            start = next(cell for cell, letter in letters.items() if letter == scene["grey"])
            return wrapped(letters, start)[0]
        start = next(cell for cell, letter in letters.items() if letter == scene["top"])
        die = wrapped(letters, start)
        die = rolled(rolled(die, (1, 0)), (1, 0))  # the letter of `start` from bottom to top
        while die[3] != scene["front"]:
            # A quarter turn about the upright axis.
            die = rolled(rolled(rolled(die, (1, 0)), (0, 1)), (-1, 0))
        path = scene["path"]
        for (x0, y0), (x1, y1) in pairwise(path):
            die = rolled(die, (x1 - x0, y1 - y0))
        return die[{"top": 0, "front": 3, "right": 4}[scene["asked"]]]

    def render(self, scene: Mapping[str, Json]) -> "Image.Image":
        """Draw the net; for a rolling cube the two cubes under it and the board beside it."""
        if scene["form"] == "opposite":
            canvas = Canvas(240, 240)
            _draw_net(canvas, scene["net"], 220 / BOARD, (10, 10), scene["grey"])
            return canvas.finish()
        canvas = Canvas(470, 300)
        _draw_net(canvas, scene["net"], 170 / BOARD, (10, 10), None)
        signs = {face: "?" if face == scene["asked"] else "" for face in FACES}
        _draw_cube(canvas, (20, 230), {"top": scene["top"], "front": scene["front"]})
        _draw_cube(canvas, (110, 230), signs)
        canvas.text((44, 289), "S", BLUE, 16)
        canvas.text((134, 289), "E", BLUE, 16)
        _draw_board(canvas, scene["path"])
        return canvas.finish()


def _path(dice: Dice, steps: int) -> list[Cell]:
    """Return a path on the board that comes to no square twice, and is not one straight line."""
    while True:
        path = [(dice.integer(0, BOARD - 1), dice.integer(0, BOARD - 1))]
        while len(path) <= steps:
            x, y = path[-1]
            free = [
                (u, v)
                for u, v in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1))
                if 0 <= u < BOARD and 0 <= v < BOARD and (u, v) not in path
            ]
            if not free:
                break
            path.append(dice.choice(free))
        bent = len({x for x, _ in path}) > 1 and len({y for _, y in path}) > 1
        if len(path) > steps and bent:
            return path


def _draw_net(
    canvas: Canvas, net: Json, cell: float, corner: tuple[float, float], grey: str | None
) -> None:
    left, top = corner
    for x, y, letter in net:
        x0, y0 = left + x * cell, top + y * cell
        square = [(x0, y0), (x0 + cell, y0), (x0 + cell, y0 + cell), (x0, y0 + cell)]
        canvas.polygon(square, LIGHT if letter == grey else None)
        canvas.text((x0 + cell / 2, y0 + cell / 2), letter, size=0.55 * cell)


def _draw_cube(canvas: Canvas, corner: tuple[float, float], letters: Mapping[str, str]) -> None:
    """Draw a cube from the upper left corner of its front face, with letters on its faces."""
    (x, y), side, depth = corner, 48, 24
    canvas.polygon([(x, y), (x + side, y), (x + side, y + side), (x, y + side)])
    back = [(x + depth, y - depth), (x + side + depth, y - depth)]
    canvas.polygon([(x, y), *back, (x + side, y)])
    canvas.line([back[1], (x + side + depth, y + side - depth), (x + side, y + side)])
    centres = {
        "top": (x + (side + depth) / 2, y - depth / 2),
        "front": (x + side / 2, y + side / 2),
        "right": (x + side + depth / 2, y + (side - depth) / 2),
    }
    for face, letter in letters.items():
        canvas.text(centres[face], letter, size=18)


def _draw_board(canvas: Canvas, path: Json) -> None:
    left, top, cell = 215, 30, 48
    end = BOARD * cell
    for i in range(BOARD + 1):
        canvas.line([(left + i * cell, top), (left + i * cell, top + end)], GREY, 1)
        canvas.line([(left, top + i * cell), (left + end, top + i * cell)], GREY, 1)
    centres = [(left + (x + 0.5) * cell, top + (y + 0.5) * cell) for x, y in path]
    canvas.line(centres, BLUE, 3)
    for centre, name in ((centres[0], "S"), (centres[-1], "E")):
        canvas.circle(centre, 13, (255, 255, 255), BLUE, 2)
        canvas.text(centre, name, BLUE, 16)


def _minus(v: Vector) -> Vector:
    return (-v[0], -v[1], -v[2])


def _dot(v: Vector, w: Vector) -> int:
    return v[0] * w[0] + v[1] * w[1] + v[2] * w[2]


def _cross(v: Vector, w: Vector) -> Vector:
    return (
        v[1] * w[2] - v[2] * w[1],
        v[2] * w[0] - v[0] * w[2],
        v[0] * w[1] - v[1] * w[0],
    )
