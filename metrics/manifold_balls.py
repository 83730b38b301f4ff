"""Who lies in whose ball, between two sets, in one pass over the products and bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from rbench.metrics.manifold_bounds import TINY, Bounds, bounds, squared_distances
from rbench.metrics.manifold_neighbours import Radii
from rbench.metrics.manifold_points import (
    Indices,
    Points,
    Vector,
    products,
    spans,
    squares_of,
    tile_shape,
)

Ball: TypeAlias = Literal["<=", "<"]
Counts: TypeAlias = npt.NDArray[np.int64]
Scores: TypeAlias = npt.NDArray[np.float32]

_STRIP_SCORES = 2**18
_FLOAT64_ROWS = 512
# Where float32 leaves open more than one pair in so many, float64 products look again.
_OPEN_ONE_IN = 256


@dataclass(frozen=True, slots=True)
class BallCounts:
    """Counts of inclusions; None where the radii of that side were not given.

    Attributes:
        fakes_in_ball: (n,) fakes in the ball of each real.
        balls_around_fake: (m,) balls of reals that hold each fake.
        balls_around_real: (n,) balls of fakes that hold each real.
    """

    fakes_in_ball: Counts | None
    balls_around_fake: Counts | None
    balls_around_real: Counts | None


def count_balls(
    real: Points,
    fake: Points,
    real_radii: Radii | None,
    fake_radii: Radii | None,
    ball: Ball,
    rows_at_once: int,
) -> BallCounts:
    """Count who lies in whose ball; radii are squared, of n and m samples."""
    pass_ = _Pass(real, fake, real_radii, fake_radii, ball)
    height, breadth = tile_shape(real, rows_at_once)
    height, breadth = min(height, len(real)), min(breadth, len(fake))
    buffer = np.empty(height * breadth, np.float32)
    for start, stop in spans(len(real), height):
        rows = real.block(start, stop, np.float32)
        for other_start, other_stop in spans(len(fake), breadth):
            columns = fake.block(other_start, other_stop, np.float32)
            pass_.count(products(rows, columns, buffer), start, other_start)
    return BallCounts(
        pass_.fakes_in_ball if real_radii is not None else None,
        pass_.balls_around_fake if real_radii is not None else None,
        pass_.balls_around_real if fake_radii is not None else None,
    )


@dataclass(frozen=True, slots=True)
class _Strip:
    """Counts of the pairs of a strip that are inside, and the flat places of the open ones."""

    rows: Counts
    columns: Counts
    open: Indices


class _Pass:
    """The counts so far, and what is the same for all strips."""

    def __init__(
        self,
        real: Points,
        fake: Points,
        real_radii: Radii | None,
        fake_radii: Radii | None,
        ball: Ball,
    ) -> None:
        self.real, self.fake, self.ball = real, fake, ball
        self.real_radii, self.fake_radii = real_radii, fake_radii
        # True: fakes in balls of reals; False: reals in balls of fakes.
        given = ((True, real_radii), (False, fake_radii))
        self.directions = [of_real for of_real, radii in given if radii is not None]
        self.fakes_in_ball = np.zeros(len(real), np.int64)
        self.balls_around_fake = np.zeros(len(fake), np.int64)
        self.balls_around_real = np.zeros(len(real), np.int64)
        self.bound = bounds(real.dimension, np.float32)
        self.real_halves = self.bound.halves(real.squares)
        self.fake_halves = self.bound.halves(fake.squares).astype(np.float32)
        # A pair may be in a ball where score >= real_halves - radius / 2. The margin is more
        # than float32 takes from either side.
        margin = (1 + 1e-6) / 2
        if real_radii is not None:
            self.real_limits = _down(self.real_halves - margin * real_radii.high)
        if fake_radii is not None:
            self.fake_half_radii = (margin * fake_radii.high).astype(np.float32)
            self.real_halves_down = _down(self.real_halves)

    def count(self, scores: Scores, start: int, other_start: int) -> None:
        """Count the pairs of one tile of products."""
        height, breadth = scores.shape
        rows_of_strip = min(height, max(1, _STRIP_SCORES // breadth))
        shifted = np.empty((rows_of_strip, breadth), np.float32)
        reached = np.empty((rows_of_strip, breadth), np.bool_)
        strips = [
            self._strip(
                scores[low:high],
                start + low,
                other_start,
                shifted[: high - low],
                reached[: high - low],
            )
            for low, high in spans(height, rows_of_strip)
        ]
        rows, columns = slice(start, start + height), slice(other_start, other_start + breadth)
        for of_real, found in zip(self.directions, zip(*strips, strict=True), strict=True):
            row_counts = np.concatenate([strip.rows for strip in found])
            column_counts = np.sum([strip.columns for strip in found], axis=0)
            open_ = [
                strip.open + number * rows_of_strip * breadth for number, strip in enumerate(found)
            ]
            row, column = self._decide(np.concatenate(open_), scores.shape, rows, columns, of_real)
            row_counts += np.bincount(row, minlength=height)
            column_counts += np.bincount(column, minlength=breadth)
            if of_real:
                self.fakes_in_ball[rows] += row_counts
                self.balls_around_fake[columns] += column_counts
            else:
                self.balls_around_real[rows] += row_counts

    def _strip(
        self,
        scores: Scores,
        start: int,
        other_start: int,
        shifted: Scores,
        reached: npt.NDArray[np.bool_],
    ) -> list[_Strip]:
        """Return for each direction what float32 decides; `scores` and two like it are spoiled."""
        height, breadth = scores.shape
        rows = slice(start, start + height)
        columns = slice(other_start, other_start + breadth)
        scores -= self.fake_halves[columns]
        found = []
        for of_real in self.directions:
            if of_real:
                np.greater_equal(scores, self.real_limits[rows, None], out=reached)
            else:
                np.add(scores, self.fake_half_radii[columns], out=shifted)
                np.greater_equal(shifted, self.real_halves_down[rows, None], out=reached)
            near = np.flatnonzero(reached)
            row, column = np.divmod(near, breadth)
            i, j = start + row, other_start + column
            a, b = self.real.squares[i], self.fake.squares[j]
            taken = scores.reshape(-1)[near].astype(np.float64)
            low = 2 * (self.real_halves[i] - taken) - TINY
            inside, open_ = self._judge(low, low + self.bound.width(a, b), i, j, of_real)
            found.append(
                _Strip(
                    np.bincount(row[inside], minlength=height),
                    np.bincount(column[inside], minlength=breadth),
                    near[open_],
                )
            )
        return found

    def _decide(
        self, pairs: Indices, shape: tuple[int, ...], rows: slice, columns: slice, of_real: bool
    ) -> tuple[Indices, Indices]:
        """Return rows and columns in the tile of those of its open `pairs` that are inside."""
        row, column = np.divmod(pairs, shape[1])
        i, j = rows.start + row, columns.start + column
        inside = np.zeros(len(pairs), np.bool_)
        open_ = np.ones(len(pairs), np.bool_)
        if len(pairs) * _OPEN_ONE_IN > shape[0] * shape[1]:
            for some, low, high in self._in_float64(i, j, rows, columns):
                inside[some], open_[some] = self._judge(low, high, i[some], j[some], of_real)
        undecided = np.flatnonzero(open_)
        if len(undecided):
            i, j = i[undecided], j[undecided]
            exact = squared_distances(self.real, self.fake, i, j)
            radii, of = self._radii(i, j, of_real)
            limit = radii.exact(of)
            inside[undecided] = exact <= limit if self.ball == "<=" else exact < limit
        return row[inside], column[inside]

    def _judge(
        self, low: Vector, high: Vector, i: Indices, j: Indices, of_real: bool
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Return which pairs are inside for certain, and which are open."""
        radii, of = self._radii(i, j, of_real)
        inside = high < radii.low[of]
        return inside, ~inside & (low <= radii.high[of])

    def _radii(self, i: Indices, j: Indices, of_real: bool) -> tuple[Radii, Indices]:
        radii = self.real_radii if of_real else self.fake_radii
        assert radii is not None
        return radii, i if of_real else j

    def _in_float64(
        self, i: Indices, j: Indices, rows: slice, columns: slice
    ) -> Iterator[tuple[Indices, Vector, Vector]]:
        """Return parts of the pairs (i, j) of a tile with the bounds of float64 products."""
        bound: Bounds = bounds(self.real.dimension, np.float64)
        buffer = np.empty(_FLOAT64_ROWS**2)
        for top, bottom in spans(rows.stop - rows.start, _FLOAT64_ROWS):
            x: Any = self.real.block(rows.start + top, rows.start + bottom, np.float64)
            x_squares, row = squares_of(x), i - rows.start - top
            for left, right in spans(columns.stop - columns.start, _FLOAT64_ROWS):
                column = j - columns.start - left
                here = (row >= 0) & (row < bottom - top) & (column >= 0) & (column < right - left)
                some = np.flatnonzero(here)
                if not len(some):
                    continue
                y: Any = self.fake.block(columns.start + left, columns.start + right, np.float64)
                exact = products(x, y, buffer)[row[some], column[some]]
                a, b = x_squares[row[some]], squares_of(y)[column[some]]
                low = 2 * (bound.halves(a) + bound.halves(b) - exact) - TINY
                yield some, low, low + bound.width(a, b)


def _down(values: Vector) -> npt.NDArray[np.float32]:
    """Return float32 numbers below `values`, even after an underflow."""
    return np.nextafter((values - TINY).astype(np.float32), np.float32(-np.inf))
