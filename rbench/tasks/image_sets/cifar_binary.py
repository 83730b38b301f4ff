"""CIFAR-10 in its binary version: records of a label byte and 3,072 bytes, red, green, blue.

https://www.cs.toronto.edu/~kriz/cifar.html. The version for Python is a set of pickles, which can
run code when they are read; it holds the same images.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rbench.errors import DataError
from rbench.harness.images.task import RealSet
from rbench.tasks.image_sets.converted import converted

_TRAIN = tuple(f"data_batch_{i}.bin" for i in range(1, 6))
_FILES = {"train": _TRAIN, "test": ("test_batch.bin",)}
_FOLDER = "cifar-10-batches-bin"
_CLASSES = 10
_RECORD = 1 + 3 * 32 * 32


def cifar_sets(name: str, folder: Path) -> dict[str, RealSet]:
    """Return the splits whose binary batches lie in `folder`, or one below it; maybe none.

    Raises `DataError` where there are only the pickles of the version for Python, some batches
    of a split are missing, or one is damaged.
    """
    place = folder / _FOLDER if (folder / _FOLDER).is_dir() else folder
    found = {}
    for split, names in _FILES.items():
        files = [place / one for one in names]
        missing = [file.name for file in files if not file.is_file()]
        if len(missing) == len(files):
            continue
        if missing:
            raise DataError(f"{name}: {place} lacks {', '.join(missing)} of the {split} images.")
        found[split] = converted(name, split, files, partial(_read, files))
    pickles = [folder / "data_batch_1", folder / "cifar-10-batches-py"]
    if not found and any(place.exists() for place in pickles):
        raise DataError(
            f"{name}: {folder} holds CIFAR-10's version for Python, whose files are pickles and "
            f"can run code when they are read: give the binary version (cifar-10-binary.tar.gz, "
            f"unpacked), or folders train/ and test/ of images."
        )
    return found


def _read(files: Sequence[Path]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Return images (n, 32, 32, 3) and labels (n,). Raises `DataError`, naming the file."""
    records = []
    for file in files:
        data = np.fromfile(file, np.uint8)
        if not len(data) or len(data) % _RECORD:
            raise DataError(
                f"{file} has {len(data)} bytes, no multiple of the {_RECORD} of an image: it is "
                f"damaged, or not of CIFAR-10."
            )
        rows = data.reshape(-1, _RECORD)
        if (rows[:, 0] >= _CLASSES).any():
            number = int(np.argmax(rows[:, 0] >= _CLASSES))
            raise DataError(f"{file}: image {number} has the label {rows[number, 0]}, not 0 to 9.")
        records.append(rows)
    whole = np.concatenate(records)
    images = whole[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), whole[:, 0].copy()
