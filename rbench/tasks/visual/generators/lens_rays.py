"""Where thin lenses form an image: by the lens formula, and by two rays that are drawn.

Lengths are in cm along the axis (x, light runs to larger x) and across it (y, up). A lens is
(x, f), f < 0 where it diverges. The image counts as formed where the last rays cut, be it in
front of the last lens or behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

Lens = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Image:
    """Place and height of an image, negative where upside down; `steps` it took to find."""

    x: Fraction
    height: Fraction
    steps: int


def image_by_formula(x: int, height: int, lenses: Sequence[Lens]) -> Image:
    """Return the image of an object at `x`, lens after lens, by 1/f = 1/s + 1/s'.

    A step is one use of the formula, and one more where an object or an image is virtual.
    Raises `ZeroDivisionError` where rays leave in parallel.
    """
    at, tall, steps = Fraction(x), Fraction(height), 0
    for lens_x, focal in lenses:
        s = lens_x - at
        image = s * focal / (s - focal)
        steps += 1 + (s < 0) + (image < 0)
        at, tall = lens_x + image, -tall * image / s
    return Image(at, tall, steps)


def image_by_rays(x: int, height: int, lenses: Sequence[Lens]) -> tuple[Fraction, Fraction]:
    """Return place and height of the image, where two rays from the object's tip cut.

    A lens sends all rays of one direction through one point of the plane at its focus: where
    the undeviated ray through the lens's middle, of that direction, meets the plane.
    """
    rays = [_last_ray(x, height, slope, lenses) for slope in (Fraction(0), Fraction(-1, 3))]
    (x0, y0, a), (x1, y1, b) = rays
    cut = (y1 - y0 + a * x0 - b * x1) / (a - b)
    return cut, y0 + a * (cut - x0)


def _last_ray(
    x: int, height: int, slope: Fraction, lenses: Sequence[Lens]
) -> tuple[Fraction, Fraction, Fraction]:
    """Return a point of the ray behind all lenses, and its slope."""
    at, y = Fraction(x), Fraction(height)
    for lens_x, focal in lenses:
        y += slope * (lens_x - at)
        at = Fraction(lens_x)
        slope = (slope * focal - y) / focal  # from (0, y) to (focal, slope * focal)
    return at, y, slope
