"""Resizing and cropping, each with the arithmetic of the library that it is named after."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rbench.errors import UsageError

if TYPE_CHECKING:
    import torch

_TORCH_MODES = {
    "nearest": "nearest-exact",
    "box": "area",
    "bilinear": "bilinear",
    "bicubic": "bicubic",
}
_TORCH_ANTIALIASED = ("bilinear", "bicubic")


def check_torch_filter(filter: str, antialias: bool) -> None:  # noqa: A002
    """Raise `UsageError` for a filter that `resize_torch` does not have."""
    if filter not in _TORCH_MODES or (antialias and filter not in _TORCH_ANTIALIASED):
        kind = "antialiased " if antialias else ""
        raise UsageError(
            f"The kernel 'torch' has no {kind}filter {filter!r}: use kernel='pillow' or "
            f"'pillow-float', or one of {', '.join(_TORCH_MODES)} "
            f"(antialiased: {', '.join(_TORCH_ANTIALIASED)})."
        )


def resize_torch(
    images: "torch.Tensor",
    size: int,
    filter: str,  # noqa: A002
    antialias: bool,
) -> "torch.Tensor":
    """Return (n, c, h, w) floats as (n, c, size, size) by ``torch.nn.functional.interpolate``.

    Pixel centres lie at half pixels. ``nearest`` is torch's ``nearest-exact``, ``box`` its
    ``area``. Bicubic overshoots the range; nothing is clamped.
    """
    from torch.nn import functional

    mode = _TORCH_MODES[filter]
    corners = False if filter in _TORCH_ANTIALIASED else None
    return functional.interpolate(
        images, (size, size), mode=mode, align_corners=corners, antialias=antialias
    )


def resize_tf1(images: "torch.Tensor", size: int) -> "torch.Tensor":
    """Return (n, c, h, w) floats as (n, c, size, size) by TensorFlow 1's bilinear filter.

    ``tf.image.resize_bilinear(align_corners=False)`` reads output pixel i at i * h / size, the
    factor rounded to float32, without the half pixel and without antialias (TensorFlow 1.15,
    core/kernels/resize_bilinear_op.cc). It interpolates along the width, then along the height.
    """
    low, high, weight = _corner_anchored(images, images.shape[3], size)
    left = images.index_select(3, low)
    across = left + (images.index_select(3, high) - left) * weight
    low, high, weight = _corner_anchored(images, images.shape[2], size)
    top = across.index_select(2, low)
    return top + (across.index_select(2, high) - top) * weight[:, None]


def _corner_anchored(
    images: "torch.Tensor", length: int, size: int
) -> "tuple[torch.Tensor, torch.Tensor, torch.Tensor]":
    import torch

    factor = float(np.float32(length / size))
    at = torch.arange(size, dtype=images.dtype, device=images.device) * factor
    low = at.long()
    return low, (low + 1).clamp_max(length - 1), at - low.to(at.dtype)


def resize_pillow(image: npt.NDArray[np.uint8], size: int, filter: str) -> npt.NDArray[np.uint8]:  # noqa: A002
    """Return an 8-bit (h, w, 3) image as (size, size, 3) by Pillow, which antialiases."""
    from PIL import Image

    resized = Image.fromarray(image).resize((size, size), _pillow_filter(filter))
    return np.asarray(resized)


def resize_pillow_float(
    image: npt.NDArray[np.float32],
    size: int,
    filter: str,  # noqa: A002
) -> npt.NDArray[np.float32]:
    """Return (h, w, 3) floats in [0, 255] as (size, size, 3), clipped to that range.

    Every channel is resized by Pillow in its mode F, as clean-fid does in its mode "clean"
    (Parmar et al. 2022, arXiv 2104.11222): the filter antialiases and nothing is rounded.
    """
    from PIL import Image

    kind = _pillow_filter(filter)
    channels = [
        np.asarray(Image.fromarray(np.ascontiguousarray(image[:, :, c])).resize((size, size), kind))
        for c in range(3)
    ]
    return np.stack(channels, axis=2).clip(0, 255)


def crop_adm(image: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.uint8]:
    """Return an 8-bit (h, w, 3) image as (size, size, 3) by guided-diffusion's centre crop.

    It is halved by Pillow's box filter while its shorter side is at least twice `size`, then
    resized by bicubic to have `size` as its shorter side, then cut out of the centre
    (guided-diffusion, image_datasets.py).
    """
    from PIL import Image

    picture = Image.fromarray(image)
    while min(picture.size) >= 2 * size:
        half = (picture.width // 2, picture.height // 2)
        picture = picture.resize(half, Image.Resampling.BOX)
    factor = size / min(picture.size)
    scaled = (round(picture.width * factor), round(picture.height * factor))
    pixels = np.asarray(picture.resize(scaled, Image.Resampling.BICUBIC))
    top, left = (pixels.shape[0] - size) // 2, (pixels.shape[1] - size) // 2
    return pixels[top : top + size, left : left + size]


def _pillow_filter(name: str) -> int:
    from PIL import Image

    return Image.Resampling[name.upper()]
