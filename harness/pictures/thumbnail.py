"""Thumbnails: small enough to stand in a page."""

import io
from typing import TYPE_CHECKING

from rbench.harness.pictures.conversion import fitting, png, prepare

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 14_999
_QUALITIES = (80, 60, 40, 20)


def thumbnail(content: bytes, side: int = 192) -> tuple[bytes, str]:
    """Return a small version of a picture, and its media type.

    No side has more than `side` pixels, and nothing is enlarged. It is the smaller of PNG and
    WebP, and always below 15,000 bytes: what does not fit loses quality first, then size. Raises
    `PictureError`.
    """
    image, _, _ = prepare(content, side)
    best = min(
        (png(image), "image/png"), _webp(image, _QUALITIES[0]), key=lambda encoded: len(encoded[0])
    )
    while len(best[0]) > MOST_BYTES:
        for quality in _QUALITIES:
            best = _webp(image, quality)
            if len(best[0]) <= MOST_BYTES:
                return best
        image = image.resize(fitting(image.size, max(image.size) * 3 // 4))
    return best


def _webp(image: "Image.Image", quality: int) -> tuple[bytes, str]:
    file = io.BytesIO()
    image.save(file, format="WEBP", quality=quality, icc_profile=b"", exif=b"", xmp=b"")
    return file.getvalue(), "image/webp"
