"""Scores lines that were drawn between dots.

Each two dots that follow each other must be joined along the straight line between them: red
within `NEAR_LINE` pixels of at least `JOINED` of it. And nothing else may be drawn: of the red
pixels, at most `STRAY` may lie further than `OFF_LINE` pixels from these lines, and no two other
dots may be joined where their line is that far from them.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from rbench.tasks.visual.canvas import Point
from rbench.tasks.visual.drawn import DrawingRefused, Marks, Mask, read_marks
from rbench.tasks.visual.question import DrawnScore

if TYPE_CHECKING:
    from PIL import Image

NEAR_LINE = 2.5
JOINED = 0.9
OFF_LINE = 7.0
STRAY = 0.05

_END = 6.0  # pixels around a dot that a line may leave free
_LEAST = 6  # pixels that a line between other dots must be off the right ones to be judged
_SAMPLES = 40  # of such a line

_Places = NDArray[np.float64]  # (..., 2): x, y


def score_lines(
    dots: Sequence[Point],
    count: int,
    closed: bool,
    picture: "Image.Image",
    drawing: "Image.Image",
) -> DrawnScore:
    """Score a drawing of the line through the first `count` dots: 1 for right, or 0 and why."""
    try:
        _check_lines(dots, count, closed, read_marks(picture, drawing))
    except DrawingRefused as refusal:
        return DrawnScore(0.0, str(refusal))
    return DrawnScore(1.0)


def _check_lines(dots: Sequence[Point], count: int, closed: bool, marks: Marks) -> None:
    red = marks.red
    pairs = [(i, i + 1) for i in range(count - 1)]
    pairs += [(count - 1, 0)] if closed else []
    away = ndimage.distance_transform_edt(~marks.faint)  # of each pixel from the line
    for i, j in pairs:
        if _near(away, _between(dots[i], dots[j])).mean() < JOINED:
            raise DrawingRefused(f"dots {i + 1} and {j + 1} are not joined by a straight red line")
    off = _off_lines([(dots[i], dots[j]) for i, j in pairs], red)
    joined = _joined_elsewhere(np.array(dots), off, away)
    if joined is not None:
        raise DrawingRefused(f"dots {joined[0] + 1} and {joined[1] + 1} are joined, too")
    stray = float((red & off).sum() / red.sum())
    if stray > STRAY:
        raise DrawingRefused(f"{stray:.0%} of the red lies beside the lines between the dots")


def _joined_elsewhere(
    dots: _Places, off: Mask, away: NDArray[np.float64]
) -> tuple[int, int] | None:
    """Return two dots that are joined where no line should be."""
    first, second = np.triu_indices(len(dots), 1)
    start, way = dots[first], dots[second] - dots[first]
    share = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    places = start[:, None] + way[:, None] * share[:, None]  # (pairs, samples, 2)
    far = off[_pixels(places, off)]
    near = far & (away[_pixels(places, away)] <= NEAR_LINE)
    looked_at = far.sum(axis=1)
    long_enough = looked_at / _SAMPLES * np.hypot(*way.T) >= _LEAST
    found = np.flatnonzero(long_enough & (near.sum(axis=1) >= JOINED * looked_at))
    return (int(first[found[0]]), int(second[found[0]])) if found.size else None


def _between(start: Point, end: Point) -> _Places:
    """Return places a pixel apart on the line between two dots, without its ends."""
    length = math.dist(start, end)
    ends = min(_END, length / 3) / length
    share = np.linspace(ends, 1 - ends, max(2, round(length * (1 - 2 * ends))))[:, None]
    return np.array(start) * (1 - share) + np.array(end) * share


def _off_lines(lines: Sequence[tuple[Point, Point]], red: Mask) -> Mask:
    """Return which pixels are far from all lines."""
    free = np.ones_like(red)
    for start, end in lines:
        share = np.linspace(0, 1, 2 * math.ceil(math.dist(start, end)) + 1)[:, None]
        rows, columns = _pixels(np.array(start) * (1 - share) + np.array(end) * share, free)
        free[rows, columns] = False
    far: Mask = ndimage.distance_transform_edt(free) > OFF_LINE
    return far


def _near(away: NDArray[np.float64], places: _Places) -> Mask:
    near: Mask = away[_pixels(places, away)] <= NEAR_LINE
    return near


def _pixels(
    places: _Places, image: NDArray[np.generic]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows and columns of places; a pixel covers the half-open unit square."""
    columns, rows = np.moveaxis(np.floor(places).astype(np.intp), -1, 0)
    return rows.clip(0, image.shape[0] - 1), columns.clip(0, image.shape[1] - 1)
