"""A folder of idx files as MNIST's authors named them: train-images-idx3-ubyte.gz and so on."""

from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rbench.errors import DataError
from rbench.harness.images.task import RealSet
from rbench.tasks.image_sets.converted import converted
from rbench.tasks.image_sets.idx import read_idx

_SPLITS = {"train": "train", "test": "t10k"}


def idx_sets(name: str, folder: Path) -> dict[str, RealSet]:
    """Return the splits whose images lie in `folder` as idx files, with labels where they do too.

    Raises `DataError` for damaged files, or labels that are not as many as the images.
    """
    found = {}
    for split, prefix in _SPLITS.items():
        images = _file(folder, f"{prefix}-images", 3)
        if images is None:
            continue
        labels = _file(folder, f"{prefix}-labels", 1)
        files = [images] if labels is None else [images, labels]
        found[split] = converted(name, split, files, partial(_read, images, labels))
    return found


def _file(folder: Path, stem: str, dimensions: int) -> Path | None:
    names = (f"{stem}{dot}idx{dimensions}-ubyte{end}" for dot in "-." for end in ("", ".gz"))
    return next((path for name in names if (path := folder / name).is_file()), None)


def _read(
    images: Path, labels: Path | None
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8] | None]:
    pixels = read_idx(images, 3)[..., None]
    if labels is None:
        return pixels, None
    classes = read_idx(labels, 1)
    if len(classes) != len(pixels):
        raise DataError(f"{labels} has {len(classes)} labels for the {len(pixels)} of {images}.")
    return pixels, classes
