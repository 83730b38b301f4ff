"""Runs of questions tested against each other on their samples, pair by pair, for the tiers.

Each run's samples are read once, and only what ranks is kept of them. An error that is tolerated
counts as wrong, as it does in the value that ranks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rbench.harness.saved_run import SavedRun
from rbench.leaderboards.answers import Answers, answers_of, kept_answers, read_answers
from rbench.leaderboards.entries import Entry
from rbench.leaderboards.spawned import in_processes

if TYPE_CHECKING:
    import numpy.typing as npt

    Vector = npt.NDArray[np.float64]

_MANY = 32
"""Runs from which on several processes and a cache pay."""

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """What a run was asked: the number of its cluster for every sample, (n,)."""

    clusters: "npt.NDArray[np.intp]"


class QuestionPairs:
    """Tests runs of questions on their samples; see `p_of_pair`.

    A run whose samples do not give the value that ranks it (a plain mean over subsets that hold
    different questions) is not tested, nor are two that were not asked the same.
    """

    def __init__(
        self,
        runs: Sequence[SavedRun] = (),
        *,
        workers: int = 1,
        answers: Mapping[str, Answers] | None = None,
    ) -> None:
        """Take what is at hand.

        Args:
            runs: that are open already.
            workers: in how many processes to read many others.
            answers: of runs that were read already, by path.
        """
        self._answers = answers or {}
        self._open = {str(run.path): run for run in runs}
        self._workers = workers
        self._layouts: dict[tuple[object, object], _Layout] = {}
        self._values: dict[str, tuple[_Layout, Vector] | None] = {}

    def p_values(self, pairs: Sequence[tuple[Entry, Entry]]) -> list[float | None]:
        """Return the p-value of no difference for every pair; None where samples do not tell."""
        entries = {entry.key: entry for pair in pairs for entry in pair}
        new = [entry for key, entry in entries.items() if key not in self._values]
        self._read([entry for entry in new if _can_be_read(entry)])
        return [self._p_value(first.key, second.key) for first, second in pairs]

    def _p_value(self, first: str, second: str) -> float | None:
        one, other = self._values.get(first), self._values.get(second)
        if one is None or other is None or one[0] is not other[0]:
            return None
        return p_of_pair(one[1] - other[1], one[0].clusters)

    def _read(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if str(entry.path) in self._answers:
                self._take(entry, self._answers[str(entry.path)])
        entries = [entry for entry in entries if entry.key not in self._values]
        open_now = [e for e in entries if "samples" in vars(self._open.get(str(e.path), object))]
        for entry in open_now:
            self._take(entry, answers_of(self._open[str(entry.path)]))
        closed = [entry for entry in entries if entry not in open_now]
        closed.sort(key=lambda entry: (entry.protocol_id, entry.key))
        paths = [str(entry.path) for entry in closed]
        many = len(paths) >= _MANY
        read = kept_answers if many else read_answers
        if many and self._workers > 1:
            found = list(in_processes(read, paths, self._workers))
        else:
            found = [read(path) for path in paths]
        for entry, answers in zip(closed, found, strict=True):
            self._take(entry, answers)

    def _take(self, entry: Entry, answers: Answers | None) -> None:
        """Keep the values of an entry, if they give the value of its headline."""
        figure = None if entry.headline is None else entry.figures.get(entry.headline)
        self._values[entry.key] = None
        if answers is None or figure is None or figure.value is None or not len(answers.values):
            return
        if abs(float(answers.values.mean()) - figure.value) > _ROUNDING:
            return
        key = answers.asked, answers.clusters
        if key not in self._layouts:
            self._layouts[key] = _Layout(np.unique(answers.clusters, return_inverse=True)[1])
        self._values[entry.key] = self._layouts[key], answers.values


def p_of_pair(differences: "Vector", clusters: "npt.NDArray[np.intp]") -> float:
    """Return the two-sided p-value of a mean difference of 0.

    Of single questions that are right or wrong by McNemar's exact test. Else by t of the
    differences, clustered (Miller 2024, arXiv 2411.00640), but never below what flipping the signs
    of the k clusters that differ can give, 2^(1 - k): with few of them t claims too much.
    """
    from scipy.special import bdtr, stdtr

    count = int(clusters.max()) + 1
    single = count == len(differences)
    sums = differences if single else np.bincount(clusters, weights=differences)
    distances = np.abs(sums)
    differing = int(np.count_nonzero(distances > _ROUNDING))
    if differing == 0:
        return 1.0
    if single and bool(((distances == 1) | (distances == 0)).all()):
        better = int(np.count_nonzero(sums > 0))
        return float(min(1.0, 2 * bdtr(min(better, differing - better), differing, 0.5)))
    sizes = np.ones(count) if single else np.bincount(clusters)
    mean = differences.mean()
    squares = float(((sums - mean * sizes) ** 2).sum())
    least = 2.0 ** (1 - differing)
    if count < 2:
        return 1.0
    error = np.sqrt(count / (count - 1) * squares) / len(differences)
    if error <= 1e-14:
        return least
    return max(least, float(2 * stdtr(count - 1, -abs(mean) / error)))


def _can_be_read(entry: Entry) -> bool:
    return (
        entry.path is not None
        and entry.headline is not None
        and entry.headline[1] == "accuracy"
        and "evaluator" not in entry.protocol
    )
