"""Image files made for the tests, some by hand where Pillow cannot write them."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from rbench.metrics.images import ImageSource, open_images

Array = npt.NDArray[Any]

_PNG_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}


def noise(*shape: int, seed: int = 0, dtype: Any = np.uint8) -> Array:
    high = int(np.iinfo(dtype).max) + 1
    return np.random.default_rng(seed).integers(0, high, shape).astype(dtype)


def encoded(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def png(pixels: Array, **options: Any) -> bytes:
    """A PNG by Pillow from (h, w, 3), (h, w, 4) or (h, w) uint8."""
    return encoded(Image.fromarray(pixels), "PNG", **options)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def raw_png(samples: Array, *chunks: bytes) -> bytes:
    """A PNG by hand from (h, w, channels) uint8 or uint16, with `chunks` before the pixels."""
    height, width, channels = samples.shape
    bits = 8 * samples.dtype.itemsize
    header = struct.pack(">IIBBBBB", width, height, bits, _PNG_COLOUR_TYPES[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(f">u{bits // 8}").tobytes() for row in samples)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            png_chunk(b"IHDR", header),
            *chunks,
            png_chunk(b"IDAT", zlib.compress(rows)),
            png_chunk(b"IEND", b""),
        )
    )


def write(root: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def read_one(root: Path, data: bytes, name: str = "a.png", **options: Any) -> Array:
    """The pixels of one image file, read alone from a folder."""
    (image,) = source_of(root, data, name, **options)
    return image.pixels


def source_of(root: Path, data: bytes, name: str = "a.png", **options: Any) -> ImageSource:
    return open_images(write(root, {name: data}), **options)
