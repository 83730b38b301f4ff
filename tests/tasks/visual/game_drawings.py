"""Draws answers into pictures, as a model might: widths, tones, sizes, shifts, JPEG."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw

from rbench.tasks.visual.canvas import Point

RED = (255, 0, 0)


@dataclass(frozen=True)
class Style:
    width: float = 3
    tone: tuple[int, int, int] = RED
    scale: float = 1
    quality: int | None = None
    move: Point = (0, 0)


STYLES = (
    Style(),
    Style(width=1),
    Style(width=6, tone=(200, 20, 40), quality=80),
    Style(width=2, tone=(160, 0, 0), scale=0.75, quality=80),
    Style(width=3, tone=(255, 99, 71), scale=2.67, quality=80, move=(1, -1)),
    Style(width=4, scale=1.5, move=(-1.5, 1)),
    Style(width=2, tone=(220, 20, 60), quality=80, move=(1, 1)),
)


def with_line(picture: Image.Image, line: Sequence[Point], style: Style = STYLES[0]) -> Image.Image:
    size = (round(picture.width * style.scale), round(picture.height * style.scale))
    image = picture.resize(size, Image.Resampling.BICUBIC)
    points = [
        ((x + style.move[0]) * style.scale, (y + style.move[1]) * style.scale) for x, y in line
    ]
    width = max(1, round(style.width * style.scale))
    ImageDraw.Draw(image).line(points, style.tone, width, joint="curve")
    return image if style.quality is None else as_jpeg(image, style.quality)


def as_jpeg(image: Image.Image, quality: int) -> Image.Image:
    file = BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def moved(image: Image.Image, right: int, down: int) -> Image.Image:
    result = Image.new("RGB", image.size, (255, 255, 255))
    result.paste(image, (right, down))
    return result
