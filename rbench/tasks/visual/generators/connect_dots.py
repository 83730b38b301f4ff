"""`ConnectDots`: what the line through numbered dots shows."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLUE, GREEN, Canvas, Point
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.dot_figures import GRID, figures
from rbench.tasks.visual.generators.dot_layout import (
    DOT,
    RINGS,
    SIDE,
    TEXT,
    Labelled,
    placed,
    subdivided,
)
from rbench.tasks.visual.generators.dot_solvers import by_headings, by_places
from rbench.tasks.visual.question import Category, DrawnScore, Language, Question

if TYPE_CHECKING:
    from PIL import Image

# Level -> dots of the figure, other dots.
_LEVELS = {1: (14, 4), 2: (18, 8), 3: (22, 14), 4: (25, 22), 5: (28, 30)}
LETTERS = "ABCDEF"
_TRIES = 50
_ALIKE = 0.16
"""Figures nearer to each other than this, by their places, are never choices together."""
_CLEAR = 0.6  # the nearest figure must be nearer than this share of the next one's distance

_TEXT: Mapping[str, str] = {
    "en": "Join the numbered dots in the picture by straight lines, in the order of their "
    "numbers: 1, 2, 3 and so on, up to the dot with a green ring. If it has one ring, the line "
    "ends there; if it has two rings, the line goes on from there back to dot 1 and is closed. "
    "Dots with larger numbers than the ringed one do not belong to the figure. What does the "
    "figure show? Answer with one letter. {options}",
    "zh": "按编号顺序用直线连接图中的点：1、2、3……直到带绿圈的点。如果它有一个圈，线到此为止；如果"
    "有两个圈，线再从这里连回点 1，形成封闭图形。编号比带圈的点更大的点不属于图形。所得图形是什么？"
    "请用一个字母作答。{options}",
}
_HOW_TO_DRAW: Mapping[Language, str] = {
    "en": "Also return the same picture with these lines drawn into it as thin red lines, and "
    "nothing else.",
    "zh": "另外请返回同一张图片，并在其中用细红线画出这些连线，不要画其他内容。",
}


class ConnectDots:
    """Which of six figures: more dots, and more that do not belong to it, with the level."""

    name = "connect_dots"
    category: Category = "game"
    version = "1"
    summary = "Numbered dots to be joined: what the figure shows"

    def draw(self, dice: Dice, level: int) -> Question:
        """Make the question of a level from 1 to 5.

        `work` counts what a person looks at: each dot of the figure is found among all dots.
        """
        while True:  # whether a figure finds room must not tell how often it is the answer
            options = _choose(dice)
            index = dice.choice(options)
            for _ in range(_TRIES):
                question = _question(dice, level, options, index)
                if question is not None:
                    return question

    def solve(self, scene: Mapping[str, Json]) -> str:
        """Return the letter of the figure whose headings are nearest."""
        apart = by_headings(figure_dots(scene), scene["closed"], _lines(scene["options"]))
        return LETTERS[apart.index(min(apart))]

    def render(self, scene: Mapping[str, Json]) -> "Image.Image":
        """Draw the scene."""
        canvas = Canvas(SIDE, SIDE)
        last = scene["dots"][scene["count"] - 1]
        for radius in RINGS[: 1 + scene["closed"]]:
            canvas.circle((last[0], last[1]), radius, outline=GREEN, width=1.5)
        for number, (x, y, label_x, label_y) in enumerate(scene["dots"], 1):
            canvas.circle((x, y), DOT, BLUE, None)
            canvas.text((label_x, label_y), str(number), size=TEXT)
        return canvas.finish()

    def how_to_draw(self, language: Language) -> str:
        """Return the sentence that asks for the lines."""
        return _HOW_TO_DRAW[language]

    def score_drawing(
        self, scene: Mapping[str, Json], picture: "Image.Image", drawing: "Image.Image"
    ) -> DrawnScore:
        """Score the drawn lines, as `dot_drawing` says."""
        from rbench.tasks.visual.generators.dot_drawing import score_lines

        everything = [(x, y) for x, y, _, _ in scene["dots"]]
        return score_lines(everything, scene["count"], scene["closed"], picture, drawing)


def _question(dice: Dice, level: int, options: Sequence[int], index: int) -> Question | None:
    """Return a question about a figure; None where the dots found no room or are unclear."""
    figure, (count, decoys) = figures()[index], _LEVELS[level]
    dots = _distorted(dice, figure.corners, figure.closed, count - dice.integer(0, 5))
    labelled = placed(dice, dots, figure.closed, decoys)
    if labelled is None:
        return None
    apart = by_places(dots, figure.closed, _lines(options))
    nearest, following = sorted(apart)[:2]
    if nearest > _CLEAR * following:
        return None
    return Question(
        _texts(options),
        LETTERS[apart.index(nearest)],
        _scene(labelled, len(dots), figure.closed, options),
        tuple(LETTERS),
        len(labelled) * len(dots),
    )


def figure_dots(scene: Mapping[str, Json]) -> list[Point]:
    """Return the dots that belong to the figure, in order."""
    return [(x, y) for x, y, _, _ in scene["dots"][: scene["count"]]]


def _scene(
    labelled: Sequence[Labelled], count: int, closed: bool, options: Sequence[int]
) -> Mapping[str, Json]:
    return {
        "dots": [[*each.dot, *each.label] for each in labelled],
        "count": count,
        "closed": closed,
        "options": list(options),
    }


def _texts(options: Sequence[int]) -> Mapping[str, str]:
    texts = {}
    for language, end in (("en", "."), ("zh", "。")):
        names = (figures()[index].names[language] for index in options)
        listed = " ".join(f"{letter}: {name}" for letter, name in zip(LETTERS, names, strict=True))
        texts[language] = _TEXT[language].format(options=listed + end)
    return texts


def _choose(dice: Dice) -> list[int]:
    """Return six figures, no two of which look alike. All of them are treated alike."""
    chosen: list[int] = []
    for index in dice.shuffled(range(len(figures()))):
        if all(not _look_alike(min(index, other), max(index, other)) for other in chosen):
            chosen.append(index)
        if len(chosen) == len(LETTERS):
            break
    return chosen


@cache
def _look_alike(one: int, other: int) -> bool:
    figure = figures()[one]
    return by_places(figure.corners, figure.closed, _lines([other]))[0] < _ALIKE


def _lines(options: Sequence[int]) -> list[tuple[tuple[Point, ...], bool]]:
    return [(figures()[index].corners, figures()[index].closed) for index in options]


def _distorted(dice: Dice, corners: Sequence[Point], closed: bool, count: int) -> list[Point]:
    """Return the dots of a figure: somewhat turned and stretched, walked from anywhere."""
    size = dice.real(300, 340)
    stretch, angle = dice.real(0.88, 1.0), math.radians(dice.real(-10, 10))
    wide, high = dice.choice(((1.0, stretch), (stretch, 1.0)))
    cos, sin = math.cos(angle) * size / GRID, math.sin(angle) * size / GRID
    turned = [
        (cos * wide * (x - GRID / 2) - sin * high * (y - GRID / 2),
         sin * wide * (x - GRID / 2) + cos * high * (y - GRID / 2))
        for x, y in corners
    ]  # fmt: skip
    dots = subdivided(dice, turned, closed, count)
    if closed:
        first = dice.integer(0, len(dots) - 1)
        dots = dots[first:] + dots[:first]
    if dice.chance(0.5):
        dots.reverse()
    middle = (
        SIDE / 2 - (min(x for x, _ in dots) + max(x for x, _ in dots)) / 2 + dice.real(-6, 6),
        SIDE / 2 - (min(y for _, y in dots) + max(y for _, y in dots)) / 2 + dice.real(-6, 6),
    )
    return [
        (
            round(x + middle[0] + dice.real(-1, 1), 1),
            round(y + middle[1] + dice.real(-1, 1), 1),
        )
        for x, y in dots
    ]
