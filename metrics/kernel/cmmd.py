"""CMMD: the squared maximum mean discrepancy of CLIP features with a Gaussian kernel.

Jayasumana et al. 2024, Rethinking FID, arXiv 2401.09603; its code (google-research/cmmd,
``distance.py``) takes the biased estimate, sigma = 10 and a factor of 1000.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from rbench.errors import DataError, UsageError
from rbench.metrics.arrays import Features, as_matrix, is_tensor
from rbench.metrics.intervals import check_level
from rbench.metrics.kernel.jackknife import discrepancy, jackknife_error
from rbench.metrics.kernel.parts import sums_of_sides
from rbench.metrics.kernel.side import (
    Side,
    Vector,
    chunks,
    make_side,
    mean_of,
    off_centre,
    squares,
    wide,
)
from rbench.metrics.kernel.sums import BLOCK_BYTES
from rbench.metrics.normal_interval import normal_interval
from rbench.metrics.results import MetricResult

_UNIT = 1e-3
_SMALL = 0.025


@dataclass(frozen=True, slots=True, kw_only=True)
class CmmdResult(MetricResult):
    """A CMMD; `unbiased` is the same with the U-statistic, in the same units."""

    unbiased: float | None = None


@dataclass(frozen=True, slots=True)
class GaussianLessOne:
    """exp(-gamma |x - y|^2) - 1, for sides whose extras are squares."""

    gamma: float

    def of_products(self, products: Any, x_extras: Any, y_extras: Any) -> Any:
        """Return the kernel for float64 `products`, which are overwritten."""
        products *= 2 * self.gamma
        products -= self.gamma * x_extras
        products -= self.gamma * y_extras
        if is_tensor(products):
            return products.expm1_()
        return _expm1(products)


def _expm1(z: Vector) -> Vector:
    """Return exp(z) - 1; `z` may be overwritten.

    Where all |z| are small, as they are for unit vectors and sigma = 10, the Pade approximant
    [3/3] of exp has a relative error below z^6 / 1e5 < 3e-15, and is faster than expm1.
    """
    if max(-z.min(), z.max()) > _SMALL:
        return np.expm1(z, out=z)
    square = z * z
    odd = square + 60.0
    odd *= z
    square *= 12.0
    square += 120.0
    square -= odd
    odd *= 2.0
    odd /= square
    return odd


def cmmd(
    real: Features,
    fake: Features,
    *,
    sigma: float = 10.0,
    scale: float = 1000.0,
    normalise: bool = True,
    block_bytes: int = BLOCK_BYTES,
    level: float = 0.95,
) -> CmmdResult:
    """Return ``scale * MMD^2`` of `real` (n, d) and `fake` (m, d).

    The kernel is exp(-|x - y|^2 / (2 sigma^2)).

    The biased estimate (a V-statistic, every pair of a sample with itself counted), as the
    official code has it: it is above 0 even for equal distributions, by about
    scale * (1/n + 1/m) * the mean of 1 - k, so compare values of equal n and m only. `unbiased`
    of the result has no such term.

    On unit vectors all kernel values lie between 0.98 and 1. So the kernel less one is summed, by
    expm1, where the ones cancel: the error on equal distributions is below 1e-8 (the official
    float32 formula: 2e-5). The kernel does not change when both sets are shifted, so features
    are centred before their products are taken, in their own precision; the rest is float64.

    Args:
        real: (n, d), numpy or torch. For the number known as CMMD: projected CLIP ViT-L/14 at 336
            (representation ``clip-l14-336``), d = 768.
        fake: (m, d).
        sigma: width of the kernel, in the units of the features.
        scale: factor of the result.
        normalise: divide every row by its norm first, as the official embedding does. Without it,
            rows that are no unit vectors bring a warning.
        block_bytes: bound on the memory beyond the features.
        level: of the interval.

    The interval is value +- z * the jackknife error of the biased estimate: sampling of both sets,
    not the bias of finite n.

    Raises `DataError` for features that are no finite matrices of one width and for a row of
    zeros that is to be normalised; `UsageError` for a sigma or a scale that is not above 0.
    """
    check_level(level)
    for name, given in (("sigma", sigma), ("scale", scale)):
        if not (math.isfinite(given) and given > 0):
            raise UsageError(f"{name}={given!r}: give a number above 0.")
    ours: Any = as_matrix(real, "real")
    theirs: Any = as_matrix(fake, "fake", dimension=ours.shape[1])
    warnings = []
    for role, side in (("real", ours), ("fake", theirs)):
        off = _largest_deviation_from_unit(side, role, refuse_zero=normalise)
        if off > _UNIT and not normalise:
            warnings.append(
                f"The {role} features are no unit vectors (a norm is {off:.2g} off): this is not "
                f"the published CMMD."
            )
    kernel = GaussianLessOne(1 / (2 * sigma**2))
    sums = sums_of_sides(*_sides(ours, theirs, normalise), kernel, block_bytes)
    value = scale * discrepancy(sums, biased=True)
    few = min(len(ours), len(theirs))
    error, interval, note = None, None, "the jackknife needs 3 samples a side"
    if few >= 3:
        error, note = scale * jackknife_error(sums, biased=True), ""
        covers = "sampling of the real and the fake images; not the bias of finite n"
        interval = normal_interval(value, error, level, "normal, jackknife", covers)
    return CmmdResult(
        metric="cmmd",
        value=value,
        unbiased=scale * discrepancy(sums) if few >= 2 else None,
        method="V-statistic over all pairs, expm1",
        n={"real": len(ours), "fake": len(theirs)},
        standard_error=error,
        interval=interval,
        interval_note=note,
        warnings=tuple(warnings),
        about={"sigma": sigma, "scale": scale, "normalise": normalise, "kernel": "gaussian"},
    )


def _largest_deviation_from_unit(features: Any, role: str, *, refuse_zero: bool) -> float:
    largest, start = 0.0, 0
    for rows in chunks(features):
        norms = _norms(wide(rows))
        if refuse_zero and not bool((norms > 0).all()):
            bad = start + (norms > 0)[:, 0].tolist().index(False)
            raise DataError(f"{role} sample {bad} is a row of zeros, which has no direction.")
        largest = max(largest, float(abs(norms - 1).max()))
        start += len(rows)
    return largest


def _sides(real: Any, fake: Any, normalise: bool) -> tuple[Side, Side]:
    """Return both sides, divided by their norms and taken off the mean of the real one."""

    def directed(rows: Any) -> Any:
        return rows / _norms(rows) if normalise else rows

    centre = mean_of(real, directed)

    def prepare(rows: Any) -> Any:
        moved = off_centre(directed(wide(rows)), centre)
        return moved if is_tensor(rows) else moved.astype(rows.dtype)

    return make_side(real, prepare, squares), make_side(fake, prepare, squares)


def _norms(rows: Any) -> Any:
    """Return the norms of float64 rows, (n, 1)."""
    return squares(rows)[:, None] ** 0.5
