from collections.abc import Mapping

import networkx as nx
import numpy as np

from rbench.harness.types import Json
from rbench.tasks.visual.generators import generator
from rbench.tasks.visual.generators.sliding_solvers import (
    from_both_ends,
    iterative_deepening,
    moved,
    neighbours,
)
from rbench.tasks.visual.generators.sliding_tiles import TILE
from rbench.tasks.visual.question import LEVELS
from tests.tasks.visual import game_kinds
from tests.tasks.visual.game_kinds import of_level

TILES = generator("sliding_tiles")


def test_both_solvers_agree() -> None:
    game_kinds.check_that_both_solvers_agree("sliding_tiles")


def test_work_rises_with_the_level() -> None:
    game_kinds.check_that_work_rises("sliding_tiles")


def test_guesses_are_poor() -> None:
    game_kinds.check_that_guesses_are_poor("sliding_tiles")


def test_equal_keys_and_scenes_read_back_give_equal_questions_and_pictures() -> None:
    game_kinds.check_that_a_key_settles_all("sliding_tiles")


def test_red_is_left_to_the_answer() -> None:
    game_kinds.check_that_no_red_is_printed("sliding_tiles")


def test_the_text_says_nothing_about_the_tiles() -> None:
    game_kinds.check_that_the_text_is_the_same_for_all("sliding_tiles")


def test_both_solvers_give_the_distances_in_the_graph_of_all_positions() -> None:
    graph = nx.Graph()
    waiting = ["123450"]
    for position in waiting:
        for to in neighbours(2, 3)[position.index("0")]:
            new = moved(position, to)
            if new not in graph:
                waiting.append(new)
            graph.add_edge(position, new)
    assert len(graph) == 360  # half of 6!
    distances = nx.single_source_shortest_path_length(graph, "123450")
    assert max(distances.values()) == 21  # known for 2 x 3
    for position, moves in list(distances.items())[::7]:
        assert from_both_ends(position, "123450", 2, 3)[0] == moves
        assert iterative_deepening(position, "123450", 2, 3) == moves


def test_a_move_swaps_the_gap_with_its_neighbour() -> None:
    assert moved("123450", 2) == "120453"
    assert moved("120453", 5) == "123450"
    assert neighbours(2, 3)[1] == (0, 2, 4)


def test_the_picture_holds_both_positions() -> None:
    for level in LEVELS:
        for question in of_level("sliding_tiles", level, 5):
            columns = question.scene["columns"]
            rows = len(question.scene["start"]) // columns
            start, goal = _read(question.scene)
            assert str(from_both_ends(start, goal, rows, columns)[0]) == question.answer


def _read(scene: Mapping[str, Json]) -> list[str]:
    """Read both positions: squares of the picture against those of one with known tiles."""
    columns, count = scene["columns"], len(scene["start"])
    known = "012345678"[:count]
    reference = _squares({"columns": columns, "start": known, "goal": known}, 0)
    picture = [_squares(scene, side) for side in (0, 1)]
    return [
        "".join(
            known[int(np.argmin([np.abs(square - r).sum() for r in reference]))] for square in side
        )
        for side in picture
    ]


def _squares(scene: Mapping[str, Json], side: int) -> list[np.ndarray]:
    pixels = np.asarray(TILES.render(scene)).astype(int)
    left, top = (16, 218)[side], 48
    columns = scene["columns"]
    corners = [divmod(place, columns) for place in range(len(scene["start"]))]
    return [
        pixels[
            top + r * TILE + 3 : top + (r + 1) * TILE - 3,
            left + c * TILE + 3 : left + (c + 1) * TILE - 3,
        ]
        for r, c in corners
    ]
