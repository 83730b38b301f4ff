"""From what a generator returned to the bytes that are measured, by a rule that has a name.

With y in [-1, 1] and x = (y + 1) / 2, in the precision of the images (halves become float32);
the last step cuts fractions off:

| rule | from y | from x | who does it |
|---|---|---|---|
| round | 127.5 y + 128 | 255 x + 1/2 | MeanFlow, iMF, pMF, ECT, GET; torchvision's `save_image` |
| floor | 255 (y/2 + 1/2) | 255 x | flow_matching, py-meanflow |
| none | y/2 + 1/2 | x | FD-loss, while it trains |

Ties of ``round`` go up, where ``torch.round(255 x)`` goes to the even level. A float32 within
1e-5 levels of a tie may fall on either side of it, as it does in the papers' code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rbench.harness.images.image_checks import RANGES, check_returned, count_outside
from rbench.harness.images.types import Images, ImageSpec, Quantisation, Values
from rbench.metrics.arrays import is_tensor


@dataclass(frozen=True, slots=True)
class Quantised:
    """Images as they are measured.

    Attributes:
        images: (n, h, w, c), uint8; or float32 in [0, 1] by the rule ``none``.
        clipped: values that lay outside the declared range.
        total: values altogether.
    """

    images: npt.NDArray[Any]
    clipped: int
    total: int


def quantise(
    images: Images,
    values: Values,
    rule: Quantisation,
    *,
    clips: bool,
    spec: ImageSpec,
    indices: Sequence[int],
    keep: int | None = None,
) -> Quantised:
    """Check the images of the samples `indices` and turn them into bytes.

    Args:
        images: numpy (n, h, w, c), or torch (n, c, h, w) on any device, where the work is done
            before the bytes are copied.
        values: what their numbers mean. Bytes pass unchanged, whatever the rule.
        rule: see the module.
        clips: whether values outside the range are clipped and counted, or an error.
        spec: the images that the task wants.
        indices: of the samples, one for each image.
        keep: how many of the first images are wanted; the others pad the batch: they are
            counted and thrown away. None keeps all.

    Raises:
        ModelError: wrong count, shape, channels or type; NaN or infinity; values out of range.
    """
    check_returned(images, values, spec, indices)
    if is_tensor(images):
        images = images.detach()
    images = images[:keep]
    total = int(np.prod(images.shape))
    if values == "uint8" or total == 0:
        return Quantised(_as_numpy(images), 0, total)
    images = _at_least_float32(images)
    clipped = count_outside(images, values, clips, indices)
    if clipped:
        images = images.clip(*RANGES[values])
    return Quantised(_by_rule(images, values, rule), clipped, total)


def for_the_eye(images: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return kept images as bytes: floats in [0, 1] of the rule ``none`` are rounded.

    For what shows images or compares their pixels; features are of the floats.
    """
    return _as_bytes(images * 255.0 + 0.5) if images.dtype.kind == "f" else images


def _at_least_float32(images: Images) -> Images:
    if is_tensor(images):
        return images.float() if images.element_size() < 4 else images
    return images.astype(np.float32 if images.dtype.itemsize <= 4 else np.float64, copy=False)


def _by_rule(images: Images, values: Values, rule: Quantisation) -> npt.NDArray[Any]:
    signed = values == "-1..1"
    if rule == "round":
        # Not by way of x: these are the two operations of the papers, with their roundings.
        return _as_bytes(images * 127.5 + 128.0 if signed else images * 255.0 + 0.5)
    unit = images * 0.5 + 0.5 if signed else images
    if rule == "floor":
        return _as_bytes(unit * 255.0)
    return _as_numpy(unit).astype(np.float32, copy=False)


def _as_bytes(levels: Images) -> npt.NDArray[Any]:
    """Cut the fractions off levels in [0, 256)."""
    return _as_numpy(levels.byte() if is_tensor(levels) else levels.astype(np.uint8))


def _as_numpy(images: Images) -> npt.NDArray[Any]:
    """Return (n, h, w, c) in this process's memory, in C order."""
    if is_tensor(images):
        images = images.permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return np.ascontiguousarray(images)
