"""One evaluator's comparison: the real side once, then any number of sample sets against it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rbench.harness.images.protocol import evaluator_protocol, protocol_id
from rbench.harness.images.real_features import RealFeatures, real_features
from rbench.harness.images.references import OpenedReference, open_real, open_reference
from rbench.harness.images.task import Evaluator, ImageTask
from rbench.harness.images.wanted import Kind, evaluator_jobs, kind_of
from rbench.harness.types import Json
from rbench.metrics.evaluation.compute import Inputs, Row, compute
from rbench.metrics.evaluation.counts import check_counts
from rbench.metrics.evaluation.features import SideFeatures, wanted_outputs
from rbench.metrics.evaluation.jobs import Job
from rbench.metrics.evaluation.mismatches import mismatches
from rbench.metrics.evaluation.of_preset import is_its_reference, named
from rbench.metrics.evaluation.sides import Side
from rbench.metrics.feature_store import FeatureStore
from rbench.metrics.frechet.distance import FrechetResult, frechet_distance
from rbench.metrics.frechet.fdr import fdr
from rbench.metrics.presets import Preset, get_preset

BLOCKS = 20
"""Of the jackknife; as `rbench metrics` has it."""

LEVEL = 0.95
REMEDY = "Give statistics that were made with it, or real images."


@dataclass(frozen=True, slots=True)
class Work:
    """Where and how features of real images are computed, if they are not kept yet."""

    scratch: Path
    device: str | None
    offline: bool
    progress: Callable[[str], None] | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One evaluator, ready for sample sets.

    Attributes:
        evaluator, jobs: what is measured.
        reference: what it is measured against.
        real: features of the real images, where statistics do not stand for them.
        warnings: what a reader must know, by representation.
        normalisers: distance of the held-out images to the same reference, by the label of the
            job; empty where there are none.
        held_out: what those images are.
        protocol, protocol_id: what the numbers depend on.
    """

    evaluator: Evaluator
    jobs: Sequence[Job]
    reference: OpenedReference
    real: SideFeatures
    warnings: Mapping[str, Sequence[str]]
    normalisers: Mapping[str, FrechetResult]
    held_out: str
    protocol: Mapping[str, Json]

    @property
    def protocol_id(self) -> str:
        """Equal for numbers that may share a ranking."""
        return protocol_id(self.protocol)

    @property
    def other_reference(self) -> str:
        """Why the reference is not that of the published numbers; "" where it is."""
        asked, preset, side = self.evaluator.reference, self._preset, self.reference.side
        if asked.file is not None or asked.given:
            name = asked.name if asked.file is None else asked.file.name
            return f"against {name}, which is not the protocol's reference"
        if preset is None or side is None:
            return ""
        # Where real images do what is not published, the published rest stands by representation.
        used = [self._real_side(job.representation.name) for job in self.jobs]
        if any(one is not None and is_its_reference(preset, one) for one in used):
            return ""
        return f"against {side.name}, which is not the reference of {preset.name}"

    def extrapolated(self, samples: int) -> list[Job]:
        """Return the Fréchet distances that so many samples can be extrapolated from.

        Below n = d a distance is no line in 1 / n.
        """
        return [
            job
            for job in self.jobs
            if job.metric == "frechet"
            and samples > job.representation.dimension(job.output)
            and samples >= 2 * BLOCKS
        ]

    def rows(
        self, stores: Mapping[Kind, FeatureStore], *, name: str, infinity: Sequence[Job]
    ) -> list[Row]:
        """Return the numbers of one sample set, called `name`, from its features.

        Those of `infinity` are also extrapolated to infinitely many samples.
        """
        fake = {one.name: stores[kind_of(one)] for one in (j.representation for j in self.jobs)}
        sides = {"fake": Side("fake", name, None, {})}
        features = {"fake": SideFeatures(fake, None)}
        if self.reference.side is not None:
            sides["real"], features["real"] = self.reference.side, self.real
        rows = []
        for further in (True, False):
            jobs = [job for job in self.jobs if (job in infinity) == further]
            inputs = Inputs(sides, features, further, BLOCKS, LEVEL, self.reference.validation)
            rows += compute(jobs, inputs, self.warnings)
        if self._preset is not None:
            preset = self._preset
            rows = [named(row, preset, self._real_side(row.on.partition(":")[0])) for row in rows]
        return [*rows, *self._ratios(rows)]

    def _real_side(self, representation: str) -> Side | None:
        """Return the real side under the name of what stands for one representation."""
        side = self.reference.side
        own = None if side is None else side.statistics.get(representation)
        return side if side is None or own is None else replace(side, name=own.path or side.name)

    @property
    def _preset(self) -> Preset | None:
        return get_preset(self.evaluator.preset) if self.evaluator.preset else None

    def _ratios(self, rows: Sequence[Row]) -> list[Row]:
        found = []
        for row in rows:
            least = self.normalisers.get(row.on) if row.metric == "frechet" else None
            if least is None or not isinstance(row.result, FrechetResult) or least.value <= 0:
                continue
            result = fdr(
                {row.on: row.result},
                normaliser="exact",
                exact={row.on: least},
                representations=(row.on,),
                level=LEVEL,
            )
            about = {"normaliser": f"the distance of {self.held_out} to the same reference"}
            # The warnings stand at the distance.
            result = replace(result, warnings=(), about=about)
            found.append(Row("frechet-ratio", row.on, result))
        return found


