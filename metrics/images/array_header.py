"""The header of an array of images: which shape and dtype it has, and where its rows begin."""

import math
from dataclasses import dataclass
from tokenize import TokenError
from typing import IO

import numpy as np
from numpy.lib import format as npy

from rbench.errors import DataError

_CHANNELS = (1, 3, 4)
# What numpy's parser was seen to raise on damaged headers.
_HEADER_DAMAGE = (ValueError, TypeError, SyntaxError, TokenError, EOFError, OSError)


@dataclass(frozen=True, slots=True)
class ArrayHeader:
    """`shape` is (images, height, width, channels) uint8; `start` the bytes before the rows."""

    shape: tuple[int, int, int, int]
    start: int

    @property
    def row(self) -> int:
        """Bytes of one image."""
        return math.prod(self.shape[1:])

    @property
    def end(self) -> int:
        """Bytes of header and rows together."""
        return self.start + self.shape[0] * self.row


def read_header(file: IO[bytes], what: str) -> ArrayHeader:
    """Read the npy header at the start of `file` and check that it is of images.

    Raises `DataError`, naming `what`, unless it is uint8, (N, H, W, C) in C order with 1, 3 or 4
    channels, and holds at least one image.
    """
    try:
        version = npy.read_magic(file)
        if version == (1, 0):
            shape, fortran, dtype = npy.read_array_header_1_0(file)
        else:
            shape, fortran, dtype = npy.read_array_header_2_0(file)
    except _HEADER_DAMAGE as error:
        raise DataError(f"{what} is not a numpy array: {error}.") from error
    layout = f"{what} has dtype {dtype} and shape {shape}"
    wanted = "give uint8 images of shape (N, H, W, 3)"
    if dtype != np.uint8:
        hint = ", not rounded or scaled by rbench" if dtype.kind == "f" else ""
        raise DataError(f"{layout}: {wanted}{hint}.")
    if len(shape) != 4 or shape[3] not in _CHANNELS:
        first = len(shape) == 4 and shape[1] in _CHANNELS
        hint = "; this looks like (N, C, H, W): transpose it to (0, 2, 3, 1)" if first else ""
        raise DataError(f"{layout}: {wanted}{hint}.")
    if fortran:
        raise DataError(f"{layout} in Fortran order, which cannot be streamed: save it in C order.")
    if 0 in shape:
        raise DataError(f"{layout}: it holds no images.")
    return ArrayHeader((shape[0], shape[1], shape[2], shape[3]), file.tell())
