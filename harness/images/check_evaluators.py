"""What can be known before anything is sampled: whether every number can be computed in the end."""

from rbench.assets import fetch, find
from rbench.errors import UsageError
from rbench.harness.images.comparison import check_reference
from rbench.harness.images.references import Fetching, open_reference
from rbench.harness.images.task import Evaluator, ImageTask
from rbench.harness.images.wanted import evaluator_jobs
from rbench.metrics.evaluation.counts import least_images
from rbench.metrics.evaluation.features import wanted_outputs


def check_evaluators(
    task: ImageTask, samples: int, *, offline: bool, fetching: Fetching | None = None
) -> None:
    """Raise where `samples` images of `task` could not be measured by all of its evaluators.

    What is absent is fetched, by `fetching` where it is given, unless `offline`.

    Raises `UsageError` for too few samples, `AssetError` for statistics or weights that cannot
    be had, `DataError` for statistics of another network or dimension, and for a reference
    without what a metric needs.
    """
    for evaluator in task.evaluators:
        if why := too_few(evaluator, samples):
            raise UsageError(f"{why} Give a larger --limit.")
    for evaluator in task.evaluators:
        jobs = evaluator_jobs(evaluator)
        reference = open_reference(evaluator.reference, jobs, offline=offline, fetching=fetching)
        check_reference(reference, jobs, {})
        if reference.side is not None:
            wanted_outputs({"real": reference.side}, jobs)
        for representation in {j.representation.name: j.representation for j in jobs}.values():
            for asset in representation.assets:
                if fetching is not None and not offline and find(asset) is None:
                    fetching(asset)
                fetch(asset, offline=offline)


def too_few(evaluator: Evaluator, samples: int) -> str:
    """Return why so many samples cannot be measured, as a sentence; "" where they can."""
    for job in evaluator_jobs(evaluator):
        least = least_images(job, "fake")
        if samples < least.count:
            return (
                f"{samples} samples are too few for the evaluator {evaluator.name}: {job.metric} "
                f"on {job.label} needs {least.count}{least.why}."
            )
    return ""
