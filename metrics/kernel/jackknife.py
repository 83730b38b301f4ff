"""The squared maximum mean discrepancy and its jackknife error, both from row sums of a kernel.

With n real and m fake samples, A = sum_{i != j} k(x_i, x_j), B the same of y, C = sum k(x_i, y_j):

    unbiased (a U-statistic):  A / (n (n-1)) + B / (m (m-1)) - 2 C / (n m)
    biased (a V-statistic):    A / n^2 + B / m^2 - 2 C / (n m),  for a kernel with k(x, x) = 0

(Gretton et al. 2012, JMLR 13, equations 3 and 5). A constant added to the kernel cancels in the
first and, with the diagonal, in the second; so kernels leave theirs out, and lose no digits to it.

Leaving x_i out changes A by 2 a_i and C by c_i, where a_i and c_i are its row sums: all n + m
leave-one-out values cost nothing more. The variance is that of the two-sample jackknife (Arvesen
1969, Ann. Math. Stat. 40; conservative in expectation: Efron and Stein 1981, Ann. Stat. 9),

    (n-1)/n sum_i (D_-i - mean)^2 + (m-1)/m sum_j (D_-j - mean)^2.

It estimates the same first-order variance as the closed forms of Bounliphone et al. 2016 and
Sutherland et al. 2017 (appendix A), is never negative, and keeps working with n != m. Where both
distributions are equal the first order vanishes, and it is up to twice the true variance.
"""

import math
from dataclasses import dataclass

import numpy as np

from rbench.metrics.kernel.side import Vector


@dataclass(frozen=True, slots=True)
class DiscrepancySums:
    """Row sums of a kernel, float64; those within a set leave out a sample with itself.

    Attributes:
        real: (n,), over the other real samples.
        fake: (m,), over the other fake samples.
        real_to_fake: (n,), over the fake samples.
        fake_to_real: (m,), over the real samples.
    """

    real: Vector
    fake: Vector
    real_to_fake: Vector
    fake_to_real: Vector


def discrepancy(sums: DiscrepancySums, *, biased: bool = False) -> float:
    """Return the squared maximum mean discrepancy; needs two samples a side unless `biased`."""
    n, m = len(sums.real), len(sums.fake)
    return (
        math.fsum(sums.real) / _pairs(n, biased)
        + math.fsum(sums.fake) / _pairs(m, biased)
        - 2 * math.fsum(sums.real_to_fake) / (n * m)
    )


def jackknife_error(sums: DiscrepancySums, *, biased: bool = False) -> float:
    """Return the standard error of `discrepancy`; needs three samples a side."""
    m, n = len(sums.fake), len(sums.real)
    variance = _one_side(sums.real, sums.real_to_fake, m, biased)
    variance += _one_side(sums.fake, sums.fake_to_real, n, biased)
    return math.sqrt(variance)


def _pairs(n: int, biased: bool) -> int:
    return n * n if biased else n * (n - 1)


def _one_side(within: Vector, across: Vector, others: int, biased: bool) -> float:
    """Return the jackknife variance over one sample; the terms that do not move are left out."""
    n = len(within)
    left = (math.fsum(within) - 2 * within) / _pairs(n - 1, biased)
    left -= 2 * (math.fsum(across) - across) / ((n - 1) * others)
    return float((n - 1) / n * np.sum((left - left.mean()) ** 2))
