"""What was drawn into a picture: the red marks of a drawing, laid over the picture.

A model gives back a whole image: of another size, with the noise of JPEG, a pixel or two off.
Tolerances, all in pixels of the picture: the whole drawing may be moved by `SHIFT` each way;
what it keeps of the picture may lie `NEAR` pixels off. A pixel is red where its red exceeds
both green and blue by `REDNESS` of 255 and that of the picture does not, there or beside it.
JPEG halves the colour's resolution, so that a thin line is red in places only: within `THIN` of
red pixels, `FAINT` redness will do where the question is whether a line goes on.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

if TYPE_CHECKING:
    from PIL import Image

SHIFT = 3
NEAR = 2
REDNESS = 45
FAINT = 22
THIN = 20
ASPECT = 0.02
"""How much width over height may differ from the picture's, relatively."""
KEPT = 0.9
"""The share of the picture's ink that must be there still, or lie under red."""
ADDED = 0.1
"""The most ink that is neither the picture's nor red, as a share of the picture's."""

_INK = 128  # the picture's: the darkest channel is below this
_FAINT_INK = 170  # a drawing's, which may be blurred

Mask = NDArray[np.bool_]


class DrawingRefused(Exception):
    """The drawing cannot be read as the picture with marks in it; the text says why."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The drawing, laid over the picture: masks of its height and width.

    `red` is what was drawn, `faint` that and what goes on from it; `ink` is dark and neither red
    nor beside red; `covered` is red or beside it, so that what was there cannot be seen.
    """

    red: Mask
    faint: Mask
    ink: Mask
    covered: Mask


def read_marks(picture: "Image.Image", drawing: "Image.Image") -> Marks:
    """Find the marks. Both are RGB. Raises `DrawingRefused`.

    Refused are another shape, no red at all, and another picture: too little of the picture's
    ink was kept (`KEPT`), or too much added (`ADDED`). Finer changes are the caller's to see.
    """
    before, after = _pixels(picture), _pixels(_fitted(drawing, picture.size))
    printed = _darkest(before) < _INK
    after = _moved(after, printed)
    redness, printed_red = _redness(after), _grown(_redness(before) >= REDNESS, NEAR)
    red = (redness >= REDNESS) & ~printed_red
    if not red.any():
        raise DrawingRefused("nothing is drawn in red")
    faint = (redness >= FAINT) & ~printed_red & _grown(red, THIN)
    covered = _grown((redness >= REDNESS) | faint, NEAR)
    ink = (_darkest(after) < _FAINT_INK) & ~covered
    amount = max(1, int(printed.sum()))
    if int((printed & ~_grown(ink | covered, NEAR)).sum()) > (1 - KEPT) * amount:
        raise DrawingRefused("the drawing does not keep the picture")
    if int((ink & ~_grown(printed, NEAR)).sum()) > ADDED * amount:
        raise DrawingRefused("the drawing adds other things than red marks")
    return Marks(red, faint, ink, covered)


def _fitted(drawing: "Image.Image", size: tuple[int, int]) -> "Image.Image":
    from PIL import Image

    width, height = size
    change = (drawing.width / drawing.height) / (width / height)
    if not 1 / (1 + ASPECT) <= change <= 1 + ASPECT:
        raise DrawingRefused(
            f"the drawing has another shape than the picture: {drawing.width} x {drawing.height} "
            f"for {width} x {height}"
        )
    if drawing.size == size:
        return drawing
    # Box: no overshoot, and a thin line is never lost.
    smaller = drawing.width > width
    return drawing.resize(size, Image.Resampling.BOX if smaller else Image.Resampling.BICUBIC)


def _pixels(image: "Image.Image") -> NDArray[np.int16]:
    return np.asarray(image.convert("RGB")).astype(np.int16)


def _redness(pixels: NDArray[np.int16]) -> NDArray[np.int16]:
    redness: NDArray[np.int16] = pixels[..., 0] - np.maximum(pixels[..., 1], pixels[..., 2])
    return redness


def _darkest(pixels: NDArray[np.int16]) -> NDArray[np.int16]:
    darkest: NDArray[np.int16] = np.minimum(
        np.minimum(pixels[..., 0], pixels[..., 1]), pixels[..., 2]
    )
    return darkest


def _moved(pixels: NDArray[np.int16], printed: Mask) -> NDArray[np.int16]:
    """Return the pixels moved to where most of the picture's ink meets ink; rather not at all."""
    height, width = printed.shape
    padded = np.pad(pixels, ((SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)), "edge")
    dark = _darkest(padded) < _FAINT_INK
    rows, columns = np.nonzero(printed)
    moves = [(y, x) for y in range(2 * SHIFT + 1) for x in range(2 * SHIFT + 1)]
    met = [int(dark[rows + y, columns + x].sum()) for y, x in moves]
    top = max(met)
    # A wide line of ink is met alike by neighbours: what is almost as good and nearer is taken.
    good = [move for move, count in zip(moves, met, strict=True) if count >= 0.98 * top]
    y, x = min(good, key=lambda move: (move[0] - SHIFT) ** 2 + (move[1] - SHIFT) ** 2)
    return padded[y : y + height, x : x + width]


def _grown(mask: Mask, pixels: int) -> Mask:
    size = 2 * pixels + 1
    grown: Mask = ndimage.maximum_filter(mask, size)
    return grown
