"""What must be equal for two numbers to share a ranking, for every evaluator of an image task."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rbench.harness.canonical import digest
from rbench.harness.images.task import Evaluator, ImageTask
from rbench.harness.types import Json
from rbench.metrics.evaluation.jobs import Job

_SAMPLED = ("task", "task_version", "spec", "labels", "quantise", "samples", "repeats")


def evaluator_protocol(
    task: ImageTask,
    evaluator: Evaluator,
    jobs: Sequence[Job],
    *,
    samples: int,
    repeats: int,
    identities: Mapping[str, Mapping[str, Json]],
    reference: Mapping[str, Json],
) -> dict[str, Json]:
    """Return the protocol of one evaluator.

    Two evaluators that differ in anything that moves a number differ in it here, by value: the
    steps from image to input, the weights, the reference's file, the options of a metric.

    `samples` are those of every one of the `repeats` sets, `identities` of the extractors by the
    representation's name, and `reference` is `OpenedReference.identity`.
    """
    return {
        "task": task.name,
        "task_version": task.version,
        "spec": asdict(task.spec),
        "labels": task.labels,
        "quantise": task.quantise,
        "samples": samples,
        "repeats": repeats,
        "evaluator": evaluator.name,
        "preset": evaluator.preset,
        "metrics": [
            {"metric": job.metric, "on": job.label, "options": dict(job.options)} for job in jobs
        ],
        "representations": {
            name: {
                "weights_sha256": identity["weights"]["sha256"],
                "preprocess": identity["preprocess"],
                "precision": identity["precision"],
            }
            for name, identity in identities.items()
        },
        "reference": dict(reference),
    }


def protocol_id(protocol: Mapping[str, Json]) -> str:
    """Return a short name: equal for numbers that may share a ranking."""
    return digest(protocol)[:12]


def score_key(protocols: Mapping[str, Mapping[str, Json]]) -> str:
    """Return the digest of what the numbers depend on beyond the samples."""
    return digest(
        {
            evaluator: {name: value for name, value in one.items() if name not in _SAMPLED}
            for evaluator, one in protocols.items()
        }
    )
