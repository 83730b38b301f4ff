"""The power of a two-sided test of a difference, and the sample size that gives a wanted one.

Both take the estimate to be normal around the true difference with the standard error at hand,
which shrinks as 1 / sqrt(n). That is an approximation: an exact test of few clusters has somewhat
less power, and a noise that changes with the difference is taken as it was measured.
"""

import math
from functools import lru_cache
from statistics import NormalDist

from rbench.errors import UsageError

_NORMAL = NormalDist()


def power_of_test(difference: float, standard_error: float, *, alpha: float = 0.05) -> float:
    """Return the chance that a test at level `alpha` rejects where `difference` is the truth.

    A rejection in the wrong direction counts too, so that it is `alpha` at 0. Raises `UsageError`
    for a standard error that is not above 0, and for an `alpha` outside (0, 1).
    """
    _check(standard_error, alpha)
    return _power(abs(difference) / standard_error, alpha)


def sample_size(
    difference: float, standard_error: float, n: int, *, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Return how many samples see `difference` with `power`, where `n` have `standard_error`.

    Raises `UsageError` for a difference of 0, which no sample shows, and for a `power` that is
    not between `alpha` and 1.
    """
    _check(standard_error, alpha)
    if not difference or n < 1:
        raise UsageError(f"difference={difference!r}, n={n!r}: give a difference and a sample.")
    if not alpha < power < 1:
        raise UsageError(f"power={power!r}: give one above alpha={alpha} and below 1.")
    ratio = _shift(power, alpha) * standard_error / abs(difference)
    # What is whole up to rounding is not rounded up.
    return max(1, math.ceil(n * ratio**2 * (1 - 1e-12)))


@lru_cache(maxsize=256)
def _shift(power: float, alpha: float) -> float:
    """Return the difference in standard errors that has `power`, by bisection."""
    low, high = 0.0, 1.0
    while _power(high, alpha) < power:
        low, high = high, 2 * high
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _power(middle, alpha) < power else (low, middle)
    return high


def _power(shift: float, alpha: float) -> float:
    critical = -_NORMAL.inv_cdf(alpha / 2)
    return _NORMAL.cdf(shift - critical) + _NORMAL.cdf(-shift - critical)


def _check(standard_error: float, alpha: float) -> None:
    if not (math.isfinite(standard_error) and standard_error > 0):
        raise UsageError(f"{standard_error!r} is no standard error: give one above 0.")
    if not 0 < alpha < 1:
        raise UsageError(f"alpha={alpha!r}: give one in (0, 1), such as 0.05.")
