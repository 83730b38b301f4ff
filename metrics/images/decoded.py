"""One image as it comes out of its file, and what was done to make it 8-bit RGB."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Decoded:
    """The pixels of one image and how they were had.

    Attributes:
        pixels: (height, width, 3) uint8, RGB.
        format: of the file: ``PNG``, ``JPEG``, ...; ``array`` for a row of an array.
        mode: as stored, in Pillow's words.
        converted: each step that changed the stored samples, in words.
        ignored: each property of the file that was not looked at, in words.
    """

    pixels: Pixels
    format: str
    mode: str
    converted: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
