"""Squared distances to the k-th nearest neighbour within a set, in bounded memory.

Each block of products is computed once and serves its rows and its columns. A running list per
point keeps the candidates with the smallest lower bounds; most products are dismissed by one
comparison. Where the bounds of a k-th distance do not settle what it is compared with, the few
candidates that they cannot order are decided by exact distances, so the result is that of brute
force in float64. A point is no neighbour of itself; another with equal
features is one, at distance 0.
"""

import numpy as np

from rbench.metrics.manifold_bounds import TINY, bounds, squared_distances
from rbench.metrics.manifold_lists import NearestLists, Scores
from rbench.metrics.manifold_points import (
    Indices,
    Points,
    Vector,
    products,
    spans,
    squares_of,
    tile_shape,
)

# More candidates than k leave room for the error of float32; where they do not, float64 follows.
_SPARE = 8
# Scores that are compared at once: they stay in the cache of a core.
_STRIP_SCORES = 2**17
_ROWS = 4096


class Radii:
    """Squared distances, within bounds, and exactly for those samples that it is asked for.

    Attributes:
        low: (n,) float64, in units of the frame of the points.
        high: (n,) float64, likewise.
    """

    def __init__(self, points: Points, k: int, rows_at_once: int) -> None:
        """Find the bounds for the k-th nearest others of `points`, 1 <= k < n."""
        n = len(points)
        self._points, self._k = points, k
        self._scores, self._candidates = _candidates(points, k, rows_at_once)
        self._exact = np.full(n, np.nan)
        self.low, self.high = np.empty(n), np.empty(n)
        lacking = np.zeros(n, np.bool_)
        for start, stop in spans(n, _ROWS):
            rows = np.arange(start, stop)
            low, high = self._bounds(rows)
            self.low[rows] = np.partition(low, k - 1, axis=1)[:, k - 1]
            self.high[rows] = np.partition(high, k - 1, axis=1)[:, k - 1]
            if low.shape[1] < n - 1:
                lacking[rows] = low.max(axis=1) <= self.high[rows]
        open_rows = np.flatnonzero(lacking)
        copies = np.bincount(points.identity)[points.identity[open_rows]]
        self._exact[open_rows[copies > k]] = 0.0
        open_rows = open_rows[copies <= k]
        # A few float64 arrays of this height are alive at once where one in float32 was.
        height = max(1, rows_at_once // 4)
        for start, stop in spans(len(open_rows), height):
            some = open_rows[start:stop]
            self._exact[some] = _in_float64(points, some, k, rows_at_once)
        self.low[lacking] = self.high[lacking] = self._exact[lacking] * points.frame.scale**2

    def exact(self, rows: Indices) -> Vector:
        """Return the squared distances of some samples, in units of the features."""
        unknown = np.unique(rows[np.isnan(self._exact[rows])])
        for start, stop in spans(len(unknown), _ROWS):
            self._exact[unknown[start:stop]] = self._decided(unknown[start:stop])
        found: Vector = self._exact[rows]
        return found

    def _bounds(self, rows: Indices) -> tuple[Vector, Vector]:
        """Return what the distances of the candidates lie between, infinite where none is."""
        bound = bounds(self._points.dimension, np.float32)
        own = self._points.squares[rows, None]
        low = 2 * bound.halves(own) - 2 * self._scores[rows].astype(np.float64) - TINY
        return low, low + bound.width(own, self._points.squares[self._candidates[rows]])

    def _decided(self, rows: Indices) -> Vector:
        """Return the distances of rows that lack no candidate."""
        low, high = self._bounds(rows)
        # What is nearer than the k-th lowest bound is only counted.
        nearer = high < self.low[rows, None]
        row, column = np.nonzero((low <= self.high[rows, None]) & ~nearer)
        exact = np.where(nearer, -np.inf, np.inf)
        exact[row, column] = squared_distances(
            self._points, self._points, rows[row], self._candidates[rows[row], column]
        )
        kth: Vector = np.partition(exact, self._k - 1, axis=1)[:, self._k - 1]
        return kth


def _candidates(points: Points, k: int, rows_at_once: int) -> tuple[Scores, Indices]:
    """Return scores and indices (n, width) of the candidates, -inf where there is none."""
    n = len(points)
    bound = bounds(points.dimension, np.float32)
    halves = bound.halves(points.squares).astype(np.float32)
    # A score further below the k-th means a low above the k-th high. The rest is for rounding.
    slack = bound.width(points.squares, points.squares.max()) / 2 + 2**-20
    lists = NearestLists(min(k + _SPARE, n - 1), slack.astype(np.float32), k)
    height, breadth = (min(n, side) for side in tile_shape(points, rows_at_once))
    buffer = np.empty(height * breadth, np.float32)
    every = list(spans(n, height))
    for start, stop in every:
        block = points.block(start, stop, np.float32)
        _offer_diagonal(lists, products(block, block, buffer), halves, start)
    # All blocks on the diagonal come first: they make the lists strict.
    lists.prune()
    for start, stop in every[:-1]:
        block = points.block(start, stop, np.float32)
        for from_stop, to_stop in spans(n - stop, breadth):
            others = points.block(stop + from_stop, stop + to_stop, np.float32)
            _offer(lists, products(block, others, buffer), halves, start, stop + from_stop)
    return lists.table()


def _offer_diagonal(lists: NearestLists, scores: Scores, halves: Scores, start: int) -> None:
    """Offer the products of points from `start` on with themselves."""
    height = len(scores)
    np.fill_diagonal(scores, -np.inf)
    scores -= halves[start : start + height]
    lists.start(start, scores)
    hits = np.flatnonzero(scores > lists.least[start : start + height, None])
    row, column = np.divmod(hits, height)
    lists.offer(start + row, start + column, scores.reshape(-1)[hits])


def _offer(
    lists: NearestLists, scores: Scores, halves: Scores, start: int, other_start: int
) -> None:
    """Offer the products of points from `start` on with points after them."""
    height, breadth = scores.shape
    there = slice(other_start, other_start + breadth)
    strip_rows = min(height, max(1, _STRIP_SCORES // breadth))
    shifted = np.empty((strip_rows, breadth), np.float32)
    above = np.empty((strip_rows, breadth), np.bool_)
    for low, high in spans(height, strip_rows):
        here = slice(start + low, start + high)
        strip, copy, hit = scores[low:high], shifted[: high - low], above[: high - low]
        np.subtract(strip, halves[here, None], out=copy)
        hits = np.flatnonzero(np.greater(copy, lists.least[there], out=hit))
        row, column = np.divmod(hits, breadth)
        lists.offer(there.start + column, here.start + row, copy.reshape(-1)[hits])
        strip -= halves[there]
        hits = np.flatnonzero(np.greater(strip, lists.least[here, None], out=hit))
        row, column = np.divmod(hits, breadth)
        lists.offer(here.start + row, there.start + column, strip.reshape(-1)[hits])


def _in_float64(points: Points, rows: Indices, k: int, rows_at_once: int) -> Vector:
    """Return the distances of a few rows, from float64 products with all points, twice.

    The first pass finds what the k-th distance cannot exceed, the second compares what may be
    nearer; neither keeps more than a block.
    """
    bound = bounds(points.dimension, np.float64)
    mine = points.gather(rows, np.float64)
    own = squares_of(mine)[:, None]
    buffer = np.empty(len(rows) * rows_at_once)

    def lows(start: int, stop: int) -> tuple[Vector, Vector]:
        others = points.block(start, stop, np.float64)
        squares = squares_of(others)
        low: Vector = 2 * (bound.halves(own) + bound.halves(squares)) - TINY
        low -= 2 * products(mine, others, buffer)
        itself = np.flatnonzero((rows >= start) & (rows < stop))
        low[itself, rows[itself] - start] = np.inf
        return low, squares

    highest = np.full((len(rows), k), np.inf)
    for start, stop in spans(len(points), rows_at_once):
        low, squares = lows(start, stop)
        highest = _smallest(highest, low + bound.width(own, squares), k)
    limit = highest.max(axis=1, keepdims=True)
    nearest = np.full((len(rows), k), np.inf)
    for start, stop in spans(len(points), rows_at_once):
        low, _ = lows(start, stop)
        row, column = np.nonzero(low <= limit)
        exact = np.full(low.shape, np.inf)
        exact[row, column] = squared_distances(points, points, rows[row], start + column)
        nearest = _smallest(nearest, exact, k)
    kth: Vector = nearest.max(axis=1)
    return kth


def _smallest(kept: Vector, more: Vector, k: int) -> Vector:
    """Return the k smallest of every row of both."""
    pool = np.concatenate([kept, more], axis=1)
    pool.partition(k - 1, axis=1)
    return pool[:, :k]
