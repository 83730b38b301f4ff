"""Two ways to see which figure a line is: by where it runs, and by where it heads.

Both walk a line at a steady pace; a figure's line may start elsewhere, if it is closed, and be
walked backwards. It may be turned by up to `TURN` degrees and be somewhat wider or higher.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rbench.tasks.visual.canvas import Point

TURN = 15
_PLACES = 60
_TURNS = np.radians(np.linspace(-TURN, TURN, 7))

_Line = tuple[Point, ...]


def by_places(
    line: Sequence[Point], closed: bool, others: Sequence[tuple[_Line, bool]]
) -> list[float]:
    """Return how far the line lies from each of the others: the chamfer distance.

    All are moved to the same middle and brought to the same size (root mean square 1); the line
    is turned to where it fits best. Which way it is walked plays no part.
    """
    here = _scaled(_walked(tuple(line), closed)[0])
    turned = here[None] * np.exp(1j * _TURNS)[:, None]
    result = []
    for other, other_closed in others:
        there = _template(other, other_closed)
        apart = np.abs(turned[:, :, None] - there)
        nearest = apart.min(axis=2).mean(axis=1) + apart.min(axis=1).mean(axis=1)
        result.append(float(nearest.min()) / 2)
    return result


def by_headings(
    line: Sequence[Point], closed: bool, others: Sequence[tuple[_Line, bool]]
) -> list[float]:
    """Return how far the line's headings are from those of each of the others, in radians.

    The root mean square difference of the turning functions (Arkin et al., 1991), at the best
    start, direction and turn; infinite where one line is closed and the other is not.
    """
    headings = _walked(tuple(line), closed)[1]
    result = []
    for other, other_closed in others:
        if other_closed != closed:
            result.append(float("inf"))
            continue
        there = _starts(other, closed)  # a row per start and direction
        apart = np.angle(np.exp(1j * (headings - there)))
        turned = apart[None] - _TURNS[:, None, None]
        result.append(float(np.sqrt((turned**2).mean(axis=2).min())))
    return result


def _walked(line: _Line, closed: bool) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    """Return places at equal steps along the line, x + iy, and the headings there, in radians."""
    corners = np.array([complex(*point) for point in (*line, *line[:1] * closed)])
    sides = np.diff(corners)
    along = np.concatenate([[0], np.cumsum(np.abs(sides))])
    at = (np.arange(_PLACES) + 0.5) / _PLACES * along[-1]
    side = np.clip(np.searchsorted(along, at, "right") - 1, 0, len(sides) - 1)
    step = (at - along[side]) / np.abs(sides[side])
    return corners[side] + step * sides[side], np.angle(sides[side])


def _scaled(places: NDArray[np.complex128]) -> NDArray[np.complex128]:
    places = places - places.mean()
    scaled: NDArray[np.complex128] = places / np.sqrt((np.abs(places) ** 2).mean())
    return scaled


@lru_cache(maxsize=256)
def _template(line: _Line, closed: bool) -> NDArray[np.complex128]:
    return _scaled(_walked(line, closed)[0])


@lru_cache(maxsize=256)
def _starts(line: _Line, closed: bool) -> NDArray[np.float64]:
    forwards = _walked(line, closed)[1]
    backwards = forwards[::-1] + np.pi
    shifts = range(_PLACES) if closed else range(1)
    return np.array([np.roll(way, -shift) for way in (forwards, backwards) for shift in shifts])
