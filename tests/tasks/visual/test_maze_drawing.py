import json
from collections import deque
from collections.abc import Callable
from itertools import pairwise

import pytest
from PIL import Image, ImageDraw

from rbench.tasks.visual.canvas import Point
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators import generator
from rbench.tasks.visual.generators.maze import Maze
from rbench.tasks.visual.generators.maze_grid import Cell, Grid
from rbench.tasks.visual.generators.maze_solvers import search
from rbench.tasks.visual.question import LEVELS, Question
from tests.tasks.visual.game_drawings import RED, STYLES, Style, as_jpeg, moved, with_line
from tests.tasks.visual.game_kinds import drawn

MAZE = generator("maze")
assert isinstance(MAZE, Maze)


def _grid(question: Question) -> Grid:
    return Grid.from_scene(question.scene)


def _points(grid: Grid, cells: list[Cell]) -> list[Point]:
    return [grid.middle(cell) for cell in cells]


def _route(question: Question) -> list[Point]:
    return _points(_grid(question), search(_grid(question))[1])


def _through_walls(grid: Grid, goal: Cell) -> list[Cell]:
    """Return the shortest way as if there were no walls within the maze."""
    came_from: dict[Cell, Cell | None] = {grid.start: None}
    waiting = deque([grid.start])
    while goal not in came_from:
        r, c = waiting.popleft()
        for other in ((r, c + 1), (r + 1, c), (r, c - 1), (r - 1, c)):
            if 0 <= min(other) <= max(other) < grid.size and other not in came_from:
                came_from[other] = (r, c)
                waiting.append(other)
    way = [goal]
    while (before := came_from[way[-1]]) is not None:
        way.append(before)
    return way[::-1]


def _score(question: Question, drawing: Image.Image) -> tuple[float, str]:
    score = MAZE.score_drawing(question.scene, MAZE.render(question.scene), drawing)
    assert score.value in (0, 1)
    assert (score.value == 0) == bool(score.why)
    return score.value, score.why


@pytest.mark.parametrize("style", STYLES)
def test_the_right_route_is_right_however_it_is_drawn(style: Style) -> None:
    for level in LEVELS:
        question = drawn("maze", level, 20 + STYLES.index(style))
        picture = MAZE.render(question.scene)
        assert _score(question, with_line(picture, _route(question), style)) == (1, "")


def test_the_route_may_leave_through_the_exit_and_the_drawing_may_be_moved() -> None:
    for level in LEVELS:
        question = drawn("maze", level, 3)
        picture = MAZE.render(question.scene)
        route = _route(question)
        out = [*route, _grid(question).label(int(question.answer))]
        assert _score(question, with_line(picture, out))[0] == 1
        assert _score(question, moved(with_line(picture, route), 2, -1))[0] == 1
        assert _score(question, moved(with_line(picture, route), -3, 3))[0] == 1


def _blank(question: Question) -> Image.Image:
    return as_jpeg(MAZE.render(question.scene), 80)


def _all_red(question: Question) -> Image.Image:
    return Image.new("RGB", MAZE.render(question.scene).size, RED)


