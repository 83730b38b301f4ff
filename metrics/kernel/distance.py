"""The kernel distance between two sets of features (KID where they are Inception's).

The squared maximum mean discrepancy with the kernel (gamma x.y + coef0)^degree, by default
(x.y / d + 1)^3: Binkowski et al. 2018, Demystifying MMD GANs, arXiv 1801.01401.
"""

from dataclasses import replace
from typing import Any, Literal

from rbench.errors import UsageError
from rbench.metrics.arrays import Features, as_matrix
from rbench.metrics.intervals import check_level
from rbench.metrics.kernel.jackknife import discrepancy, jackknife_error
from rbench.metrics.kernel.parts import all_pair_sums, block_distance, subsets_distance
from rbench.metrics.kernel.polynomial import Polynomial
from rbench.metrics.kernel.result import KernelResult
from rbench.metrics.kernel.sums import BLOCK_BYTES
from rbench.metrics.normal_interval import normal_interval
from rbench.metrics.seeds import check_seed

Estimator = Literal["auto", "full", "block", "subsets"]
FULL_UP_TO = 20_000


def kernel_distance(
    real: Features,
    fake: Features,
    *,
    estimator: Estimator = "auto",
    degree: int = 3,
    gamma: float | None = None,
    coef0: float = 1.0,
    subsets: int = 100,
    subset_size: int = 1000,
    shrink: bool = False,
    block_size: int = 1000,
    seed: int = 2020,
    block_bytes: int = BLOCK_BYTES,
    level: float = 0.95,
) -> KernelResult:
    """Return the kernel distance between features `real` (n, d) and `fake` (m, d).

    Estimators, each unbiased:

    - ``full``: the U-statistic over all pairs. No randomness; the least variance. Time grows with
      (n + m)^2 d. Standard error by the jackknife, from the same pass (`kernel_jackknife`).
    - ``block``: the mean over disjoint blocks of about `block_size`; every sample is used, the
      time is linear in n, the standard error comes from the blocks.
    - ``subsets``: torch-fidelity's number: `subsets` random subsets of `subset_size`, the same draw
      for the same `seed`. Has a spread, no standard error. torchmetrics and clean-fid use the
      same formula with draws that are not seeded; clean-fid's size is min(1000, n, m): `shrink`.
    - ``auto``: ``full`` up to 20 000 samples a side, and where there are not two blocks of
      `block_size`; otherwise ``block``.

    Args:
        real: (n, d), numpy or torch, floats. float64 is computed in float64 throughout.
        fake: (m, d).
        estimator: see above.
        degree: of the kernel.
        gamma: of the kernel; 1 / d if None.
        coef0: of the kernel.
        subsets: for ``subsets``.
        subset_size: for ``subsets``.
        shrink: lower `subset_size` to n or m where these are smaller, instead of an error.
        block_size: for ``block``.
        seed: of the draw (``subsets``) or the shuffle (``block``); ``full`` uses none.
        block_bytes: bound on the memory beyond the features of one side's block.
        level: of the interval.

    With float32 features the products, of centred features, are float32 and all that follows is
    float64. The error against float64 is below 3e-8 of the mean of x.y / d (tested), typically
    1e-9: the digits that matter for a KID of 1e-3 and more. Products of features as they are would
    err a thousand times more where many values are equal, as after a ReLU.

    Raises `DataError` for features that are no finite matrices of one width, or too few of them;
    `UsageError` for options that make no sense.
    """
    check_level(level)
    check_seed(seed)
    ours: Any = as_matrix(real, "real", least=2)
    theirs: Any = as_matrix(fake, "fake", dimension=ours.shape[1], least=2)
    kernel = Polynomial(degree, 1 / ours.shape[1] if gamma is None else gamma, coef0)
    few = min(len(ours), len(theirs)) < 2 * block_size
    if estimator == "auto":
        small = max(len(ours), len(theirs)) <= FULL_UP_TO
        estimator = "full" if small or few else "block"
    if estimator == "full":
        result = _full(ours, theirs, kernel, block_bytes, level)
    elif estimator == "block":
        result = block_distance(
            ours, theirs, kernel, block_size=block_size, seed=seed, level=level, memory=block_bytes
        )
    elif estimator == "subsets":
        result = subsets_distance(
            ours,
            theirs,
            kernel,
            subsets=subsets,
            subset_size=min(subset_size, len(ours), len(theirs)) if shrink else subset_size,
            seed=seed,
            memory=block_bytes,
        )
    else:
        raise UsageError(f"estimator={estimator!r}: give auto, full, block or subsets.")
    used = {"degree": degree, "gamma": kernel.gamma, "coef0": coef0, "kernel": "polynomial"}
    return replace(result, about={**used, **result.about}, warnings=_warnings(result.value))


def _full(real: Any, fake: Any, kernel: Polynomial, block_bytes: int, level: float) -> KernelResult:
    sums = all_pair_sums(real, fake, kernel, block_bytes)
    value = discrepancy(sums)
    error, interval, note = None, None, "the jackknife needs 3 samples a side"
    if min(len(real), len(fake)) >= 3:
        error, note = jackknife_error(sums), ""
        interval = normal_interval(
            value, error, level, "normal, jackknife", "sampling of the real and the fake images"
        )
    return KernelResult(
        metric="kid/full",
        estimator="full",
        value=value,
        method="U-statistic over all pairs",
        n={"real": len(real), "fake": len(fake)},
        standard_error=error,
        interval=interval,
        interval_note=note,
    )


def _warnings(value: float) -> tuple[str, ...]:
    if value >= 0:
        return ()
    return (
        "The estimate is below 0, as an unbiased estimate of a distance near 0 may be: "
        "do not clip it.",
    )
