"""What the tests of the mathematical kinds share: draws, and letters read back from pixels."""

import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from PIL import Image, ImageFont

from rbench.tasks.visual.canvas import BLACK, Canvas, Colour
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.question import LEVELS, Generator, Question


def draws(kind: Generator, count: int, levels: Sequence[int] = LEVELS) -> Iterator[Question]:
    """Draw `count` questions of each level."""
    for level in levels:
        for i in range(count):
            yield kind.draw(Dice(f"test/{kind.name}/{level}/{i}"), level)


def assert_solvers_agree(kind: Generator, count: int) -> None:
    for question in draws(kind, count):
        assert kind.solve(question.scene) == question.answer, question.scene


def assert_same_for_a_key(kind: Generator) -> None:
    for level in LEVELS:
        first, again = (kind.draw(Dice(f"key {level}"), level) for _ in range(2))
        assert first == again
        read = json.loads(json.dumps(first.scene))
        assert kind.render(first.scene).tobytes() == kind.render(read).tobytes()
        assert kind.solve(read) == first.answer
        assert kind.draw(Dice(f"other key {level}"), level).scene != first.scene


def assert_work_rises(kind: Generator) -> None:
    means = [np.mean([q.work for q in draws(kind, 60, [level])]) for level in LEVELS]
    assert all(a < b for a, b in pairwise(means)), means


def assert_no_answer_stands_out(kind: Generator, count: int) -> None:
    """Neither a constant answer nor a constant place among the choices is a good guess."""
    asked = list(draws(kind, count))
    chance = float(np.mean([1 / len(q.choices) for q in asked]))
    for found in (
        Counter(q.answer for q in asked),
        Counter(q.choices.index(q.answer) for q in asked),
    ):
        share = found.most_common(1)[0][1] / len(asked)
        assert share < 2 * chance, (found, chance)


def assert_text_is_one_per_form(kind: Generator, forms: set[str]) -> None:
    """The words depend on the form alone, and so cannot tell the answer."""
    texts: dict[str, set[tuple[str, str]]] = {}
    for question in draws(kind, 40):
        assert set(question.text) == {"en", "zh"}
        texts.setdefault(question.scene["form"], set()).add(
            (question.text["en"], question.text["zh"])
        )
    assert set(texts) == forms
    assert all(len(found) == 1 for found in texts.values())


def assert_choices_hold_the_answer(kind: Generator) -> None:
    for question in draws(kind, 40):
        assert question.choices.count(question.answer) == 1
        assert len(set(question.choices)) == len(question.choices) >= 5


def assert_margin_is_white(kind: Generator, count: int = 6) -> None:
    """Nothing is cut off at the picture's edge, which is at most 512 pixels long."""
    for question in draws(kind, count):
        pixels = np.asarray(kind.render(question.scene))
        assert pixels.dtype == np.uint8
        assert max(pixels.shape) <= 512
        edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
        assert (edge == 255).all(), question.scene


def grey_at(picture: Image.Image, x: float, y: float) -> int:
    """Return the darkest value of any channel at a pixel."""
    return min(picture.getpixel((int(x), int(y))))  # type: ignore[arg-type, type-var, return-value]


def is_near(picture: Image.Image, x: float, y: float, colour: Colour, tolerance: int = 60) -> bool:
    """Say whether the pixel at the point has about the colour."""
    pixel = np.asarray(picture.getpixel((int(x), int(y))), dtype=int)
    return bool(np.abs(pixel - np.asarray(colour)).max() <= tolerance)


def read_text(
    picture: Image.Image,
    centre: tuple[float, float],
    candidates: Sequence[str],
    size: float,
    *,
    colour: Colour = BLACK,
    background: Colour = (255, 255, 255),
    radius: float = 8,
) -> str:
    """Return the candidate whose letters look clearly most like those around `centre`."""
    errors = text_errors(picture, centre, candidates, size, colour, background, radius)
    best, second = sorted(errors, key=errors.__getitem__)[:2]
    assert errors[best] < 0.5 * errors[second], (centre, errors)
    return best


def text_errors(
    picture: Image.Image,
    centre: tuple[float, float],
    candidates: Sequence[str],
    size: float,
    colour: Colour,
    background: Colour,
    radius: float,
) -> dict[str, float]:
    """Return for each candidate how far off the pixels are from what it would look like."""
    around = int(radius) + 4
    left, top = math.floor(centre[0]) - around, math.floor(centre[1]) - around
    seen = np.asarray(picture.crop((left, top, left + 2 * around, top + 2 * around)), dtype=float)
    middle = (centre[0] - left, centre[1] - top)
    ys, xs = np.mgrid[: 2 * around, : 2 * around]
    near = np.hypot(xs + 0.5 - middle[0], ys + 0.5 - middle[1]) <= radius
    errors = {}
    for text in candidates:
        canvas = Canvas(2 * around, 2 * around)
        canvas.circle(middle, around * 2, background, None)
        canvas.text(middle, text, colour, size)
        errors[text] = float(np.abs(np.asarray(canvas.finish(), float) - seen)[near].mean())
    return errors


def assert_texts_apart(texts: Sequence[tuple[float, float, str]], size: float) -> None:
    """No two texts, given with their centres, overlap."""
    font = ImageFont.load_default(size)
    boxes = []
    for x, y, text in texts:
        left, top, right, bottom = font.getbbox(text, anchor="mm")
        boxes.append((x + left, y + top, x + right, y + bottom))
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1], (a, b)
