"""`Resistors`: the resistance between two terminals of a network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias, cast

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLACK, BLUE, WHITE, Canvas, Point
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.circuit import Reduction, reduce_circuit, resistance_by_trees
from rbench.tasks.visual.generators.circuit_layout import (
    Layout,
    Place,
    cube,
    grid,
    grid_with_detour,
    line_with_detours,
    path,
)
from rbench.tasks.visual.generators.decoys import with_decoys
from rbench.tasks.visual.question import Category, Question

if TYPE_CHECKING:
    from PIL import Image

_EN = (
    "The picture shows a network of ideal resistors. A box is a resistor; the number in it is its "
    "resistance in ohms. Lines are wires without resistance, and black dots are joints. What is "
    "the resistance between the terminals A and B, in ohms? Answer with an integer."
)
_ZH = (
    "图中是一个由理想电阻组成的电路。方框表示电阻，框内数字是其阻值（单位：欧姆）。"
    "线段是电阻为零的导线，黑点是连接点。端点A与B之间的等效电阻是多少欧姆？请用整数作答。"
)

_Wire: TypeAlias = tuple[int, int, int, int]  # as in the scene

POOL = range(3, 41)  # ohms of the answer
_MOST = 99  # ohms of a resistor
_UNIT, _MARGIN = 38, 26


class Resistors:
    """A network of resistors; the answer is an integer number of ohms.

    Scene: ``nodes``, a list of [x, y] in half cells; ``edges``, a list of [i, j, ohms, side]
    between nodes from 0, 0 ohms for a plain wire, side 0 for a straight line, -1 or 1 for one
    that runs above or below all nodes; ``terminals`` [a, b].
    """

    name = "resistors"
    category: Category = "physics"
    version = "1"
    summary = "a network of resistors: what is its resistance?"

    def draw(self, dice: Dice, level: int) -> Question:
        """Make a question; the circuit is reduced step by step."""
        target, drawn = dice.choice(POOL), None
        while drawn is None:
            drawn = _attempt(dice, level, target)
        nodes, edges, (a, b) = drawn
        found = reduce_circuit(len(nodes), [(i, j, r) for i, j, r, _ in edges], a, b)
        assert found is not None
        scene: dict[str, Json] = {
            "nodes": [list(place) for place in nodes],
            "edges": [list(edge) for edge in edges],
            "terminals": [a, b],
        }
        choices = with_decoys(dice, int(found.ohms), POOL)
        return Question({"en": _EN, "zh": _ZH}, str(found.ohms), scene, choices, found.steps)

    def solve(self, scene: Mapping[str, Json]) -> str:
        """Return the resistance by Kirchhoff's theorem on spanning trees."""
        nodes, edges, (a, b) = _read(scene)
        return str(resistance_by_trees(len(nodes), [(i, j, r) for i, j, r, _ in edges], a, b))

    def render(self, scene: Mapping[str, Json]) -> "Image.Image":
        """Draw wires, boxes with their numbers, joints and terminals."""
        nodes, edges, terminals = _read(scene)
        lines = [path(nodes, i, j, side) for i, j, _, side in edges]
        corners = [place for line in lines for place in line]
        left, top = (min(place[k] for place in corners) for k in (0, 1))
        right, bottom = (max(place[k] for place in corners) for k in (0, 1))

        def at(place: Place) -> Point:
            return _MARGIN + (place[0] - left) * _UNIT, _MARGIN + (place[1] - top) * _UNIT

        canvas = Canvas(2 * _MARGIN + (right - left) * _UNIT, 2 * _MARGIN + (bottom - top) * _UNIT)
        for line in lines:
            canvas.line([at(place) for place in line], BLACK, 2)
        bends = [place for line in lines for place in line[1:-1]]
        met = {place for place in bends if bends.count(place) > 1}
        for place in sorted(met | {nodes[k] for i, j, *_ in edges for k in (i, j)}):
            canvas.circle(at(place), 4, BLACK, None)
        for line, (_, _, ohms, _) in zip(lines, edges, strict=True):
            if ohms:
                middle = len(line) // 2
                _draw_box(canvas, at(line[middle - 1]), at(line[middle]), ohms)
        for letter, node in zip("AB", terminals, strict=True):
            canvas.circle(at(nodes[node]), 11, BLUE, None)
            canvas.text(at(nodes[node]), letter, WHITE, 15)
        return canvas.finish()


@dataclass(frozen=True, slots=True)
class _Limits:
    least: int
    most: int
    mesh: tuple[int, int]


_LIMITS = {
    1: _Limits(2, 3, (0, 2)),
    2: _Limits(3, 4, (2, 2)),
    3: _Limits(5, 9, (2, 2)),
    4: _Limits(9, 12, (3, 3)),
    5: _Limits(13, 30, (3, 4)),
}


