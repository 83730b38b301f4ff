"""Holm's correction for several tests."""

from collections.abc import Sequence

from rbench.errors import DataError


def holm(p_values: Sequence[float]) -> list[float]:
    """Return adjusted p-values, in the order given (Holm 1979, Scandinavian J. of Statistics 6).

    With m tests the k-th smallest p is multiplied by m + 1 - k, is never below an adjusted one
    before it, and never above 1. To reject where the adjusted p is at most alpha keeps the chance
    of any false rejection at or below alpha, whatever the dependence of the tests.
    Raises `DataError` for a value outside [0, 1].
    """
    for p in p_values:
        if not 0 <= p <= 1:
            raise DataError(f"{p!r} is no p-value: it must lie in [0, 1].")
    adjusted = [0.0] * len(p_values)
    least = 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = least
    return adjusted
