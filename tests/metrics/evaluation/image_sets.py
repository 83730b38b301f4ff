"""Small folders of real pictures: crops, blurred crops."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.ndimage import gaussian_filter

from tests.metrics.representations.pictures import crops


def write(folder: Path, images: npt.NDArray[np.uint8]) -> Path:
    """Write the images (n, h, w, 3) as PNG files and return the folder."""
    folder.mkdir(parents=True)
    for i, pixels in enumerate(images):
        Image.fromarray(pixels).save(folder / f"{i:04d}.png")
    return folder


def blurred(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return every image behind a Gaussian blur of two pixels."""
    return gaussian_filter(images.astype(float), (0, 2, 2, 0)).round().astype(np.uint8)


def two_folders(root: Path, n: int = 48, size: int = 32) -> tuple[Path, Path]:
    """Return a folder of real crops and one of other crops, blurred."""
    images = crops(2 * n, size)
    return write(root / "real", images[:n]), write(root / "fake", blurred(images[n:]))
