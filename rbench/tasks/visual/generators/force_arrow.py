"""`draw_force`: an arrow."""

from rbench.tasks.visual.canvas import Canvas, Colour, Point


def draw_force(
    canvas: Canvas, tail: Point, tip: Point, colour: Colour, width: float = 3, head: float = 9
) -> None:
    """Draw an arrow from `tail` to `tip`, its head `head` pixels long."""
    (x0, y0), (x1, y1) = tail, tip
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    x, y, half = x1 - ux * head, y1 - uy * head, head * 0.6
    canvas.line([tail, (x, y)], colour, width)
    corners = [tip, (x - uy * half, y + ux * half), (x + uy * half, y - ux * half)]
    canvas.polygon(corners, colour, None)
