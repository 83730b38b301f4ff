"""Carries out a `Preprocess`: from images to the inputs of a network.

The arithmetic in between is decided by the kernel. ``torch`` and ``tf1`` scale to the declared
`range` first and resize then, on the device. ``pillow`` and ``pillow-float`` resize in 0..255 on
the CPU and scale then.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rbench.errors import DataError, UsageError
from rbench.metrics.representations.accepted_images import Images, read_images
from rbench.metrics.representations.preprocess import Preprocess
from rbench.metrics.representations.resize import (
    check_torch_filter,
    crop_adm,
    resize_pillow,
    resize_pillow_float,
    resize_tf1,
    resize_torch,
)

if TYPE_CHECKING:
    import torch


def check_preprocess(preprocess: Preprocess) -> None:
    """Raise `UsageError` for steps that cannot be carried out."""
    if preprocess.size is None:
        if preprocess.crop == "adm":
            raise UsageError("crop='adm' crops to a size: give one.")
    elif preprocess.kernel == "torch":
        check_torch_filter(preprocess.filter, preprocess.antialias)


def to_inputs(
    images: Images,
    preprocess: Preprocess,
    *,
    device: "torch.device",
    dtype: "torch.dtype",
    first: int = 0,
) -> "torch.Tensor":
    """Return `images` (see `accepted_images`) as inputs (n, 3, height, width) on `device`.

    An input depends on its image alone, to the bit, not on what it came with. `first` is the
    number of the first image, for the messages. Raises `DataError` for images that are not
    accepted, or whose sizes differ where `preprocess` does not resize.
    """
    import torch

    with torch.inference_mode(), torch.autocast(device.type, enabled=False):
        groups = read_images(images, first)
        ready = [_apply(group.pixels, preprocess, device, dtype) for group in groups]
        if len(ready) == 1:
            return ready[0]
        sizes = {tuple(inputs.shape[2:]) for inputs in ready}
        if len(sizes) > 1:
            raise DataError(
                f"Images of sizes {', '.join(f'{h}x{w}' for h, w in sorted(sizes))} and a "
                f"preprocess that does not resize: give images of one size."
            )
        n = sum(len(inputs) for inputs in ready)
        whole = torch.empty((n, 3, *next(iter(sizes), (1, 1))), dtype=dtype, device=device)
        for group, inputs in zip(groups, ready, strict=True):
            whole[torch.tensor(group.positions, device=device)] = inputs
        return whole


def _apply(
    pixels: "torch.Tensor", preprocess: Preprocess, device: "torch.device", dtype: "torch.dtype"
) -> "torch.Tensor":
    size = preprocess.size
    if pixels.is_floating_point():
        pixels = _quantised(pixels, preprocess.quantise)
    if preprocess.crop == "center-square":
        pixels = _center_square(pixels)
    elif preprocess.crop == "adm" and size is not None:
        pixels = _each(_eight_bits(pixels, "crop 'adm'"), lambda image: crop_adm(image, size))
    top = 1 if pixels.is_floating_point() else 255
    pending = size is not None and tuple(pixels.shape[2:]) != (size, size)
    if size is not None and pending and preprocess.kernel.startswith("pillow"):
        pixels, top = _by_pillow(pixels, size, preprocess), 255
        pending = False
    x = _moved(pixels.contiguous(), device).to(dtype)
    if top != preprocess.range[1]:
        x = x / 255 if top == 255 else x * 255
    if size is not None and pending:
        if preprocess.kernel == "tf1":
            x = resize_tf1(x, size)
        else:
            x = resize_torch(x, size, preprocess.filter, preprocess.antialias)
    return _normalised(x, preprocess)


def _quantised(pixels: "torch.Tensor", how: str) -> "torch.Tensor":
    import torch

    if how == "none":
        return pixels
    scaled = pixels * 255
    return (scaled + 0.5 if how == "round" else scaled).to(torch.uint8)


def _center_square(pixels: "torch.Tensor") -> "torch.Tensor":
    height, width = pixels.shape[2:]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return pixels[:, :, top : top + side, left : left + side]


def _by_pillow(pixels: "torch.Tensor", size: int, preprocess: Preprocess) -> "torch.Tensor":
    if preprocess.kernel == "pillow":
        pixels = _eight_bits(pixels, "the kernel 'pillow'")
        return _each(pixels, lambda image: resize_pillow(image, size, preprocess.filter))
    values = pixels.float() * 255 if pixels.is_floating_point() else pixels.float()
    return _each(values, lambda image: resize_pillow_float(image, size, preprocess.filter))


def _eight_bits(pixels: "torch.Tensor", what: str) -> "torch.Tensor":
    if pixels.is_floating_point():
        raise UsageError(
            f"{what} takes 8-bit images and got floats: give quantise='round' or uint8."
        )
    return pixels


def _each(
    pixels: "torch.Tensor", function: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]
) -> "torch.Tensor":
    """Return `function` of every image, which it sees as (h, w, 3)."""
    import torch

    images = np.ascontiguousarray(pixels.cpu().permute(0, 2, 3, 1).numpy())
    done = np.stack([function(image) for image in images])
    return torch.from_numpy(done).permute(0, 3, 1, 2)


def _normalised(x: "torch.Tensor", preprocess: Preprocess) -> "torch.Tensor":
    import torch

    def per_channel(values: tuple[float, float, float]) -> torch.Tensor:
        return torch.tensor(values, dtype=x.dtype, device=x.device)[:, None, None]

    if preprocess.mean != (0.0, 0.0, 0.0):
        x = x - per_channel(preprocess.mean)
    if preprocess.std != (1.0, 1.0, 1.0):
        x = x / per_channel(preprocess.std)
    return x


def _moved(pixels: "torch.Tensor", device: "torch.device") -> "torch.Tensor":
    """Return `pixels` on `device`; a copy to CUDA overlaps with the work before it."""
    import torch

    if device.type != "cuda" or pixels.device.type != "cpu":
        return pixels.to(device)
    current, copying = torch.cuda.current_stream(device), _copy_stream(device)
    with torch.cuda.stream(copying):
        there = pixels.pin_memory().to(device, non_blocking=True)
    current.wait_stream(copying)
    there.record_stream(current)
    return there


@cache
def _copy_stream(device: "torch.device") -> "torch.cuda.Stream":
    import torch

    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
