"""A Fréchet distance with its standard error, from moments of blocks that can be taken away."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from rbench.errors import UsageError
from rbench.metrics.arrays import Features, as_matrix, is_tensor
from rbench.metrics.frechet.block_jackknife import LeftOut, jackknifed
from rbench.metrics.frechet.distance import FrechetResult, frechet_distance
from rbench.metrics.moments import Moments, merge_all

Blocks: TypeAlias = "Features | Sequence[Moments]"
"""Features (n, d), split here, or the moments of disjoint blocks."""


def frechet_jackknife(
    real: "Features | Moments | Sequence[Moments]",
    fake: Blocks,
    *,
    blocks: int = 20,
    level: float = 0.95,
) -> FrechetResult:
    """Return the distance of all samples with its standard error and interval.

    Every block of `fake` is left out once (`block_jackknife`). Features are split
    into `blocks` interleaved blocks: sample i goes to block i mod `blocks`; a sequence of moments
    is taken as the blocks. `real` is a fixed reference if given as features or one `Moments`; as a
    sequence of moments its blocks are left out too and the variances add.

    `interval` is Student's around the distance at this n: it covers the sampling of the images and
    not the bias of finite n, of which `bias_corrected` is free to first order in 1 / n. Costs one
    distance more for each block. The arithmetic per block is fixed, so with the threads of BLAS
    pinned the bits are too.

    Raises `UsageError` for fewer than 2 blocks or a wrong level, `DataError` for bad features.
    """
    if is_one(fake) and is_one(real) and not isinstance(fake, Moments):
        rows = as_matrix(fake, "fake", least=max(blocks, 2))
        if len(rows) <= rows.shape[1]:
            return _finished(*_few_samples(real, rows, blocks), level)  # type: ignore[arg-type]
    fake_blocks = as_blocks(fake, blocks, "fake")
    everything = merge_all(fake_blocks)
    real_blocks = [] if is_one(real) else as_blocks(real, blocks, "real")  # type: ignore[arg-type]
    reference = merge_all(real_blocks) if real_blocks else as_moments(real, "real")  # type: ignore[arg-type]
    whole = frechet_distance(reference, everything)
    parts = [
        LeftOut(
            "fake",
            sizes(fake_blocks),
            tuple(
                frechet_distance(reference, everything.subtract(block)).value
                for block in fake_blocks
            ),
        )
    ]
    if real_blocks:
        # The distance is symmetric: the set that stays goes first, so that its factor is kept.
        values = tuple(
            frechet_distance(everything, reference.subtract(block)).value for block in real_blocks
        )
        parts.append(LeftOut("real", sizes(real_blocks), values))
    return _finished(whole, parts, level)


def _few_samples(
    real: "Features | Moments", rows: Any, blocks: int
) -> tuple[FrechetResult, list[LeftOut]]:
    """Return the distance and those without each block where n <= d.

    The features themselves are then the smaller factor: several times faster than moments.
    """
    if blocks < 2:
        raise UsageError(f"blocks={blocks!r}: give 2 or more.")
    if not isinstance(real, Moments):
        matrix = as_matrix(real, "real", least=2)
        real = as_moments(matrix, "real") if len(matrix) > matrix.shape[1] else matrix
    block_of = np.arange(len(rows)) % blocks
    values = []
    for b in range(blocks):
        kept: Any = np.flatnonzero(block_of != b)
        if is_tensor(rows):
            import torch

            kept = torch.as_tensor(kept, device=rows.device)
        values.append(frechet_distance(real, rows[kept]).value)
    counts = tuple(int(count) for count in np.bincount(block_of))
    return frechet_distance(real, rows), [LeftOut("fake", counts, tuple(values))]


def _finished(whole: FrechetResult, parts: list[LeftOut], level: float) -> FrechetResult:
    result = jackknifed(whole.value, parts, level)
    return replace(
        whole,
        standard_error=result.standard_error,
        interval=result.interval,
        interval_note=result.interval_note,
        bias_corrected=result.bias_corrected,
        left_out=tuple(parts),
    )


def is_one(given: object) -> bool:
    """Return whether `given` is one set and not a sequence of block moments."""
    return not (isinstance(given, (list, tuple)) and all(isinstance(g, Moments) for g in given))


def as_moments(given: "Features | Moments", name: str) -> Moments:
    """Return features (n, d) as moments, and moments as they are. Raises `DataError`."""
    if isinstance(given, Moments):
        return given
    rows = as_matrix(given, name, least=2)
    return Moments(rows.shape[1]).update(rows)


def as_blocks(given: Blocks, blocks: int, name: str) -> list[Moments]:
    """Return features as the moments of interleaved blocks, and a sequence of moments as a list.

    Raises `UsageError` for fewer than 2 blocks and for one `Moments`, which has none, `DataError`
    for bad features, fewer samples than blocks, and a block without samples.
    """
    if isinstance(given, Moments):
        raise UsageError(
            f"{name} is one Moments object: give features or the moments of its blocks, of which "
            f"each can be left out."
        )
    if is_one(given):
        if blocks < 2:
            raise UsageError(f"blocks={blocks!r}: give 2 or more.")
        rows = as_matrix(given, name, least=max(blocks, 2))
        parts = [Moments(rows.shape[1]).update(rows[b::blocks]).folded() for b in range(blocks)]
    else:
        parts = list(given)
        if len(parts) < 2:
            raise UsageError(f"{name} has {len(parts)} block(s): give 2 or more.")
    return [part for part in parts if part.n != 0]


def sizes(blocks: Sequence[Moments]) -> tuple[int, ...]:
    """Return the samples in each block, all of them known."""
    return tuple(block.n or 0 for block in blocks)
