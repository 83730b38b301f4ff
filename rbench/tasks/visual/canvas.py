"""`Canvas`: drawing with smooth edges, the same pixels every time.

Pillow's lines have steps, so that everything is drawn at twice the size and halved at the end.
Texts are set in the font that comes with Pillow: only Latin letters, digits and signs. The
shades of an edge are few, so that a picture of some colours mostly has a palette's 256 or fewer.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from rbench.errors import AssetError

if TYPE_CHECKING:
    from PIL import Image, ImageFont

Point: TypeAlias = tuple[float, float]
Colour: TypeAlias = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
GREY: Colour = (150, 150, 150)
LIGHT: Colour = (225, 225, 225)
BLUE: Colour = (31, 95, 170)
GREEN: Colour = (30, 130, 76)
ORANGE: Colour = (214, 122, 18)
PURPLE: Colour = (120, 70, 160)
# Red is left to answers that are drawn.

_SCALE = 2


class Canvas:
    """A white picture of `width` x `height` pixels; y points down."""

    def __init__(self, width: int, height: int) -> None:
        from PIL import Image, ImageDraw

        self._image = Image.new("RGB", (width * _SCALE, height * _SCALE), WHITE)
        self._draw = ImageDraw.Draw(self._image)

    def line(self, points: Sequence[Point], colour: Colour = BLACK, width: float = 2) -> None:
        """Draw a line through the points."""
        self._draw.line(_scaled(points), fill=colour, width=_width(width), joint="curve")

    def dashed(
        self, start: Point, end: Point, colour: Colour = BLACK, width: float = 2, dash: float = 6
    ) -> None:
        """Draw a dashed line."""
        (x0, y0), (x1, y1) = start, end
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        steps = max(1, int(length / dash) | 1)  # odd: it ends as it begins
        for i in range(0, steps, 2):
            a, b = i / steps, (i + 1) / steps
            self.line(
                [
                    (x0 + (x1 - x0) * a, y0 + (y1 - y0) * a),
                    (x0 + (x1 - x0) * b, y0 + (y1 - y0) * b),
                ],
                colour,
                width,
            )

    def polygon(
        self,
        points: Sequence[Point],
        fill: Colour | None = None,
        outline: Colour | None = BLACK,
        width: float = 2,
    ) -> None:
        """Draw a polygon."""
        if fill is not None:
            self._draw.polygon(_scaled(points), fill=fill)
        if outline is not None:
            self.line([*points, points[0], points[1]], outline, width)

    def circle(
        self,
        centre: Point,
        radius: float,
        fill: Colour | None = None,
        outline: Colour | None = BLACK,
        width: float = 2,
    ) -> None:
        """Draw a circle, or a dot."""
        self._draw.ellipse(_box(centre, radius), fill, outline, _width(width) if outline else 0)

    def arc(
        self,
        centre: Point,
        radius: float,
        start: float,
        end: float,
        colour: Colour = BLACK,
        width: float = 2,
    ) -> None:
        """Draw an arc from `start` to `end` degrees, clockwise from the right."""
        self._draw.arc(_box(centre, radius), start, end, colour, _width(width))

    def text(self, centre: Point, text: str, colour: Colour = BLACK, size: float = 18) -> None:
        """Write a text around a point."""
        mask, (left, top) = _mask(text, size * _SCALE)
        at = (round(centre[0] * _SCALE + left), round(centre[1] * _SCALE + top))
        self._image.paste(colour, (*at, at[0] + mask.width, at[1] + mask.height), mask)

    def finish(self) -> "Image.Image":
        """Return the picture, RGB."""
        return self._image.reduce(_SCALE)


@lru_cache(maxsize=4096)
def _mask(text: str, size: float) -> "tuple[Image.Image, Point]":
    """Return how much of each pixel a text covers, in quarters, and where its corner lies."""
    from PIL import Image

    core, offset = _font(size).getmask2(text, mode="L", anchor="mm")
    quarters = bytes(min(255, (value + 32) // 64 * 64) for value in bytes(core))
    return Image.frombytes("L", core.size, quarters), offset


@lru_cache
def _font(size: float) -> "ImageFont.FreeTypeFont":
    from PIL import ImageFont

    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise AssetError("Pillow has no FreeType here, which texts in pictures need.")
    # The basic layout is in every build of Pillow; the other one may set texts otherwise.
    return font.font_variant(layout_engine=ImageFont.Layout.BASIC)


def _scaled(points: Sequence[Point]) -> list[Point]:
    return [(x * _SCALE, y * _SCALE) for x, y in points]


def _box(centre: Point, radius: float) -> list[float]:
    (x, y), r = centre, radius
    return [(x - r) * _SCALE, (y - r) * _SCALE, (x + r) * _SCALE, (y + r) * _SCALE]


def _width(width: float) -> int:
    return max(1, round(width * _SCALE))
