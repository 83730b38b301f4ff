"""`solve_exactly`: a linear system in fractions."""

from collections.abc import Sequence
from fractions import Fraction


def solve_exactly(
    matrix: Sequence[Sequence[Fraction | int]], right: Sequence[Fraction | int]
) -> list[Fraction]:
    """Return the x with ``matrix @ x == right``, by elimination.

    `matrix` is square and may be singular in no case: that raises `ZeroDivisionError`.
    """
    size = len(right)
    rows = [
        [Fraction(v) for v in row] + [Fraction(b)] for row, b in zip(matrix, right, strict=True)
    ]
    for k in range(size):
        pivot = next((i for i in range(k, size) if rows[i][k]), k)
        rows[k], rows[pivot] = rows[pivot], rows[k]
        inverse = 1 / rows[k][k]
        rows[k] = [v * inverse for v in rows[k]]
        for i in range(size):
            factor = rows[i][k]
            if i != k and factor:
                rows[i] = [
                    v - factor * w if w else v for v, w in zip(rows[i], rows[k], strict=True)
                ]
    return [row[size] for row in rows]
