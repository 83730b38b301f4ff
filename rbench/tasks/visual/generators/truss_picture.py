"""The picture of a truss: bars, joints, supports, loads with their numbers, measures."""

from typing import TYPE_CHECKING

from rbench.tasks.visual.canvas import BLACK, BLUE, GREY, ORANGE, WHITE, Canvas, Point
from rbench.tasks.visual.generators.force_arrow import draw_force
from rbench.tasks.visual.generators.truss import Joint, Truss

if TYPE_CHECKING:
    from PIL import Image

LEFT, TOP = 36, 66
_BELOW = 92  # room for supports, loads and measures


def joint_at(truss: Truss, joint: Joint) -> Point:
    """Return where a joint lies in the picture."""
    wide, high = panel_size(truss)
    return LEFT + joint[1] * wide, TOP + joint[0] * high


def panel_size(truss: Truss) -> tuple[int, int]:
    """Return width and height of a panel in pixels, in proportion."""
    unit = 64 // max(truss.width, truss.height)
    return truss.width * unit, truss.height * unit


def draw_truss_picture(truss: Truss) -> "Image.Image":
    """Draw the truss; the asked member is blue and has the letter X."""
    wide, high = panel_size(truss)
    columns = len(truss.diagonals) + 1
    canvas = Canvas(2 * LEFT + 28 + (columns - 1) * wide, TOP + high + _BELOW)
    for a, b in truss.members():
        canvas.line([joint_at(truss, a), joint_at(truss, b)], BLACK, 3)
    start, end = (joint_at(truss, joint) for joint in truss.member(*truss.asked))
    canvas.line([start, end], BLUE, 6)
    for i, column in enumerate(truss.supports):
        _draw_support(canvas, joint_at(truss, (1, column)), i == 0)
    for row in (0, 1):
        for column in range(columns):
            canvas.circle(joint_at(truss, (row, column)), 5, WHITE, BLACK, 2)
    for row, column, newtons in truss.loads:
        x, y = joint_at(truss, (row, column))
        if row == 0:
            draw_force(canvas, (x, y - 42), (x, y - 7), ORANGE)
            canvas.text((x, y - 53), str(newtons), size=15)
        else:
            draw_force(canvas, (x, y + 7), (x, y + 40), ORANGE)
            canvas.text((x, y + 51), str(newtons), size=15)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    canvas.circle(middle, 10, WHITE, None)
    canvas.text(middle, "X", BLUE, 17)
    _draw_measures(canvas, truss)
    return canvas.finish()


def _draw_support(canvas: Canvas, joint: Point, fixed: bool) -> None:
    x, top = joint[0], joint[1] + 5
    if fixed:
        canvas.polygon([(x, top), (x - 11, top + 20), (x + 11, top + 20)], WHITE, BLACK, 2)
    else:
        canvas.circle((x, top + 10), 10, WHITE, BLACK, 2)
    canvas.line([(x - 16, top + 21), (x + 16, top + 21)], BLACK, 3)


def _draw_measures(canvas: Canvas, truss: Truss) -> None:
    wide, high = panel_size(truss)
    y, x = TOP + high + _BELOW - 24, LEFT + len(truss.diagonals) * wide + 22
    for i in range(len(truss.diagonals) + 1):
        canvas.line([(LEFT + i * wide, y - 4), (LEFT + i * wide, y + 4)], GREY, 1)
    canvas.line([(LEFT, y), (LEFT + len(truss.diagonals) * wide, y)], GREY, 1)
    for i in range(len(truss.diagonals)):
        canvas.text((LEFT + (i + 0.5) * wide, y + 11), f"{truss.width} m", size=13)
    canvas.line([(x, TOP), (x, TOP + high)], GREY, 1)
    for end in (TOP, TOP + high):
        canvas.line([(x - 4, end), (x + 4, end)], GREY, 1)
    canvas.text((x + 18, TOP + high / 2), f"{truss.height} m", size=13)