def prepare(
    task: ImageTask,
    evaluator: Evaluator,
    extracted: Mapping[Kind, Mapping[str, Json]],
    *,
    samples: int,
    repeats: int,
    work: Work,
) -> Comparison:
    """Open the reference of an evaluator and have the features of its real images.

    `extracted` are the identities of the networks that the generated images went through.
    Raises `AssetError` for what cannot be had, `DataError` for bad images, and for statistics of
    another network or another dimension.
    """
    jobs = evaluator_jobs(evaluator)
    used = {job.representation.name: job.representation for job in jobs}
    identities = {name: extracted[kind_of(one)] for name, one in used.items()}
    reference = open_reference(evaluator.reference, jobs, offline=work.offline)
    protocol = evaluator_protocol(
        task,
        evaluator,
        jobs,
        samples=samples,
        repeats=repeats,
        identities=identities,
        reference=reference.identity,
    )
    warnings = check_reference(reference, jobs, identities)
    real = RealFeatures(SideFeatures({}, None))
    if reference.side is not None:
        wanted = wanted_outputs({"real": reference.side}, jobs)["real"]
        real = _features(reference.side, wanted, jobs, identities, work)
    normalisers, held_out = _held_out(task, evaluator, reference, real, jobs, identities, work)
    joined = {name: (*warnings.get(name, ()), *real.warnings.get(name, ())) for name in used}
    return Comparison(
        evaluator, jobs, reference, real.features, joined, normalisers, held_out, protocol
    )


def check_reference(
    reference: OpenedReference,
    jobs: Sequence[Job],
    identities: Mapping[str, Mapping[str, Json]],
) -> dict[str, list[str]]:
    """Return what a reader must know of a reference, by representation.

    Raises `DataError` for too few real images, another dimension or another network.
    """
    sides = [] if reference.side is None else [reference.side]
    check_counts({side.role: side for side in sides}, jobs)
    held = Side("validation", "validation", None, reference.validation)
    return mismatches([*sides, held], jobs, identities, False, REMEDY)


def _features(
    side: Side,
    wanted: Mapping[str, Mapping[str, None]],
    jobs: Sequence[Job],
    identities: Mapping[str, Mapping[str, Json]],
    work: Work,
) -> RealFeatures:
    return real_features(
        side,
        wanted,
        jobs,
        identities,
        scratch=work.scratch,
        device=work.device,
        offline=work.offline,
        progress=work.progress,
    )


def _held_out(
    task: ImageTask,
    evaluator: Evaluator,
    reference: OpenedReference,
    real: RealFeatures,
    jobs: Sequence[Job],
    identities: Mapping[str, Mapping[str, Json]],
    work: Work,
) -> tuple[dict[str, FrechetResult], str]:
    """Return the distances of the test set to the reference, and what the test set is."""
    distances = [job for job in jobs if job.metric == "frechet"]
    if (
        "test" not in task.real
        or evaluator.reference.split == "test"
        or reference.side is None
        or not distances
    ):
        return {}, ""
    side = open_real(task.real["test"])
    if side.images is None or len(side.images) < 2:
        return {}, ""
    wanted: dict[str, dict[str, None]] = {}
    for job in distances:
        wanted.setdefault(job.representation.name, {})[job.output] = None
    test = _features(side, wanted, jobs, identities, work)
    sides = {"real": reference.side, "fake": side}
    inputs = Inputs(sides, {"real": real.features, "fake": test.features}, False, 0, LEVEL, {})
    found = {
        job.label: frechet_distance(inputs.moments_or_rows("real", job), inputs.rows("fake", job))
        for job in distances
    }
    return found, f"{side.name} ({len(side.images)} images)"
