"""Running lists of the best candidates of every point."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rbench.metrics.manifold_points import Indices

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class NearestLists:
    """The `width` largest scores of each of n points, with the indices they belong to.

    Scores more than `slack` below the k-th largest are of no use, so they may be missing.

    Attributes:
        score: (n, width) float32, in no order; -inf where nothing entered yet.
        index: (n, width).
        least: (n,) float32: only what is above it can enter.
        slack: (n,) float32.
        k: at most `width`.
    """

    score: Scores
    index: Indices
    least: Scores
    slack: Scores
    k: int

    @classmethod
    def empty(cls, width: int, slack: Scores, k: int) -> "NearestLists":
        """Return lists that hold nothing."""
        n = len(slack)
        return cls(
            np.full((n, width), -np.inf, np.float32),
            np.zeros((n, width), np.intp),
            np.full(n, -np.inf, np.float32),
            slack,
            k,
        )

    @property
    def width(self) -> int:
        """Return the length of the lists."""
        return int(self.score.shape[1])

    def start(self, first: int, sample: Scores) -> None:
        """Set what must be reached, from a sample of the scores to come for points from `first`.

        Rows are points. The best of each row pass: they are offered later.
        """
        if sample.shape[1] > self.width:
            at = sample.shape[1] - self.width
            points = np.arange(first, first + len(sample))
            reached = self._reached(points, np.partition(sample, at, axis=1)[:, at:])
            self.least[points] = np.nextafter(reached, np.float32(-np.inf))

    def _reached(self, points: Indices, best: Scores) -> Scores:
        """Return what is of no use any more beside scores (points, width)."""
        at = self.width - self.k
        in_order = np.partition(best, (0, at), axis=1)
        reached: Scores = np.maximum(in_order[:, 0], in_order[:, at] - self.slack[points])
        return reached

    def offer_rows(self, first: int, first_index: int, scores: Scores) -> None:
        """Offer scores (points, indices); points count from `first`, indices from `first_index`."""
        columns = scores.shape[1]
        hits = np.flatnonzero(scores > self.least[first : first + len(scores), None])
        if len(hits):
            row, column = np.divmod(hits, columns)
            self._merge(first + row, first_index + column, scores[row, column])

    def offer_columns(self, first: int, first_index: int, scores: Scores) -> None:
        """Offer scores (indices, points): the transpose of `offer_rows`."""
        columns = scores.shape[1]
        hits = np.flatnonzero(scores > self.least[first : first + columns])
        if len(hits):
            row, column = np.divmod(hits, columns)
            order = np.argsort(column.astype(_short(columns)), kind="stable")
            self._merge(
                first + column[order], first_index + row[order], scores.reshape(-1)[hits[order]]
            )

    def _merge(self, points: Indices, indices: Indices, scores: Scores) -> None:
        """Enter candidates, sorted by point."""
        start = np.flatnonzero(np.diff(points, prepend=-1))
        some, count = points[start], np.diff(start, append=len(points))
        place = np.repeat(np.arange(len(some)), count)
        offset = self.width + np.arange(len(points)) - np.repeat(start, count)
        longest = int(count.max())
        pool_score = np.full((len(some), self.width + longest), -np.inf, np.float32)
        pool_index = np.zeros(pool_score.shape, np.intp)
        pool_score[:, : self.width] = self.score[some]
        pool_index[:, : self.width] = self.index[some]
        pool_score[place, offset] = scores
        pool_index[place, offset] = indices
        kept = np.argpartition(pool_score, longest, axis=1)[:, longest:]
        best = np.take_along_axis(pool_score, kept, axis=1)
        self.score[some] = best
        self.index[some] = np.take_along_axis(pool_index, kept, axis=1)
        self.least[some] = np.maximum(self.least[some], self._reached(some, best))


def _short(many: int) -> type[np.unsignedinteger[Any]]:
    """Return a type for numbers below `many`: 16 bits are sorted by radix, much faster."""
    return np.uint16 if many <= 2**16 else np.uint64
