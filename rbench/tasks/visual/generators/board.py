"""`Board`: the least number of a knight's moves to a square, around blocked squares."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rbench.errors import DataError
from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLUE, GREEN, GREY, LIGHT, WHITE, Canvas, Colour
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.board_solvers import distances, relaxed_distance
from rbench.tasks.visual.generators.number_window import number_window
from rbench.tasks.visual.question import Category, Question

if TYPE_CHECKING:
    from PIL import Image

# Level -> squares a side, the share of blocked ones, fewest and most moves.
_LEVELS = {
    1: (5, 0.25, 2, 5),
    2: (6, 0.35, 3, 7),
    3: (7, 0.4, 4, 8),
    4: (8, 0.45, 5, 10),
    5: (9, 0.45, 7, 12),
}
_SIDE = 384
_MARGIN = 12

_TEXT: Mapping[str, str] = {
    "en": "The picture shows a board with a knight on the square N. A knight moves two squares "
    "along a row or a column and then one square at a right angle; it jumps over whatever is "
    "between. It may not land on a square with a black cross, nor leave the board. What is the "
    "least number of moves that takes it from N to F? Answer with an integer.",
    "zh": "图中棋盘的方格 N 上有一个马（国际象棋的骑士）。马每步沿行或列走两格，再垂直走一格，可以"
    "跳过中间的任何东西。它不能落在带黑叉的方格上，也不能走出棋盘。马从 N 到 F 最少需要几步？请用"
    "一个整数作答。",
}


class Board:
    """Least number of a knight's moves: larger boards, more blocked squares with the level."""

    name = "board"
    category: Category = "game"
    version = "1"
    summary = "A board with blocked squares: the least number of a knight's moves"

    def draw(self, dice: Dice, level: int) -> Question:
        """Make the question of a level from 1 to 5; `work` counts the squares looked at."""
        size, share, low, high = _LEVELS[level]
        wanted = dice.integer(low, high)
        while True:
            rows = [
                "".join("1" if dice.chance(share) else "0" for _ in range(size))
                for _ in range(size)
            ]
            free = [(r, c) for r in range(size) for c in range(size) if rows[r][c] == "0"]
            start = dice.choice(free)
            found = distances(rows, start)
            if wanted not in found.values():  # from the furthest square, ways are longer
                start = list(found)[-1]
                found = distances(rows, start)
            goals = [square for square, moves in found.items() if moves == wanted]
            if goals:
                break
        goal = dice.choice(goals)
        scene = {"blocked": rows, "start": list(start), "goal": list(goal)}
        work = list(found).index(goal) + 1
        return Question(_TEXT, str(wanted), scene, number_window(dice, wanted), work)

    def solve(self, scene: Mapping[str, Json]) -> str:
        """Return the number of moves. Raises `DataError` where there is no way."""
        (r, c), (s, d) = scene["start"], scene["goal"]
        moves = relaxed_distance(scene["blocked"], (r, c), (s, d))
        if moves is None:
            raise DataError("The knight of this board cannot reach its goal.")
        return str(moves)

    def render(self, scene: Mapping[str, Json]) -> "Image.Image":
        """Draw the scene."""
        rows = scene["blocked"]
        size = len(rows)
        step = (_SIDE - 2 * _MARGIN) // size
        end = _MARGIN + size * step
        canvas = Canvas(end + _MARGIN, end + _MARGIN)
        for r in range(size):
            for c in range(size):
                x, y = _MARGIN + c * step, _MARGIN + r * step
                fill: Colour = LIGHT if (r + c) % 2 else WHITE
                canvas.polygon(
                    [(x, y), (x + step, y), (x + step, y + step), (x, y + step)], fill, None
                )
                if rows[r][c] == "1":
                    a = step / 4
                    canvas.line([(x + a, y + a), (x + step - a, y + step - a)], width=4)
                    canvas.line([(x + a, y + step - a), (x + step - a, y + a)], width=4)
        for i in range(size + 1):
            at = _MARGIN + i * step
            canvas.line([(_MARGIN, at), (end, at)], GREY, 1)
            canvas.line([(at, _MARGIN), (at, end)], GREY, 1)
        marks: list[tuple[str, str, Colour]] = [("N", "start", BLUE), ("F", "goal", GREEN)]
        for letter, key, colour in marks:
            r, c = scene[key]
            middle = (_MARGIN + (c + 0.5) * step, _MARGIN + (r + 0.5) * step)
            canvas.text(middle, letter, colour, step * 0.6)
        return canvas.finish()
