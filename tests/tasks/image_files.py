"""Small data sets in the formats that the real ones are published in."""

import gzip
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rbench.harness.images.task import ImageTask
from rbench.harness.options import build
from rbench.harness.registry import is_image_task, task_type
from rbench.harness.types import TaskInput

Bytes = npt.NDArray[np.uint8]


def load(name: str, data: Path | None = None, **chosen: str) -> ImageTask:
    """Load an image task as `rbench evaluate` does."""
    entry = task_type(name)
    assert is_image_task(entry)
    return entry.load(build(entry.Options, chosen, name), TaskInput(data=data))


def pictures(n: int, size: int, channels: int = 3, seed: int = 0) -> Bytes:
    """Return (n, size, size, channels) uint8."""
    made = np.random.default_rng(seed).integers(0, 256, (n, size, size, channels))
    return made.astype(np.uint8)


def write_batch(path: Path, images: Bytes) -> Path:
    """Write an npz of images, as guided-diffusion's samples are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, arr_0=images)
    return path


def write_statistics(path: Path, dimension: int = 2048) -> Path:
    """Write the mean and covariance of nothing, as other evaluators do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, mu=np.zeros(dimension), sigma=np.eye(dimension))
    return path


def write_idx(path: Path, array: Bytes) -> Path:
    """Write an idx file of unsigned bytes, gzipped where the name ends so."""
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    data = header + array.tobytes()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def write_cifar(path: Path, images: Bytes, labels: Sequence[int]) -> Path:
    """Write a binary batch of CIFAR-10: a label, then the red, green and blue planes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    records = [
        bytes([label]) + b"".join(image[:, :, c].tobytes() for c in range(3))
        for image, label in zip(images, labels, strict=True)
    ]
    path.write_bytes(b"".join(records))
    return path
