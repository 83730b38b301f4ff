"""Computing the rows of a measurement from the features and statistics of its sides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rbench.errors import DataError
from rbench.metrics.evaluation.features import SideFeatures
from rbench.metrics.evaluation.jobs import Job
from rbench.metrics.evaluation.sides import Side
from rbench.metrics.frechet.distance import FrechetResult, frechet_distance
from rbench.metrics.frechet.fdr import FdrResult, fdr
from rbench.metrics.frechet.infinity import frechet_distance_infinity
from rbench.metrics.frechet.jackknife import frechet_jackknife
from rbench.metrics.inception import inception_score
from rbench.metrics.kernel.cmmd import cmmd
from rbench.metrics.kernel.distance import kernel_distance
from rbench.metrics.manifold import SCORES, manifold_scores
from rbench.metrics.reference_statistics import ReferenceStatistics
from rbench.metrics.results import MetricResult


@dataclass(frozen=True, slots=True)
class Row:
    """One number: of which `metric`, `on` which representation and output, and the result."""

    metric: str
    on: str
    result: MetricResult

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return {"metric": self.metric, "on": self.on, "result": self.result.to_json()}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the metrics of one measurement are computed from."""

    sides: Mapping[str, Side]
    features: Mapping[str, SideFeatures]
    infinity: bool
    blocks: int
    level: float
    validation: Mapping[str, ReferenceStatistics]

    def rows(self, role: str, job: Job) -> Any:
        """Return the features (n, d) of a side."""
        found, side = self.features[role], self.sides[role]
        if job.representation.name in found.stores:
            return found.features(job.representation.name, job.output)
        statistics = side.statistics_of(job.representation.name)
        if statistics is not None:
            kept = statistics.find_features(job.output)
            if kept is not None:
                return kept
        raise DataError(f"{side.name} has no features of {job.label}, which {job.metric} needs.")

    def moments_or_rows(self, role: str, job: Job) -> Any:
        """Return the statistics that a side came with, otherwise its features."""
        statistics = self.sides[role].statistics_of(job.representation.name)
        moments = None if statistics is None else statistics.find(job.output)
        return self.rows(role, job) if moments is None else moments


def compute(
    jobs: Sequence[Job], inputs: Inputs, warnings: Mapping[str, Sequence[str]]
) -> list[Row]:
    """Return the rows of `jobs`. `warnings`, by representation, go into every result."""
    rows: list[Row] = []
    ratios = [job for job in jobs if job.metric == "fdr"]
    for job in jobs:
        if job.metric != "fdr":
            rows += _COMPUTE[job.metric](job, inputs)
    if ratios:
        rows.append(_fdr(ratios, inputs))
    return [_with_origin(row, inputs, warnings) for row in rows]


def _frechet(job: Job, inputs: Inputs) -> list[Row]:
    rows = [Row("frechet", job.label, _distance(job, inputs))]
    if inputs.infinity:
        real, fake = inputs.moments_or_rows("real", job), inputs.rows("fake", job)
        result = frechet_distance_infinity(real, fake)
        rows.append(Row("frechet-infinity", job.label, result))
    return rows


def _distance(job: Job, inputs: Inputs) -> FrechetResult:
    real = inputs.moments_or_rows("real", job)
    fake = inputs.moments_or_rows("fake", job)
    if not inputs.blocks:
        return replace(frechet_distance(real, fake), interval_note="not asked for")
    if not hasattr(fake, "shape"):
        note = f"{inputs.sides['fake'].name} holds statistics, not samples"
        return replace(frechet_distance(real, fake), interval_note=note)
    if len(fake) < 2 * inputs.blocks:
        note = f"{len(fake)} fake images are too few for {inputs.blocks} blocks"
        return replace(frechet_distance(real, fake), interval_note=note)
    return frechet_jackknife(real, fake, blocks=inputs.blocks, level=inputs.level)


def _kernel(job: Job, inputs: Inputs) -> list[Row]:
    real, fake = inputs.rows("real", job), inputs.rows("fake", job)
    result = kernel_distance(real, fake, level=inputs.level, **job.options)
    return [Row("kernel", job.label, result)]


def _manifold(job: Job, inputs: Inputs) -> list[Row]:
    found = manifold_scores(
        inputs.rows("real", job), inputs.rows("fake", job), level=inputs.level, **job.options
    )
    scores = {name: getattr(found, name) for name in SCORES}
    return [Row(name, job.label, result) for name, result in scores.items() if result is not None]


def _inception_score(job: Job, inputs: Inputs) -> list[Row]:
    result = inception_score(inputs.rows("fake", job), level=inputs.level, **job.options)
    return [Row("inception-score", job.label, result)]


def _cmmd(job: Job, inputs: Inputs) -> list[Row]:
    real, fake = inputs.rows("real", job), inputs.rows("fake", job)
    return [Row("cmmd", job.label, cmmd(real, fake, level=inputs.level, **job.options))]


def _fdr(jobs: Sequence[Job], inputs: Inputs) -> Row:
    distances = {job.representation.name: _distance(job, inputs) for job in jobs}
    options = {"representations": tuple(distances), **jobs[0].options}
    if inputs.validation:
        options["normaliser"] = "exact"
        options["exact"] = {
            job.representation.name: frechet_distance(
                inputs.moments_or_rows("real", job),
                inputs.validation[job.representation.name].of(job.output),
            )
            for job in jobs
            if job.representation.name in inputs.validation
        }
    return Row("fdr", f"{len(jobs)} representations", fdr(distances, level=inputs.level, **options))


_COMPUTE: Mapping[str, Callable[[Job, Inputs], list[Row]]] = {
    "frechet": _frechet,
    "kernel": _kernel,
    "manifold": _manifold,
    "inception-score": _inception_score,
    "cmmd": _cmmd,
}


def _with_origin(row: Row, inputs: Inputs, warnings: Mapping[str, Sequence[str]]) -> Row:
    """Return the row with what its number depends on beyond the features."""
    result = row.result
    names = result.ratios if isinstance(result, FdrResult) else [row.on.partition(":")[0]]
    said = [warning for name in names for warning in warnings.get(name, ())]
    return replace(
        row,
        result=replace(
            result,
            about={
                **result.about,
                "representation": row.on,
                "real": inputs.sides["real"].name if "real" in inputs.sides else None,
                "fake": inputs.sides["fake"].name,
            },
            warnings=(*result.warnings, *said),
        ),
    )
