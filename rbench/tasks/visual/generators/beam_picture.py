"""The picture of a beam: supports, loads with their numbers, a ruler in metres."""

from typing import TYPE_CHECKING

from rbench.tasks.visual.canvas import BLACK, BLUE, GREEN, LIGHT, ORANGE, WHITE, Canvas
from rbench.tasks.visual.generators.beam import Beam
from rbench.tasks.visual.generators.force_arrow import draw_force

if TYPE_CHECKING:
    from PIL import Image

UNIT, LEFT, BEAM, RULER = 36, 30, 112, 208
_BAND = 26


def draw_beam_picture(beam: Beam) -> "Image.Image":
    """Draw the beam; the asked support is blue and has the letter X."""
    canvas = Canvas(2 * LEFT + beam.length * UNIT, RULER + 34)
    for a, b, q in beam.spread:
        _draw_spread(canvas, LEFT + a * UNIT, LEFT + b * UNIT, q)
    left, right = LEFT, LEFT + beam.length * UNIT
    ends = [(left, BEAM - 5), (right, BEAM - 5), (right, BEAM + 5), (left, BEAM + 5)]
    canvas.polygon(ends, LIGHT, BLACK, 2)
    if beam.hinge is not None:
        canvas.circle((LEFT + beam.hinge * UNIT, BEAM), 6, WHITE, BLACK, 2)
    for i, place in enumerate(beam.supports):
        _draw_support(canvas, LEFT + place * UNIT, i == 0, i == beam.asked)
    for place, newtons in beam.loads:
        x, down = LEFT + place * UNIT, newtons > 0
        tail, tip = (BEAM - 78, BEAM - 7) if down else (BEAM + 62, BEAM + 7)
        draw_force(canvas, (x, tail), (x, tip), ORANGE)
        canvas.text((x, tail - 11 if down else tail + 11), str(abs(newtons)), size=15)
    _draw_ruler(canvas, beam.length)
    return canvas.finish()


def _draw_spread(canvas: Canvas, left: float, right: float, newtons: int) -> None:
    top, bottom = BEAM - 5 - _BAND - 16, BEAM - 5 - 16
    canvas.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], WHITE, GREEN, 2)
    canvas.text(((left + right) / 2, (top + bottom) / 2), f"{newtons} N/m", GREEN, 14)
    for i in range(round((right - left) / UNIT) * 2 + 1):
        x = left + i * UNIT / 2
        draw_force(canvas, (x, bottom), (x, BEAM - 6), GREEN, 1, 4)


def _draw_support(canvas: Canvas, x: float, fixed: bool, asked: bool) -> None:
    colour, top = BLUE if asked else BLACK, BEAM + 6
    if fixed:
        canvas.polygon([(x, top), (x - 11, top + 20), (x + 11, top + 20)], WHITE, colour, 2)
    else:
        canvas.circle((x, top + 10), 10, WHITE, colour, 2)
    canvas.line([(x - 16, top + 21), (x + 16, top + 21)], colour, 3)
    if asked:
        canvas.text((x, top + 36), "X", BLUE, 18)


def _draw_ruler(canvas: Canvas, length: int) -> None:
    canvas.line([(LEFT, RULER), (LEFT + length * UNIT, RULER)], BLACK, 1)
    for i in range(length + 1):
        x = LEFT + i * UNIT
        canvas.line([(x, RULER), (x, RULER + 7)], BLACK, 1)
        canvas.text((x, RULER + 18), f"{i} m" if i == length else str(i), size=13)
