"""Whether there are enough images, asked before they are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rbench.errors import DataError
from rbench.metrics.evaluation.jobs import Job
from rbench.metrics.evaluation.sides import Side


def check_counts(sides: Mapping[str, Side], jobs: Sequence[Job]) -> None:
    """Raise `DataError` for a side with fewer images than a metric needs, naming its option."""
    for job in jobs:
        for role, side in sides.items():
            least = least_images(job, role)
            if side.images is not None and len(side.images) < least.count:
                flag = least.flag and f" ({least.flag})"
                raise DataError(
                    f"{side.name} has {len(side.images)} images; {job.metric} needs "
                    f"{least.count}{least.why}{flag}."
                )


@dataclass(frozen=True, slots=True)
class Least:
    """How many images a metric needs, `why` as the end of a sentence, and its option's `flag`."""

    count: int
    why: str = ""
    flag: str = ""


def least_images(job: Job, role: str) -> Least:
    """Return how many images of the side `role` the metric of `job` needs."""
    options = job.options
    if job.metric == "inception-score":
        if role == "real" or options.get("variant") == "adm":
            return Least(1)
        splits = int(options.get("splits") or 10)
        return Least(splits, f", one for each of its {splits} splits", "--splits")
    if job.metric == "manifold":
        k = int(options.get("k") or 3)
        return Least(k + 1, f" for k = {k}", "--k")
    subsets = job.metric == "kernel" and options.get("estimator") == "subsets"
    if subsets and not options.get("shrink"):
        return Least(int(options.get("subset_size") or 1000), " for its subsets", "--subset-size")
    return Least(2)
