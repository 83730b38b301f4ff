"""Every mode of pixels to 8-bit grey or RGB, opaque: the rules are in conversion.py."""

from PIL import Image, ImageCms

from rbench.harness.pictures.conversion import PictureError
from rbench.harness.pictures.decoding import Decoded

_WITH_ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")
_BITS_PER_SAMPLE, _PHOTOMETRIC = 258, 262  # tags of TIFF


def flatten(decoded: Decoded) -> tuple[Image.Image, list[str]]:
    """Return the picture in mode ``L`` or ``RGB``, and all that was done so far.

    Raises `PictureError` for a mode with no one reading.
    """
    image, changes = decoded.image, [*decoded.changes]
    bits = 1 if image.mode == "1" else decoded.bits
    key = image.info.get("transparency")
    if _is_16_bit_grey(decoded):
        _check_white(decoded)
        changes.append("16 bit to 8 bit")
        image = _grey_from_16_bit(image, key)
    elif image.mode in ("I", "F"):
        raise PictureError(f"32-bit grey (mode {image.mode}): nothing says which value is white")
    elif bits != 8 and image.mode != "P":
        changes.append(f"{bits} bit to 8 bit")
        image = _from_other_bits(image, bits, key)
    if image.mode in ("P", "PA"):
        changes.append("palette to RGB")
    if image.mode in _WITH_ALPHA or "transparency" in image.info:
        changes.append("transparency onto white")
        image = _on_white(image)
    elif image.mode not in ("L", "RGB"):
        if image.mode != "P":
            changes.append(f"{image.mode} to RGB")
        image = _to_rgb(image)
    return image, changes


def _is_16_bit_grey(decoded: Decoded) -> bool:
    # Readers of PNG (of old Pillow) and PPM give 0 to 65535 in 32 bits.
    wide = decoded.image.mode == "I" and decoded.format in ("PNG", "PPM")
    return wide or decoded.image.mode.startswith("I;16")


def _check_white(decoded: Decoded) -> None:
    tags = getattr(decoded.image, "tag_v2", {})
    bits, photometric = tags.get(_BITS_PER_SAMPLE, (16,)), tags.get(_PHOTOMETRIC, 1)
    if tuple(bits) != (16,):
        raise PictureError(f"{bits[0]}-bit grey")
    if photometric != 1:
        raise PictureError("16-bit grey in which 0 is white")


def _grey_from_16_bit(image: Image.Image, key: object) -> Image.Image:
    import numpy as np

    values: np.ndarray = np.asarray(image.convert("I"))
    grey = Image.fromarray(((values + 128) // 257).astype(np.uint8))
    if not isinstance(key, int):
        return grey
    seen = Image.fromarray(np.where(values == key, 0, 255).astype(np.uint8))
    return Image.merge("LA", (grey, seen))


def _from_other_bits(image: Image.Image, bits: int, key: object) -> Image.Image:
    if bits == 16:
        if key is not None:
            raise PictureError("16-bit colour with a transparent colour")
        return image
    image = image.convert("L")
    if isinstance(key, int):
        # The file counts in its own bits, and the pixels are scaled to 255 already.
        image.info["transparency"] = min(255, key * (255 // (2**bits - 1)))
    return image


def _on_white(image: Image.Image) -> Image.Image:
    rgba = image.convert("RGBA")
    white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, rgba).convert("RGB")


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode != "LAB":
        return image.convert("RGB")
    lab, rgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(lab, rgb, "LAB", "RGB")
    converted = ImageCms.applyTransform(image, transform)
    assert converted is not None  # it is None only where the picture is changed in place
    return converted
