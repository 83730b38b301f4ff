"""`make_statistics`: the reference statistics of a set of images, with their provenance."""

import platform
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rbench.assets import Asset
from rbench.errors import DataError, UsageError
from rbench.metrics.evaluation.features import (
    Progress,
    SideFeatures,
    extract_sides,
    load_extractors,
    wanted_outputs,
)
from rbench.metrics.evaluation.jobs import plan_jobs
from rbench.metrics.evaluation.sides import first, open_side
from rbench.metrics.images import ImageSource
from rbench.metrics.presets import get_preset
from rbench.metrics.reference_statistics import ReferenceStatistics
from rbench.metrics.representations.representation import Representation

# Their code defines networks; not every installation has them.
_NETWORKS = ("torch", "torchvision", "timm", "open_clip_torch")


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
    fetching: Callable[[Asset], object] | None = None,
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
    side = first(open_side("real", images, reading, offline=offline).without_statistics(), limit)
    if side.images is None:
        raise DataError(f"{side.name} holds statistics already, and no images.")
    if len(side.images) < 2:
        raise DataError(f"{side.name} has {len(side.images)} image: a covariance needs 2 or more.")
    sides = {"real": side}
    wanted = wanted_outputs(sides, jobs)
    extractors = load_extractors(wanted, jobs, device, offline, fetching)
    with TemporaryDirectory(prefix="rbench-features-") as folder:
        found = extract_sides(sides, wanted, extractors, Path(folder), progress)["real"]
        (extractor,) = extractors.values()
        outputs = list(dict.fromkeys(job.output for job in jobs))
        label = extractor.representation.name
        assert found.report is not None
        header = {
            "representation": extractor.identity,
            "data": {
                "name": name or side.name,
                "split": split,
                **side.describe()["images"],
                "reading": found.report.to_json(),
            },
            "versions": _versions(),
            "date": datetime.now(UTC).date().isoformat(),
        }
        return ReferenceStatistics(
            {output: found.moments(label, output, 1)[0] for output in outputs},
            _copies(found, label, outputs) if keep_features else {},
            header,
        )


def _copies(found: SideFeatures, label: str, outputs: Sequence[str]) -> dict[str, Any]:
    """Return the features in memory: their files go with the folder."""
    import numpy as np

    return {output: np.array(found.features(label, output)) for output in outputs}


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in ("rbench", "numpy", "scipy", "Pillow", *_NETWORKS):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
