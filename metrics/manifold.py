"""Precision, recall, density and coverage of fake against real features.

Precision and recall: Kynkaanniemi et al. 2019, arXiv 1904.06991. Density and coverage: Naeem et
al. 2020, arXiv 2002.09797. Every sample has a ball that reaches to its k-th nearest other sample
of its own set.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from rbench.errors import DataError, UsageError
from rbench.metrics.arrays import Features, as_matrix
from rbench.metrics.intervals import Estimate, check_level, clustered_mean, wilson
from rbench.metrics.manifold_balls import Ball, count_balls
from rbench.metrics.manifold_neighbours import Radii
from rbench.metrics.manifold_points import Points, block_rows, joint_points, room_to_keep
from rbench.metrics.manifold_result import ManifoldResult
from rbench.metrics.results import Interval, MetricResult

Score = Literal["precision", "recall", "density", "coverage"]
SCORES: tuple[Score, ...] = ("precision", "recall", "density", "coverage")
BLOCK_BYTES = 256 * 2**20

_METHODS: dict[Score, str] = {
    "precision": "share of fake samples in the ball of some real one",
    "recall": "share of real samples in the ball of some fake one",
    "density": "balls of real samples around a fake one, over k",
    "coverage": "share of real samples whose ball holds some fake one",
}
_COVERS: dict[Score, str] = {
    "precision": "sampling of the fake images, given the real ones",
    "recall": "sampling of the real images, given the fake ones",
    "density": "sampling of the fake images, given the real ones",
    "coverage": "sampling of the real images, given their radii and the fake ones",
}


def manifold_scores(
    real: Features,
    fake: Features,
    *,
    k: int = 3,
    ball: Ball = "<=",
    metrics: Sequence[Score] = SCORES,
    block_bytes: int = BLOCK_BYTES,
    level: float = 0.95,
) -> ManifoldResult:
    """Return precision, recall, density and coverage of `fake` (m, d) against `real` (n, d).

    The balls of the reals decide precision, density and coverage; those of the fakes, recall.
    Swapped arguments swap precision and recall: `n` and `method` of every result name the roles.

    Decisions are those of brute force in float64, for ties, duplicates and memorised images too:
    products are taken in float32, and pairs that their error leaves open are decided by the exact
    distances. A sample is no neighbour of itself, but a copy of it is one, at distance 0: more
    than k copies make a ball of radius 0, which holds copies only (with ``<``, nothing).

    Args:
        real: (n, d), numpy or torch, floats; a memory map is read in blocks.
        fake: (m, d).
        k: neighbours that make the radius. 3 in the paper of precision and recall and in
            torch-fidelity, 5 in that of density and coverage.
        ball: ``<=`` counts the boundary (the paper's, torch-fidelity's), ``<`` does not (prdc's).
        metrics: which scores; without recall, a third of the work is saved.
        block_bytes: bound on the memory for blocks, beyond the features and about
            (n + m) * (60 k + 900) bytes. Where it holds both sets in float32 besides, they are
            prepared once instead of block by block.
        level: of the intervals.

    The intervals of precision and density cover the sampling of the fakes with the reals as they
    are, those of recall and coverage the sampling of the reals with the fakes as they are
    (coverage: with the radii as they are). None covers the dependence on n, m and k, which is
    large: only scores of equal n, m, k, ball and representation can be compared.

    Raises `DataError` for features that are no finite matrices of one width and for k or fewer
    samples a side; `UsageError` for a k, a ball or a score that there is not.
    """
    check_level(level)
    if ball not in ("<=", "<"):
        raise UsageError(f"ball={ball!r}: give '<=' or '<'.")
    if k < 1 or k != int(k):
        raise UsageError(f"k={k!r}: give a whole number from 1.")
    unknown = [name for name in metrics if name not in SCORES]
    if unknown or not metrics:
        raise UsageError(f"metrics={tuple(metrics)!r}: give some of {', '.join(SCORES)}.")
    ours: Any = as_matrix(real, "real")
    theirs: Any = as_matrix(fake, "fake", dimension=ours.shape[1])
    for role, side in (("real", ours), ("fake", theirs)):
        if len(side) <= k:
            raise DataError(
                f"{role} has {len(side)} samples: k={k} neighbours need at least {k + 1}."
            )
    kept = room_to_keep(ours.shape[1], len(ours), len(theirs), block_bytes)
    rows = block_rows(ours.shape[1], block_bytes - kept)
    points, others = joint_points(ours, theirs, keep=kept > 0)
    of_real = any(name != "recall" for name in metrics)
    real_radii = Radii(points, k, rows) if of_real else None
    fake_radii = Radii(others, k, rows) if "recall" in metrics else None
    counts = count_balls(points, others, real_radii, fake_radii, ball, rows)
    warnings = _warnings(points, others, k)
    per_sample = {
        "precision": counts.balls_around_fake,
        "recall": counts.balls_around_real,
        "density": counts.balls_around_fake,
        "coverage": counts.fakes_in_ball,
    }
    scores = {}
    for name in metrics:
        found = per_sample[name]
        assert found is not None
        values = found if name == "density" else found > 0
        unit = k if name == "density" else 1
        estimate = (
            clustered_mean([[value / k] for value in values.tolist()], level)
            if name == "density"
            else wilson(int(values.sum()), len(values), level)
        )
        scores[name] = MetricResult(
            metric=f"{name}/k{k}{ball}",
            value=int(values.sum()) / (unit * len(values)),
            method=f"{_METHODS[name]}; k={k}, distance {ball} radius",
            n={"real": len(ours), "fake": len(theirs)},
            standard_error=float(values.std(ddof=1) / np.sqrt(len(values)) / unit),
            interval=_interval(estimate, name),
            interval_note=estimate.note,
            warnings=warnings,
            about={"k": k, "ball": ball},
        )
    return ManifoldResult(**scores)


def _interval(estimate: Estimate, name: Score) -> Interval | None:
    if estimate.low is None or estimate.high is None:
        return None
    return Interval(estimate.low, estimate.high, estimate.level, estimate.method, _COVERS[name])


def _warnings(real: Points, fake: Points, k: int) -> tuple[str, ...]:
    warnings = []
    n, m = len(real), len(fake)
    if n != m:
        warnings.append(
            f"{n} real and {m} fake samples: the scores depend on both counts, so compare only "
            f"with others of the same."
        )
    for role, side in (("real", real), ("fake", fake)):
        zero = int((np.bincount(side.identity)[side.identity] > k).sum())
        if zero:
            warnings.append(
                f"{zero} {role} samples have at least {k} exact copies, so their radius is 0."
            )
    shared = int(np.isin(fake.identity, real.identity).sum())
    if shared:
        warnings.append(f"{shared} fake samples are exact copies of real ones.")
    return tuple(warnings)
