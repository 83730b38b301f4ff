"""A drawn picture as the bytes of a PNG file: small and fast to make."""

import struct
import zlib
from functools import cache
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

_COLOURS = 256
_lock = Lock()


def png(image: "Image.Image") -> bytes:
    """Return an RGB image as PNG, which decodes to the same RGB values.

    Up to 256 colours become a palette; run lengths alone compress drawings well, in a tenth of
    Pillow's time.
    """
    colours = image.getcolors(_COLOURS)
    if colours is None:
        file = BytesIO()
        image.save(file, "PNG", compress_level=1)
        return file.getvalue()
    palette = sorted(colour for _, colour in colours if isinstance(colour, tuple))
    packed = np.frombuffer(image.tobytes("raw", "RGBX"), "<u4") & 0xFFFFFF
    with _lock:
        places = _table()
        for place, (red, green, blue) in enumerate(palette):
            places[red | green << 8 | blue << 16] = place
        cells = places[packed]
    # Each row starts with the number of its filter: 0, none.
    rows = np.zeros((image.height, image.width + 1), np.uint8)
    rows[:, 1:] = cells.reshape(image.height, image.width)
    deflate = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_RLE)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", image.width, image.height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(value for colour in palette for value in colour)),
            _chunk(b"IDAT", deflate.compress(rows.tobytes()) + deflate.flush()),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


@cache
def _table() -> NDArray[np.uint8]:
    """Return where colours, 0xBBGGRR, are in the palette; a picture sets all that it reads.

    It is kept, since making 16 MB for each picture takes as long as all the rest.
    """
    return np.zeros(1 << 24, np.uint8)
