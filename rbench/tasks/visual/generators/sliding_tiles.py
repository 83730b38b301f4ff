"""`SlidingTiles`: the least number of moves from one position of a sliding puzzle to another."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLUE, GREY, LIGHT, Canvas
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.number_window import number_window
from rbench.tasks.visual.generators.sliding_solvers import (
    from_both_ends,
    iterative_deepening,
    moved,
    neighbours,
)
from rbench.tasks.visual.question import Category, Question

if TYPE_CHECKING:
    from PIL import Image

# Level -> rows, columns, fewest and most moves.
_LEVELS = {
    1: (2, 3, 2, 6),
    2: (2, 3, 5, 10),
    3: (3, 3, 8, 13),
    4: (3, 3, 11, 16),
    5: (3, 3, 15, 20),
}
TILE = 50
WIDTH, HEIGHT = 384, 224
_TOP = 48
_LEFT = {"start": 16, "goal": 218}

_TEXT: Mapping[str, str] = {
    "en": "The picture shows a sliding puzzle at the start (START) and as it shall be at the end "
    "(GOAL). In one move, one tile beside the empty place, to its left, to its right, above or "
    "below it, slides into it. What is the least number of moves from START to GOAL? Answer with "
    "an integer.",
    "zh": "图中是一个滑块拼图的起始状态（START）和目标状态（GOAL）。每一步把与空格相邻（上、下、左"
    "或右）的一块滑入空格。从 START 到 GOAL 最少需要几步？请用一个整数作答。",
}


class SlidingTiles:
    """Least number of moves: 2 x 3 places on levels 1 and 2, then 3 x 3, and further away."""

    name = "sliding_tiles"
    category: Category = "game"
    version = "1"
    summary = "A sliding puzzle: the least number of moves from one position to another"

    def draw(self, dice: Dice, level: int) -> Question:
        """Make the question of a level from 1 to 5; `work` counts the positions looked at."""
        rows, columns, low, high = _LEVELS[level]
        wanted = dice.integer(low, high)
        while True:
            goal = "".join(dice.shuffled("012345678"[: rows * columns]))
            start = _walked(dice, goal, rows, columns, wanted)
            moves, work = from_both_ends(start, goal, rows, columns)
            if moves >= low:  # a walk may lead back, but never further than its length
                break
        scene = {"columns": columns, "start": start, "goal": goal}
        return Question(_TEXT, str(moves), scene, number_window(dice, moves), work)

    def solve(self, scene: Mapping[str, Json]) -> str:
        """Return the least number of moves."""
        columns = scene["columns"]
        rows = len(scene["start"]) // columns
        return str(iterative_deepening(scene["start"], scene["goal"], rows, columns))

    def render(self, scene: Mapping[str, Json]) -> "Image.Image":
        """Draw the scene: the start on the left, the goal on the right."""
        columns = scene["columns"]
        canvas = Canvas(WIDTH, HEIGHT)
        for key in ("start", "goal"):
            left, width = _LEFT[key], columns * TILE
            rows = len(scene[key]) // columns
            canvas.text((left + width / 2, _TOP / 2), key.upper(), size=18)
            for place, tile in enumerate(scene[key]):
                x, y = left + place % columns * TILE, _TOP + place // columns * TILE
                square = [(x, y), (x + TILE, y), (x + TILE, y + TILE), (x, y + TILE)]
                canvas.polygon(square, GREY if tile == "0" else LIGHT, None)
                if tile != "0":
                    canvas.text((x + TILE / 2, y + TILE / 2), tile, BLUE, 28)
            for i in range(rows + 1):
                canvas.line([(left, _TOP + i * TILE), (left + width, _TOP + i * TILE)])
            for i in range(columns + 1):
                x = left + i * TILE
                canvas.line([(x, _TOP), (x, _TOP + rows * TILE)])
        arrow = (WIDTH / 2, _TOP + TILE * 1.5)
        canvas.text(arrow, ">", size=24)
        return canvas.finish()


def _walked(dice: Dice, goal: str, rows: int, columns: int, steps: int) -> str:
    """Return where so many moves lead, none of which takes the one before back."""
    beside = neighbours(rows, columns)
    position, before = goal, -1
    for _ in range(steps):
        gap = position.index("0")
        to = dice.choice([place for place in beside[gap] if place != before])
        position, before = moved(position, to), gap
    return position
