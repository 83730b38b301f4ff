"""The Fréchet distance at infinite n: the intercept of a line through FD(N) against 1 / N."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rbench.errors import UsageError
from rbench.metrics.arrays import Features, as_matrix
from rbench.metrics.frechet.block_jackknife import LeftOut, jackknifed, t_interval
from rbench.metrics.frechet.distance import FrechetResult, frechet_distance
from rbench.metrics.frechet.jackknife import Blocks, as_blocks, as_moments, is_one, sizes
from rbench.metrics.moments import Moments, merge_all


@dataclass(frozen=True, slots=True, kw_only=True)
class FrechetInfinityResult(FrechetResult):
    """The intercept, and the line it comes from.

    The parts of the distance (`mean_term`, ranks ...) are those of all samples.

    Attributes:
        slope: of FD(N) against 1 / N.
        points: (N, FD(N)), ascending.
        distance: FD of all samples, the last point.
    """

    slope: float
    points: tuple[tuple[int, float], ...]
    distance: float


def frechet_distance_infinity(
    real: "Features | Moments",
    fake: Blocks,
    *,
    points: int = 15,
    blocks: int = 20,
    seed: int = 0,
    level: float = 0.95,
    standard_error: bool = True,
) -> FrechetInfinityResult:
    """Return the least-squares intercept of FD(N) against 1 / N (Chong and Forsyth, 1911.07023).

    Features of `fake` are permuted by numpy's Philox with `seed` and cut into `blocks` blocks; a
    sequence of block moments is taken in its order. FD(N) is that of the first blocks merged, at
    `points` sizes spread evenly from a tenth of all to all: the sets are nested, where the paper
    draws each anew, so every size costs one distance. `real` stays as it is: its own bias is not
    removed.

    The regression's own standard error would be wrong, as nested sets share samples. To first order
    FD(N) - E FD(N) is the mean of an influence psi over the first N samples, so the intercept
    sum_j c_j FD(N_j) gives a sample of block b the weight a_b = sum over N_j that hold b of
    c_j / N_j, and its variance is Var(psi) sum_b n_b a_b^2, with Var(psi) = n V from the jackknife
    over the same blocks (one distance more for each; left out with ``standard_error=False``).

    Raises `UsageError` for fewer than 3 points or more than the blocks allow, `DataError` for bad
    features.
    """
    if not is_one(real):
        raise UsageError("real is a sequence of blocks: give it as features or one Moments object.")
    parts = _blocks(fake, blocks, seed)
    counts = _counts(len(parts), points)
    reference = as_moments(real, "real")
    everything = merge_all(parts[: counts[0]])
    results = [frechet_distance(reference, everything)]
    for before, count in pairwise(counts):
        everything = merge_all([everything, *parts[before:count]])
        results.append(frechet_distance(reference, everything))
    n = np.cumsum(sizes(parts))[np.array(counts) - 1].astype(np.float64)
    values = np.array([result.value for result in results])
    weights = _intercept_weights(1 / n)
    intercept = float(weights @ values)
    slope = float((values - values.mean()) @ (1 / n - (1 / n).mean()) / _spread(1 / n))
    whole = results[-1]
    about = {} if not is_one(fake) else {"seed": seed, "blocks": len(parts)}
    error, interval, note = None, None, "standard_error=False: none was computed"
    left_out: tuple[LeftOut, ...] = ()
    if standard_error:
        held = [
            float(weights[np.array(counts) > b] @ (1 / n[np.array(counts) > b]))
            for b in range(len(parts))
        ]
        left = LeftOut(
            "fake",
            sizes(parts),
            tuple(frechet_distance(reference, everything.subtract(part)).value for part in parts),
        )
        left_out = (left,)
        at_n = jackknifed(whole.value, left_out, level)
        growth = n[-1] * math.fsum(m * a * a for m, a in zip(left.sizes, held, strict=True))
        error = at_n.standard_error * math.sqrt(growth)
        note = at_n.interval_note
        if error > 0:
            interval = t_interval(intercept, error, len(parts) - 1, level, ["fake"])
    return FrechetInfinityResult(
        metric="frechet-distance/infinity",
        value=intercept,
        method=f"1/n-regression/{whole.method}",
        n=whole.n,
        standard_error=error,
        interval=interval,
        interval_note=note,
        warnings=whole.warnings + _curved(int(n[0]), whole.dimension),
        about=about,
        mean_term=whole.mean_term,
        trace_term=whole.trace_term,
        rank_real=whole.rank_real,
        rank_fake=whole.rank_fake,
        dimension=whole.dimension,
        left_out=left_out,
        slope=slope,
        points=tuple((int(size), result.value) for size, result in zip(n, results, strict=True)),
        distance=whole.value,
    )


def _blocks(fake: Blocks, blocks: int, seed: int) -> list[Moments]:
    if not is_one(fake) or isinstance(fake, Moments) or blocks < 2:
        return as_blocks(fake, blocks, "fake")
    rows = as_matrix(fake, "fake", least=blocks)
    order = np.random.Generator(np.random.Philox(seed)).permutation(len(rows))
    # In rising order each block reads through a memory map once.
    taken = (np.sort(order[b::blocks]) for b in range(blocks))
    return [Moments(rows.shape[1]).update(rows[indices]).folded() for indices in taken]


def _counts(blocks: int, points: int) -> list[int]:
    if points < 3:
        raise UsageError(f"points={points!r}: a line with an error needs 3 or more.")
    first = max(1, blocks // 10)
    if points > blocks - first + 1:
        raise UsageError(
            f"points={points} sizes cannot be made of {blocks} blocks: give "
            f"{points + first - 1} blocks or more, or fewer points."
        )
    return [round(count) for count in np.linspace(first, blocks, points)]


def _spread(x: np.ndarray) -> float:
    return float(((x - x.mean()) ** 2).sum())


def _intercept_weights(x: np.ndarray) -> np.ndarray:
    weights: np.ndarray = 1 / len(x) - x.mean() * (x - x.mean()) / _spread(x)
    return weights


def _curved(smallest: int, d: int) -> tuple[str, ...]:
    if smallest > d:
        return ()
    return (
        f"The smallest set has {smallest} samples for {d} dimensions: below n = d the distance "
        f"is no line in 1 / n, and the intercept is off.",
    )
