"""Cuts a stream of images into pieces that are small enough to be worked on at once."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from rbench.errors import UsageError
from rbench.metrics.representations.accepted_images import Images

Item: TypeAlias = "Images | Callable[[], Images]"
"""A batch, a single image, a list of single images, or a function without arguments that returns
one single image: it is called where the image is worked on, so that decoding runs beside it."""


_LARGEST = 256


def chunks(images: Iterable[Item] | Images, size: int, values: int | None = None) -> Iterator[Any]:
    """Yield `images`, in order, as batches or lists of at most `size` images, still unloaded.

    With `values`, as many numbers as may be worked on at once, a batch of small images is cut into
    larger pieces of up to 256.

    Raises `UsageError` for a single image, whose rows would be taken for images.
    """
    shape = getattr(images, "shape", None)
    if shape is not None and len(shape) == 4:
        yield from _cut(images, size, values)
        return
    if shape is not None or not isinstance(images, Iterable) or isinstance(images, str | bytes):
        what = f"an array of shape {tuple(shape)}" if shape is not None else type(images).__name__
        raise UsageError(f"Images are {what}: give a batch (n, 3, h, w) or an iterable of images.")
    singles: list[Item] = []
    for item in images:
        several = isinstance(item, list | tuple) or len(getattr(item, "shape", ())) == 4
        if not several:
            singles.append(item)
        if singles and (several or len(singles) == size):
            yield singles
            singles = []
        if several:
            yield from _cut(item, size, values)
    if singles:
        yield singles


def loaded(chunk: Any) -> Images:
    """Return the images of a chunk, calling the functions in it."""
    if isinstance(chunk, Sequence):
        return [item() if callable(item) else item for item in chunk]
    return chunk


def _cut(batch: Any, size: int, values: int | None) -> Iterator[Any]:
    if values is not None and hasattr(batch, "shape"):
        size = max(size, min(_LARGEST, values // max(1, math.prod(batch.shape[1:]))))
    for start in range(0, len(batch), size):
        yield batch[start : start + size]
