"""`Graph`: spanning trees, shortest routes, paths and pen strokes of a drawn graph."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLACK, GREEN, WHITE, Canvas
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators import graph_solvers as solvers
from rbench.tasks.visual.generators.graph_layout import (
    LABEL_RADIUS,
    NODE_RADIUS,
    SIDE,
    Layout,
    plane_graph,
)
from rbench.tasks.visual.generators.number_window import number_window
from rbench.tasks.visual.question import Category, Question

if TYPE_CHECKING:
    from PIL import Image

_FORMS = ("tree", "route", "paths", "strokes")
_WEIGHTED = ("tree", "route")
_NAMES = "ABCDEFGHJKLMNP"

# By level: nodes and lines, the largest weight, the fewest and most paths, the most strokes.
_SIZES = {1: (5, 7), 2: (7, 10), 3: (8, 13), 4: (10, 16), 5: (11, 19)}
_WEIGHTS = {1: 9, 2: 9, 3: 12, 4: 15, 5: 19}
_PATH_SIZES = {1: (6, 7), 2: (7, 9), 3: (8, 11), 4: (8, 12), 5: (9, 13)}  # or one line more
_PATHS = {1: (3, 7), 2: (6, 11), 3: (10, 17), 4: (14, 23), 5: (20, 32)}
_LINES_APART = {1: 2, 2: 2, 3: 3, 4: 3, 5: 3}  # from S to T on a shortest route, at least
_STROKES = {2: 3, 3: 3, 4: 4, 5: 4}

_TEXT: Mapping[str, Mapping[str, str]] = {
    "tree": {
        "en": "The picture shows towns (circles) and the roads that can be built between them; the "
        "number on a road is its cost. Roads are chosen so that every town can be reached from "
        "every other, at the least total cost. What is this total cost? Answer with an integer.",
        "zh": "图中圆圈表示城镇，连线表示可以修建的道路，线上的数字是修建费用。选择若干条道路，使"
        "任意两个城镇都能互相到达，并使总费用最小。最小总费用是多少？请用一个整数作答。",
    },
    "route": {
        "en": "The picture shows towns (circles) and roads; the number on a road is its length, "
        "whatever its length in the picture. Roads can be used in both directions. What is the "
        "length of the shortest route from S to T? Answer with an integer.",
        "zh": "图中圆圈表示城镇，连线表示道路，线上的数字是道路的长度（与图中画出的长短无关）。道"
        "路可以双向通行。从 S 到 T 的最短路线的长度是多少？请用一个整数作答。",
    },
    "paths": {
        "en": "The picture shows circles joined by lines. A path from S to T moves along lines, in "
        "either direction, and visits no circle more than once. How many different paths from S to "
        "T are there? Answer with an integer.",
        "zh": "图中有一些用线段相连的圆圈。从 S 到 T 的路径沿线段行进（方向不限），且每个圆圈至多"
        "经过一次。从 S 到 T 共有多少条不同的路径？请用一个整数作答。",
    },
    "strokes": {
        "en": "The picture shows circles joined by lines. All lines are to be traced with a pen. A "
        "stroke begins at a circle, moves along lines without lifting the pen, and ends at a "
        "circle; circles may be passed more than once, but each line must be traced exactly once "
        "in all. What is the least number of strokes? Answer with an integer.",
        "zh": "图中有一些用线段相连的圆圈。现在要用笔描出所有线段。一笔从某个圆圈出发，不抬笔地沿"
        "线段行进，到某个圆圈结束；圆圈可以多次经过，但每条线段总共必须恰好描一次。最少需要"
        "几笔？请用一个整数作答。",
    },
}


class Graph:
    """A number that belongs to a drawn graph: form and size depend on the level."""

    name = "graph"
    category: Category = "math"
    version = "1"
    summary = "A drawn graph: least spanning tree, shortest route, number of paths, pen strokes"

    def draw(self, dice: Dice, level: int) -> Question:
        """Make a question, by Kruskal, Dijkstra, search, or the parity of the degrees."""
        form = dice.choice(_FORMS if level in _STROKES else _FORMS[:3])
        if form == "tree":
            layout = plane_graph(dice, *_SIZES[level])
        elif form == "strokes":
            layout = _with_strokes(dice, level)
        else:
            layout = _with_ends(dice, level, form)
        names = [*_NAMES[: len(layout.points)]]
        if form in ("route", "paths"):
            names[0], names[1] = "S", "T"
        scene: dict[str, Json] = {
            "form": form,
            "nodes": [[*point, name] for point, name in zip(layout.points, names, strict=True)],
            "edges": [list(edge) for edge in layout.edges],
        }
        nodes, edges = len(layout.points), layout.edges
        weights: list[int] = []
        if form in _WEIGHTED:
            weights = [dice.integer(1, _WEIGHTS[level]) for _ in edges]
            scene["weights"] = [[w, *at] for w, at in zip(weights, layout.labels, strict=True)]
        match form:
            case "tree":
                answer = solvers.tree_by_kruskal(nodes, edges, weights)
            case "route":
                answer = solvers.route_by_dijkstra(nodes, edges, weights, 0, 1)
            case "paths":
                answer = solvers.paths_by_search(nodes, edges, 0, 1)
            case _:
                answer = solvers.strokes_by_parity(nodes, edges)
        if form == "strokes":
            choices = tuple(str(i) for i in range(1, 7))
        else:
            choices = number_window(dice, answer)
        # Each path is walked once; else each line is looked at once.
        work = answer if form == "paths" else len(edges)
        return Question(_TEXT[form], str(answer), scene, choices, work)

    def solve(self, scene: Mapping[str, Json]) -> str:
        """Return the answer by Prim, Bellman and Ford, sets of visited nodes, or tracing."""
        names = [name for _, _, name in scene["nodes"]]
        nodes, edges = len(names), [(a, b) for a, b in scene["edges"]]
        weights = [weight for weight, _, _ in scene.get("weights", [])]
        match scene["form"]:
            case "tree":
                return str(solvers.tree_by_prim(nodes, edges, weights))
            case "strokes":
                return str(solvers.strokes_by_tracing(nodes, edges))
        start, end = names.index("S"), names.index("T")
        if scene["form"] == "route":
            return str(solvers.route_by_bellman_ford(nodes, edges, weights, start, end))
        return str(solvers.paths_by_subsets(nodes, edges, start, end))

    def render(self, scene: Mapping[str, Json]) -> "Image.Image":
        """Draw the lines, the weights on white discs, and the nodes; S and T are green."""
        canvas = Canvas(SIDE, SIDE)
        nodes = scene["nodes"]
        for a, b in scene["edges"]:
            canvas.line([(nodes[a][0], nodes[a][1]), (nodes[b][0], nodes[b][1])], BLACK, 2)
        for weight, x, y in scene.get("weights", []):
            canvas.circle((x, y), LABEL_RADIUS, WHITE, None)
            canvas.text((x, y), str(weight), BLACK, 14)
        for x, y, name in nodes:
            end = name in "ST"
            canvas.circle((x, y), NODE_RADIUS, GREEN if end else WHITE, BLACK, 2)
            canvas.text((x, y), name, WHITE if end else BLACK, 16)
        return canvas.finish()


def _with_ends(dice: Dice, level: int, form: str) -> Layout:
    """Return a graph whose nodes 0 and 1, the ends of the way, are not neighbours."""
    while True:
        wanted = dice.integer(*_PATHS[level])
        nodes, lines = _SIZES[level] if form == "route" else _PATH_SIZES[level]
        if form == "paths":
            lines += dice.integer(0, 1)
        layout = plane_graph(dice, nodes, lines)
        ends = [
            (a, b) for a in range(nodes) for b in range(a + 1, nodes) if (a, b) not in layout.edges
        ]
        for a, b in dice.shuffled(ends):
            if form == "route":
                ones = [1] * len(layout.edges)
                apart = solvers.route_by_dijkstra(nodes, layout.edges, ones, a, b)
                fits = apart >= _LINES_APART[level]
            else:
                found = solvers.paths_by_search(nodes, layout.edges, a, b, most=wanted)
                fits = found == wanted
            if fits:
                return _with_first(layout, [a, b])


def _with_first(layout: Layout, first: list[int]) -> Layout:
    """Return the layout with the nodes numbered anew, those given first."""
    order = [*first, *(i for i in range(len(layout.points)) if i not in first)]
    place = {old: new for new, old in enumerate(order)}
    edges = [(place[a], place[b]) for a, b in layout.edges]
    return replace(layout, points=[layout.points[i] for i in order], edges=edges)


def _with_strokes(dice: Dice, level: int) -> Layout:
    """Return a graph that takes a number of strokes that the dice chose: take lines away."""
    odd = 2 * dice.integer(1, _STROKES[level])
    while True:
        layout = plane_graph(dice, *_SIZES[level])
        nodes, edges = len(layout.points), layout.edges
        for edge in dice.shuffled(edges):
            near = solvers.neighbours(nodes, edges)
            found = sum(len(n) % 2 for n in near)
            if found == odd or (odd == 2 and found == 0):
                return replace(layout, edges=edges, labels=[])
            parities = {len(near[node]) % 2 for node in edge}
            rest = [other for other in edges if other != edge]
            if parities == {int(found > odd)} and solvers.connected(nodes, rest):
                edges = rest
