"""The Fréchet distance between two sets of features taken as Gaussians (FID and its kin)."""

import math
from dataclasses import dataclass

from rbench.errors import DataError
from rbench.metrics.frechet.block_jackknife import LeftOut
from rbench.metrics.frechet.trace import GaussianSet, Method, Side, both_sides, cross_trace
from rbench.metrics.results import MetricResult


@dataclass(frozen=True, slots=True, kw_only=True)
class FrechetResult(MetricResult):
    """A Fréchet distance and its parts.

    Attributes:
        mean_term: squared distance of the means.
        trace_term: tr (S_real^1/2 S_fake S_real^1/2)^1/2, which the distance has -2 times.
        rank_real: numerical rank of the covariance, cut at d * eps * its largest variance.
        rank_fake: the same of the other set.
        dimension: of a sample, d.
        bias_corrected: the jackknife's estimate without the bias of finite n to first order; None
            unless `frechet_jackknife` made this.
        left_out: the distances without each block, by role, for joint standard errors.
    """

    mean_term: float
    trace_term: float
    rank_real: int
    rank_fake: int
    dimension: int
    bias_corrected: float | None = None
    left_out: tuple[LeftOut, ...] = ()


def frechet_distance(
    real: GaussianSet, fake: GaussianSet, *, method: Method = "auto"
) -> FrechetResult:
    """Return |m1 - m2|^2 + tr (S1 + S2 - 2 (S1 S2)^1/2), covariances divided by n - 1.

    Each side is features (n, d), numpy or torch, or `Moments`. Give features where n <= d: then
    the distance is exact to rounding and fast (Heusel et al. 2017, arXiv 1706.08500; the routes
    are described in `rbench.metrics.frechet.trace`). `method` forces a route. A reference used
    again should be one `Moments` object: it keeps its factor.

    Raises `DataError` for bad features, fewer than 2 samples or different dimensions, `UsageError`
    for a method that cannot be taken.
    """
    machine, first, second = both_sides(real, fake)
    trace = cross_trace(machine, first, second, method)
    step = machine.numpy(second.mean - first.mean)
    mean_term = float(step @ step)
    value = mean_term + (first.variance + second.variance - 2 * trace.value)
    if not math.isfinite(value):
        raise DataError(
            f"The features are too large for float64: their variances are {first.variance:.1e} and "
            f"{second.variance:.1e}."
        )
    return FrechetResult(
        metric="frechet-distance",
        value=value,
        method=trace.method,
        n={"real": first.n, "fake": second.n},
        interval_note="one pass over the samples gives none: frechet_jackknife does",
        warnings=_warnings(value, first, second, trace.rank_real, trace.rank_fake),
        mean_term=mean_term,
        trace_term=trace.value,
        rank_real=trace.rank_real,
        rank_fake=trace.rank_fake,
        dimension=first.dimension,
    )


def _warnings(
    value: float, real: Side, fake: Side, rank_real: int, rank_fake: int
) -> tuple[str, ...]:
    d = real.dimension
    said = []
    for role, side, rank in (("real", real, rank_real), ("fake", fake, rank_fake)):
        if side.n is not None and side.n <= d:
            said.append(
                f"{role} has {side.n} samples for {d} dimensions: its covariance is singular and "
                f"the distance far too large; compare only with distances at the same n."
            )
        elif side.n is not None and side.n < 10 * d:
            said.append(
                f"{role} has {side.n} samples, fewer than 10 for each of {d} dimensions: the bias "
                f"of finite n is large; compare only with distances at the same n."
            )
        if rank < (d if side.n is None else min(d, side.n - 1)):
            said.append(
                f"The covariance of {role} has rank {rank} of {d}: some dimensions are constant, "
                f"repeated or ill-conditioned."
            )
    if value < 0:
        scale = real.variance + fake.variance
        said.append(
            f"The value is below 0 by rounding ({value / scale if scale else -math.inf:.1e} of "
            f"the variances): the sets are equal to within it."
        )
    return tuple(said)
