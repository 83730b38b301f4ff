"""Triangles in a figure: how many of any size its lines bound."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rbench.harness.types import Json
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.crossing_lines import STEPS, CrossingLines, Grid, Segment
from rbench.tasks.visual.generators.number_window import number_window
from rbench.tasks.visual.question import Category, Question

if TYPE_CHECKING:
    from PIL import Image

_SIZE = 400
_CHOICES = 8
# Triangles per level, both ends included.
_TRIANGLES = {1: (3, 8), 2: (8, 14), 3: (13, 21), 4: (20, 31), 5: (30, 44)}
_LINES = 9
_PROPOSALS = 60

_TEXT = {
    "en": (
        "How many triangles of any size are there in the figure? Count every triangle whose three "
        "sides lie wholly on lines of the figure, also those that other lines run through. Answer "
        "with an integer."
    ),
    "zh": (
        "图中一共有多少个三角形（大小不限）？三条边完全落在图中线段上的三角形都要数，"
        "内部有其他线段穿过的也算。请回答一个整数。"
    ),
}


class Triangles:
    """A triangle or a quadrilateral with lines from side to side, or from a corner to a side.

    The scene's lines have their ends on a grid of 1/20 pixel. First solver: threes of lines that
    meet two by two in three points. Second: threes of points, joined by lines, in exact fractions.
    """

    name = "triangles"
    category: Category = "counting"
    version = "1"
    summary = "How many triangles of any size are in the figure?"

    def draw(self, dice: Dice, level: int) -> Question:
        """Add lines until there are as many triangles as the dice ask for."""
        target = dice.integer(*_TRIANGLES[level])
        lines = None
        while lines is None:
            lines = _figure(dice, target)
        return Question(
            text=_TEXT,
            answer=str(target),
            scene={"lines": [[list(a), list(b)] for a, b in lines]},
            choices=number_window(dice, target, count=_CHOICES),
            work=target,
        )

    def solve(self, scene: Mapping[str, Json]) -> str:
        """Count threes of points that lines join two by two, and that are on no common line."""
        from rbench.tasks.visual.generators.joined_points import count_triangles

        return str(count_triangles([(tuple(a), tuple(b)) for a, b in scene["lines"]]))

    def render(self, scene: Mapping[str, Json]) -> "Image.Image":
        """Draw the lines; 400 x 400."""
        from rbench.tasks.visual.canvas import Canvas

        canvas = Canvas(_SIZE, _SIZE)
        for line in scene["lines"]:
            canvas.line([(x / STEPS, y / STEPS) for x, y in line])
        return canvas.finish()


def _figure(dice: Dice, target: int) -> list[Segment] | None:
    """Return lines with `target` triangles; None where the dice led nowhere."""
    corners = _outline(dice)
    sides = [(corners[i - 1], corners[i]) for i in range(len(corners))]
    figure = CrossingLines()
    for side in sides:
        meetings = figure.meetings(side)
        if meetings is None:
            return None
        figure.add(side, meetings)
    for _ in range(_PROPOSALS):
        if figure.triangles == target:
            return figure.lines
        if len(figure.lines) == len(sides) + _LINES:
            return None
        line = _line(dice, sides)
        meetings = figure.meetings(line)
        if meetings is not None and figure.triangles + figure.gain(meetings) <= target:
            figure.add(line, meetings)
    return None


def _outline(dice: Dice) -> list[Grid]:
    """Return the corners of a triangle, or of a quadrilateral, in 1/20 pixel."""
    near, far = 25, _SIZE - 25
    if dice.chance(0.6):
        top = (dice.integer(130, 270), dice.integer(near, 60))
        points = [top, (dice.integer(330, far), far), (dice.integer(near, 70), far)]
    else:
        points = [
            (dice.integer(near, 90), dice.integer(near, 80)),
            (dice.integer(310, far), dice.integer(near, 80)),
            (dice.integer(320, far), dice.integer(330, far)),
            (dice.integer(near, 80), dice.integer(330, far)),
        ]
    return [(x * STEPS, y * STEPS) for x, y in points]


def _line(dice: Dice, sides: Sequence[Segment]) -> Segment:
    """Return a line from a corner or a side to another side."""
    first, second = dice.sample(sides, 2)
    start = dice.choice(first) if dice.chance(0.6) else _on(dice, first)
    return start, _on(dice, second)


def _on(dice: Dice, side: Segment) -> Grid:
    (x, y), (u, v) = side
    step = dice.integer(3, STEPS - 3)
    return (x * (STEPS - step) + u * step) // STEPS, (y * (STEPS - step) + v * step) // STEPS
