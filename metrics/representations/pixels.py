"""`pixels/SIZE`: the pixels themselves, for small images and as a floor for every other one."""

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
    if size < 1:
        raise UsageError(f"pixels of size {size}: give 1 or more.")

    def flat(x: "torch.Tensor") -> "dict[str, torch.Tensor]":
        if x.shape[2:] != (size, size):
            raise DataError(
                f"Images of {x.shape[2]} x {x.shape[3]} pixels are not pixels/{size}: resize them "
                f"first, or name the representation after their size."
            )
        return {"pixels": x.flatten(1)}

    def load(
        device: "torch.device", precision: Precision, offline: bool
    ) -> tuple[Network, Weights]:
        return flat, Weights(None, "no weights")

    return Representation(
        name=f"pixels/{size}",
        outputs={"pixels": 3 * size * size},
        preprocess=Preprocess(size=None),
        load=load,
        batch=256,
        source="the pixels themselves",
    )


def pixels_by_name(name: str) -> Representation:
    """Return `pixels` for a name such as ``pixels/28``. Raises `UsageError` for another form."""
    size = name.removeprefix("pixels/")
    if not (size.isascii() and size.isdecimal()):
        raise UsageError(f"{name!r} names no size: write pixels/28 for images of 28 x 28.")
    return pixels(int(size))
