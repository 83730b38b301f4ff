"""`pixels/SIZE` and `gray/SIZE`: the pixels themselves, as a floor for every other representation.

`pixels` has three values a pixel; `gray` has one and is for images whose channels are equal, whose
covariance in `pixels` would be singular.
"""

from typing import TYPE_CHECKING

from rbench.errors import DataError, UsageError
from rbench.metrics.representations.preprocess import Preprocess
from rbench.metrics.representations.representation import (
    Network,
    Precision,
    Representation,
    Weights,
)

if TYPE_CHECKING:
    import torch


def pixels(size: int) -> Representation:
    """Return the values of images of `size` x `size` pixels, in [0, 1].

    Output ``pixels`` has dimension 3 * size^2 and the order channel, row, column. Images of
    another size are refused; `Representation.with_preprocess` can resize them. Raises
    `UsageError` for a size below 1.
    """
    return _flat("pixels", size, channels=3)


def gray(size: int) -> Representation:
    """Return one value a pixel, in [0, 1], of gray images of `size` x `size` pixels.

    Output ``pixels`` has dimension size^2 and the order row, column. Images of another size are
    refused, and images whose three channels differ: nothing is averaged. Raises `UsageError` for
    a size below 1.
    """
    return _flat("gray", size, channels=1)


def pixels_by_name(name: str) -> Representation:
    """Return `pixels` for a name such as ``pixels/28``. Raises `UsageError` for another form."""
    return pixels(_size(name, "pixels"))


def gray_by_name(name: str) -> Representation:
    """Return `gray` for a name such as ``gray/28``. Raises `UsageError` for another form."""
    return gray(_size(name, "gray"))


def _size(name: str, family: str) -> int:
    size = name.removeprefix(f"{family}/")
    if not (size.isascii() and size.isdecimal()):
        raise UsageError(f"{name!r} names no size: write {family}/28 for images of 28 x 28.")
    return int(size)


def _flat(family: str, size: int, channels: int) -> Representation:
    if size < 1:
        raise UsageError(f"{family} of size {size}: give 1 or more.")

    def flat(x: "torch.Tensor") -> "dict[str, torch.Tensor]":
        if x.shape[2:] != (size, size):
            raise DataError(
                f"Images of {x.shape[2]} x {x.shape[3]} pixels are not {family}/{size}: resize "
                f"them first, or name the representation after their size."
            )
        return {"pixels": x[:, :channels].flatten(1)}

    def load(
        device: "torch.device", precision: Precision, offline: bool
    ) -> tuple[Network, Weights]:
        return flat, Weights(None, "no weights")

    return Representation(
        name=f"{family}/{size}",
        outputs={"pixels": channels * size * size},
        preprocess=Preprocess(size=None),
        load=load,
        batch=256,
        source="the pixels themselves" if channels == 3 else "the pixels, one value each",
        check=None if channels == 3 else _require_gray,
    )


def _require_gray(inputs: "torch.Tensor", first: int) -> None:
    differing = (inputs != inputs[:, :1]).flatten(1).any(dim=1)
    if bool(differing.any()):
        number = first + int(differing.nonzero()[0])
        raise DataError(
            f"Image {number} is not gray: its channels differ, and gray/SIZE has one value a "
            f"pixel; take pixels/SIZE for colour."
        )
