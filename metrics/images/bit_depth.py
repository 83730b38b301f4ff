"""Images with more than 8 bits a channel: how many bits a file stores, and its 16-bit samples.

Pillow reads 16-bit grey as it is, but keeps only the high byte of 16-bit colour and says nothing,
so the depth is read from the file's header. For a PNG, the low bytes are decoded in a second pass.
"""

import io
import re

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile, TiffImagePlugin

from rbench.metrics.images.policy import ChoiceNeeded, ReadingPolicy, Unreadable

_BITS_PER_SAMPLE, _PHOTOMETRIC = 258, 262
# The magic number, width, height and the largest value, apart by blanks and comments.
_PNM_HEADER = re.compile(rb"P[2356](?:(?:\s|#[^\r\n]*[\r\n])+(\d+)){3}")
_DEEP_GREY = ("I", "I;16", "I;16B", "I;16L", "I;16N")


def stored_bits(image: Image.Image, data: bytes) -> int:
    """Return the bits of a channel in the file `data` that Pillow opened as `image`."""
    if image.format == "PNG":
        return data[24]
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return int(max(image.tag_v2.get(_BITS_PER_SAMPLE, (1,))))
    if image.format == "PPM":
        header = _PNM_HEADER.match(data)
        return 16 if header and int(header[1]) > 255 else 8
    if image.format == "AVIF":
        at = data.find(b"av1C")
        return 8 if at < 0 or not data[at + 6] & 0x40 else 12 if data[at + 6] & 0x20 else 10
    return 8


def deep_samples(
    image: ImageFile.ImageFile, data: bytes, bits: int, policy: ReadingPolicy
) -> npt.NDArray[np.uint8] | npt.NDArray[np.uint16]:
    """Return the samples (height, width, channels) of an image with more than 8 `bits` a channel.

    uint16 where they can be had. Pillow scales 16-bit colour PPM to uint8 (rounded), and AVIF's
    decoder its 10 or 12 bits. Raises `Unreadable` for kinds that Pillow only truncates or misreads,
    `ChoiceNeeded` where `policy` refuses.
    """
    grey = image.mode in _DEEP_GREY
    raw = str(image.tile[0][3]) if image.tile else ""
    if image.format == "TIFF":
        white_is_zero = getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == 0
        possible = image.mode.startswith("I;16") and bits == 16 and not white_is_zero
    elif image.format == "PNG":
        possible = grey or raw in ("RGB;16B", "RGBA;16B")
    else:
        possible = grey or image.format in ("PPM", "AVIF")
    if not possible:
        kind = {"F": "floats", "I": "integers"}.get(image.mode, "colour or grey")
        raise Unreadable(
            f"holds {bits}-bit {kind} as {image.format}, of which Pillow gives no exact 8-bit "
            f"pixels: store it in 8 bits"
        )
    if policy.sixteen_bit == "refuse":
        raise ChoiceNeeded(
            f"has {bits} bits a channel: choose sixteen_bit='scale' "
            f"(values times 255 / {2**bits - 1}, rounded), or store it in 8 bits."
        )
    if grey:
        samples = np.array(image).astype(np.uint16)[..., None]
    elif image.format == "PNG":
        high = np.array(image).astype(np.uint16) << np.uint16(8)
        samples = high | _low_bytes(data, raw).astype(np.uint16)
    else:
        return np.array(image)
    key = image.info.get("transparency")
    if key is None:
        return samples
    visible = (samples != np.asarray(key)).any(axis=2, keepdims=True)
    return np.concatenate([samples, visible.astype(np.uint16) * np.uint16(65535)], axis=2)


def _low_bytes(data: bytes, raw: str) -> npt.NDArray[np.uint8]:
    # Read as little endian, the big-endian samples show their other byte.
    with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
        image.tile = [tile._replace(args=raw.replace(";16B", ";16L")) for tile in image.tile]
        return np.array(image)
