"""Nearest training images of the first samples, to see whether a generator copies.

Distances are Euclidean, on pixels in [0, 1], and exact: the sums of products are whole numbers
below 2^53. For scale stand the distances of held-out images (or, without any, of training images
to the other ones) to their own nearest training image.
"""

import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rbench.errors import RunDirectoryError
from rbench.harness.images.quantise import for_the_eye
from rbench.harness.images.shards import Shards
from rbench.harness.images.task import ImageTask
from rbench.harness.run_directory import RunDirectory
from rbench.metrics.images import ImageSource

SAMPLES = 32
"""The first of set 0."""

_SCALE_IMAGES = 1000
_MOST_BYTES = 2**32
_BLOCK_BYTES = 2**26
_QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95)

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest of some images: `index`, (n,), and `distance`, (n,) float64."""

    index: npt.NDArray[np.int64]
    distance: npt.NDArray[np.float64]


def nearest(
    queries: Pixels,
    images: Iterator[Pixels],
    *,
    skip_itself: bool = False,
) -> Nearest:
    """Return the nearest of `images` to every query, by the distance of pixels in [0, 1].

    Args:
        queries: (n, h, w, c).
        images: blocks (rows, h, w, c), in order; the first of equal ones is taken.
        skip_itself: query i is the i-th image, and not compared with it.
    """
    rows = _flat(queries)
    squares = np.einsum("ij,ij->i", rows, rows)
    best = np.full(len(rows), np.inf)
    index = np.full(len(rows), -1, np.int64)
    first = 0
    for block in images:
        others = _flat(block)
        # Whole numbers below 2^53: no order of summing changes them.
        found = squares[:, None] + np.einsum("ij,ij->i", others, others) - 2 * (rows @ others.T)
        if skip_itself:
            own = np.arange(first, min(first + len(others), len(rows)))
            found[own, own - first] = np.inf
        at = found.argmin(axis=1)
        smallest = found[np.arange(len(rows)), at]
        closer = smallest < best
        best[closer], index[closer] = smallest[closer], first + at[closer]
        first += len(others)
    return Nearest(index, np.sqrt(best) / 255)


def write_neighbours(
    run: RunDirectory, task: ImageTask, progress: Callable[[str], None] | None = None
) -> Path | None:
    """Write ``neighbours.npz`` into the run; hold its lock.

    It has ``samples`` (floats of tasks that do not quantise are rounded) and ``neighbours``
    (n, h, w, c) uint8, ``indices`` of the neighbours in the training set, ``distances``, and for
    scale ``quantiles`` with ``reference`` distances at them and ``reference_set`` (``test`` or
    ``train``). Returns None, and writes nothing, where there are no kept images or no training
    images of their size, and where the training set is larger than 4 GiB of pixels, which would
    take longer than the numbers.
    """
    kept = _first(Shards(run.path / "shards").images(0, SAMPLES), SAMPLES)
    if "train" not in task.real or kept is None:
        return None
    samples = for_the_eye(kept)
    known = read_neighbours(run.path)
    if known is not None and np.array_equal(known["samples"], samples):
        return run.path / "neighbours.npz"
    train = task.real["train"].open()
    if len(train) * samples[0].size > _MOST_BYTES:
        return None
    if progress is not None:
        progress("nearest training images of the first samples")
    try:
        images = _Images(train, samples.shape[1:])
        found = nearest(samples, iter(images))
        neighbours = np.concatenate(
            [next(iter(_Images(train.subset([int(i)]), samples.shape[1:]))) for i in found.index]
        )
        split = "test" if "test" in task.real else "train"
        held_out = task.real[split].open().subset(slice(0, _SCALE_IMAGES))
        scale = _first(iter(_Images(held_out, samples.shape[1:])), _SCALE_IMAGES)
        if scale is None:
            return None
        reference = nearest(scale, iter(images), skip_itself=split == "train").distance
    except _OtherSize:
        return None
    path = run.path / "neighbours.npz"
    _write(
        path,
        {
            "samples": samples,
            "neighbours": neighbours,
            "indices": found.index,
            "distances": found.distance,
            "quantiles": np.array(_QUANTILES),
            "reference": np.quantile(reference, _QUANTILES),
            "reference_set": np.array(split),
        },
    )
    return path


def read_neighbours(run: Path) -> dict[str, npt.NDArray[Any]] | None:
    """Return the arrays of ``neighbours.npz`` in the folder of a run; None where there is none.

    Raises `RunDirectoryError` for a damaged file.
    """
    path = run / "neighbours.npz"
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise RunDirectoryError(f"{path} cannot be read ({error}); remove it.") from error


class _OtherSize(Exception):
    """A real image has another size than the samples."""


class _Images:
    """The images of a source in blocks, with the channels of the samples; read every time."""

    def __init__(self, source: ImageSource, shape: tuple[int, ...]) -> None:
        self._source = source
        self._shape = shape

    def __iter__(self) -> Iterator[Pixels]:
        height, width, channels = self._shape
        rows = max(1, _BLOCK_BYTES // (8 * height * width * channels))
        waiting: list[Pixels] = []
        for image in self._source:
            if image.pixels.shape[:2] != (height, width):
                raise _OtherSize
            # Gray images are read with three equal channels.
            waiting.append(image.pixels[:, :, :channels])
            if len(waiting) == rows:
                yield np.stack(waiting)
                waiting = []
        if waiting:
            yield np.stack(waiting)


def _first(blocks: Iterator[Pixels], count: int) -> Pixels | None:
    """Return the first images of blocks; None where there are none."""
    kept: list[Pixels] = []
    for block in blocks:
        kept.append(block[: count - sum(map(len, kept))])
        if sum(map(len, kept)) == count:
            break
    return np.concatenate(kept) if kept else None


def _flat(images: Pixels) -> npt.NDArray[np.float64]:
    return images.reshape(len(images), -1).astype(np.float64)


def _write(path: Path, arrays: dict[str, npt.NDArray[np.generic]]) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise RunDirectoryError(f"{path} cannot be written: {error.strerror}.") from error
