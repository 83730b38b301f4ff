"""The trace of the root of a product of covariances, tr (S1^1/2 S2 S1^1/2)^1/2, without that root.

With any factors S1 = A A^T and S2 = B B^T it is the sum of the singular values of A^T B. The
factors are what is at hand:

- ``low-rank``: centred features of n <= d samples are a factor themselves. Exact to rounding
  where the covariance is singular and every route by its eigenvalues loses half the digits.
- ``cholesky``: with S1 = L L^T the squares of those singular values are the eigenvalues of
  L^T S2 L: a third of the time. Left where rounding in the squares could show.
- ``svd-factors``: Cholesky factors of both, pivoted and cut at the numerical rank where singular.

Nothing is added to a matrix and no eigenvalue is clamped.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from rbench.errors import DataError, UsageError
from rbench.metrics.arrays import Features, as_matrix
from rbench.metrics.linear_algebra import EPSILON, Accelerator, Machine, Matrix, machine_of
from rbench.metrics.moments import Moments

Method = Literal["auto", "low-rank", "cholesky", "svd-factors"]
METHODS = ("auto", "low-rank", "cholesky", "svd-factors")

GaussianSet: TypeAlias = "Features | Moments"
"""Features (n, d), or their moments."""

_TOLERANCE = 1e-10
"""Rounding of the squared route, relative to the sum of the variances, above which it is left."""


@dataclass(slots=True)
class Side:
    """One of the two sets: centred features (n <= d) or moments, and what both need.

    `rows` is (n, d), centred and divided by sqrt(n - 1), so that ``rows.T`` is a factor.
    """

    n: int | None
    mean: Matrix
    variance: float
    moments: Moments | None = None
    rows: Matrix = None

    @property
    def dimension(self) -> int:
        """Of a sample."""
        return len(self.mean)

    @property
    def factor(self) -> Matrix:
        """Return F (d, r) with ``F @ F.T`` equal to the covariance."""
        return self.rows.T if self.moments is None else self.moments.narrow_factor()


@dataclass(frozen=True, slots=True)
class CrossTrace:
    """The trace, the route taken, and the numerical ranks of the two covariances."""

    value: float
    method: str
    rank_real: int
    rank_fake: int


def both_sides(real: GaussianSet, fake: GaussianSet) -> tuple[Machine, Side, Side]:
    """Return the two sets on one machine: an accelerator if one of them is there.

    Raises `DataError` for bad features, fewer than 2 samples or different dimensions.
    """
    values = [
        given if isinstance(given, Moments) else as_matrix(given, name, least=2)
        for name, given in (("real", real), ("fake", fake))
    ]
    machines = [
        v.sums().machine if isinstance(v, Moments) else machine_of(values=v) for v in values
    ]
    machine = next((m for m in machines if isinstance(m, Accelerator)), machines[0])
    sides = [_side(v, machine, name) for v, name in zip(values, ("real", "fake"), strict=True)]
    if sides[0].dimension != sides[1].dimension:
        raise DataError(
            f"real has {sides[0].dimension} dimensions and fake {sides[1].dimension}: "
            f"take both from the same representation."
        )
    return machine, sides[0], sides[1]


def cross_trace(machine: Machine, real: Side, fake: Side, method: Method) -> CrossTrace:
    """Return the trace by the cheapest route that is exact to rounding, or by `method`.

    Raises `UsageError` for a `method` that cannot be taken: ``low-rank`` without features of
    n <= d samples, ``cholesky`` for a singular covariance of `real`.
    """
    if method not in METHODS:
        raise UsageError(f"method={method!r} is unknown: give one of {', '.join(METHODS)}.")
    low_rank = real.moments is None or fake.moments is None
    if method == "low-rank" and not low_rank:
        raise UsageError("method='low-rank' needs features with no more samples than dimensions.")
    if method == "cholesky" or (method == "auto" and not low_rank):
        trace = _by_cholesky(machine, real, fake, insist=method == "cholesky")
        if trace is not None:
            return trace
    values = machine.singular_values(real.factor, fake.factor)
    name = "low-rank" if low_rank else "svd-factors"
    return CrossTrace(float(values.sum()), name, _rank(machine, real), _rank(machine, fake))


def _side(values: Any, machine: Machine, name: str) -> Side:
    if not isinstance(values, Moments):
        if len(values) <= values.shape[1]:
            return _centred(values, machine)
        device = machine.device if isinstance(machine, Accelerator) else "cpu"
        values = Moments(values.shape[1], device=device).update(values)
    values.require_two(name)
    moments = values.on(machine)
    sums = moments.sums()
    variance = float(machine.numpy(sums.matrix.diagonal()).sum()) / sums.divisor
    return Side(values.n, sums.mean, variance, moments=moments)


def _centred(values: Any, machine: Machine) -> Side:
    rows = machine.copy(values)
    mean = rows.mean(0)
    rows -= mean
    left = rows.mean(0)
    rows -= left
    rows /= math.sqrt(len(rows) - 1)
    return Side(len(rows), mean + left, float((rows * rows).sum()), rows=rows)


def _by_cholesky(machine: Machine, real: Side, fake: Side, *, insist: bool) -> CrossTrace | None:
    known, other = real.moments, fake.moments
    lower = None if known is None else known.factor()
    if lower is None or other is None:
        if insist:
            raise UsageError(
                "method='cholesky' needs more samples than dimensions and a covariance of real "
                "that is not singular: leave the method to 'auto'."
            )
        return None
    d = real.dimension
    if not insist and fake.n is not None and fake.n <= d:
        return None
    sums = other.sums()
    squares = machine.congruent_eigenvalues(sums.matrix, lower) / sums.divisor
    noise = EPSILON * float(squares[-1])
    safe = np.maximum(squares, max(noise, np.finfo(np.float64).tiny))
    # First order: an error of `noise` in a square is one of noise / (2 root) in its root.
    rounding = noise * math.sqrt(float((0.25 / safe).sum()))
    if not insist and (squares[0] <= 0 or rounding > _TOLERANCE * (real.variance + fake.variance)):
        return None
    kept = squares[squares > 0]
    rank = int((squares > d * noise).sum()) if insist else d
    return CrossTrace(float(np.sqrt(kept).sum()), "cholesky", d, rank)


def _rank(machine: Machine, side: Side) -> int:
    if side.moments is not None:
        return int(side.moments.narrow_factor().shape[1])
    rows = side.rows
    return int(machine.narrow_factor(machine.square(rows @ rows.T)).shape[1])
