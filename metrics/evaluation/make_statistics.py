"""`make_statistics`: the reference statistics of a set of images, with their provenance."""

import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rbench.errors import DataError, UsageError
from rbench.metrics.evaluation.features import Progress, extract_sides
from rbench.metrics.evaluation.jobs import Job, plan_jobs
from rbench.metrics.evaluation.sides import first, open_side
from rbench.metrics.images import ImageSource
from rbench.metrics.presets import get_preset
from rbench.metrics.reference_statistics import ReferenceStatistics
from rbench.metrics.representations.representation import Representation


def make_statistics(
    images: Path | str | ImageSource,
    representations: Sequence[str | Representation],
    *,
    preset: str | None = None,
    name: str = "",
    split: str = "",
    keep_features: bool = False,
    limit: int | None = None,
    reading: Mapping[str, Any] | None = None,
    device: str | None = None,
    offline: bool = False,
    progress: Progress | None = None,
) -> ReferenceStatistics:
    """Return the statistics of `images` in one representation, one or several of its outputs.

    `name` and `split` say what the images are; `preset` takes a peer's steps from image to input;
    `keep_features` keeps the features too. The rest is as in `measure`.
    Raises `UsageError` where the outputs are of several representations: a file holds one.
    """
    jobs = plan_jobs(["frechet"], representations, get_preset(preset) if preset else None, {})
    chosen = {job.representation.name for job in jobs}
    if len(chosen) > 1:
        raise UsageError(f"statistics are of one representation, not of {', '.join(chosen)}.")
    side = first(open_side("real", images, reading), limit)
    if side.images is None:
        raise DataError(f"{side.name} holds statistics already, and no images.")
    if len(side.images) < 2:
        raise DataError(f"{side.name} has {len(side.images)} image: a covariance needs 2 or more.")
    with TemporaryDirectory(prefix="rbench-features-") as folder:
        found = extract_sides({"real": side}, jobs, Path(folder), device, offline, progress)["real"]
        return _statistics(found, jobs, name or side.name, split, side.describe(), keep_features)


def _statistics(
    found: Any,
    jobs: Sequence[Job],
    name: str,
    split: str,
    described: Mapping[str, Any],
    keep_features: bool,
) -> ReferenceStatistics:
    import numpy as np

    representation = jobs[0].representation.name
    outputs = list(dict.fromkeys(job.output for job in jobs))
    moments = {output: found.moments(representation, output, 1)[0] for output in outputs}
    features = {}
    if keep_features:
        features = {output: np.array(found.features(representation, output)) for output in outputs}
    header = {
        "representation": found.identities[representation],
        "data": {
            "name": name,
            "split": split,
            **described["images"],
            "reading": found.report.to_json(),
        },
        "versions": {
            "rbench": version("rbench"),
            "python": platform.python_version(),
            "numpy": version("numpy"),
            "scipy": version("scipy"),
            "Pillow": version("Pillow"),
        },
        "date": datetime.now(UTC).date().isoformat(),
    }
    return ReferenceStatistics(moments, features, header)
