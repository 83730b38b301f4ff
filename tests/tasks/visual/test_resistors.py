import itertools
from collections import Counter
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
from PIL import Image

from rbench.tasks.visual.canvas import BLUE, WHITE
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.circuit import (
    Edge,
    merge_wires,
    reduce_circuit,
    resistance_by_trees,
)
from rbench.tasks.visual.generators.circuit_layout import cube, path
from rbench.tasks.visual.generators.resistors import POOL, Resistors
from tests.tasks.visual import math_kinds as kinds

KIND = Resistors()
UNIT, MARGIN = 38, 26


def resistance_by_currents(edges: list[Edge], a: int, b: int) -> float:
    """Return the resistance from the potentials that one ampere makes."""
    count = 1 + max(max(i, j) for i, j, _ in edges)
    root = merge_wires(count, edges)
    laplacian = np.zeros((count, count))
    for i, j, ohms in edges:
        if ohms and root[i] != root[j]:
            p, q = root[i], root[j]
            laplacian[p, p] += 1 / ohms
            laplacian[q, q] += 1 / ohms
            laplacian[p, q] -= 1 / ohms
            laplacian[q, p] -= 1 / ohms
    ampere = np.zeros(count)
    ampere[root[a]] += 1
    ampere[root[b]] -= 1
    return float(ampere @ np.linalg.pinv(laplacian, hermitian=True) @ ampere)


def plain_edges(scene: dict) -> list[Edge]:
    return [(i, j, ohms) for i, j, ohms, _ in scene["edges"]]


def test_both_solvers_agree() -> None:
    kinds.assert_solvers_agree(KIND, 50)


def test_potentials_agree() -> None:
    for question in kinds.draws(KIND, 30):
        edges = plain_edges(question.scene)
        found = resistance_by_currents(edges, *question.scene["terminals"])
        assert abs(found - int(question.answer)) < 1e-6


def test_networkx_agrees_where_there_are_no_wires() -> None:
    tried = 0
    for question in kinds.draws(KIND, 20):
        edges = plain_edges(question.scene)
        if all(ohms for *_, ohms in edges):
            graph = nx.MultiGraph()
            graph.add_weighted_edges_from(edges)
            ends = question.scene["terminals"]
            if nx.is_connected(graph):
                tried += 1
                found = nx.resistance_distance(graph, *ends, weight="weight")
                assert found == pytest.approx(int(question.answer))
    assert tried > 30


@pytest.mark.parametrize(
    ("edges", "ohms"),
    [
        ([(0, 2, 3), (2, 1, 4)], 7),
        ([(0, 1, 6), (0, 1, 3)], 2),
        ([(0, 1, 6), (0, 2, 0), (2, 1, 3)], 2),
        # Balanced bridge: the middle carries nothing.
        ([(0, 2, 2), (0, 3, 4), (2, 1, 3), (3, 1, 6), (2, 3, 99)], Fraction(10, 3)),
        # Three in a row, with the classic two wires: all in parallel.
        ([(0, 2, 6), (2, 3, 6), (3, 1, 6), (0, 3, 0), (2, 1, 0)], 2),
    ],
)
def test_known_circuits(edges: list[Edge], ohms: int | Fraction) -> None:
    found = reduce_circuit(4, edges, 0, 1)
    assert found is not None
    assert found.ohms == ohms
    assert resistance_by_trees(4, edges, 0, 1) == ohms


def test_a_cube_of_equal_resistors() -> None:
    edges = [(i, j, 12) for i, j in cube().joined]
    near = [resistance_by_trees(8, edges, 0, node) for node in range(1, 8)]
    assert Counter(near) == {Fraction(7): 3, Fraction(9): 3, Fraction(10): 1}


def test_spanning_trees_one_by_one_agree() -> None:
    for question in kinds.draws(KIND, 4, [1, 2, 4]):
        edges, (a, b) = plain_edges(question.scene), question.scene["terminals"]
        count = len(question.scene["nodes"])
        root = merge_wires(count, edges)
        live = [(root[i], root[j], ohms) for i, j, ohms in edges if ohms]
        nodes = set(root)
        if not nx.is_connected(nx.Graph([(i, j) for i, j, _ in live])) or len(nodes) > 7:
            continue
        trees = two_trees = Fraction(0)
        for size in (len(nodes) - 1, len(nodes) - 2):
            for chosen in itertools.combinations(live, size):
                graph = nx.Graph([(i, j) for i, j, _ in chosen])
                graph.add_nodes_from(nodes)
                if graph.number_of_edges() < size or not nx.is_forest(graph):
                    continue
                weight = Fraction(1)
                for *_, ohms in chosen:
                    weight /= ohms
                if size == len(nodes) - 1:
                    trees += weight
                elif not nx.has_path(graph, root[a], root[b]):
                    two_trees += weight
        assert two_trees / trees == int(question.answer)


