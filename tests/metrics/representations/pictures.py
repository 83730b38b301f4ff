"""Real pictures, of different sizes."""

from functools import cache

import numpy as np
import numpy.typing as npt
import torch
from skimage import data

Picture = npt.NDArray[np.uint8]


def pictures() -> list[Picture]:
    """512 x 512, 400 x 600 and 300 x 451."""
    return [picture.copy() for picture in _read()]


@cache
def _read() -> tuple[Picture, ...]:
    return data.astronaut(), data.coffee(), data.chelsea()


def crops(n: int, size: int) -> Picture:
    """`n` different crops (n, size, size, 3) of the pictures."""
    rng = np.random.default_rng(0)
    out = []
    for i in range(n):
        picture = _read()[i % 3]
        top, left = (int(rng.integers(0, side - size)) for side in picture.shape[:2])
        out.append(picture[top : top + size, left : left + size])
    return np.stack(out)


def as_tensor(picture: Picture) -> torch.Tensor:
    """(1, 3, h, w) in uint8."""
    return torch.from_numpy(picture).permute(2, 0, 1)[None].contiguous()