def _fits(level: int, found: Reduction) -> bool:
    limits = _LIMITS[level]
    low, high = limits.mesh
    return limits.least <= found.steps <= limits.most and low <= found.mesh <= high


def _layout(dice: Dice, level: int) -> Layout:
    if level == 1:
        return grid(2, 2)
    if level == 2:
        return grid(2, 3)
    if level == 3:
        return line_with_detours(dice, dice.integer(5, 6), 3)
    if level == 4:
        return dice.choice((grid(2, 3), grid(2, 4), grid_with_detour(dice, 2, 3)))
    return dice.choice((grid(3, 3), cube(), grid_with_detour(dice, 2, 4)))


def _edges(dice: Dice, layout: Layout, level: int) -> list[_Wire]:
    """Return (i, j, ohms, side), with small numbers of ohms that are still to be scaled."""
    values = (1, 1, 2, 3) if level < 4 else (1, 1, 1, 1, 2)
    straight = [(i, j, dice.choice(values), 0) for i, j in layout.joined]
    if level != 3:
        straight = _thinned(dice, straight, 1 if level < 5 else 2)
    outside = [
        (i, j, 0 if dice.chance(0.7) else dice.choice(values), side)
        for i, j, side in layout.detours
    ]
    return straight + outside


def _thinned(dice: Dice, edges: Sequence[_Wire], most: int) -> list[_Wire]:
    """Leave out or short-cut up to `most` of the edges."""
    kept = list(edges)
    for _ in range(dice.integer(0, most)):
        i, j, _, side = kept.pop(dice.integer(0, len(kept) - 1))
        if dice.chance(0.5):
            kept.append((i, j, 0, side))
    return kept


def _attempt(
    dice: Dice, level: int, target: int
) -> tuple[list[Place], list[_Wire], tuple[int, int]] | None:
    """Return nodes, edges and terminals of a circuit of `target` ohms; None if it failed."""
    layout = _layout(dice, level)
    nodes, (a, b) = list(layout.nodes), dice.sample(range(len(layout.nodes)), 2)
    lead = _lead(dice, layout, a) if level > 1 else None
    if lead is None and level > 2 and dice.chance(0.9):
        return None  # few of these can be scaled: most of the work would be for nothing
    edges = _edges(dice, layout, level)
    found = reduce_circuit(len(nodes), [(i, j, r) for i, j, r, _ in edges], a, b)
    if found is None or not _fits(level, found):
        return None
    wanted = [target] if lead is None else range(target, 0, -1)
    possible = [(ohms, r) for ohms in wanted if (r := _scaled(edges, ohms / found.ohms))]
    if not possible:
        return None
    ohms, scaled = dice.choice(possible)
    if lead is not None and ohms < target:
        # What is missing is put in series, between a and a terminal outside.
        nodes.append(lead)
        scaled.append((a, len(nodes) - 1, target - ohms, 0))
        a = len(nodes) - 1
    return nodes, scaled, (a, b) if dice.chance(0.5) else (b, a)


def _lead(dice: Dice, layout: Layout, node: int) -> Place | None:
    """Return a free place outside, straight beside a node; None where there is none."""
    x, y = layout.nodes[node]
    xs, ys = [x for x, _ in layout.nodes], [y for _, y in layout.nodes]
    free = [(x - 2, y)] * (x == min(xs)) + [(x + 2, y)] * (x == max(xs))
    if not layout.detours:
        free += [(x, y - 2)] * (y == min(ys)) + [(x, y + 2)] * (y == max(ys))
    return dice.choice(free) if free else None


def _scaled(edges: Sequence[_Wire], factor: Fraction) -> list[_Wire] | None:
    """Return edges with ohms times a factor, None if they are not integers or too large."""
    up, down = factor.numerator, factor.denominator
    if any(ohms * up % down or ohms * up > _MOST * down for _, _, ohms, _ in edges):
        return None
    return [(i, j, ohms * up // down, side) for i, j, ohms, side in edges]


def _read(
    scene: Mapping[str, Json],
) -> tuple[list[Place], list[_Wire], tuple[int, int]]:
    nodes = [(x, y) for x, y in cast("list[list[int]]", scene["nodes"])]
    edges = [(i, j, r, s) for i, j, r, s in cast("list[list[int]]", scene["edges"])]
    a, b = cast("list[int]", scene["terminals"])
    return nodes, edges, (a, b)


def _draw_box(canvas: Canvas, start: Point, end: Point, ohms: int) -> None:
    (x0, y0), (x1, y1) = start, end
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    long, wide = 17.0, 11.0
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    corners = [
        (x + a * ux * long - b * uy * wide, y + a * uy * long + b * ux * wide)
        for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    canvas.polygon(corners, WHITE, BLACK, 2)
    canvas.text((x, y), str(ohms), size=14)
