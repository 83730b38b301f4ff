"""The best candidates of every point, in a log that is pruned now and then."""

from typing import Any

import numpy as np
import numpy.typing as npt

from rbench.metrics.manifold_points import Indices

Scores = npt.NDArray[np.float32]

_GROUPS = 32
# Candidates a point that may wait for the next pruning, on average.
_WAITING = 8
_FEWEST_WAITING = 2**14


class NearestLists:
    """The `width` largest scores of each of n points, with the indices they belong to.

    Scores more than `slack` below the k-th largest are of no use, so they may be missing.

    Attributes:
        least: (n,) float32: only what is above it can enter.
        width: at least `k`.
    """

    def __init__(self, width: int, slack: Scores, k: int) -> None:
        """Make lists that hold nothing, for as many points as `slack` has."""
        self.least = np.full(len(slack), -np.inf, np.float32)
        self.width = width
        self._slack, self._k = slack, k
        self._points: list[Indices] = []
        self._indices: list[Indices] = []
        self._scores: list[Scores] = []
        self._waiting = 0

    def start(self, first: int, sample: Scores) -> None:
        """Set what must be reached, from a sample of the scores to come for points from `first`.

        Rows are points. The best of each row pass: they are offered later.
        """
        groups = max(_GROUPS, 2 * self.width)
        if sample.shape[1] < groups:
            return
        # The k-th largest of the maxima of groups is no more than the k-th largest of all.
        of_groups = sample if sample.shape[1] >= 2 * groups else sample.copy()
        while of_groups.shape[1] >= 2 * groups:
            half = of_groups.shape[1] // 2
            of_groups = np.maximum(of_groups[:, :half], of_groups[:, half : 2 * half])
        many = of_groups.shape[1]
        of_groups.partition((many - self.width, many - self._k), axis=1)
        points = slice(first, first + len(sample))
        reached = np.maximum(
            of_groups[:, -self.width], of_groups[:, -self._k] - self._slack[points]
        )
        self.least[points] = np.nextafter(reached, np.float32(-np.inf))

    def offer(self, points: Indices, indices: Indices, scores: Scores) -> None:
        """Enter candidates: scores of pairs, above `least` of their points, in any order."""
        self._points.append(points)
        self._indices.append(indices)
        self._scores.append(scores)
        self._waiting += len(points)
        if self._waiting > max(_FEWEST_WAITING, _WAITING * len(self.least)):
            self.prune()

    def prune(self) -> None:
        """Raise `least` to what the candidates so far allow, and drop those that are below."""
        points, indices, scores = self._log()
        key = np.sort(_keys(points, scores))
        of_key = _points_of(key)
        start = np.flatnonzero(np.diff(of_key, prepend=-1))
        count, of_point = np.diff(start, append=len(key)), of_key[start]
        full = count >= self._k
        some = of_point[full]
        reached = _scores_of(key[start[full] + self._k - 1]) - self._slack[some]
        reached = np.nextafter(reached, np.float32(-np.inf))
        self.least[some] = np.maximum(self.least[some], reached)
        full = count >= self.width
        some = of_point[full]
        reached = _scores_of(key[start[full] + self.width - 1])
        self.least[some] = np.maximum(self.least[some], reached)
        kept = np.flatnonzero(scores >= self.least[points])
        if len(kept) > self.width * len(self.least):
            # Ties: without this, points at equal distances would all be kept.
            order, rank = _ranks(points[kept], scores[kept])
            kept = kept[order[rank < self.width]]
        self._points, self._indices = [points[kept]], [indices[kept]]
        self._scores = [scores[kept]]
        self._waiting = 0

    def table(self) -> tuple[Scores, Indices]:
        """Return scores and indices (n, width), the largest first, -inf where there is none."""
        self.prune()
        points, indices, scores = self._log()
        order, rank = _ranks(points, scores)
        order, rank = order[rank < self.width], rank[rank < self.width]
        points = points[order]
        score = np.full((len(self.least), self.width), -np.inf, np.float32)
        index = np.zeros(score.shape, np.intp)
        score[points, rank] = scores[order]
        index[points, rank] = indices[order]
        return score, index

    def _log(self) -> tuple[Indices, Indices, Scores]:
        if not self._points:
            return np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0, np.float32)
        return (
            np.concatenate(self._points),
            np.concatenate(self._indices),
            np.concatenate(self._scores),
        )


def _keys(points: Indices, scores: Scores) -> npt.NDArray[np.uint64]:
    """Return keys that are in order by point, the largest score first."""
    bits = scores.view(np.uint32)
    # Bits of floats are ordered like the floats once the sign is dealt with; inverted, downwards.
    ordered = np.where(bits >> 31, bits, ~bits & np.uint32(2**31 - 1))
    key = points.astype(np.uint64) << np.uint64(32)
    key |= ordered
    return key


def _ranks(points: Indices, scores: Scores) -> tuple[Indices, Indices]:
    """Return the order by point, the largest score first, and ranks in it from 0 a point."""
    order = np.argsort(_keys(points, scores))
    start = np.flatnonzero(np.diff(points[order], prepend=-1))
    return order, np.arange(len(order)) - np.repeat(start, np.diff(start, append=len(order)))


def _points_of(key: npt.NDArray[np.uint64]) -> Indices:
    return (key >> np.uint64(32)).astype(np.intp)


def _scores_of(key: npt.NDArray[np.uint64]) -> Scores:
    ordered = key.astype(np.uint32)
    bits: Any = np.where(ordered >> 31, ordered, ~ordered & np.uint32(2**31 - 1))
    scores: Scores = bits.view(np.float32)
    return scores
