"""`Reflections`: a point under numbered reflections and turns, or a ball between mirrors."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rbench.harness.types import Json
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators import reflections_billiard as billiard
from rbench.tasks.visual.generators import reflections_moves as moves
from rbench.tasks.visual.generators.number_window import number_window
from rbench.tasks.visual.question import Category, Question

if TYPE_CHECKING:
    from PIL import Image


class Reflections:
    """Where a point comes to lie after numbered moves, or how often a ball bounces."""

    name = "reflections"
    category: Category = "math"
    version = "1"
    summary = "A point reflected and turned step by step, or a ball that bounces in a box"

    def draw(self, dice: Dice, level: int) -> Question:
        """Make a question; the answer comes from following the point or the ball."""
        if dice.chance(0.5):
            scene, answer, work = moves.make(dice, level)
            return Question(moves.TEXT, answer, scene, tuple(moves.LETTERS), work)
        scene, answer, work = billiard.make(dice, level)
        choices = number_window(dice, int(answer))
        return Question(billiard.TEXT, answer, scene, choices, work)

    def solve(self, scene: Mapping[str, Json]) -> str:
        """Return the answer by a composed matrix, or in the unfolded plane."""
        return moves.solve(scene) if scene["form"] == "moves" else billiard.solve(scene)

    def render(self, scene: Mapping[str, Json]) -> "Image.Image":
        """Draw the scene, 400 x 400 pixels."""
        canvas = moves.paint(scene) if scene["form"] == "moves" else billiard.paint(scene)
        return canvas.finish()
