"""The images that the zoo's models are trained on: the training splits, nothing else."""

from pathlib import Path

import numpy as np
import torch

from rbench.errors import DataError
from rbench.harness.images.task import RealSet


def training_images(data_set: str, data: Path | None = None) -> torch.Tensor:
    """Return the training split of a task, float32 (n, 1, h, w) in [-1, 1].

    `data_set` is ``digits``, which come with rbench, or ``fashion-mnist``; `data` is the folder
    with its files, unset: where Debian puts them. Raises `DataError` where images are missing.
    """
    images = np.stack([image.pixels[:, :, 0] for image in _train(data_set, data).open()])
    return torch.from_numpy(images).float()[:, None] / 127.5 - 1


def training_labels(data_set: str, data: Path | None = None) -> torch.Tensor:
    """Return the classes of those images, int64 (n,). Raises `DataError` where they are unknown."""
    labels = _train(data_set, data).labels
    if labels is None:
        raise DataError(f"the classes of the training images of {data_set} are not here.")
    return torch.tensor(labels)


def _train(data_set: str, data: Path | None) -> RealSet:
    real = _real_sets(data_set, data)
    if "train" not in real:
        raise DataError(f"the training images of {data_set} are not here: give --data DIR.")
    return real["train"]


def _real_sets(data_set: str, data: Path | None) -> dict[str, RealSet]:
    if data_set == "digits":
        from rbench.tasks.digits import Digits

        return Digits.real_sets(data)
    from rbench.tasks.fashion_mnist import FashionMnist

    return FashionMnist.real_sets(data)
