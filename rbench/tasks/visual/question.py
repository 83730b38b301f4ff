"""What a generator of visual questions makes, and what it has to offer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from rbench.harness.types import Json
from rbench.tasks.visual.dice import Dice

if TYPE_CHECKING:
    from PIL import Image

Category: TypeAlias = Literal["math", "physics", "counting", "game"]
Language: TypeAlias = Literal["en", "zh"]

LEVELS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Question:
    """One question in both languages, with its exact answer.

    `text` maps a language, ``en`` and ``zh``, to the question; it says nothing that gives the
    picture away: without it the question cannot be answered.
    `answer` is as the rule reads it: an integer, a letter, ``yes``/``no``, or a decimal number
    with the places that the text asks for. `scene` is JSON and holds all that is drawn, in the
    units of the generator; picture and second solver are functions of it alone. `choices` are the
    answers that a guess would draw from, the right one among them, in an order that does not
    tell which; a guess is right with probability one over their number. `work` counts the steps
    that the first solver took: its mean rises with the level.
    """

    text: Mapping[str, str]
    answer: str
    scene: Mapping[str, Json]
    choices: tuple[str, ...]
    work: float


class Generator(Protocol):
    """One kind of visual question. Stateless; a change of what it draws raises `version`."""

    name: str
    category: Category
    version: str
    summary: str

    def draw(self, dice: Dice, level: int) -> Question:
        """Make the question of a level from 1 to 5. Its answer is the first solver's."""
        ...

    def solve(self, scene: Mapping[str, Json]) -> str:
        """Return the answer by another method than `draw` did, from the scene alone."""
        ...

    def render(self, scene: Mapping[str, Json]) -> "Image.Image":
        """Draw the scene: RGB, at most 768 pixels a side, the same pixels every time."""
        ...


@dataclass(frozen=True, slots=True)
class DrawnScore:
    """How a drawing answers: `value` 1 for right, 0 for wrong; `why` says what is wrong."""

    value: float
    why: str = ""


class DrawnGenerator(Generator, Protocol):
    """A kind whose answer can be drawn into the picture."""

    def how_to_draw(self, language: Language) -> str:
        """Return the sentence that asks for the drawing: what to draw, and in which colour."""
        ...

    def score_drawing(
        self, scene: Mapping[str, Json], picture: "Image.Image", drawing: "Image.Image"
    ) -> DrawnScore:
        """Score `drawing`, RGB of any size, against `picture`, which `render` gave."""
        ...
