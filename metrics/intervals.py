"""Means and proportions with their confidence intervals: the one place for these statistics.

Values come in clusters. A cluster holds what is not independent: the English and the Chinese of
one question, the repeats of one question. Clusters are taken to be independent draws, so an
interval says how the number would move with other questions of the same kind.

With C clusters of n_c values y, N = sum n_c and m = (sum of all y) / N, every mean here has the
cluster-robust variance (for evaluations: Miller 2024, arXiv 2411.00640, "clustered standard
errors") with the customary factor C / (C - 1) for few clusters:

    V = C / (C - 1) * sum_c (sum_i (y_ci - m))^2 / N^2.

With one value a cluster, V is the usual s^2 / N. When the sizes differ, m is a ratio of two sums
(every value counts the same, not every cluster), and V is its linearised variance (Cochran 1977,
Sampling Techniques, chapter 6).

Nothing here needs numpy or scipy, except the bootstrap: a run imports this file.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import NormalDist

from rbench.errors import DataError, UsageError

Groups = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its two-sided interval `low` .. `high` at confidence `level`, in its unit.

    `value` is None where there are no values, `low` and `high` where there is no interval to
    give; `note` then says why. `n` counts values, `clusters` the independent units behind them.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    n: int
    clusters: int
    note: str


def wilson(successes: float, n: int, level: float = 0.95) -> Estimate:
    """Return a proportion of `n` independent trials with its score interval (Wilson 1927, JASA 22).

    Raises `DataError` unless ``0 <= successes <= n``. With n = 0 there is no value.
    """
    check_level(level)
    if not (n >= 0 and 0 <= successes <= n):
        raise DataError(f"{successes!r} successes in {n!r} trials: give 0 <= successes <= n.")
    if n == 0:
        return Estimate(None, None, None, level, "wilson", 0, 0, "no values")
    p = successes / n
    low, high = _wilson_bounds(p, n, level)
    return Estimate(p, low, high, level, "wilson", n, n, "")


def clustered_proportion(groups: Groups, level: float = 0.95) -> Estimate:
    """Return the mean of values in [0, 1] with a Wilson interval that knows of the clusters.

    The sample size in Wilson's formula is the effective one: N over the design effect
    V / (m (1 - m) / (N - 1)), times (t_{N-1} / t_{C-1})^2 for the few clusters that V rests on,
    where t_d is the quantile of Student's t with d degrees of freedom. The effective size and the
    t ratio are those of Korn and Graubard 1998 (Survey Methodology 24), who use them in the
    Clopper-Pearson interval; to use them in Wilson's is a recommendation of Franco, Little, Louis
    and Slud 2019 (J. Survey Statistics and Methodology 7), from simulations of such intervals.

    It is never above N: an error that seems smaller than that of independent values is not used.
    Where V says nothing (all values 0 or all 1, or every cluster with the same mean) it is C.
    With one value a cluster, each 0 or 1, this is `wilson` exactly; with C < 2 there is no
    interval. As all that rests on V it covers too little where only one or two clusters differ
    from the rest: 0.88 at m = 0.1 with 10 clusters of 10, in a simulation like those of the tests.
    Raises `DataError` for an empty cluster or a value outside [0, 1].
    """
    check_level(level)
    values = _flat(groups)
    for y in values:
        if not 0 <= y <= 1:
            raise DataError(f"{y!r} is not in [0, 1]: use clustered_mean for such values.")
    n, clusters = len(values), len(groups)
    if n == clusters and n > 1 and all(y in (0, 1) for y in values):
        return wilson(math.fsum(values), n, level)
    bare = _without_interval(values, clusters, level, "clustered-wilson")
    if bare.value is None or clusters < 2:
        return bare
    p = bare.value
    variance = _variance(groups, p, n)
    if p in (0, 1) or _is_rounding(variance, p):
        size, note = float(clusters), "no spread between clusters: effective size = clusters"
    else:
        few = _t_quantile(level, n - 1) / _t_quantile(level, clusters - 1)
        size, note = min(n, n * p * (1 - p) / (n - 1) / variance * few**2), ""
    low, high = _wilson_bounds(p, size, level)
    return replace(bare, low=low, high=high, note=note)


def clustered_mean(groups: Groups, level: float = 0.95) -> Estimate:
    """Return the mean of any finite values with m +- t_{C-1} sqrt(V).

    With one value a cluster this is Student's interval. There is none with C < 2, nor where all
    clusters have the same mean (its width would be 0, which claims too much).
    Raises `DataError` for an empty cluster or a value that is not finite.
    """
    check_level(level)
    values = _flat(groups)
    bare = _without_interval(values, len(groups), level, "clustered-t")
    if bare.value is None or bare.clusters < 2:
        return bare
    variance = _variance(groups, bare.value, bare.n)
    if _is_rounding(variance, max(abs(y) for y in values)):
        return replace(bare, note="no spread between clusters: no interval")
    half = _t_quantile(level, bare.clusters - 1) * math.sqrt(variance)
    return replace(bare, low=bare.value - half, high=bare.value + half)


def clustered_standard_error(groups: Groups) -> float | None:
    """Return sqrt(V), which the interval of `clustered_mean` is built on; None where it has none.

    Raises `DataError` for an empty cluster or a value that is not finite.
    """
    values = _flat(groups)
    if len(groups) < 2:
        return None
    variance = _variance(groups, math.fsum(values) / len(values), len(values))
    return None if _is_rounding(variance, max(abs(y) for y in values)) else math.sqrt(variance)


def bootstrap_mean(
    groups: Groups, *, seed: int, level: float = 0.95, resamples: int = 2000
) -> Estimate:
    """Return the mean with the percentile interval of a cluster bootstrap (Efron 1979).

    Whole clusters are drawn with replacement, C at a time, by numpy's Philox with `seed`; the
    order of the clusters and of the values in them does not matter. The percentiles come out
    narrow by about sqrt((C - 1) / C). No interval with C < 2 or without spread between clusters.
    Raises `DataError` for an empty cluster or a value that is not finite.
    """
    import numpy as np

    check_level(level)
    if resamples < 100:
        raise UsageError(f"resamples={resamples} gives no percentiles: take 100 or more.")
    values = _flat(groups)
    bare = _without_interval(values, len(groups), level, "cluster-bootstrap")
    if bare.value is None or bare.clusters < 2:
        return bare
    if _is_rounding(_variance(groups, bare.value, bare.n), max(abs(y) for y in values)):
        return replace(bare, note="no spread between clusters: no interval")
    table = np.array(sorted((math.fsum(g), len(g)) for g in groups), dtype=np.float64)
    rng = np.random.Generator(np.random.Philox(seed))
    means = np.empty(resamples)
    for i in range(resamples):
        total, size = table[rng.integers(len(table), size=len(table))].sum(axis=0)
        means[i] = total / size
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return replace(bare, low=float(low), high=float(high))


def check_level(level: float) -> None:
    """Raise `UsageError` unless 0 < `level` < 1."""
    if not 0 < level < 1:
        raise UsageError(f"level={level!r} is no confidence level: give one such as 0.95.")


def _flat(groups: Groups) -> list[float]:
    if any(len(group) == 0 for group in groups):
        raise DataError("A cluster holds no values: leave it out.")
    values = [float(y) for group in groups for y in group]
    for y in values:
        if not math.isfinite(y):
            raise DataError(f"{y!r} has no mean: count what failed instead of averaging it.")
    return values


def _without_interval(values: list[float], clusters: int, level: float, method: str) -> Estimate:
    if not values:
        return Estimate(None, None, None, level, method, 0, 0, "no values")
    mean = math.fsum(values) / len(values)
    note = "one cluster: no interval" if clusters < 2 else ""
    return Estimate(mean, None, None, level, method, len(values), clusters, note)


def _variance(groups: Groups, mean: float, n: int) -> float:
    clusters = len(groups)
    squares = math.fsum(math.fsum(y - mean for y in group) ** 2 for group in groups)
    return clusters / (clusters - 1) * squares / n**2


def _is_rounding(variance: float, scale: float) -> bool:
    return math.sqrt(variance) <= 1e-14 * scale


def _wilson_bounds(p: float, n: float, level: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf((1 + level) / 2)
    shrink = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / shrink
    half = z / shrink * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # At the edges the bound is the edge itself, which rounding can miss.
    return (0.0 if p == 0 else centre - half), (1.0 if p == 1 else centre + half)


@lru_cache(maxsize=1024)
def _t_quantile(level: float, df: int) -> float:
    """Return t with P(|T_df| < t) = level.

    Newton's steps from the normal quantile, which lies below: the distribution function is
    concave there, so they rise to the root.
    """
    log_peak = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - math.log(df * math.pi) / 2
    t = NormalDist().inv_cdf((1 + level) / 2)
    while True:
        density = 2 * math.exp(log_peak - (df + 1) / 2 * math.log1p(t * t / df))
        step = (level - _t_within(t, df)) / density
        t += step
        if step <= 1e-12 * t:
            return t


def _t_within(t: float, df: int) -> float:
    """Return P(|T_df| < t), a finite sum for whole df (Abramowitz and Stegun 26.7.3, 26.7.4)."""
    angle = math.atan(t / math.sqrt(df))
    cos2 = math.cos(angle) ** 2
    odd = df % 2
    term = total = math.cos(angle) if odd else 1.0
    for k in range(2 + odd, df, 2):
        term *= (k - 1) / k * cos2
        total += term
    if not odd:
        return math.sin(angle) * total
    return 2 / math.pi * (angle + (math.sin(angle) * total if df > 1 else 0.0))
