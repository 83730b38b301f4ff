"""Sets in formats that `open_images` does not read: converted once to arrays in the cache.

A copy is named after the sha256 of what it was made from, so that another download is another
copy, and the same one is never converted twice.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from rbench.assets import cache_folder
from rbench.errors import AssetError, DataError
from rbench.harness.images.task import RealSet
from rbench.metrics.images import open_images

Bytes: TypeAlias = npt.NDArray[np.uint8]
Read: TypeAlias = Callable[[], tuple[Bytes, Bytes | None]]

# Part of the names: to be raised where the same files would give another array.
_VERSION = 1


def converted(name: str, split: str, files: Sequence[Path], read: Read) -> RealSet:
    """Return the images that `read` makes of `files`, from the cache where it has them.

    `read` returns images (n, h, w, c) and labels (n,), or None in place of the labels.
    Raises what `read` raises, `DataError` for a file that cannot be read, and `AssetError` where
    the cache cannot be written.
    """
    digest = _digest(files)
    folder = cache_folder() / "image-sets"
    images = folder / f"{name}-{split}-{digest[:24]}.npy"
    labels = images.with_suffix(".labels.npy")
    classes = _kept(images, labels)
    if classes is None:
        pixels, found = read()
        classes = np.empty(0, np.uint8) if found is None else found
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write(labels, classes)
            _write(images, pixels)
        except OSError as error:
            raise AssetError(
                f"{folder} cannot be written ({error.strerror}): set RBENCH_CACHE to a folder that "
                f"can."
            ) from error
    return RealSet(
        f"{name} {split}", split, images, labels=tuple(map(int, classes)) if len(classes) else None
    )


def _digest(files: Sequence[Path]) -> str:
    digest = hashlib.sha256(f"version {_VERSION}\n".encode())
    for path in files:
        try:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    return digest.hexdigest()


def _kept(images: Path, labels: Path) -> Bytes | None:
    """Return the labels of a copy that is whole, None where it has to be made."""
    if not (images.is_file() and labels.is_file()):
        return None
    try:
        count = len(open_images(images))
        found: Bytes = np.load(labels, allow_pickle=False)
    except (DataError, OSError, ValueError, EOFError):
        return None
    return found if len(found) in (0, count) else None


def _write(path: Path, array: npt.NDArray[Any]) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            np.save(file, array, allow_pickle=False)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
