"""Regions that outlines bound, counted on a raster: slow, and of another kind than counting."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from rbench.tasks.visual.outlines import Circle, Outline

_CELLS = 2
"""Cells per pixel and direction."""
_SPECK = 12
"""Cells. Where outlines cross, the thin end of a region breaks off in pieces of fewer; regions
are larger, since crossings lie apart."""


def count_regions(shapes: Sequence[Outline], size: int) -> int:
    """Return how many bounded regions the outlines of shapes in a square of `size` pixels make.

    Two cells are of one region where they lie in the same shapes and hang together.
    """
    steps = (np.arange(size * _CELLS) + 0.5) / _CELLS
    x, y = steps[None, :], steps[:, None]
    code = np.zeros((steps.size, steps.size), np.int32)
    for i, shape in enumerate(shapes):
        code += _inside(shape, x, y).astype(np.int32) << i
    found = 0
    for number, box in enumerate(ndimage.find_objects(code + 1)):
        if box is not None:
            labels, _ = ndimage.label(code[box] == number)
            found += int(np.count_nonzero(np.bincount(labels.ravel())[1:] > _SPECK))
    return found - 1  # the plane around


def _inside(shape: Outline, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    if isinstance(shape, Circle):
        (u, v), radius = shape.centre, shape.radius
        return np.asarray((x - u) ** 2 + (y - v) ** 2 < radius**2)
    # Within a convex polygon all sides are on the same hand.
    hands = [(bx - ax) * (y - ay) > (by - ay) * (x - ax) for (ax, ay), (bx, by) in shape.sides]
    return np.asarray(np.logical_and.reduce(hands) | ~np.logical_or.reduce(hands))
