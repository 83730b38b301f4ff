import math
from collections.abc import Sequence
from functools import cache

import networkx as nx
from PIL import Image

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLACK, GREEN, WHITE
from rbench.tasks.visual.generators import graph_solvers as solvers
from rbench.tasks.visual.generators.graph import Graph
from rbench.tasks.visual.generators.graph_layout import LABEL_RADIUS, NODE_RADIUS
from tests.tasks.visual import math_kinds as kinds

KIND = Graph()
FORMS = {"tree", "route", "paths", "strokes"}


def test_both_solvers_agree() -> None:
    kinds.assert_solvers_agree(KIND, 80)


def test_networkx_agrees() -> None:
    for question in kinds.draws(KIND, 30):
        scene = question.scene
        graph = nx.Graph()
        weights = [w for w, _, _ in scene.get("weights", [])] or [1] * len(scene["edges"])
        names = [name for _, _, name in scene["nodes"]]
        for (a, b), weight in zip(scene["edges"], weights, strict=True):
            graph.add_edge(names[a], names[b], weight=weight)
        assert nx.check_planarity(graph)[0]
        assert nx.is_connected(graph)
        match scene["form"]:
            case "tree":
                found = nx.minimum_spanning_tree(graph).size(weight="weight")
            case "route":
                found = nx.shortest_path_length(graph, "S", "T", weight="weight")
            case "paths":
                found = len(list(nx.all_simple_paths(graph, "S", "T")))
            case _:
                # One stroke more joins two odd nodes at most.
                odd = [node for node in graph if graph.degree(node) % 2]
                found = max(1, len(odd) // 2)
                assert (found == 1) == nx.has_eulerian_path(graph)
        assert int(found) == int(question.answer)


def test_no_fewer_strokes_draw_a_small_graph() -> None:
    tried = 0
    for question in kinds.draws(KIND, 40, [2]):
        if question.scene["form"] == "strokes":
            edges = [(a, b) for a, b in question.scene["edges"]]
            assert fewest_strokes(edges) == int(question.answer)
            tried += 1
    assert tried >= 5


def test_solvers_know_graphs_with_known_answers() -> None:
    house = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (1, 3), (2, 4), (3, 4)]
    assert solvers.strokes_by_tracing(5, house) == solvers.strokes_by_parity(5, house) == 1
    complete = [(a, b) for a in range(6) for b in range(a)]  # K6: 4! + 4! + 12 + 4 + 1 paths
    assert solvers.paths_by_search(6, complete, 0, 1) == 65
    assert solvers.paths_by_subsets(6, complete, 0, 1) == 65
    assert solvers.strokes_by_tracing(6, complete) == 3
    assert solvers.tree_by_kruskal(6, complete, range(1, 16)) == 1 + 2 + 4 + 7 + 11
    assert not solvers.connected(3, [(0, 1)])


def test_equal_keys_give_equal_questions_and_pixels() -> None:
    kinds.assert_same_for_a_key(KIND)


def test_work_rises_with_the_level() -> None:
    kinds.assert_work_rises(KIND)


def test_no_constant_answer_is_a_good_guess() -> None:
    kinds.assert_no_answer_stands_out(KIND, 60)


def test_no_number_of_strokes_is_a_good_guess_either() -> None:
    asked = [q for q in kinds.draws(KIND, 60) if q.scene["form"] == "strokes"]
    shares = [sum(q.answer == str(i) for q in asked) / len(asked) for i in range(1, 7)]
    assert max(shares) < 0.4, shares


def test_texts_and_choices_do_not_tell_the_answer() -> None:
    kinds.assert_text_is_one_per_form(KIND, FORMS)
    kinds.assert_choices_hold_the_answer(KIND)


def test_nothing_is_cut_off_and_no_labels_collide() -> None:
    kinds.assert_margin_is_white(KIND)
    for question in kinds.draws(KIND, 20):
        scene = question.scene
        texts = [(x, y, name) for x, y, name in scene["nodes"]]
        texts += [(x, y, str(w)) for w, x, y in scene.get("weights", [])]
        kinds.assert_texts_apart(texts, 16)


