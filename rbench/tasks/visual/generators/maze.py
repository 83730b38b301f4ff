"""`Maze`: which of the numbered exits can be reached."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rbench.errors import DataError
from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLACK, BLUE, Canvas, Point
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.maze_carving import carve
from rbench.tasks.visual.generators.maze_grid import MARGIN, WALL, Grid
from rbench.tasks.visual.generators.maze_solvers import exits_in_the_same_part, search
from rbench.tasks.visual.question import Category, DrawnScore, Language, Question

if TYPE_CHECKING:
    from PIL import Image

# Level -> cells a side, exits, loops.
_LEVELS = {1: (8, 4, 0), 2: (10, 5, 0), 3: (13, 6, 2), 4: (16, 7, 4), 5: (20, 8, 6)}

_TEXT: Mapping[str, str] = {
    "en": "The picture shows a maze from above. Black lines are walls, S is the start, and the "
    "numbered openings in the outer wall are exits. Exactly one exit can be reached from S "
    "without crossing a wall. Which one? Answer with its number.",
    "zh": "图中是一个从上方看到的迷宫。黑线是墙，S 是起点，外墙上带编号的开口是出口。从 S 出发，"
    "不穿过墙，恰好能到达其中一个出口。是哪一个？请回答它的编号。",
}
_HOW_TO_DRAW: Mapping[Language, str] = {
    "en": "Also return the same picture with the route from S to that exit drawn into it as one "
    "thin red line that stays within the corridors and crosses no wall.",
    "zh": "另外请返回同一张图片，并在其中用一条细红线画出从 S 到该出口的路线，红线须保持在通道内，"
    "不得穿过墙。",
}


class Maze:
    """Which exit can be reached: larger mazes, more exits and loops with the level."""

    name = "maze"
    category: Category = "game"
    version = "1"
    summary = "A maze with numbered exits: the only one that can be reached"

    def draw(self, dice: Dice, level: int) -> Question:
        """Make the question of a level from 1 to 5; `work` counts the cells looked at."""
        size, exits, loops = _LEVELS[level]
        grid, _ = carve(dice, size, exits, loops)
        number, _, work = search(grid)
        choices = tuple(str(i + 1) for i in range(exits))
        return Question(_TEXT, str(number), grid.to_scene(), choices, work)

    def solve(self, scene: Mapping[str, Json]) -> str:
        """Return the number of the exit. Raises `DataError` where there are several or none."""
        found = exits_in_the_same_part(Grid.from_scene(scene))
        if len(found) != 1:
            raise DataError(f"{len(found)} exits of this maze can be reached, where one must be.")
        return str(found[0])

    def render(self, scene: Mapping[str, Json]) -> "Image.Image":
        """Draw the scene."""
        grid = Grid.from_scene(scene)
        canvas = Canvas(grid.side, grid.side)
        for walls, upright in ((_walls_across(grid), False), (_walls_down(grid), True)):
            for line, flags in enumerate(walls):
                for first, end in _runs(flags):
                    row, column = (first, line) if upright else (line, first)
                    (x, y), reach = grid.corner(row, column), (end - first) * grid.step
                    last = (x, y + reach) if upright else (x + reach, y)
                    canvas.polygon(_wall((x, y), last), BLACK, None)
        canvas.text(grid.middle(grid.start), "S", BLUE, grid.step * 0.75)
        for number in range(1, len(grid.exits) + 1):
            canvas.text(grid.label(number), str(number), BLUE, MARGIN / 2)
        return canvas.finish()

    def how_to_draw(self, language: Language) -> str:
        """Return the sentence that asks for the route."""
        return _HOW_TO_DRAW[language]

    def score_drawing(
        self, scene: Mapping[str, Json], picture: "Image.Image", drawing: "Image.Image"
    ) -> DrawnScore:
        """Score a drawn route, as `maze_drawing` says."""
        from rbench.tasks.visual.generators.maze_drawing import score_route

        return score_route(Grid.from_scene(scene), picture, drawing)


def _wall(start: Point, end: Point) -> list[Point]:
    """Return the corners of a wall: whole pixels, where a line would have grey edges."""
    (x0, y0), (x1, y1), half = start, end, WALL / 2
    left, top, right, bottom = x0 - half, y0 - half, x1 + half - 0.5, y1 + half - 0.5
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _walls_across(grid: Grid) -> list[str]:
    """Return size + 1 lines from top to bottom: "0" where a wall lies over column c."""
    top, bottom = (
        "".join("1" if ((row, c), side) in grid.exits else "0" for c in range(grid.size))
        for row, side in ((0, "top"), (grid.size - 1, "bottom"))
    )
    return [top, *grid.down, bottom]


def _walls_down(grid: Grid) -> list[str]:
    """Return size + 1 lines from left to right: "0" where a wall stands beside row r."""
    left, right = (
        "".join("1" if ((r, column), side) in grid.exits else "0" for r in range(grid.size))
        for column, side in ((0, "left"), (grid.size - 1, "right"))
    )
    return [left, *("".join(column) for column in zip(*grid.right, strict=True)), right]


def _runs(flags: str) -> list[tuple[int, int]]:
    """Return where the runs of "0" begin and end."""
    ends = [
        i for i in range(len(flags) + 1) if (flags[i - 1 : i] == "0") != (flags[i : i + 1] == "0")
    ]
    return list(zip(ends[::2], ends[1::2], strict=True))
