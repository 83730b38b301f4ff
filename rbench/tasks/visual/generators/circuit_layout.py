"""Circuits drawn on a plane: grids, lines with detours, a flattened cube; no wire crosses another.

Places are in half cells: neighbours of a grid are 2 apart; y points down.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rbench.tasks.visual.dice import Dice

Place = tuple[int, int]

DETOUR = 1  # how far a detour runs outside the nodes


@dataclass(frozen=True, slots=True)
class Layout:
    """Nodes, the pairs that a straight line joins, and pairs joined by a line outside.

    A detour is (i, j, side): side -1 runs above all nodes, +1 below.
    """

    nodes: Sequence[Place]
    joined: Sequence[tuple[int, int]]
    detours: Sequence[tuple[int, int, int]] = field(default=())


def grid(rows: int, columns: int) -> Layout:
    """Return a full grid; node r * columns + c lies in row r and column c."""
    nodes = [(2 * c, 2 * r) for r in range(rows) for c in range(columns)]
    joined = [
        (i, j)
        for i, (x, y) in enumerate(nodes)
        for j, place in enumerate(nodes)
        if place in ((x + 2, y), (x, y + 2))
    ]
    return Layout(nodes, joined)


def line_with_detours(dice: Dice, count: int, detours: int) -> Layout:
    """Return nodes in a row, with detours past one or more nodes; they meet at most at ends."""
    plain, found = grid(1, count), list[tuple[int, int, int]]()
    while len(found) < detours:
        i, j = sorted(dice.sample(range(count), 2))
        side = dice.choice((-1, 1))
        apart = all(j <= k or i >= m for k, m, other in found if other == side)
        if j - i >= 2 and apart:
            found.append((i, j, side))
        elif dice.chance(0.05):
            found.clear()
    return Layout(plain.nodes, plain.joined, found)


def grid_with_detour(dice: Dice, rows: int, columns: int) -> Layout:
    """Return a grid, and one line outside from its first to another column, above or below."""
    plain, above = grid(rows, columns), dice.chance(0.5)
    row = 0 if above else (rows - 1) * columns
    i = dice.integer(0, columns - 3)
    j = dice.integer(i + 2, columns - 1)
    return Layout(plain.nodes, plain.joined, [(row + i, row + j, -1 if above else 1)])


def cube() -> Layout:
    """Return the edges of a cube, seen from so near that one face holds all the others."""
    outer, inner = [(0, 0), (6, 0), (6, 6), (0, 6)], [(2, 2), (4, 2), (4, 4), (2, 4)]
    rings = [(k, (k + 1) % 4) for k in range(4)]
    joined = [*rings, *((i + 4, j + 4) for i, j in rings), *((k, k + 4) for k in range(4))]
    return Layout([*outer, *inner], joined)


def path(layout_nodes: Sequence[Place], i: int, j: int, side: int) -> list[Place]:
    """Return the corners of the line from i to j: straight for side 0, else outside."""
    a, b = layout_nodes[i], layout_nodes[j]
    if side == 0:
        return [a, b]
    rows = [y for _, y in layout_nodes]
    out = min(rows) - DETOUR if side < 0 else max(rows) + DETOUR
    return [a, (a[0], out), (b[0], out), b]
