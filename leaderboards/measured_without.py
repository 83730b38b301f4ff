"""The numbers of one set of images, whole and without each block: what a jackknife needs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from rbench.harness.images.comparison import BLOCKS, Comparison
from rbench.harness.images.wanted import Kind
from rbench.metrics.evaluation.compute import Row
from rbench.metrics.evaluation.jobs import Job
from rbench.metrics.frechet.block_jackknife import LeftOut
from rbench.metrics.frechet.distance import FrechetResult
from rbench.metrics.frechet.fdr import FdrResult

Number: TypeAlias = tuple[str, str]
"""Metric, and what it is measured on."""

_MADE_BY = {
    **dict.fromkeys(("precision", "recall", "density", "coverage"), "manifold"),
    "frechet-ratio": "frechet",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A number, and the same without each block of the images."""

    row: Row
    without: LeftOut


def job_metric(metric: str) -> str:
    """Return the name of the metric that computes a number: ``manifold`` for ``precision``."""
    return _MADE_BY.get(metric, metric)


def measured_without(
    comparison: Comparison, stores: Mapping[Kind, Any], metric: str, name: str
) -> dict[Number, Measured]:
    """Return every number called `metric` of the features in `stores`.

    Sample i belongs to block i mod 20. Fréchet distances bring their values without a block; all
    else is measured again for each.
    """
    jobs = comparison.jobs
    if metric == "fdr":
        # The distances behind the ratios hold what the mean of the ratios does not.
        jobs = [*(Job("frechet", j.representation, j.output, {}) for j in jobs), *jobs]
        comparison = replace(comparison, jobs=jobs)
    whole = comparison.rows(stores, name=name, infinity=())
    numbers = {(row.metric, row.on): row for row in whole if row.metric == metric}
    if job_metric(metric) in ("frechet", "fdr"):
        return {key: Measured(row, _from_distances(row, whole)) for key, row in numbers.items()}
    sizes, values = [], []
    for block in range(BLOCKS):
        left, size = _without(stores, block)
        rows = comparison.rows(left, name=name, infinity=())
        values.append({(row.metric, row.on): float(row.result) for row in rows})
        sizes.append(size)
    return {
        key: Measured(row, LeftOut("fake", tuple(sizes), tuple(v[key] for v in values)))
        for key, row in numbers.items()
    }


def _from_distances(row: Row, rows: Sequence[Row]) -> LeftOut:
    """Return what leaving blocks out does to a distance, or to a mean of ratios of distances."""
    if not isinstance(row.result, FdrResult):
        return _left_out(row.on, rows)
    divisors = row.result.normalisers
    parts = {on: _left_out(on, rows) for on in divisors}
    ratios = [[value / divisors[on] for value in part.values] for on, part in parts.items()]
    means = [math.fsum(values) / len(values) for values in zip(*ratios, strict=True)]
    return replace(next(iter(parts.values())), values=tuple(means))


def _left_out(on: str, rows: Sequence[Row]) -> LeftOut:
    """Return the distances without each block on ``net:pool``, or on the representation ``net``."""
    results = (row.result for row in rows if on in (row.on, row.on.partition(":")[0]))
    return next(r.left_out[0] for r in results if isinstance(r, FrechetResult))


def _without(stores: Mapping[Kind, Any], block: int) -> tuple[dict[Kind, Any], int]:
    """Return the features without one block, in memory, and how many samples that takes away."""
    left: dict[Kind, Any] = {}
    size = 0
    for kind, store in stores.items():
        kept = np.arange(store.n) % BLOCKS != block
        size = store.n - int(kept.sum())
        left[kind] = {output: np.asarray(store[output])[kept] for output in store.outputs}
    return left, size
