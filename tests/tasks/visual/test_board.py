import networkx as nx
import numpy as np
import pytest

from rbench.errors import DataError
from rbench.tasks.visual.generators import generator
from rbench.tasks.visual.generators.board_solvers import distances, relaxed_distance
from rbench.tasks.visual.question import LEVELS
from tests.tasks.visual import game_kinds
from tests.tasks.visual.game_kinds import of_level

BOARD = generator("board")


def test_both_solvers_agree() -> None:
    game_kinds.check_that_both_solvers_agree("board")


def test_work_rises_with_the_level() -> None:
    game_kinds.check_that_work_rises("board")


def test_guesses_are_poor() -> None:
    game_kinds.check_that_guesses_are_poor("board")


def test_equal_keys_and_scenes_read_back_give_equal_questions_and_pictures() -> None:
    game_kinds.check_that_a_key_settles_all("board")


def test_red_is_left_to_the_answer() -> None:
    game_kinds.check_that_no_red_is_printed("board")


def test_the_text_says_nothing_about_the_board() -> None:
    game_kinds.check_that_the_text_is_the_same_for_all("board")


def test_known_distances_on_an_open_chessboard() -> None:
    open_board = ["0" * 8] * 8
    assert distances(open_board, (0, 0))[7, 7] == 6
    assert distances(open_board, (0, 0))[1, 1] == 4
    assert relaxed_distance(open_board, (0, 0), (7, 7)) == 6
    assert relaxed_distance(open_board, (0, 0), (1, 1)) == 4
    assert max(distances(open_board, (0, 0)).values()) == 6


def test_a_square_that_cannot_be_reached_has_no_answer() -> None:
    assert relaxed_distance(["000"] * 3, (0, 0), (1, 1)) is None
    with pytest.raises(DataError, match="cannot reach"):
        BOARD.solve({"blocked": ["000"] * 3, "start": [0, 0], "goal": [1, 1]})


def test_the_picture_holds_the_board() -> None:
    for level in LEVELS:
        for question in of_level("board", level, 8):
            size = len(question.scene["blocked"])
            pixels = np.asarray(BOARD.render(question.scene)).astype(int)
            free, start, goal = _read(pixels, size)
            graph = nx.Graph()
            graph.add_nodes_from(free)
            for r, c in free:
                for down, right in ((1, 2), (2, 1), (2, -1), (1, -2)):
                    if (r + down, c + right) in free:
                        graph.add_edge((r, c), (r + down, c + right))
            assert str(nx.shortest_path_length(graph, start, goal)) == question.answer


def _read(pixels: np.ndarray, size: int) -> tuple[set, tuple[int, int], tuple[int, int]]:
    """Read the squares by their colours: a black cross, a blue N, a green F."""
    step = (pixels.shape[0] - 24) / size
    assert step == int(step)
    free, blue, green = set(), [], []
    for r in range(size):
        for c in range(size):
            y, x = 12 + int(step) * r, 12 + int(step) * c
            square = pixels[y + 3 : y + int(step) - 3, x + 3 : x + int(step) - 3].reshape(-1, 3)
            if (square.max(axis=1) < 60).mean() < 0.05:
                free.add((r, c))
            blue += [(r, c)] * int((square[:, 2] - square[:, 0] > 100).sum() > 10)
            green += [(r, c)] * int((square[:, 1] - square[:, 0] > 70).sum() > 10)
    (goal,) = [square for square in green if square not in blue]
    (start,) = blue
    return free, start, goal
