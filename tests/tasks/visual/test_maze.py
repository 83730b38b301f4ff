import networkx as nx
import numpy as np
import pytest
from scipy import ndimage

from rbench.errors import DataError
from rbench.tasks.visual.generators import generator
from rbench.tasks.visual.generators.maze_grid import MARGIN, Grid
from rbench.tasks.visual.generators.maze_solvers import search
from rbench.tasks.visual.question import LEVELS
from tests.tasks.visual import game_kinds
from tests.tasks.visual.game_kinds import drawn, of_level

MAZE = generator("maze")


def test_both_solvers_agree() -> None:
    game_kinds.check_that_both_solvers_agree("maze")


def test_work_rises_with_the_level() -> None:
    game_kinds.check_that_work_rises("maze")


def test_guesses_are_poor() -> None:
    game_kinds.check_that_guesses_are_poor("maze")


def test_equal_keys_and_scenes_read_back_give_equal_questions_and_pictures() -> None:
    game_kinds.check_that_a_key_settles_all("maze")


def test_red_is_left_to_the_answer() -> None:
    game_kinds.check_that_no_red_is_printed("maze")


def test_the_text_says_nothing_about_the_maze() -> None:
    game_kinds.check_that_the_text_is_the_same_for_all("maze")


def test_networkx_finds_the_same_exit_and_a_way_as_short() -> None:
    for level in LEVELS:
        for question in of_level("maze", level, 20):
            grid = Grid.from_scene(question.scene)
            graph = nx.Graph(
                [(cell, other) for cell in grid.cells() for other in grid.neighbours(cell)]
            )
            graph.add_nodes_from(grid.cells())
            here = nx.node_connected_component(graph, grid.start)
            reached = [str(i) for i, (cell, _) in enumerate(grid.exits, 1) if cell in here]
            assert reached == [question.answer]
            number, way, _ = search(grid)
            goal = grid.exits[number - 1][0]
            assert (way[0], way[-1]) == (grid.start, goal)
            assert len(way) - 1 == nx.shortest_path_length(graph, grid.start, goal)


def test_a_flood_of_the_pixels_reaches_the_exit_and_no_other() -> None:
    for level in LEVELS:
        for question in of_level("maze", level, 6):
            grid = Grid.from_scene(question.scene)
            pixels = np.asarray(MAZE.render(question.scene)).astype(int)
            wall = pixels.max(axis=2) < 128  # blue is not
            inside = slice(MARGIN - 1, MARGIN + grid.size * grid.step + 1)
            labels, _ = ndimage.label(~wall[inside, inside])
            x, y = grid.middle(grid.start)
            here = labels[int(y) - MARGIN + 1, int(x) - MARGIN + 1]
            edge = {
                "top": labels[0],
                "bottom": labels[-1],
                "left": labels[:, 0],
                "right": labels[:, -1],
            }
            reached = []
            for number, ((row, column), side) in enumerate(grid.exits, 1):
                along = column if side in ("top", "bottom") else row
                opening = edge[side][along * grid.step + 4 : (along + 1) * grid.step - 3]
                assert (opening > 0).all(), "an exit is open to the outside"
                reached += [str(number)] if (opening == here).all() else []
            assert reached == [question.answer]


def test_the_outer_wall_is_open_at_the_exits_only() -> None:
    question = drawn("maze", 3, 2)
    grid = Grid.from_scene(question.scene)
    pixels = np.asarray(MAZE.render(question.scene)).astype(int)
    dark = pixels.max(axis=2) < 128
    lengths = grid.size * grid.step
    top = dark[MARGIN - 1 : MARGIN + 1, MARGIN : MARGIN + lengths].any(axis=0)
    openings = [
        column
        for column in range(grid.size)
        if not top[column * grid.step + 3 : (column + 1) * grid.step - 3].any()
    ]
    assert openings == [cell[1] for cell, side in grid.exits if side == "top"]


def test_labels_lie_in_the_picture_and_apart() -> None:
    for level in LEVELS:
        for question in of_level("maze", level, 30):
            grid = Grid.from_scene(question.scene)
            labels = [grid.label(number) for number in range(1, len(grid.exits) + 1)]
            assert all(10 < value < grid.side - 10 for label in labels for value in label)
            apart = [
                max(abs(a - c), abs(b - d))
                for a, b in labels
                for c, d in labels
                if (a, b) != (c, d)
            ]
            assert min(apart) > 20


def test_a_maze_with_two_ways_out_is_refused() -> None:
    scene = {"size": 2, "right": ["1", "1"], "down": ["11"], "start": [0, 0]}
    with pytest.raises(DataError, match="2 exits"):
        MAZE.solve(scene | {"exits": [[0, 1, "top"], [1, 1, "bottom"]]})
    with pytest.raises(DataError, match="No exit"):
        search(Grid(2, ["0", "1"], ["01"], (0, 0), [((1, 1), "right")]))
