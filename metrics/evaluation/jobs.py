"""What to compute: each metric on each output of each representation, with its options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rbench.errors import UsageError, nearest
from rbench.metrics.presets import Preset, fdr_representation
from rbench.metrics.representations.fdr_set import FDR6
from rbench.metrics.representations.registry import get_representation
from rbench.metrics.representations.representation import Representation

METRICS: Mapping[str, str] = {
    "frechet": "Fréchet distance (FID on inception-v3, sFID on inception-v3:spatial)",
    "kernel": "kernel distance (KID on inception-v3)",
    "manifold": "precision, recall, density and coverage",
    "inception-score": "Inception score of the fake images",
    "cmmd": "CMMD, on clip-l14-336 unless said otherwise",
    "fdr": "FDr^6, the mean ratio to the validation set's Fréchet distance",
}

# Only the fake images have an inception score.
NEEDS_REAL = frozenset(METRICS) - {"inception-score"}


@dataclass(frozen=True, slots=True)
class Job:
    """One metric on one output of one representation."""

    metric: str
    representation: Representation
    output: str
    options: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Return ``inception-v3:pool``."""
        return f"{self.representation.name}:{self.output}"


def plan_jobs(
    metrics: Sequence[str],
    representations: Sequence[str | Representation],
    preset: Preset | None,
    options: Mapping[str, Mapping[str, Any]],
) -> list[Job]:
    """Return the jobs of `metrics`, or of ``all`` that the representation or the preset offers.

    What is given goes before the preset: its representations, then each of its options.
    Raises `UsageError` for an unknown metric, and where no representation is named anywhere.
    """
    names = list(dict.fromkeys(metrics))
    for name in names:
        if name != "all" and name not in METRICS:
            raise UsageError(f"there is no metric {name!r}{nearest(name, [*METRICS, 'all'])}")
    if "all" in names:
        names = _all(representations, preset)
    jobs = []
    for name in names:
        pinned = preset.option(name) if preset else {}
        for representation, output in _chosen(name, representations, preset):
            if preset and representation.name in preset.preprocess:
                steps = preset.preprocess[representation.name]
                representation = representation.with_preprocess(steps)
            jobs.append(Job(name, representation, output, {**pinned, **options.get(name, {})}))
    _check_names(jobs)
    return list({(job.metric, job.label): job for job in jobs}.values())


def _check_names(jobs: Sequence[Job]) -> None:
    """Raise `UsageError` where one name stands for two things: one would win in silence."""
    known: dict[str, Representation] = {}
    for job in jobs:
        one = known.setdefault(job.representation.name, job.representation)
        other = job.representation
        if (one.preprocess, one.precision) != (other.preprocess, other.precision):
            raise UsageError(
                f"{one.name} is asked for with two ways to prepare its images (fdr takes "
                f"Inception as FD-Loss does): measure them by commands of their own."
            )


def _all(representations: Sequence[str | Representation], preset: Preset | None) -> list[str]:
    if preset:
        return list(preset.representations)
    names = ["frechet", "kernel", "manifold"]
    if any(_logits(_split(given)[0]) for given in representations):
        names.append("inception-score")
    return names


def _chosen(
    metric: str, given: Sequence[str | Representation], preset: Preset | None
) -> list[tuple[Representation, str]]:
    if metric == "fdr":
        if preset and "fdr" not in preset.representations:
            raise UsageError(
                f"fdr has a protocol of its own, fd-loss: leave out the preset {preset.name!r}."
            )
        return _of_fdr(given)
    wanted: Sequence[str | Representation] = given
    if not wanted and preset and metric in preset.representations:
        wanted = preset.representations[metric]
    elif not wanted and preset:
        offered = ", ".join(preset.representations)
        raise UsageError(f"the preset {preset.name!r} has no {metric}; it has {offered}.")
    elif not wanted and metric == "cmmd":
        wanted = ["clip-l14-336"]
    elif not wanted:
        raise UsageError(f"{metric} needs a representation: give -r NAME, or --preset NAME.")
    return [_with_output(metric, one) for one in wanted]


def _of_fdr(given: Sequence[str | Representation]) -> list[tuple[Representation, str]]:
    """Return the six, each with its first output; objects of their names stand in for them."""
    named = {one.name: one for one in given if isinstance(one, Representation)}
    chosen = [named.get(name) or fdr_representation(name) for name in FDR6]
    return [(one, next(iter(one.outputs))) for one in chosen]


def _split(given: str | Representation) -> tuple[Representation, str]:
    """Return the representation of ``name:output`` and the output, "" where none is named."""
    if isinstance(given, Representation):
        return given, ""
    name, _, output = given.partition(":")
    return get_representation(name), output


def _with_output(metric: str, given: str | Representation) -> tuple[Representation, str]:
    representation, output = _split(given)
    if output:
        representation.dimension(output)  # raises for one that it does not have
    elif metric == "inception-score":
        output = _logits(representation)
        if not output:
            raise UsageError(f"{representation.name} has no logits: no inception score on it.")
    else:
        output = next(iter(representation.outputs))
    return representation, output


def _logits(representation: Representation) -> str:
    named = [name for name in ("logits_unbiased", "logits") if name in representation.outputs]
    return named[0] if named else ""