def _half(question: Question) -> Image.Image:
    route = _route(question)
    return with_line(MAZE.render(question.scene), route[: len(route) * 2 // 3])


def _broken(question: Question) -> Image.Image:
    """A gap of one cell in the middle."""
    route = _route(question)
    middle = len(route) // 2
    picture = with_line(MAZE.render(question.scene), route[:middle])
    return with_line(picture, route[middle + 1 :])


def _through(question: Question) -> Image.Image:
    grid = _grid(question)
    goal = grid.exits[int(question.answer) - 1][0]
    way = _through_walls(grid, goal)
    if all(grid.is_open(a, b) for a, b in pairwise(way)):
        return _blank(question)
    return with_line(MAZE.render(question.scene), _points(grid, way))


def _wrong_exit(question: Question) -> Image.Image:
    grid = _grid(question)
    goal = grid.exits[int(question.answer) % len(grid.exits)][0]
    return with_line(MAZE.render(question.scene), _points(grid, _through_walls(grid, goal)))


def _behind_walls(question: Question) -> Image.Image:
    """The way to a wrong exit, with the walls drawn again on top of it."""
    grid = _grid(question)
    goal = grid.exits[int(question.answer) % len(grid.exits)][0]
    picture = MAZE.render(question.scene)
    line = with_line(picture, _points(grid, _through_walls(grid, goal)))
    line.paste(picture, mask=picture.convert("L").point(lambda value: 255 * (value < 128)))
    return line


def _two_exits(question: Question) -> Image.Image:
    return with_line(_wrong_exit(question), _route(question))


def _other_exit_marked(question: Question) -> Image.Image:
    grid = _grid(question)
    x, y = grid.label(int(question.answer) % len(grid.exits) + 1)
    picture = with_line(MAZE.render(question.scene), _route(question))
    ImageDraw.Draw(picture).ellipse((x - 8, y - 8, x + 8, y + 8), outline=RED, width=2)
    return picture


def _everything_marked(question: Question) -> Image.Image:
    """All corridors that can be reached, red from wall to wall."""
    grid = _grid(question)
    picture = with_line(MAZE.render(question.scene), _route(question))
    for cell in grid.cells():
        for other in grid.neighbours(cell):
            picture = picture if cell < other else _joined(picture, grid, cell, other)
    return picture


def _joined(picture: Image.Image, grid: Grid, cell: Cell, other: Cell) -> Image.Image:
    ImageDraw.Draw(picture).line([grid.middle(cell), grid.middle(other)], RED, 3)
    return picture


def _changed(question: Question, new: str) -> Image.Image:
    """The right route in a maze with one wall more or less, away from the route."""
    grid = _grid(question)
    way = set(search(grid)[1])
    scene = json.loads(json.dumps(question.scene))
    for r in range(grid.size):
        for c in range(grid.size - 1):
            if {(r, c), (r, c + 1)} & way or scene["right"][r][c] == new:
                continue
            scene["right"][r] = scene["right"][r][:c] + new + scene["right"][r][c + 1 :]
            return with_line(MAZE.render(scene), _route(question))
    return _blank(question)


def _wall_gone(question: Question) -> Image.Image:
    return _changed(question, "1")


def _wall_added(question: Question) -> Image.Image:
    return _changed(question, "0")


def _another_maze(question: Question) -> Image.Image:
    other = MAZE.draw(Dice("another"), _level(question))
    return with_line(MAZE.render(other.scene), _route(other))


def _another_shape(question: Question) -> Image.Image:
    return with_line(MAZE.render(question.scene), _route(question)).resize((400, 384))


WRONG = {
    _blank: "nothing is drawn in red",
    _all_red: "passes the wall",
    _half: "does not lead from S",
    _broken: "does not lead from S",
    _through: "passes the wall|nothing",
    _wrong_exit: "passes the wall",
    _behind_walls: "does not lead|passes the wall|marked, too",
    _two_exits: "passes the wall",
    _other_exit_marked: "is marked, too",
    _everything_marked: "marked, too",
    _wall_gone: "is gone|nothing",
    _wall_added: "a new wall|nothing",
    _another_maze: "is gone|new wall|does not keep|adds other",
    _another_shape: "another shape",
}


@pytest.mark.parametrize("wrong", WRONG, ids=lambda function: function.__name__)
def test_no_wrong_drawing_is_right(wrong: Callable[[Question], Image.Image]) -> None:
    for level in LEVELS:
        question = drawn("maze", level, list(WRONG).index(wrong))
        value, why = _score(question, wrong(question))
        assert value == 0
        assert any(words in why for words in WRONG[wrong].split("|")), why


def test_the_drawing_is_asked_for_in_both_languages() -> None:
    assert "red" in MAZE.how_to_draw("en")
    assert "红" in MAZE.how_to_draw("zh")


def _level(question: Question) -> int:
    return 1 + [8, 10, 13, 16, 20].index(question.scene["size"])
