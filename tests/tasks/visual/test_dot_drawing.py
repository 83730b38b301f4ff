import math
from collections.abc import Callable
from itertools import pairwise

import pytest
from PIL import Image

from rbench.tasks.visual.canvas import Point
from rbench.tasks.visual.generators import generator
from rbench.tasks.visual.generators.connect_dots import ConnectDots, figure_dots
from rbench.tasks.visual.generators.dot_layout import from_line
from rbench.tasks.visual.question import LEVELS, Question
from tests.tasks.visual.game_drawings import RED, STYLES, Style, as_jpeg, moved, with_line
from tests.tasks.visual.game_kinds import drawn

DOTS = generator("connect_dots")
assert isinstance(DOTS, ConnectDots)


def _line(question: Question) -> list[Point]:
    dots = figure_dots(question.scene)
    return dots + dots[:1] * question.scene["closed"]


def _all(question: Question) -> list[Point]:
    return [(x, y) for x, y, _, _ in question.scene["dots"]]


def _score(question: Question, drawing: Image.Image) -> tuple[float, str]:
    score = DOTS.score_drawing(question.scene, DOTS.render(question.scene), drawing)
    assert score.value in (0, 1)
    assert (score.value == 0) == bool(score.why)
    return score.value, score.why


@pytest.mark.parametrize("style", STYLES)
def test_the_right_lines_are_right_however_they_are_drawn(style: Style) -> None:
    for level in LEVELS:
        question = drawn("connect_dots", level, 20 + STYLES.index(style))
        drawing = with_line(DOTS.render(question.scene), _line(question), style)
        assert _score(question, drawing) == (1, "")


def test_the_drawing_may_be_moved_as_a_whole() -> None:
    question = drawn("connect_dots", 3, 1)
    drawing = with_line(DOTS.render(question.scene), _line(question))
    assert _score(question, moved(drawing, 2, -2))[0] == 1


def _blank(question: Question) -> Image.Image:
    return as_jpeg(DOTS.render(question.scene), 80)


def _all_red(question: Question) -> Image.Image:
    return Image.new("RGB", DOTS.render(question.scene).size, RED)


def _first_missing(question: Question) -> Image.Image:
    return with_line(DOTS.render(question.scene), _line(question)[1:])


def _last_missing(question: Question) -> Image.Image:
    return with_line(DOTS.render(question.scene), _line(question)[:-1])


def _one_missing(question: Question) -> Image.Image:
    line = _line(question)
    picture = with_line(DOTS.render(question.scene), line[:4])
    return with_line(picture, line[4:])


def _others_joined(question: Question) -> Image.Image:
    """On to the dots that do not belong to the figure."""
    count = question.scene["count"]
    picture = with_line(DOTS.render(question.scene), _line(question))
    return with_line(picture, _all(question)[count - 1 : count + 2])


def _one_more(question: Question) -> Image.Image:
    """A line between the two dots of the figure whose middle is furthest from its lines."""
    line = _line(question)
    sides = list(pairwise(line))
    pairs = [(a, b) for i, a in enumerate(line) for b in line[:i]]
    middles = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairs]
    off = [min(from_line(middle, *side) for side in sides) for middle in middles]
    picture = with_line(DOTS.render(question.scene), line)
    return with_line(picture, pairs[off.index(max(off))])


def _order_turned_round(question: Question) -> Image.Image:
    """Each second dot first: 1, 3, 2, 5, 4, and so on."""
    line = list(_line(question))
    for i in range(1, len(line) - 2, 2):
        line[i], line[i + 1] = line[i + 1], line[i]
    return with_line(DOTS.render(question.scene), line)


def _bent(question: Question) -> Image.Image:
    """Every line takes a detour of ten pixels."""
    line = _line(question)
    bent = line[:1]
    for (x0, y0), (x1, y1) in pairwise(line):
        length = math.dist((x0, y0), (x1, y1))
        aside = ((x0 + x1) / 2 - (y1 - y0) / length * 20, (y0 + y1) / 2 + (x1 - x0) / length * 20)
        bent += [aside, (x1, y1)]
    return with_line(DOTS.render(question.scene), bent)


def _scribbled(question: Question) -> Image.Image:
    picture = with_line(DOTS.render(question.scene), _line(question))
    return with_line(picture, [(5, 5), (400, 9), (7, 14), (400, 19), (9, 24)], Style(width=4))


def _another_puzzle(question: Question) -> Image.Image:
    other = drawn("connect_dots", 1, 59)
    return with_line(DOTS.render(other.scene), _line(other))


WRONG = {
    _blank: "nothing is drawn",
    _all_red: "joined, too|beside the lines",
    _first_missing: "dots 1 and 2 are not joined",
    _last_missing: "are not joined",
    _one_missing: "dots 4 and 5 are not joined",
    _others_joined: "are joined, too|beside the lines",
    _one_more: "are joined, too|beside the lines",
    _order_turned_round: "are not joined|are joined, too|beside the lines",
    _bent: "are not joined",
    _scribbled: "beside the lines|joined, too",
    _another_puzzle: "does not keep|adds other|not joined",
}


@pytest.mark.parametrize("wrong", WRONG, ids=lambda function: function.__name__)
def test_no_wrong_drawing_is_right(wrong: Callable[[Question], Image.Image]) -> None:
    for level in LEVELS:
        question = drawn("connect_dots", level, list(WRONG).index(wrong))
        value, why = _score(question, wrong(question))
        assert value == 0
        assert any(words in why for words in WRONG[wrong].split("|")), why


def test_the_drawing_is_asked_for_in_both_languages() -> None:
    assert "red" in DOTS.how_to_draw("en")
    assert "红" in DOTS.how_to_draw("zh")
