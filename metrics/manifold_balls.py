"""Who lies in whose ball, between two sets, in one pass over the products and bounded memory."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from rbench.metrics.manifold_bounds import TINY, Bounds, bounds, squared_distances
from rbench.metrics.manifold_points import (
    Indices,
    Points,
    Vector,
    products,
    spans,
    squares_of,
)

Ball: TypeAlias = Literal["<=", "<"]
Counts: TypeAlias = npt.NDArray[np.int64]

_STRIP_ROWS = 256
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
    real_radii: Vector | None,
    fake_radii: Vector | None,
    ball: Ball,
    rows_at_once: int,
) -> BallCounts:
    """Count who lies in whose ball; radii are squared, (n,) and (m,), in units of the features."""
    pass_ = _Pass(real, fake, real_radii, fake_radii, ball)
    buffer = np.empty(min(len(real), rows_at_once) * min(len(fake), rows_at_once), np.float32)
    for start, stop in spans(len(real), rows_at_once):
        rows = real.block(start, stop, np.float32)
        for other_start, other_stop in spans(len(fake), rows_at_once):
            columns = fake.block(other_start, other_stop, np.float32)
            scores = products(rows, columns, buffer)
            for low, high in spans(stop - start, _STRIP_ROWS):
                pass_.strip(scores[low:high], start + low, other_start)
    return BallCounts(
        pass_.fakes_in_ball if real_radii is not None else None,
        pass_.balls_around_fake if real_radii is not None else None,
        pass_.balls_around_real if fake_radii is not None else None,
    )


class _Pass:
    """The counts so far, and what is the same for all strips."""

    def __init__(
        self,
        real: Points,
        fake: Points,
        real_radii: Vector | None,
        fake_radii: Vector | None,
        ball: Ball,
    ) -> None:
        self.real, self.fake, self.ball = real, fake, ball
        self.real_radii, self.fake_radii = real_radii, fake_radii
        self.fakes_in_ball = np.zeros(len(real), np.int64)
        self.balls_around_fake = np.zeros(len(fake), np.int64)
        self.balls_around_real = np.zeros(len(real), np.int64)
        self.bound = bounds(real.dimension, np.float32)
        self.real_halves = self.bound.halves(real.squares)
        self.fake_halves = self.bound.halves(fake.squares).astype(np.float32)
        # A pair may be in a ball where score >= real_halves - radius / 2. The margin is more
        # than float32 takes from either side.
        self.unit = real.frame.scale**2
        margin = self.unit * (1 + 1e-6) / 2
        if real_radii is not None:
            self.real_limits = _down(self.real_halves - margin * real_radii)
        if fake_radii is not None:
            self.fake_half_radii = (margin * fake_radii).astype(np.float32)
            self.real_halves_down = _down(self.real_halves)

    def strip(self, scores: npt.NDArray[np.float32], start: int, other_start: int) -> None:
        """Count the pairs of one strip of products, which are overwritten."""
        height, width = scores.shape
        rows, columns = slice(start, start + height), slice(other_start, other_start + width)
        scores -= self.fake_halves[columns]
        if self.real_radii is not None:
            near = np.flatnonzero(scores >= self.real_limits[rows, None])
            row, column = self._inside(near, scores, start, other_start, of_real=True)
            self.fakes_in_ball[rows] += np.bincount(row, minlength=height)
            self.balls_around_fake[columns] += np.bincount(column, minlength=width)
        if self.fake_radii is not None:
            shifted = scores + self.fake_half_radii[columns]
            near = np.flatnonzero(shifted >= self.real_halves_down[rows, None])
            row, _ = self._inside(near, scores, start, other_start, of_real=False)
            self.balls_around_real[rows] += np.bincount(row, minlength=height)

    def _inside(
        self,
        near: Indices,
        scores: npt.NDArray[np.float32],
        start: int,
        other_start: int,
        *,
        of_real: bool,
    ) -> tuple[Indices, Indices]:
        """Return rows and columns in the strip of those `near` pairs that are inside."""
        row, column = np.divmod(near, scores.shape[1])
        i, j = start + row, other_start + column
        a, b = self.real.squares[i], self.fake.squares[j]
        low = 2 * (self.real_halves[i] - scores.reshape(-1)[near].astype(np.float64)) - TINY
        inside, open_ = self._judge(low, low + self.bound.width(a, b), i, j, of_real)
        if open_.sum() * _OPEN_ONE_IN > scores.size:
            again = np.flatnonzero(open_)
            low, high = self._in_float64(scores.shape, start, other_start, near[again])
            inside[again], open_[again] = self._judge(low, high, i[again], j[again], of_real)
        undecided = np.flatnonzero(open_)
        if len(undecided):
            i, j = i[undecided], j[undecided]
            exact = squared_distances(self.real, self.fake, i, j)
            radii = self._radii(i, j, of_real)
            inside[undecided] = exact <= radii if self.ball == "<=" else exact < radii
        return row[inside], column[inside]

    def _judge(
        self, low: Vector, high: Vector, i: Indices, j: Indices, of_real: bool
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Return which pairs are inside for certain, and which are open."""
        radii = self._radii(i, j, of_real) * self.unit
        inside = high < radii
        return inside, ~inside & (low <= radii)

    def _radii(self, i: Indices, j: Indices, of_real: bool) -> Vector:
        radii = self.real_radii if of_real else self.fake_radii
        assert radii is not None
        return radii[i if of_real else j]

    def _in_float64(
        self, shape: tuple[int, ...], start: int, other_start: int, pairs: Indices
    ) -> tuple[Vector, Vector]:
        rows: Any = self.real.block(start, start + shape[0], np.float64)
        columns: Any = self.fake.block(other_start, other_start + shape[1], np.float64)
        exact = products(rows, columns, np.empty(shape[0] * shape[1])).reshape(-1)[pairs]
        row, column = np.divmod(pairs, shape[1])
        a, b = squares_of(rows)[row], squares_of(columns)[column]
        bound: Bounds = bounds(self.real.dimension, np.float64)
        low = 2 * (bound.halves(a) + bound.halves(b) - exact) - TINY
        return low, low + bound.width(a, b)


def _down(values: Vector) -> npt.NDArray[np.float32]:
    """Return float32 numbers below `values`, even after an underflow."""
    return np.nextafter((values - TINY).astype(np.float32), np.float32(-np.inf))
