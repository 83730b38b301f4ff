"""`rbench-picture/1`: the one way in which a published picture becomes what a model is shown.

A plain picture is passed on byte for byte: PNG or JPEG, 8 bits, grey or RGB, one frame, upright,
opaque, no side above the cap. Everything else becomes an RGB PNG:

- a palette, 1 bit, CMYK, YCCK and LAB are converted to RGB; of several frames the first is taken;
  the EXIF orientation is applied;
- what is transparent is laid onto white;
- 16-bit grey is divided by 257 and rounded, so that nothing is clipped; of 16-bit colour the high
  byte is taken;
- where the longer side is above the cap, the picture is resized by Lanczos until it is the cap;
  nothing is enlarged.

Embedded colour profiles and gammas are ignored. 32-bit grey is refused, for nothing says which
value is white. Only the formats in `FORMATS` are read.
"""

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rbench.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

CONVERSION = "rbench-picture/1"
RESAMPLING = "lanczos"
MAX_SIDE = 2048
MAX_PIXELS = 1 << 26
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "JPEG2000", "AVIF")
_PASSED_ON = {"PNG": "png", "JPEG": "jpg"}


class PictureError(DataError):
    """The bytes are no picture that can be shown. The message is a phrase that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a model is shown it.

    `content` is a file of type `suffix` (``png`` or ``jpg``) of `width` x `height` pixels, and
    `source_sha256` the hash of the bytes that it was made of. `changes` says what was done, in
    order; it is empty exactly where `content` is those bytes.
    """

    content: bytes
    suffix: str
    width: int
    height: int
    source_sha256: str
    changes: tuple[str, ...]


def convert(content: bytes, *, max_side: int = MAX_SIDE) -> Picture:
    """Decode a picture wholly and return it as `CONVERSION` has it.

    No side of the result has more than `max_side` pixels. Raises `PictureError` for what is no
    picture, damaged, cut short, of more than `MAX_PIXELS`, or of a kind with no one reading.
    """
    image, file_format, changes = prepare(content, max_side)
    suffix, shown = _PASSED_ON.get(file_format), content
    if changes or suffix is None:
        if file_format != "PNG":
            changes.append(f"{file_format} to PNG")
        suffix, shown = "png", png(image)
    source = hashlib.sha256(content).hexdigest()
    return Picture(shown, suffix, *image.size, source, tuple(changes))


def prepare(content: bytes, max_side: int) -> tuple["Image.Image", str, list[str]]:
    """Return the pixels, grey or RGB, the format they came in, and what was done to them.

    Raises `PictureError`.
    """
    from PIL import Image

    from rbench.harness.pictures.decoding import decode
    from rbench.harness.pictures.flattening import flatten

    if max_side < 1:
        raise ValueError(f"max_side must be at least 1, not {max_side}")
    decoded = decode(content)
    image, changes = flatten(decoded)
    size = fitting(image.size, max_side)
    if size != image.size:
        changes.append(f"resized from {image.width} x {image.height}")
        image = image.resize(size, Image.Resampling.LANCZOS)
    return image, decoded.format, changes


def fitting(size: tuple[int, int], max_side: int) -> tuple[int, int]:
    """Return the size of the same shape whose longer side is at most `max_side` pixels."""
    longer = max(size)
    if longer <= max_side:
        return size
    width, height = (max(1, (2 * side * max_side + longer) // (2 * longer)) for side in size)
    return width, height


def png(image: "Image.Image") -> bytes:
    """Return the pixels as an RGB PNG that says nothing else."""
    image = image.convert("RGB")
    image.info = {}  # a profile or a transparent colour of the source would be written too
    file = io.BytesIO()
    image.save(file, format="PNG")
    return file.getvalue()