def test_wires_that_short_the_terminals_are_refused() -> None:
    assert reduce_circuit(2, [(0, 1, 0), (0, 1, 5)], 0, 1) is None
    assert reduce_circuit(3, [(0, 2, 5)], 0, 1) is None


def read_edges(picture: Image.Image, scene: dict) -> list[list[int]]:
    """Return the edges with the numbers that the picture shows, 0 where there is no box."""
    lines = [path(scene["nodes"], i, j, side) for i, j, _, side in scene["edges"]]
    corners = [place for line in lines for place in line]
    left, top = (min(place[k] for place in corners) for k in (0, 1))
    found = []
    for line, (i, j, _, side) in zip(lines, scene["edges"], strict=True):
        a, b = line[len(line) // 2 - 1], line[len(line) // 2]
        x = MARGIN + ((a[0] + b[0]) / 2 - left) * UNIT
        y = MARGIN + ((a[1] + b[1]) / 2 - top) * UNIT
        # A wire is dark in its middle and white beside it; a box is white inside, with a rim.
        beside = [(x + dx, y + dy) for dx in (-9, 9) for dy in (-9, 9)]
        cross = [
            kinds.grey_at(picture, x + k * (a[1] != b[1]), y + k * (a[0] != b[0]))
            for k in range(-18, 19)
        ]
        dark = [k for k, value in zip(range(-18, 19), cross, strict=True) if value < 100]
        ohms = 0
        if max(dark) - min(dark) > 6:
            candidates = [str(n) for n in range(1, 100)]
            ohms = int(kinds.read_text(picture, (x, y), candidates, 14, radius=9))
        else:
            assert all(kinds.is_near(picture, *at, WHITE) for at in beside)
        found.append([i, j, ohms, side])
    return found


def test_the_picture_holds_the_values() -> None:
    for question in kinds.draws(KIND, 2):
        scene = question.scene
        seen = read_edges(KIND.render(scene), scene)
        assert seen == scene["edges"]
        assert KIND.solve({**scene, "edges": seen}) == question.answer


def test_a_missing_edge_is_missing_in_the_picture() -> None:
    scene = KIND.draw(Dice("whole"), 5).scene
    whole = np.asarray(KIND.render(scene), dtype=int)
    for k in range(len(scene["edges"])):
        edges = [edge for n, edge in enumerate(scene["edges"]) if n != k]
        less = np.asarray(KIND.render({**scene, "edges": edges}), dtype=int)
        if less.shape == whole.shape:
            assert (np.abs(whole - less).max(2) > 60).sum() > 40


def test_terminals_are_blue_and_named() -> None:
    for question in kinds.draws(KIND, 4):
        scene, picture = question.scene, KIND.render(question.scene)
        corners = [
            place for i, j, _, side in scene["edges"] for place in path(scene["nodes"], i, j, side)
        ]
        left, top = (min(place[k] for place in corners) for k in (0, 1))
        for letter, node in zip("AB", scene["terminals"], strict=True):
            x, y = scene["nodes"][node]
            at = MARGIN + (x - left) * UNIT, MARGIN + (y - top) * UNIT
            read = kinds.read_text(
                picture, at, ["A", "B"], 15, colour=WHITE, background=BLUE, radius=8
            )
            assert read == letter


def test_no_two_resistors_lie_on_each_other() -> None:
    for question in kinds.draws(KIND, 20):
        places = [tuple(place) for place in question.scene["nodes"]]
        assert len(set(places)) == len(places)
        pairs = [(min(i, j), max(i, j), side) for i, j, _, side in question.scene["edges"]]
        assert len(set(pairs)) == len(pairs)


def test_answers_are_spread() -> None:
    assert all(int(q.answer) in POOL for q in kinds.draws(KIND, 10))
    kinds.assert_no_answer_stands_out(KIND, 50)


def test_equal_keys_make_equal_questions() -> None:
    kinds.assert_same_for_a_key(KIND)


def test_work_rises_with_the_level() -> None:
    kinds.assert_work_rises(KIND)


def test_hard_circuits_are_not_series_and_parallels_alone() -> None:
    for question in kinds.draws(KIND, 15, [4, 5]):
        edges, (a, b) = plain_edges(question.scene), question.scene["terminals"]
        found = reduce_circuit(len(question.scene["nodes"]), edges, a, b)
        assert found is not None
        assert found.mesh >= 3


def test_the_text_is_the_same_for_all() -> None:
    assert len({tuple(q.text.values()) for q in kinds.draws(KIND, 3)}) == 1


def test_choices_hold_the_answer() -> None:
    kinds.assert_choices_hold_the_answer(KIND)


def test_nothing_is_cut_off() -> None:
    kinds.assert_margin_is_white(KIND)
