"""What a generator may return: the right count, shape, type and range, or one sentence why not."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from rbench.errors import ModelError
from rbench.harness.images.types import Images, ImageSpec, Values
from rbench.metrics.arrays import is_tensor

RANGES: dict[Values, tuple[float, float]] = {"0..1": (0.0, 1.0), "-1..1": (-1.0, 1.0)}
"""Of the floats."""

_LAYOUT = {True: "(n, c, h, w)", False: "(n, h, w, c)"}


def check_returned(images: Any, values: Values, spec: ImageSpec, indices: Sequence[int]) -> None:
    """Refuse what cannot be the images of the samples `indices`, whatever their numbers are.

    Raises `ModelError` for something else than an array, another count, shape or layout than
    numpy (n, h, w, c) or torch (n, c, h, w), and a type that `values` does not mean.
    """
    if not is_tensor(images) and not isinstance(images, np.ndarray):
        raise ModelError(
            f"The generator returned {type(images).__name__}; return a numpy array (n, h, w, c) "
            f"or a torch tensor (n, c, h, w)."
        )
    _check_shape(images, spec, indices)
    _check_count(images.shape[0], indices)
    _check_type(images, values)


def count_outside(images: Images, values: Values, clips: bool, indices: Sequence[int]) -> int:
    """Return how many floats lie outside the range of `values`.

    Raises `ModelError`, naming the sample, for NaN and infinity, and, unless `clips`, for any
    value outside.
    """
    low, high = RANGES[values]
    if is_tensor(images):
        smallest, largest = (float(x) for x in images.aminmax())
    else:
        smallest, largest = float(images.min()), float(images.max())
    # Both carry a NaN along.
    if not (np.isfinite(smallest) and np.isfinite(largest)):
        finite = images.isfinite() if is_tensor(images) else np.isfinite(images)
        raise ModelError(f"{_first(~finite, images, indices)}; an image must be finite everywhere.")
    if low <= smallest and largest <= high:
        return 0
    outside = (images < low) | (images > high)
    if clips:
        return int(outside.sum())
    raise ModelError(
        f"{_first(outside, images, indices)}, outside [{low:g}, {high:g}]; say what the numbers "
        f"mean (-M values=0..1, -1..1 or uint8), or let them be clipped and counted "
        f"(-M clips=true)."
    )


def _check_shape(images: Images, spec: ImageSpec, indices: Sequence[int]) -> None:
    h, w, c = spec.height, spec.width, spec.channels
    tensor = is_tensor(images)
    wanted, other = ((c, h, w), (h, w, c)) if tensor else ((h, w, c), (c, h, w))
    shape = tuple(images.shape)
    if len(shape) == 4 and shape[1:] == wanted:
        return
    hint = " (the channels are at the wrong end)" if shape[1:] == other else ""
    raise ModelError(
        f"The generator returned a {'torch tensor' if tensor else 'numpy array'} of shape {shape} "
        f"for the samples from {indices[0]} on; this task wants {_LAYOUT[tensor]} = "
        f"{(len(indices), *wanted)}{hint}."
    )


def _check_count(made: int, indices: Sequence[int]) -> None:
    if made < len(indices):
        raise ModelError(
            f"The generator made {made} images for {len(indices)} samples; sample {indices[made]} "
            f"is the first without one."
        )
    if made > len(indices):
        raise ModelError(
            f"The generator made {made} images for the {len(indices)} samples from {indices[0]} "
            f"on; return one for each index."
        )


def _check_type(images: Images, values: Values) -> None:
    name = str(images.dtype).removeprefix("torch.")
    floats = images.is_floating_point() if is_tensor(images) else images.dtype.kind == "f"
    if not floats and name != "uint8":
        advice = "return uint8, or floats in [0, 1] or [-1, 1]"
    elif floats and values == "uint8":
        advice = "its values are declared as uint8: set -M values=0..1 or -M values=-1..1"
    elif not floats and values != "uint8":
        advice = f"its values are declared as {values}: set -M values=uint8"
    else:
        return
    raise ModelError(f"The generator returned images of type {name}; {advice}.")


def _first(wrong: Images, images: Images, indices: Sequence[int]) -> str:
    """Return ``Sample 17 has the value nan at row 3, column 0, channel 1``."""
    if is_tensor(images):
        images, wrong = (x.permute(0, 2, 3, 1).cpu().numpy() for x in (images, wrong))
    at, row, column, channel = (int(i) for i in np.argwhere(wrong)[0])
    return (
        f"Sample {indices[at]} has the value {float(images[at, row, column, channel]):g} at "
        f"row {row}, column {column}, channel {channel}"
    )
