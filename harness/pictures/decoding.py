"""Bytes to pixels, wholly or not at all, through Pillow."""

import io
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from rbench.harness.pictures.conversion import FORMATS, MAX_PIXELS, PictureError
from rbench.harness.pictures.not_read import not_read

# Pillow's readers raise these for damaged files; what they raise has no common base.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RuntimeError,
    EOFError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
_TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Decoded:
    """Pixels of the first frame, upright, in the mode of the file.

    `bits` is what a PNG says of its samples, and 8 for other formats. `changes` holds what was
    done: a frame taken, an orientation applied.
    """

    image: Image.Image
    format: str
    bits: int
    changes: tuple[str, ...]


def decode(content: bytes) -> Decoded:
    """Return the picture in these bytes. Raises `PictureError`."""
    if content.startswith(b"version https://git-lfs"):
        raise PictureError("a git-lfs pointer, not a picture: run `git lfs pull`")
    if not content:
        raise PictureError("not a picture (0 bytes)")
    image = _open(content)
    file_format, changes = image.format or "", []
    try:
        if file_format == "PNG":
            _open(content).verify()  # Pillow checks the sums of the pixel data only here
        with _quiet():
            several = getattr(image, "is_animated", False)
        # Of all readers, that of TIFF alone looks at metadata again; the others run side by side.
        with _quiet() if file_format == "TIFF" else nullcontext():
            image.load()
    except _DAMAGE as error:
        raise PictureError(f"a damaged picture ({_one_line(error)})") from error
    if several:
        changes.append("first frame")
    orientation = _orientation(image)
    if orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[orientation])
        changes.append(f"orientation {orientation}")
    bits = content[24] if file_format == "PNG" else 8
    return Decoded(image, file_format, bits, tuple(changes))


@contextmanager
def _quiet() -> Iterator[None]:
    """Let nothing be said of damaged metadata, and make errors of what is too large."""
    with _lock, warnings.catch_warnings():  # the filters of warnings belong to all threads
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _open(content: bytes) -> Image.Image:
    try:
        with _quiet():
            image = Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise PictureError(not_read(content)) from error
    except _TOO_LARGE as error:
        raise PictureError(f"a picture of more than {MAX_PIXELS:,} pixels") from error
    except _DAMAGE as error:
        raise PictureError(f"not a picture ({_one_line(error)})") from error
    if image.width * image.height > MAX_PIXELS:
        raise PictureError(
            f"a picture of {image.width} x {image.height}, which is more than {MAX_PIXELS:,} pixels"
        )
    return image


def _orientation(image: Image.Image) -> int:
    try:
        with _quiet():
            return int(image.getexif().get(_ORIENTATION, 1))
    except _DAMAGE:  # damaged metadata of a whole picture say nothing
        return 1


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:120].rstrip(".") or type(error).__name__
