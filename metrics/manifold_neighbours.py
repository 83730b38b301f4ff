"""Exact squared distances to the k-th nearest neighbour within a set, in bounded memory.

Each block of products is computed once and serves its rows and its columns. A running list per
point keeps the candidates with the smallest lower bounds; most products are dismissed by one
comparison. The few candidates that the bounds cannot order are decided by exact distances, so the
result is that of brute force in float64. A point is no neighbour of itself; another with equal
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
_STRIP_ROWS = 512
_STRIP_COLUMNS = 1024
_SAMPLE = 256


def neighbour_distances(points: Points, k: int, rows_at_once: int) -> Vector:
    """Return the squared distance of every point to its k-th nearest other point, (n,) float64.

    Needs 1 <= k < n. `rows_at_once` is the height of a block.
    """
    lists = _candidates(points, k, rows_at_once)
    distances, open_rows = _decide(points, lists, k)
    copies = np.bincount(points.identity)[points.identity[open_rows]]
    distances[open_rows[copies > k]] = 0.0
    open_rows = open_rows[copies <= k]
    # A few float64 arrays of this height are alive at once where one in float32 was.
    height = max(1, rows_at_once // 4)
    for start, stop in spans(len(open_rows), height):
        some = open_rows[start:stop]
        distances[some] = _in_float64(points, some, k, rows_at_once)
    return distances


def _candidates(points: Points, k: int, rows_at_once: int) -> NearestLists:
    n = len(points)
    bound = bounds(points.dimension, np.float32)
    halves = bound.halves(points.squares).astype(np.float32)
    # A score further below the k-th means a low above the k-th high. The rest is for rounding.
    slack = bound.width(points.squares, points.squares.max()) / 2 + 2**-20
    lists = NearestLists.empty(min(k + _SPARE, n - 1), slack.astype(np.float32), k)
    height, breadth = (min(n, side) for side in tile_shape(points, rows_at_once))
    buffer = np.empty(height * breadth, np.float32)
    every = list(spans(n, height))
    for start, stop in every:
        block = points.block(start, stop, np.float32)
        _offer_diagonal(lists, products(block, block, buffer), halves, start)
    # All blocks on the diagonal come first: they make the lists strict.
    for start, stop in every[:-1]:
        block = points.block(start, stop, np.float32)
        for from_stop, to_stop in spans(n - stop, breadth):
            others = points.block(stop + from_stop, stop + to_stop, np.float32)
            _offer(lists, products(block, others, buffer), halves, start, stop + from_stop)
    return lists


def _offer_diagonal(lists: NearestLists, scores: Scores, halves: Scores, start: int) -> None:
    """Offer the products of points from `start` on with themselves."""
    height = len(scores)
    np.fill_diagonal(scores, -np.inf)
    for low, high in spans(height, _STRIP_ROWS):
        strip = scores[low:high] - halves[start : start + height]
        lists.start(start + low, strip[:, : max(_SAMPLE, 4 * lists.width)])
        lists.offer_rows(start + low, start, strip)


def _offer(
    lists: NearestLists, scores: Scores, halves: Scores, start: int, other_start: int
) -> None:
    """Offer the products of points from `start` on with points after them."""
    height, breadth = scores.shape
    for left, right in spans(breadth, _STRIP_COLUMNS):
        here, there = slice(start, start + height), slice(other_start + left, other_start + right)
        for low, high in spans(height, _STRIP_ROWS):
            strip = scores[low:high, left:right]
            lists.offer_columns(there.start, start + low, strip - halves[here][low:high, None])
            strip -= halves[there]
            lists.offer_rows(start + low, there.start, strip)


def _decide(points: Points, lists: NearestLists, k: int) -> tuple[Vector, Indices]:
    """Return the distances, and the rows whose lists may lack a candidate."""
    bound = bounds(points.dimension, np.float32)
    n = len(points)
    distances = np.empty(n)
    open_rows = []
    for start, stop in spans(n, 4096):
        index = lists.index[start:stop]
        own = points.squares[start:stop, None]
        low = 2 * bound.halves(own) - 2 * lists.score[start:stop].astype(np.float64) - TINY
        high = low + bound.width(own, points.squares[index])
        limit = np.partition(high, k - 1, axis=1)[:, k - 1 : k]
        # What is nearer than the k-th lowest bound is only counted.
        nearer = high < np.partition(low, k - 1, axis=1)[:, k - 1 : k]
        wanted = (low <= limit) & ~nearer
        here = np.arange(start, stop)
        if lists.width < n - 1:
            lacking = low.max(axis=1) <= limit[:, 0]
            wanted[lacking] = False
            open_rows.append(here[lacking])
        row, column = np.nonzero(wanted)
        exact = np.where(nearer, -np.inf, np.inf)
        exact[row, column] = squared_distances(points, points, here[row], index[row, column])
        distances[start:stop] = np.partition(exact, k - 1, axis=1)[:, k - 1]
    return distances, np.concatenate(open_rows) if open_rows else np.empty(0, np.intp)


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
