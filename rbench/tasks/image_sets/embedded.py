"""Sets of images that come with rbench."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np

from rbench.errors import DataError
from rbench.harness.images.task import RealSet


def embedded_sets(name: str, splits: Sequence[str]) -> dict[str, RealSet]:
    """Return the splits of an embedded set: ``SPLIT.npy`` and ``SPLIT_labels.npy``.

    Raises `DataError` where rbench was installed without them.
    """
    folder = Path(str(files(f"rbench.data_cards.{name}")))
    found = {}
    for split in splits:
        images, labels = folder / f"{split}.npy", folder / f"{split}_labels.npy"
        for file in (images, labels):
            if not file.is_file():
                raise DataError(f"{file} is missing: install rbench again, unpacked.")
        classes = tuple(map(int, np.load(labels, allow_pickle=False)))
        found[split] = RealSet(f"{name} {split}", split, images, labels=classes)
    return found
