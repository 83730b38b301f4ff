"""Fashion-MNIST of Debian's package dataset-fashion-mnist (Xiao et al. 2017, MIT)."""

import gzip
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

Images = npt.NDArray[np.uint8]

FOLDER = Path("/usr/share/datasets/fashion-mnist")
_FILES = {"train": "train", "test": "t10k"}


def images(split: Literal["train", "test"], start: int, stop: int) -> Images:
    """Return (n, 28, 28) uint8."""
    data = _read(f"{_FILES[split]}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
    return data[start:stop]


def of_half_the_classes(split: Literal["train", "test"], n: int) -> Images:
    """Return the first `n` images of the classes 0 to 4."""
    labels = _read(f"{_FILES[split]}-labels-idx1-ubyte.gz", 8)
    data = _read(f"{_FILES[split]}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
    return data[labels < 5][:n]


def blurred(given: Images, pixels: float = 1.0) -> Images:
    """Return the images behind a Gaussian blur."""
    smooth = gaussian_filter(given.astype(float), (0, pixels, pixels))
    return smooth.round().astype(np.uint8)


def rgb(given: Images) -> list[Images]:
    """Return grey images as a list of (28, 28, 3)."""
    return [np.repeat(image[:, :, None], 3, axis=2) for image in given]


def _read(name: str, offset: int) -> npt.NDArray[np.uint8]:
    with gzip.open(FOLDER / name) as file:
        return np.frombuffer(file.read(), np.uint8, offset=offset)
