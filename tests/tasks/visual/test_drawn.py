import numpy as np
import pytest
from PIL import Image, ImageDraw

from rbench.tasks.visual.canvas import BLACK, BLUE, ORANGE, Canvas
from rbench.tasks.visual.drawn import SHIFT, DrawingRefused, read_marks
from tests.tasks.visual.game_drawings import RED, STYLES, as_jpeg, moved, with_line

LINE = [(30.0, 180.0), (170.0, 150.0)]


def _picture() -> Image.Image:
    canvas = Canvas(200, 200)
    canvas.line([(20, 20), (180, 20), (180, 100), (20, 100), (20, 20)], BLACK, 2)
    canvas.circle((60, 60), 12, BLUE, None)
    canvas.circle((140, 60), 12, ORANGE, None)
    canvas.text((100, 60), "S", BLUE, 20)
    return canvas.finish()


def _line_mask() -> np.ndarray:
    mask = Image.new("L", (200, 200))
    ImageDraw.Draw(mask).line(LINE, 255, 3)
    return np.asarray(mask) > 0


@pytest.mark.parametrize("style", STYLES)
def test_a_red_line_is_found_where_it_was_drawn(style) -> None:
    marks = read_marks(_picture(), with_line(_picture(), LINE, style))
    rows, columns = np.nonzero(marks.red)
    (x0, y0), (x1, y1) = LINE
    off = np.abs(rows - (y0 + (columns - x0) * (y1 - y0) / (x1 - x0)))
    assert off.max() <= style.width / 2 + 4.5
    assert set(range(36, 164)) - set(np.nonzero(marks.faint)[1]) == set()


def test_what_is_printed_is_not_red() -> None:
    """Orange, which has much red in it, neither; nor what JPEG makes of the picture."""
    for quality in (40, 60, 80, 95):
        with pytest.raises(DrawingRefused, match="nothing is drawn in red"):
            read_marks(_picture(), as_jpeg(_picture(), quality))


def test_a_drawing_that_is_moved_a_little_is_laid_back() -> None:
    for right, down in ((SHIFT, 0), (-2, 1), (0, -SHIFT)):
        marks = read_marks(_picture(), moved(with_line(_picture(), LINE), right, down))
        assert (marks.red & _line_mask()).sum() >= 0.9 * _line_mask().sum()


def test_red_tones_count_and_others_do_not() -> None:
    for tone in ((255, 0, 0), (139, 0, 0), (220, 20, 60), (255, 99, 71), (255, 69, 0)):
        assert read_marks(_picture(), with_line(_picture(), LINE, _tone(tone))).red.sum() > 200
    for tone in ((0, 0, 255), (0, 128, 0), (255, 0, 255), (250, 230, 225), (110, 100, 100)):
        with pytest.raises(DrawingRefused):
            read_marks(_picture(), with_line(_picture(), LINE, _tone(tone)))


def _tone(tone):
    return type(STYLES[0])(tone=tone)


@pytest.mark.parametrize("size", [(200, 190), (210, 200), (1000, 200), (1, 200)])
def test_another_shape_is_refused(size) -> None:
    drawing = with_line(_picture(), LINE).resize(size)
    with pytest.raises(DrawingRefused, match=f"another shape .* {size[0]} x {size[1]} for 200"):
        read_marks(_picture(), drawing)


def test_a_shape_that_differs_by_rounding_is_taken() -> None:
    drawing = with_line(_picture(), LINE).resize((301, 300))
    assert read_marks(_picture(), drawing).red.any()


def test_a_line_without_the_picture_is_refused() -> None:
    with pytest.raises(DrawingRefused, match="does not keep the picture"):
        read_marks(_picture(), with_line(Image.new("RGB", (200, 200), (255, 255, 255)), LINE))


def test_other_things_in_black_are_refused() -> None:
    drawing = with_line(_picture(), LINE)
    ImageDraw.Draw(drawing).rectangle((40, 110, 160, 130), fill=(0, 0, 0))
    with pytest.raises(DrawingRefused, match="adds other things"):
        read_marks(_picture(), drawing)


def test_red_hides_what_it_covers() -> None:
    marks = read_marks(_picture(), Image.new("RGB", (200, 200), RED))
    assert marks.covered.mean() > 0.95  # all but the orange
    assert not marks.ink.any()
