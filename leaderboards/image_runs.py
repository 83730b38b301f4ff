"""From saved image runs to what a page shows of them."""

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rbench.harness.verify.made_with import sessions_of
from rbench.leaderboards.image_grids import MOST_SAMPLES
from rbench.leaderboards.image_shown import Neighbours, ShownRun
from rbench.leaderboards.run_entries import costs_of

if TYPE_CHECKING:
    from rbench.harness.images.saved_image_run import SavedImageRun

_REAL_IMAGES = ("baseline/train", "baseline/test")
"""Models whose samples are real images."""


def shown_run(run: "SavedImageRun") -> ShownRun:
    """Return what a page shows of a run: its numbers, its first images and their neighbours."""
    sessions = sessions_of(run.directory)
    environment = dict(sessions[-1]) if sessions else {}
    command = shlex.join(environment.pop("command", []))
    images = run.images(MOST_SAMPLES)
    return ShownRun(
        results=run.results,
        costs=costs_of(run.directory),
        environment=environment,
        command=command,
        images=_bytes(images) if len(images) else None,
        labels=_labels(run, len(images)),
        neighbours=_neighbours(run.neighbours),
        real=run.results["model"] in _REAL_IMAGES,
    )


def _neighbours(kept: Mapping[str, Any] | None) -> Neighbours | None:
    if kept is None:
        return None
    scale = zip(kept["quantiles"].tolist(), kept["reference"].tolist(), strict=True)
    return Neighbours(
        samples=kept["samples"],
        neighbours=kept["neighbours"],
        distances=kept["distances"].tolist(),
        quantiles=dict(scale),
        reference_set=str(kept["reference_set"]),
    )


def _labels(run: "SavedImageRun", count: int) -> Sequence[int] | None:
    """Return the conditions of the first samples; None where the task has none."""
    labels = [int(label) for label in run.shards.index(0, count)["label"]]
    return None if not labels or min(labels) < 0 else labels


def _bytes(images: Any) -> Any:
    """Return images as bytes; those that were not quantised are rounded, to be seen."""
    import numpy as np

    if images.dtype == np.uint8:
        return images
    return np.floor(255 * np.clip(images, 0, 1) + 0.5).astype(np.uint8)
