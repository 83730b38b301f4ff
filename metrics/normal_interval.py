"""The normal interval of a value with a standard error, as a field of a result."""

import math
from statistics import NormalDist

from rbench.errors import UsageError
from rbench.metrics.intervals import check_level
from rbench.metrics.results import Interval


def normal_interval(
    value: float, standard_error: float, level: float, method: str, covers: str
) -> Interval:
    """Return ``value +- z standard_error`` at `level`, with z the quantile of the normal law.

    Raises `UsageError` for a level outside (0, 1) and for a standard error that is no number.
    """
    check_level(level)
    if not (math.isfinite(standard_error) and standard_error >= 0):
        raise UsageError(f"{standard_error!r} is no standard error.")
    half = NormalDist().inv_cdf((1 + level) / 2) * standard_error
    return Interval(value - half, value + half, level, method, covers)
