"""Networks of resistors between two terminals: what they amount to, by two methods.

An edge is (i, j, ohms) between nodes from 0; 0 ohms is a plain wire.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

Edge = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Reduction:
    """The resistance between the terminals, and how it was found.

    `steps` counts resistors merged or made; `mesh` is how many neighbours a node had at most
    that went: 2 in a network of series and parallels only.
    """

    ohms: Fraction
    steps: int
    mesh: int


def merge_wires(count: int, edges: Sequence[Edge]) -> list[int]:
    """Return for each node the least node that plain wires join it to."""
    parent = list(range(count))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    for i, j, ohms in edges:
        if ohms == 0:
            a, b = sorted((root(i), root(j)))
            parent[b] = a
    return [root(i) for i in range(count)]


def reduce_circuit(count: int, edges: Sequence[Edge], a: int, b: int) -> Reduction | None:
    """Join wires and parallels, then take out node after node (star-mesh transform).

    Returns None where the terminals are joined by wires, or not at all.
    """
    root = merge_wires(count, edges)
    start, end = root[a], root[b]
    # siemens[i][j]: what joins i and j directly.
    siemens: dict[int, dict[int, Fraction]] = {i: {} for i in set(root)}
    steps, mesh = int(len(siemens) != count), 0
    for i, j, ohms in edges:
        if ohms and root[i] != root[j]:
            steps += _add(siemens, root[i], root[j], Fraction(1, ohms))
    if start == end:
        return None
    inner = set(siemens) - {start, end}
    while inner:
        node = min(inner, key=lambda i: (len(siemens[i]), i))
        inner.remove(node)
        near = siemens.pop(node)
        for other in near:
            del siemens[other][node]
        total = sum(near.values(), Fraction(0))
        for (i, g), (j, h) in combinations(sorted(near.items()), 2):
            steps += 1 + _add(siemens, i, j, g * h / total)
        mesh = max(mesh, len(near))
    if end not in siemens[start]:
        return None
    return Reduction(1 / siemens[start][end], steps, mesh)


def _add(siemens: dict[int, dict[int, Fraction]], i: int, j: int, more: Fraction) -> bool:
    """Put a conductance between two nodes; return whether there was one already."""
    there = j in siemens[i]
    siemens[i][j] = siemens[j][i] = siemens[i].get(j, Fraction(0)) + more
    return there


def resistance_by_trees(count: int, edges: Sequence[Edge], a: int, b: int) -> Fraction:
    """Return the resistance by Kirchhoff's theorem on spanning trees.

    It is T' / T: T sums, over all spanning trees, the product of the conductances; T' does so
    once the terminals are joined. Both are determinants of the Laplacian without a node (a, and
    both a and b). Raises `ZeroDivisionError` where no tree joins the terminals.
    """
    root = merge_wires(count, edges)
    reached = _reached(root[a], ((root[i], root[j]) for i, j, ohms in edges if ohms))
    place = {node: k for k, node in enumerate(sorted(reached))}
    size = len(place)
    laplacian = [[Fraction(0)] * size for _ in range(size)]
    for i, j, ohms in edges:
        if ohms and root[i] in place:
            p, q, g = place[root[i]], place[root[j]], Fraction(1, ohms)
            laplacian[p][p] += g
            laplacian[q][q] += g
            laplacian[p][q] -= g
            laplacian[q][p] -= g
    if root[b] not in place:
        raise ZeroDivisionError("the terminals are not joined")
    left_out = {place[root[a]]}
    trees = _determinant(_without(laplacian, left_out))
    return _determinant(_without(laplacian, left_out | {place[root[b]]})) / trees


def _reached(start: int, pairs: Iterable[tuple[int, int]]) -> set[int]:
    joined, reached, size = list(pairs), {start}, 0
    while len(reached) > size:
        size = len(reached)
        for i, j in joined:
            if i in reached or j in reached:
                reached |= {i, j}
    return reached


def _without(matrix: Sequence[Sequence[Fraction]], out: set[int]) -> list[list[Fraction]]:
    keep = [i for i in range(len(matrix)) if i not in out]
    return [[matrix[i][j] for j in keep] for i in keep]


def _determinant(matrix: list[list[Fraction]]) -> Fraction:
    """Return the determinant of a matrix that needs no pivots, as a Laplacian's minor."""
    rows, product = [list(row) for row in matrix], Fraction(1)
    for k, row in enumerate(rows):
        product *= row[k]
        for other in rows[k + 1 :]:
            if other[k]:
                factor = other[k] / row[k]
                for j in range(k, len(rows)):
                    other[j] -= factor * row[j]
    return product
