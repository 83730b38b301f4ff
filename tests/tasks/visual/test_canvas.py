"""The canvas and its files: pixels that repeat, smooth edges, nothing lost in the PNG."""

from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from rbench.tasks.visual.canvas import BLACK, BLUE, GREEN, LIGHT, ORANGE, Canvas
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.picture_file import png


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image)


def scene(key: str, width: int = 200, height: int = 120) -> Image.Image:
    dice, canvas = Dice(key), Canvas(width, height)
    spot = [(dice.real(0, width), dice.real(0, height)) for _ in range(60)]
    for i in range(0, 40, 2):
        canvas.line(spot[i : i + 2], dice.choice((BLACK, BLUE, GREEN)), dice.integer(1, 4))
    for i in range(40, 50):
        canvas.circle(spot[i], dice.integer(3, 30), fill=dice.choice((None, LIGHT, ORANGE)))
    for i in range(50, 60):
        canvas.text(spot[i], str(i), size=dice.integer(9, 24))
    return canvas.finish()


def test_a_new_canvas_is_white_and_as_large_as_asked() -> None:
    image = Canvas(31, 17).finish()
    assert (image.mode, image.size) == ("RGB", (31, 17))
    assert (pixels(image) == 255).all()


def test_the_same_drawing_has_the_same_pixels() -> None:
    assert scene("a").tobytes() == scene("a").tobytes()
    assert scene("a").tobytes() != scene("b").tobytes()


def test_a_straight_line_is_as_wide_as_asked_and_where_it_should_be() -> None:
    canvas = Canvas(40, 40)
    canvas.line([(5, 20), (35, 20)], width=4)
    ink = 255 - pixels(canvas.finish())[..., 0].astype(float)
    assert ink[:, 20].sum() / 255 == pytest.approx(4, abs=0.6)
    assert (ink[:, 20] * np.arange(40)).sum() / ink[:, 20].sum() == pytest.approx(19.5, abs=0.6)


def test_a_slanted_edge_is_smooth() -> None:
    canvas = Canvas(60, 60)
    canvas.line([(3, 5), (57, 31)])
    shades = np.unique(pixels(canvas.finish())[..., 0])
    assert {0, 255} < {*shades.tolist()}
    assert len(shades) >= 5


def test_a_filled_circle_covers_its_area() -> None:
    canvas = Canvas(100, 100)
    canvas.circle((50, 50), 30, fill=BLACK, outline=None)
    ink = (255 - pixels(canvas.finish())[..., 0].astype(float)).sum() / 255
    assert ink == pytest.approx(np.pi * 30**2, rel=0.03)


def test_a_text_stands_around_its_point_and_leaves_its_box_alone() -> None:
    canvas = Canvas(120, 60)
    canvas.text((60, 30), "108", size=24)
    rows, columns = np.nonzero(pixels(canvas.finish())[..., 0] < 128)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(60, abs=2)
    assert (rows.min() + rows.max()) / 2 == pytest.approx(30, abs=4)
    assert 10 <= rows.max() - rows.min() <= 24


def test_a_text_takes_its_colour_and_shines_over_what_is_below() -> None:
    canvas = Canvas(60, 60)
    canvas.polygon([(0, 0), (60, 0), (60, 60), (0, 60)], fill=LIGHT, outline=None)
    canvas.text((30, 30), "8", BLUE, 40)
    found = {tuple(colour) for colour in pixels(canvas.finish()).reshape(-1, 3).tolist()}
    assert {LIGHT, BLUE} < found
    assert (255, 255, 255) not in found


def test_a_text_may_reach_over_the_edge() -> None:
    canvas = Canvas(30, 30)
    canvas.text((0, 0), "W", size=30)
    canvas.text((200, 200), "W", size=30)
    assert (pixels(canvas.finish()) < 128).any()


def test_a_drawing_has_few_colours() -> None:
    assert len(scene("colours").getcolors(10**6) or ()) <= 256


@pytest.mark.parametrize("size", [(200, 120), (1, 1), (33, 7)])
def test_png_keeps_every_pixel(size: tuple[int, int]) -> None:
    image = scene("png", *size)
    read = Image.open(BytesIO(png(image)))
    assert (read.format, read.mode, read.size) == ("PNG", "P", size)
    assert read.convert("RGB").tobytes() == image.tobytes()


def test_png_keeps_more_colours_than_a_palette_holds() -> None:
    colours = np.arange(40 * 30 * 3, dtype=np.uint32).reshape(40, 30, 3) * 2654435761 >> 13
    image = Image.fromarray((colours & 255).astype(np.uint8))
    assert image.getcolors(256) is None
    read = Image.open(BytesIO(png(image)))
    assert read.mode == "RGB"
    assert read.tobytes() == image.tobytes()


def test_png_is_small() -> None:
    image = scene("small", 400, 400)
    assert len(png(image)) < 20_000
