"""Two models on the same questions: their difference, whether it is real, and where they differ.

Values come in pairs, pairs in clusters of what is not independent: a question in English and in
Chinese. The difference is that of the means, and its interval comes from the paired differences,
clustered (Miller 2024, arXiv 2411.00640, sections 2.2 and 4.2): what is hard for both models
cancels, so that far smaller differences are seen than from two intervals side by side.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rbench.metrics.intervals import Estimate, clustered_mean, clustered_standard_error
from rbench.metrics.sign_flip import DRAWS, sign_flip_test

Pairs: TypeAlias = Sequence[Sequence[tuple[float, float]]]
"""Clusters of pairs: (value of the first, value of the second)."""


@dataclass(frozen=True, slots=True)
class Paired:
    """What the pairs say.

    Attributes:
        first, second: the two means over all pairs.
        difference: first minus second, with its clustered interval.
        standard_error: of the difference; None where there is no interval.
        p_value: two-sided, of no difference; None without pairs.
        test: the test that was taken.
    """

    first: float | None
    second: float | None
    difference: Estimate
    standard_error: float | None
    p_value: float | None
    test: str


@dataclass(frozen=True, slots=True)
class PairCounts:
    """On how many questions both, one or neither is right.

    Where a question was asked several times, what is expected of one draw of each: the counts
    then need not be whole. They add up to the number of pairs.
    """

    both: float
    only_first: float
    only_second: float
    neither: float


def paired_comparison(groups: Pairs, *, level: float = 0.95, seed: int = 0) -> Paired:
    """Compare two models over `groups` of pairs. Every pair weighs the same.

    The test is McNemar's, exact, where every cluster is one pair of values that are 0 or 1; else
    sign flips of whole clusters (`sign_flip`), exact where the values allow it. Interval and test
    are two computations: near the edge one may hold 0 where the other rejects.
    Raises `DataError` for an empty cluster or a value that is not finite.
    """
    differences = [[a - b for a, b in group] for group in groups]
    difference = clustered_mean(differences, level)
    if difference.value is None:
        return Paired(None, None, difference, None, None, "no pairs")
    flips = sign_flip_test([math.fsum(group) for group in differences], seed=seed)
    if all(len(group) == 1 and {*group[0]} <= {0, 1} for group in groups):
        test = "exact McNemar"
    elif flips.exact:
        test = "exact sign flips of clusters"
    else:
        test = f"sign flips of clusters, {DRAWS} draws, seed {seed}"
    return Paired(
        first=_mean([a for group in groups for a, _ in group]),
        second=_mean([b for group in groups for _, b in group]),
        difference=difference,
        standard_error=clustered_standard_error(differences),
        p_value=flips.p_value,
        test=test,
    )


def pair_counts(groups: Pairs) -> PairCounts | None:
    """Return how often both, one or neither is right; None where a value is outside [0, 1]."""
    pairs = [pair for group in groups for pair in group]
    if not all(0 <= value <= 1 for pair in pairs for value in pair):
        return None
    return PairCounts(
        both=math.fsum(a * b for a, b in pairs),
        only_first=math.fsum(a * (1 - b) for a, b in pairs),
        only_second=math.fsum((1 - a) * b for a, b in pairs),
        neither=math.fsum((1 - a) * (1 - b) for a, b in pairs),
    )


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
