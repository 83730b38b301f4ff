"""The images that are accepted, and how they are read into tensors of equal sizes.

- A batch: a torch tensor (n, 3, h, w), or a numpy array (n, 3, h, w) or (n, h, w, 3).
- A single image: a torch tensor (3, h, w), a numpy array (h, w, 3) or (3, h, w) or, grey, (h, w),
  or a Pillow image of mode RGB or L.
- A sequence of single images, of any sizes.

Values are uint8 in 0..255 or floats in [0, 1]. One channel counts as grey and is repeated three
times, as everybody does with MNIST; two or four are refused. Floats outside [0, 1] are refused
too: nothing is clipped in silence.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from rbench.errors import DataError

if TYPE_CHECKING:
    import torch

Images: TypeAlias = Any
"""A batch, a single image, or a sequence of single images: see the module."""

_CHANNELS = (1, 3)


@dataclass(frozen=True, slots=True)
class Group:
    """Images of one size and dtype.

    `positions` are their places in what was given, `pixels` are (n, 3, h, w): uint8 in 0..255, or
    float32 or float64 in [0, 1].
    """

    positions: tuple[int, ...]
    pixels: "torch.Tensor"


def read_images(images: Images, first: int = 0) -> list[Group]:
    """Return `images` in groups of equal size and dtype, in no particular order.

    `first` is the number of the first one, for the messages. Raises `DataError` for what is not
    an accepted image, with its number and the value.
    """
    import torch

    if isinstance(images, Sequence) and not isinstance(images, str | bytes):
        singles = [_single(image, first + i) for i, image in enumerate(images)]
    elif len(getattr(images, "shape", ())) == 4:
        batch = _batch(images)
        _check_values(batch, first)
        return [Group(tuple(range(len(batch))), _three_channels(batch))] if len(batch) else []
    else:
        singles = [_single(images, first)]
    together: dict[tuple[object, ...], list[int]] = {}
    for i, image in enumerate(singles):
        together.setdefault((image.shape, image.dtype, image.device), []).append(i)
    groups = []
    for positions in together.values():
        pixels = torch.stack([singles[i] for i in positions])
        groups.append(Group(tuple(positions), _three_channels(pixels)))
    return groups


def count_images(images: Images) -> int:
    """Return how many images `images` are."""
    shape = getattr(images, "shape", None)
    if shape is None:
        return len(images) if isinstance(images, Sequence) else 1
    return int(shape[0]) if len(shape) == 4 else 1


def _batch(images: Any) -> "torch.Tensor":
    import torch

    shape = tuple(images.shape)
    if torch.is_tensor(images):
        if shape[1] not in _CHANNELS:
            hint = ": permute it to (n, 3, h, w)" if shape[3] in _CHANNELS else ""
            raise DataError(f"A batch of shape {shape} has {shape[1]} channels, not 1 or 3{hint}.")
        return _readable(images, "The batch")
    array = np.asarray(images)
    first, last = shape[1] in _CHANNELS, shape[3] in _CHANNELS
    if first == last:
        raise DataError(
            f"An array of shape {shape} is not clearly a batch (n, 3, h, w) or (n, h, w, 3)"
            + (": give a torch tensor (n, 3, h, w)." if first else ".")
        )
    return _readable(array if first else array.transpose(0, 3, 1, 2), "The batch")


def _single(image: Any, number: int) -> "torch.Tensor":
    import torch

    who = f"Image {number}"
    pillow = sys.modules.get("PIL.Image")
    if pillow is not None and isinstance(image, pillow.Image):
        if image.mode not in ("RGB", "L"):
            raise DataError(f"{who} has mode {image.mode}: convert it to RGB.")
        image = np.asarray(image)
    if torch.is_tensor(image):
        pixels = _readable(image, who)
        channels_first = True
    elif isinstance(image, np.ndarray):
        array = image[:, :, None] if image.ndim == 2 else image
        channels_first = array.ndim == 3 and array.shape[2] not in _CHANNELS
        pixels = _readable(
            array if channels_first or array.ndim != 3 else array.transpose(2, 0, 1), who
        )
    else:
        raise DataError(f"{who} is a {type(image).__name__}: give an array, a tensor or a picture.")
    if pixels.ndim != 3 or pixels.shape[0] not in _CHANNELS:
        layout = "(3, h, w)" if channels_first and torch.is_tensor(image) else "(h, w, 3)"
        raise DataError(
            f"{who} has shape {tuple(image.shape)}: give {layout} with 1 or 3 channels."
        )
    _check_values(pixels[None], number)
    return pixels


def _readable(pixels: Any, who: str) -> "torch.Tensor":
    import torch

    if not torch.is_tensor(pixels):
        if pixels.dtype != np.uint8 and pixels.dtype.kind != "f":
            raise DataError(_wrong_dtype(who, pixels.dtype))
        # A copy where torch cannot share: negative strides, foreign byte order, read-only files.
        native = np.require(pixels, pixels.dtype.newbyteorder("="), ["C", "W"])
        pixels = torch.from_numpy(native)
    tensor: torch.Tensor = pixels.detach()
    if tensor.dtype in (torch.float16, torch.bfloat16):
        tensor = tensor.float()
    if tensor.dtype not in (torch.uint8, torch.float32, torch.float64):
        raise DataError(_wrong_dtype(who, tensor.dtype))
    return tensor


def _wrong_dtype(who: str, dtype: object) -> str:
    return f"{who} has dtype {dtype}: give uint8 in 0..255 or floats in [0, 1]."


def _check_values(pixels: "torch.Tensor", first: int) -> None:
    if 0 in pixels.shape[1:]:
        raise DataError(f"Image {first} has no pixels: its shape is {tuple(pixels.shape[1:])}.")
    if not pixels.is_floating_point() or not len(pixels):
        return
    # NaN compares false, so it lands here too.
    right = ((pixels >= 0) & (pixels <= 1)).flatten(1)
    if bool(right.all()):
        return
    bad = int((~right).any(dim=1).nonzero()[0])
    value = float(pixels[bad].flatten()[int((~right[bad]).nonzero()[0])])
    hint = ": is it in 0..255?" if value > 2 else ": is it in [-1, 1]?" if value < 0 else "."
    raise DataError(
        f"Image {first + bad} holds the value {value!r}, outside [0, 1]{hint} "
        f"Floats are not clipped here: scale or clamp them first."
    )


def _three_channels(pixels: "torch.Tensor") -> "torch.Tensor":
    return pixels.expand(-1, 3, -1, -1) if pixels.shape[1] == 1 else pixels
