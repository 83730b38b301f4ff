"""The sign-flip test of a mean of 0, for differences that belong together in clusters.

If two models were exchangeable, each cluster's difference would as likely have come out with the
other sign. The p-value is the share of all 2^C ways to flip the signs of C clusters for which the
sum is as far from 0 as the one seen (Fisher 1935, The Design of Experiments; whole clusters are
flipped, as in Canay, Romano and Shaikh 2017, Econometrica 85). It is exact for exchangeable models
and any number of clusters, and right for large numbers of clusters wherever the mean is 0. With a
difference of 0 or 1 a cluster it is McNemar's test.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from rbench.errors import DataError
from rbench.metrics.mcnemar import exact_mcnemar
from rbench.metrics.seeds import check_seed

DRAWS = 20_000
_LARGEST_DENOMINATOR = 1000
_MOST_STEPS = 5e8
_AT_ONCE = 2**22
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class SignFlips:
    """A p-value, and whether it is exact or over random flips."""

    p_value: float
    exact: bool


def sign_flip_test(sums: Sequence[float], *, seed: int = 0, draws: int = DRAWS) -> SignFlips:
    """Return the two-sided p-value for `sums`, the sum of the differences in every cluster.

    It is exact where the sums are fractions with denominators of at most 1,000, as those of
    right and wrong answers are, even averaged over repeats: the distribution over all flips is
    built cluster by cluster. Else it is (1 + hits) / (1 + draws) over random flips by numpy's
    Philox with `seed`. Neither the order of the clusters nor the sign of all sums matters.
    Raises `DataError` for a sum that is not finite.
    """
    check_seed(seed)
    for value in sums:
        if not math.isfinite(value):
            raise DataError(f"{value!r} is no difference: leave out what has no value.")
    still = _ROUNDING * max(map(abs, sums), default=0.0)
    moving = sorted((value for value in sums if abs(value) > still), key=abs)
    sizes = [abs(value) for value in moving]
    if not moving:
        return SignFlips(1.0, True)
    if sizes[-1] - sizes[0] <= _ROUNDING * sizes[-1]:
        positive = sum(value > 0 for value in moving)
        return SignFlips(exact_mcnemar(positive, len(moving) - positive), True)
    total = abs(math.fsum(moving))
    grid = _on_grid(sizes)
    if grid is not None:
        steps, denominator = grid
        return SignFlips(_exact(steps, round(total * denominator)), True)
    return SignFlips(_drawn(sizes, total, seed, draws), False)


def _on_grid(sizes: Sequence[float]) -> tuple[list[int], int] | None:
    """Return the sizes as whole multiples of 1 / denominator; None where that takes too many."""
    parts = [Fraction(size).limit_denominator(_LARGEST_DENOMINATOR) for size in sizes]
    if any(abs(float(p) - s) > _ROUNDING * max(1, s) for p, s in zip(parts, sizes, strict=True)):
        return None
    denominator = math.lcm(*{part.denominator for part in parts})
    steps = [int(part * denominator) for part in parts]
    return (steps, denominator) if len(steps) * sum(steps) <= _MOST_STEPS else None


def _exact(steps: Sequence[int], total: int) -> float:
    """Return the share of flips with |sum| >= `total`; the positive part is what is counted."""
    import numpy as np

    whole = sum(steps)
    chance = np.zeros(whole + 1)
    chance[0], reached = 1.0, 0
    for step in steps:
        moved = chance[: reached + 1] / 2
        chance[: reached + 1] = moved
        chance[step : step + reached + 1] += moved
        reached += step
    # A sum s comes of positive parts that make (whole + s) / 2.
    tail = float(chance[-(-(whole + total) // 2) :].sum())
    return min(1.0, 2 * tail) if total else 1.0


def _drawn(sizes: Sequence[float], total: float, seed: int, draws: int) -> float:
    import numpy as np

    rng = np.random.Generator(np.random.Philox(seed))
    values = np.array(sizes)
    hits = done = 0
    while done < draws:
        rows = min(draws - done, max(1, _AT_ONCE // len(values)))
        signs = 2.0 * rng.integers(0, 2, size=(rows, len(values)), dtype=np.int8) - 1
        hits += int(np.count_nonzero(np.abs(signs @ values) >= total * (1 - _ROUNDING)))
        done += rows
    return (1 + hits) / (1 + draws)
