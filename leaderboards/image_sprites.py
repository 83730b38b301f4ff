"""Many small images as one picture inside a page.

Tiny images stay as they are, as PNG, and the page enlarges them by whole pixels. Images larger
than a thumbnail are reduced by Pillow's box filter and kept as JPEG; `reduced` says so.
"""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rbench.errors import DataError

THUMBNAIL = 64
"""Sides up to this stay as they are."""

REDUCED = 96
"""The longer side of a thumbnail of a larger image."""

_SHOWN = 300
"""About how many pixels wide the page shows a sprite of tiny images."""

_QUALITY = 88
_LABEL = 14  # the height of a label in CSS pixels


@dataclass(frozen=True, slots=True)
class Sprite:
    """A picture of equal cells, row by row.

    Attributes:
        uri: the picture as a ``data:`` address.
        width, height: as the page shows it, in CSS pixels; whole multiples of its own.
        columns, count: of the cells.
        pixelated: whether it is enlarged by repeating pixels.
        banded: whether every cell has an empty band at its foot for a label.
        reduced: how large images were made small, as words; empty where they were not.
    """

    uri: str
    width: int
    height: int
    columns: int
    count: int
    pixelated: bool
    banded: bool
    reduced: str


def sprite(
    images: Any, columns: int, *, below: Any = None, band: bool = False, scale_to: int = _SHOWN
) -> Sprite:
    """Return images as one picture.

    Args:
        images: uint8 (k, h, w, c) with c 1 or 3.
        columns: of the picture.
        below: as many images again, each of which stands below its partner in one cell.
        band: leave room for a label at the foot of each cell (not of reduced images, on which a
            label has to stand itself).
        scale_to: about how many CSS pixels the picture is wide.

    Raises `DataError` for arrays that are not images.
    """
    parts = [_checked(part) for part in ([images] if below is None else [images, below])]
    count, high, wide = parts[0].shape[:3]
    if max(high, wide) > THUMBNAIL:
        return _jpeg(parts, columns)
    gap = max(1, wide // 16)
    factor = max(1, scale_to // (columns * (wide + gap)))
    foot = -(-_LABEL // factor) if band else 0
    cell_high = len(parts) * (high + gap) + foot
    picture = _transparent(parts, (-(-count // columns) * cell_high, columns * (wide + gap)))
    for line, part in enumerate(parts):
        for i, image in enumerate(part):
            top = i // columns * cell_high + line * (high + gap)
            left = i % columns * (wide + gap)
            cell = picture[top : top + high, left : left + wide]
            cell[..., :-1] = image[..., : cell.shape[2] - 1]
            cell[..., -1] = 255
    uri = _encoded(picture, "PNG", optimize=True)
    shown = picture.shape[1] * factor, picture.shape[0] * factor
    return Sprite(uri, *shown, columns, count, factor > 1, band, "")


def _checked(images: Any) -> Any:
    import numpy as np

    array = np.asarray(images)
    if array.dtype != np.uint8 or array.ndim != 4 or array.shape[3] not in (1, 3) or not array.size:
        raise DataError(
            f"samples of a page are uint8 (k, h, w, 1 or 3), not {array.dtype} {array.shape}."
        )
    return array


def _transparent(parts: Sequence[Any], size: tuple[int, int]) -> Any:
    """Return an empty picture with opacity as its last channel: the page shows through it."""
    import numpy as np

    grey = all(bool((part == part[..., :1]).all()) for part in parts)
    return np.zeros((*size, 2 if grey else 4), np.uint8)


def _reduce(image: Any) -> Any:
    from PIL import Image

    high, wide = image.shape[:2]
    ratio = REDUCED / max(high, wide)
    size = max(1, round(wide * ratio)), max(1, round(high * ratio))
    flat = image[..., 0] if image.shape[2] == 1 else image
    return Image.fromarray(flat).convert("RGB").resize(size, Image.Resampling.BOX)


def _jpeg(parts: Sequence[Any], columns: int) -> Sprite:
    import numpy as np

    count, *size = parts[0].shape[:3]
    tiles = [[np.asarray(_reduce(image)) for image in part] for part in parts]
    high, wide = tiles[0][0].shape[:2]
    cell_high = len(parts) * high
    picture = np.full((-(-count // columns) * cell_high, columns * wide, 3), 128, np.uint8)
    for line, part in enumerate(tiles):
        for i, tile in enumerate(part):
            top, left = i // columns * cell_high + line * high, i % columns * wide
            picture[top : top + high, left : left + wide] = tile
    reduced = (
        f"reduced from {size[0]} x {size[1]} to {high} x {wide} pixels by Pillow's box filter, "
        f"JPEG of quality {_QUALITY}"
    )
    uri = _encoded(picture, "JPEG", quality=_QUALITY, subsampling=0)
    return Sprite(uri, picture.shape[1], picture.shape[0], columns, count, False, False, reduced)


def _encoded(picture: Any, kind: str, **options: Any) -> str:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, kind, **options)
    data = base64.b64encode(buffer.getvalue()).decode()
    return f"data:image/{kind.lower()};base64,{data}"