def test_no_lines_cross_and_none_passes_a_node_of_others() -> None:
    for question in kinds.draws(KIND, 20):
        nodes, edges = question.scene["nodes"], question.scene["edges"]
        for a, b in edges:
            for t in range(1, 40):
                at = between(nodes[a], nodes[b], t / 40)
                for i, (x, y, _) in enumerate(nodes):
                    assert i in (a, b) or math.dist(at, (x, y)) > NODE_RADIUS + 5


def test_the_picture_alone_gives_the_answer() -> None:
    for question in kinds.draws(KIND, 4):
        read = read_graph(KIND.render(question.scene), question.scene)
        assert KIND.solve(read) == question.answer


def fewest_strokes(edges: list[tuple[int, int]]) -> int:
    """Try every way to trace the edges."""

    @cache
    def more(left: frozenset[int], at: int | None) -> int:
        """Return how many strokes more are begun with the pen at a node, or lifted."""
        if not left:
            return 0
        if at is None:
            return 1 + min(
                more(left - {e}, sum(edges[e]) - node) for e in left for node in edges[e]
            )
        steps = [more(left - {e}, sum(edges[e]) - at) for e in left if at in edges[e]]
        return min([*steps, more(left, None)])

    return more(frozenset(range(len(edges))), None)


def between(a: Json, b: Json, share: float) -> tuple[float, float]:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)


def read_graph(picture: Image.Image, scene: Json) -> dict[str, Json]:
    """Read names, lines and weights; only the places of the nodes and the form are told."""
    nodes = []
    for x, y, _ in scene["nodes"]:
        is_end = kinds.is_near(picture, x - 10, y, GREEN)
        colours = (WHITE, GREEN) if is_end else (BLACK, WHITE)
        names = "ST" if is_end else "ABCDEFGHJKLMNP"
        name = kinds.read_text(
            picture, (x, y), names, 16, colour=colours[0], background=colours[1], radius=9
        )
        nodes.append([x, y, name])
    weighted = scene["form"] in ("tree", "route")
    edges, weights = [], []
    for b in range(len(nodes)):
        for a in range(b):
            length = math.dist(nodes[a][:2], nodes[b][:2])
            gaps = (0.42, 0.5, 0.58) if weighted else (-9.0,)
            found = [g for g in gaps if is_line(picture, nodes[a], nodes[b], length, g)]
            if found:
                edges.append([a, b])
                weights.append([read_weight(picture, nodes[a], nodes[b], found), 0, 0])
    return {"form": scene["form"], "nodes": nodes, "edges": edges, "weights": weights}


def is_line(picture: Image.Image, a: Json, b: Json, length: float, gap: float) -> bool:
    """Say whether all is dark between two nodes but for a weight's disc at the share `gap`."""
    inner = (NODE_RADIUS + 3) / length
    shares = [inner + (1 - 2 * inner) * i / 30 for i in range(31)]
    seen = []
    for share in shares:
        if abs(share - gap) > (LABEL_RADIUS + 2) / length:
            x, y = between(a, b, share)
            near = [(x + i, y + j) for i in (-0.7, 0.7) for j in (-0.7, 0.7)]
            seen.append(min(kinds.grey_at(picture, *at) for at in near) < 150)
    return len(seen) > 3 and all(seen)


def read_weight(picture: Image.Image, a: Json, b: Json, gaps: Sequence[float]) -> int:
    errors: dict[tuple[float, str], float] = {}
    for share in gaps:
        x, y = between(a, b, share)
        at = (round(x, 1), round(y, 1))
        texts = [str(i) for i in range(1, 20)]
        found = kinds.text_errors(picture, at, texts, 14, BLACK, WHITE, 8)
        errors |= {(share, text): error for text, error in found.items()}
    return int(min(errors, key=errors.__getitem__)[1])
