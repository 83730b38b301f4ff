"""One drawn question as it leaves the process that drew it: its words, its scene, its picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from rbench.harness.canonical import digest
from rbench.harness.types import Json
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators import generator
from rbench.tasks.visual.question import Category, DrawnGenerator, Generator, Language

LIVE_VERSION = "1"
"""Enters every draw: another version draws other questions."""

LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Place:
    """Which question: the `number`-th, from 0, that a kind has for a level."""

    kind: str
    level: int
    number: int


@dataclass(frozen=True, slots=True)
class DrawnQuestion:
    """A question and what is known of its picture, of which `pixels_sha256` hashes the pixels.

    `version` is that of the generator; `how_to_draw` asks for a drawn answer, by language, and
    is None where the answer cannot be drawn. `blob` names the picture once it is kept.
    """

    place: Place
    category: Category
    version: str
    text: Mapping[str, str]
    how_to_draw: Mapping[str, str] | None
    answer: str
    choices: tuple[str, ...]
    scene: Mapping[str, Json]
    scene_sha256: str
    width: int
    height: int
    pixels_sha256: str
    blob: str = ""


def draw_question(place: Place, seed: int) -> tuple[DrawnQuestion, bytes]:
    """Draw the question of a place, with its picture as PNG.

    They depend on the arguments and the versions of task and generator alone.
    """
    from rbench.tasks.visual.picture_file import png

    kind = generator(place.kind)
    key = f"rbench-v-live/{LIVE_VERSION}/{seed}/{place.kind}/{kind.version}"
    made = kind.draw(Dice(f"{key}/{place.level}/{place.number}"), place.level)
    picture = kind.render(made.scene)
    size = f"{picture.width}x{picture.height}:".encode()
    question = DrawnQuestion(
        place=place,
        category=kind.category,
        version=kind.version,
        text=made.text,
        how_to_draw=_how_to_draw(kind),
        answer=made.answer,
        choices=made.choices,
        scene=made.scene,
        scene_sha256=digest(made.scene),
        width=picture.width,
        height=picture.height,
        pixels_sha256=sha256(size + picture.tobytes()).hexdigest(),
    )
    return question, png(picture)


def _how_to_draw(kind: Generator | DrawnGenerator) -> Mapping[str, str] | None:
    if not hasattr(kind, "how_to_draw"):
        return None
    return {language: kind.how_to_draw(language) for language in LANGUAGES}
