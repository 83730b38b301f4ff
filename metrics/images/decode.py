"""From the bytes of an image file to 8-bit RGB, or to a sentence that says why not."""

import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageFile, TiffImagePlugin, UnidentifiedImageError

from rbench.errors import UsageError
from rbench.metrics.images.bit_depth import deep_samples, stored_bits
from rbench.metrics.images.decoded import Decoded
from rbench.metrics.images.policy import ReadingPolicy, Unreadable
from rbench.metrics.images.samples import Samples, to_rgb8, turned

Image.init()
# Only what the extensions promise: Pillow also opens PDF, PSD, EPS and forty more. A photo with
# several pictures (MPO) is opened as JPEG.
_FORMATS = tuple(
    name
    for name in ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "AVIF")
    if name in Image.OPEN
)
_ORIENTATION = 274
# What Pillow's decoders were seen to raise on damaged files.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    RuntimeError,
    LookupError,
    ArithmeticError,
    struct.error,
    zlib.error,
)
_CONVERTED = {
    "1": "1 bit a pixel made 0 and 255",
    "P": "palette looked up",
    "PA": "palette looked up",
    "CMYK": "CMYK converted by Pillow without a colour profile",
    "YCbCr": "YCbCr converted by Pillow",
    "RGBX": "fourth channel without meaning dropped",
}


def decode(data: bytes, policy: ReadingPolicy) -> Decoded:
    """Return the first and only picture in the bytes of an image file.

    Of a JPEG photo with several pictures (MPO) the first is taken, as every JPEG decoder does.
    Raises `Unreadable` for damage, animations, several pages and kinds without 8-bit RGB values,
    `ChoiceNeeded` for what `policy` refuses, and `UsageError` where
    ``PIL.ImageFile.LOAD_TRUNCATED_IMAGES`` is set: cut images would pass for whole ones.
    """
    if ImageFile.LOAD_TRUNCATED_IMAGES:
        raise UsageError(
            "PIL.ImageFile.LOAD_TRUNCATED_IMAGES is set, so cut images would pass for whole ones: "
            "set it to False before reading images to measure."
        )
    if not data:
        raise Unreadable("is empty (0 bytes)")
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            return _decode(image, data, policy)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable(f"is too large to be opened safely: {error}") from error
    except UnidentifiedImageError as error:
        raise Unreadable(
            f"is not an image, or damaged at its start: it is none of {', '.join(_FORMATS)}"
        ) from error
    except _DAMAGE as error:
        raise Unreadable(f"is damaged: {error}") from error


def _decode(image: ImageFile.ImageFile, data: bytes, policy: ReadingPolicy) -> Decoded:
    _check_extent(image)
    mode, form = image.mode, image.format or ""
    orientation = 1
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        orientation = int(image.tag_v2.get(_ORIENTATION, 1))
    samples, words = _samples(image, data, policy)
    pixels, steps = to_rgb8(samples, policy)
    converted, ignored = [*words, *steps], []
    if form == "TIFF":
        if orientation != 1:
            converted.append("TIFF turned as its orientation says")
    else:
        orientation = _exif_orientation(image)
        if orientation != 1 and policy.orientation == "apply":
            pixels = turned(pixels, orientation)
            converted.append("turned as EXIF says")
        elif orientation != 1:
            ignored.append("EXIF orientation ignored")
    if "icc_profile" in image.info:
        ignored.append("colour profile ignored")
    if form == "MPO":
        ignored.append("further pictures of a photo ignored")
    return Decoded(pixels, form, mode, tuple(converted), tuple(ignored))


def _check_extent(image: ImageFile.ImageFile) -> None:
    width, height = image.size
    if not width * height:
        raise Unreadable(f"is empty ({width}x{height} pixels)")
    # Pillow only warns up to twice its limit.
    limit = Image.MAX_IMAGE_PIXELS
    if limit is not None and width * height > limit:
        raise Unreadable(
            f"has {width}x{height} pixels, above Pillow's limit of {limit}: if that is right, "
            f"raise PIL.Image.MAX_IMAGE_PIXELS"
        )
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format == "TIFF":
        raise Unreadable(f"has {frames} pages")
    if frames > 1 and image.format != "MPO":
        raise Unreadable(f"is an animation of {frames} frames")


def _samples(
    image: ImageFile.ImageFile, data: bytes, policy: ReadingPolicy
) -> tuple[Samples, list[str]]:
    bits = stored_bits(image, data)
    if bits > 8:
        samples = deep_samples(image, data, bits, policy)
        reduced = samples.dtype == np.uint8
        return samples, [f"{bits} bits reduced to 8 by the decoder"] if reduced else []
    # A key colour or a palette's transparency is known only once the file has been read.
    image.load()
    words = [_CONVERTED[image.mode]] if image.mode in _CONVERTED else []
    if image.has_transparency_data:
        return np.array(image if image.mode == "RGBA" else image.convert("RGBA")), words
    if image.mode == "RGB":
        return np.array(image), words
    if image.mode in ("L", "1"):
        return np.array(image.convert("L"))[..., None], words
    if words:
        return np.array(image.convert("RGB")), words
    raise Unreadable(f"is stored in the mode {image.mode}, which has no defined RGB values")


def _exif_orientation(image: Image.Image) -> int:
    try:
        orientation = image.getexif().get(_ORIENTATION, 1)
    except _DAMAGE:
        # Damaged EXIF says nothing about the pixels, which are sound.
        return 1
    return orientation if orientation in range(1, 9) else 1
