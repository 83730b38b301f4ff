"""Which features the evaluators of a task need, and the folder name of each kind of features."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from rbench.harness.canonical import digest
from rbench.harness.images.task import Evaluator, ImageTask
from rbench.harness.types import Json
from rbench.metrics.evaluation.jobs import Job, plan_jobs
from rbench.metrics.presets import get_preset
from rbench.metrics.representations.representation import Representation

Kind: TypeAlias = tuple[str, str, str]

_NO_WEIGHTS = "no weights"


@dataclass(frozen=True, slots=True)
class WantedFeatures:
    """One network over the images of a run, with all `outputs` that some evaluator needs."""

    representation: Representation
    outputs: tuple[str, ...]


def evaluator_jobs(evaluator: Evaluator) -> list[Job]:
    """Return each metric of `evaluator` on each output, as `rbench metrics` would plan them.

    Raises `UsageError` for an unknown metric, preset, representation or output.
    """
    preset = get_preset(evaluator.preset) if evaluator.preset else None
    return plan_jobs(evaluator.metrics, evaluator.representations, preset, evaluator.options)


def wanted_features(task: ImageTask) -> list[WantedFeatures]:
    """Return what must be computed from every image, each network once.

    Evaluators share a network where name, preprocessing and precision are equal.
    """
    found: dict[Kind, tuple[Representation, dict[str, None]]] = {}
    for evaluator in task.evaluators:
        for job in evaluator_jobs(evaluator):
            _, outputs = found.setdefault(kind_of(job.representation), (job.representation, {}))
            outputs[job.output] = None
    return [WantedFeatures(one, tuple(outputs)) for one, outputs in found.values()]


def kind_of(representation: Representation) -> Kind:
    """Return what makes two representations the same features: name, steps and precision."""
    steps = representation.preprocess.to_json()
    return representation.name, digest(steps), representation.precision


def kind_of_identity(identity: Mapping[str, Json]) -> Kind:
    """Return the same from an extractor's identity."""
    return identity["name"], digest(identity["preprocess"]), identity["precision"]


def has_hash(identity: Mapping[str, Json]) -> bool:
    """Return whether an extractor's identity says which network it is.

    A function has no hash: edited, it is another network under the same identity.
    """
    weights = identity["weights"]
    return weights["sha256"] is not None or weights["source"] == _NO_WEIGHTS


def feature_key(identity: Mapping[str, Json]) -> str:
    """Return the folder of the features of an extractor: ``inception-v3-3fa20b1c``.

    The digits are of everything in `Extractor.identity` but its `outputs`: a network that is
    asked for one more output fills the same folder, which may therefore lack some output.
    """
    named = {name: value for name, value in identity.items() if name != "outputs"}
    slug = re.sub(r"[^\w.]+", "-", identity["name"]).strip("-.")
    return f"{slug}-{digest(named)[:8]}"
