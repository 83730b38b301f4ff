"""`AuxiliaryLine`: planar geometry that wants a line that is not drawn."""

from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING

from rbench.harness.types import Json
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators import (
    auxiliary_area,
    auxiliary_fan,
    auxiliary_steps,
    auxiliary_zigzag,
)
from rbench.tasks.visual.generators.number_window import number_window
from rbench.tasks.visual.question import Category, Question

if TYPE_CHECKING:
    from PIL import Image

_FORMS: Mapping[str, ModuleType] = {
    "zigzag": auxiliary_zigzag,
    "fan": auxiliary_fan,
    "area": auxiliary_area,
    "steps": auxiliary_steps,
}


class AuxiliaryLine:
    """Angles between parallels or in a circle, areas on a grid of dots, distances."""

    name = "auxiliary_line"
    category: Category = "math"
    version = "1"
    summary = "An angle, area or distance found by a line that is not drawn"

    def draw(self, dice: Dice, level: int) -> Question:
        """Make a question; its answer is in closed form, of whole numbers."""
        form = _FORMS[dice.choice(list(_FORMS))]
        scene, answer, work = form.make(dice, level)
        return Question(form.TEXT, str(answer), scene, number_window(dice, answer), work)

    def solve(self, scene: Mapping[str, Json]) -> str:
        """Return the answer by coordinates, or by counting dots."""
        found: str = _FORMS[scene["form"]].solve(scene)
        return found

    def render(self, scene: Mapping[str, Json]) -> "Image.Image":
        """Draw the scene, 400 x 400 pixels."""
        picture: Image.Image = _FORMS[scene["form"]].paint(scene).finish()
        return picture
