"""Kernel distances from parts of the samples: disjoint blocks, and random subsets."""

from typing import Any

import numpy as np
import numpy.typing as npt

from rbench.errors import DataError, UsageError
from rbench.metrics.arrays import is_tensor
from rbench.metrics.intervals import check_level, clustered_mean
from rbench.metrics.kernel.jackknife import DiscrepancySums, discrepancy
from rbench.metrics.kernel.polynomial import Polynomial, centred_sides
from rbench.metrics.kernel.result import KernelResult
from rbench.metrics.kernel.side import Side
from rbench.metrics.kernel.sums import Kernel, cross_sums, within_sums
from rbench.metrics.results import Interval


def all_pair_sums(real: Any, fake: Any, kernel: Polynomial, block_bytes: int) -> DiscrepancySums:
    """Return the row sums over all pairs of two matrices from `as_matrix`."""
    x, y = centred_sides(real, fake)
    return sums_of_sides(x, y, kernel, block_bytes)


def sums_of_sides(x: Side, y: Side, kernel: Kernel, block_bytes: int) -> DiscrepancySums:
    """Return the row sums over all pairs of the real side `x` and the fake side `y`."""
    return DiscrepancySums(
        within_sums(x, kernel, block_bytes=block_bytes),
        within_sums(y, kernel, block_bytes=block_bytes),
        *cross_sums(x, y, kernel, block_bytes=block_bytes),
    )


def block_distance(
    real: Any,
    fake: Any,
    kernel: Polynomial,
    *,
    block_size: int,
    seed: int,
    level: float,
    memory: int,
) -> KernelResult:
    """Return the mean over disjoint blocks that together use every sample once.

    There are min(n, m) // block_size blocks. The samples of each side are dealt to them after a
    shuffle (Philox with `seed`), since files often come sorted by class. Blocks are independent,
    so the standard deviation of their values over sqrt(blocks) is an honest standard error.
    Raises `DataError` for fewer than two blocks.
    """
    check_level(level)
    if block_size < 2:
        raise UsageError(f"block_size={block_size}: give 2 or more.")
    blocks = min(len(real), len(fake)) // block_size
    if blocks < 2:
        raise DataError(
            f"{len(real)} real and {len(fake)} fake samples make fewer than two blocks of "
            f"{block_size}: lower block_size, or take estimator='full'."
        )
    rng = np.random.Generator(np.random.Philox(seed))
    parts_of_real = np.array_split(rng.permutation(len(real)), blocks)
    parts_of_fake = np.array_split(rng.permutation(len(fake)), blocks)
    values = [
        _distance(_take(real, ours), _take(fake, theirs), kernel, memory)
        for ours, theirs in zip(parts_of_real, parts_of_fake, strict=True)
    ]
    mean = clustered_mean([[value] for value in values], level)
    interval, note = None, mean.note
    if mean.low is not None and mean.high is not None:
        covers = "sampling of the real and the fake images"
        interval = Interval(mean.low, mean.high, level, "student-t over blocks", covers)
    return KernelResult(
        metric="kid/block",
        estimator="block",
        value=float(np.mean(values)),
        method=f"mean of {blocks} disjoint blocks, U-statistic in each",
        n={"real": len(real), "fake": len(fake)},
        standard_error=float(np.std(values, ddof=1) / np.sqrt(blocks)),
        interval=interval,
        interval_note=note,
        values=tuple(values),
        about={"blocks": blocks, "block_size": block_size, "seed": seed},
    )


def subsets_distance(
    real: Any,
    fake: Any,
    kernel: Polynomial,
    *,
    subsets: int,
    subset_size: int,
    seed: int,
    memory: int,
) -> KernelResult:
    """Return the mean over random subsets, drawn exactly as torch-fidelity 0.4 draws them.

    One ``np.random.RandomState(seed)`` picks `subset_size` fake samples without replacement, then
    as many real ones, `subsets` times (torch-fidelity's input 1 is the generated set).
    Raises `DataError` where a side has fewer than `subset_size` samples.
    """
    if subsets < 1 or subset_size < 2:
        raise UsageError(f"subsets={subsets}, subset_size={subset_size}: give 1 and 2 or more.")
    for role, side in (("real", real), ("fake", fake)):
        if len(side) < subset_size:
            raise DataError(
                f"{role} has {len(side)} samples, fewer than subset_size={subset_size}: lower it "
                f"(clean-fid takes min(1000, samples)), or take estimator='full'."
            )
    rng = np.random.RandomState(seed)
    values = []
    for _ in range(subsets):
        theirs = _take(fake, rng.choice(len(fake), subset_size, replace=False))
        ours = _take(real, rng.choice(len(real), subset_size, replace=False))
        values.append(_distance(ours, theirs, kernel, memory))
    return KernelResult(
        metric="kid/subsets",
        estimator="subsets",
        value=float(np.mean(values)),
        method=f"mean of {subsets} subsets of {subset_size}, U-statistic in each",
        n={"real": len(real), "fake": len(fake)},
        interval_note="the spread over overlapping subsets is no standard error; take "
        "estimator='full' or 'block' for one",
        values=tuple(values),
        spread=float(np.std(values)),
        about={"subsets": subsets, "subset_size": subset_size, "seed": seed},
    )


def _distance(real: Any, fake: Any, kernel: Polynomial, memory: int) -> float:
    return discrepancy(all_pair_sums(real, fake, kernel, memory))


def _take(features: Any, rows: npt.NDArray[np.int64]) -> Any:
    if is_tensor(features):
        import torch

        return features[torch.from_numpy(rows).to(features.device)]
    return features[rows]
