"""How far a squared distance from products can be from the true one.

For points x, y with a = |x|^2, b = |y|^2, rounded to a precision with unit roundoff u, and their
product g = x.y from any matrix multiplication of that precision, the true squared distance D of
the features obeys

    low <= D <= high,  low = (1 - e)(a + b) - 2 g - tiny,  high = (1 + e)(a + b) - 2 g + tiny,
    e = 1.1 (d + 16) u.

d u is the bound of a dot product in any order of summation (Higham 2002, Accuracy and Stability
of Numerical Algorithms, section 3.1), since |x| |y| <= (a + b) / 2; 4 u come from the rounding of
the points, and 12 u leave room for the few operations after the product. `tiny` covers underflow:
norms are at most 1. What these bounds leave open is decided by `squared_distances`, exactly.
"""

from dataclasses import dataclass

import numpy as np

from rbench.metrics.manifold_points import Indices, Points, Precision, Vector, spans

TINY = 1e-30
_CHUNK_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Bounds:
    """The error e for points of one dimension and precision."""

    error: float

    def halves(self, squares: Vector) -> Vector:
        """Return (1 - e) a / 2: a product above the two halves of a pair makes its low negative."""
        return (1 - self.error) / 2 * squares

    def width(self, x_squares: Vector, y_squares: Vector) -> Vector:
        """Return high - low, for squares that broadcast."""
        return 2 * self.error * (x_squares + y_squares) + 2 * TINY


def bounds(dimension: int, precision: Precision) -> Bounds:
    """Return the bounds for `dimension` and `precision`."""
    return Bounds(1.1 * (dimension + 16) * float(np.finfo(precision).eps) / 2)


def squared_distances(x: Points, y: Points, rows: Indices, columns: Indices) -> Vector:
    """Return |x_i - y_j|^2 of the features for pairs (i, j), from differences in float64.

    Equal features give exactly 0, and a pair the same value whichever way round and wherever it
    is asked. Pairs of equal features are computed once.
    """
    many = int(max(x.identity.max(), y.identity.max())) + 1
    keys = x.identity[rows].astype(np.int64) * many + y.identity[columns]
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    rows, columns = rows[first], columns[first]
    distances = np.empty(len(rows))
    for start, stop in spans(len(rows), max(1, _CHUNK_BYTES // (8 * x.dimension))):
        difference = x.exact(rows[start:stop]) - y.exact(columns[start:stop])
        difference *= difference
        distances[start:stop] = difference.sum(axis=1)
    for_all: Vector = distances[inverse.reshape(-1)]
    return for_all
