"""What holds for every kind of drawn question."""

import json
import re
from collections import Counter
from itertools import pairwise
from math import sqrt

import pytest

from rbench.errors import UsageError
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.drawn_question import LANGUAGES
from rbench.tasks.visual.generators import GENERATORS, generator
from rbench.tasks.visual.question import LEVELS
from tests.tasks.visual.drawn import drawn, mean_work, of_all_levels

EACH = 24
CATEGORIES = ("math", "physics", "counting", "game")


@pytest.fixture(params=GENERATORS)
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_kinds_come_in_the_order_of_the_categories() -> None:
    order = [CATEGORIES.index(generator(kind).category) for kind in GENERATORS]
    assert order == sorted(order)
    assert min(Counter(order).values()) >= 3


def test_an_unknown_kind_is_named_with_its_neighbours() -> None:
    with pytest.raises(UsageError, match="'mazes'; did you mean 'maze'"):
        generator("mazes")


def test_a_kind_says_what_it_is(kind: str) -> None:
    made = generator(kind)
    assert made.name == kind
    assert re.fullmatch(r"\d+", made.version)
    assert made.summary and made.summary == made.summary.strip()


def test_questions_are_asked_in_both_languages(kind: str) -> None:
    for question in of_all_levels(kind, EACH):
        assert {*question.text} == {*LANGUAGES}
        assert not re.search(r"[^\x00-\x7f–—’“”°×√π²³·Ω−≤≥→←↑↓]", question.text["en"])
        assert re.search(r"[\u4e00-\u9fff]{4}", question.text["zh"])
        assert all(text == text.strip() for text in question.text.values())


def test_the_answer_is_one_of_different_choices(kind: str) -> None:
    for question in of_all_levels(kind, EACH):
        assert question.choices.count(question.answer) == 1
        assert len({*question.choices}) == len(question.choices) >= 2


def test_the_second_solver_agrees_with_the_first(kind: str) -> None:
    for question in of_all_levels(kind, EACH)[::6]:
        assert generator(kind).solve(question.scene) == question.answer


def test_a_key_gives_one_question_and_one_picture(kind: str) -> None:
    made = generator(kind)
    for level in LEVELS:
        one, other = (made.draw(Dice(f"test/{kind}/{level}/0"), level) for _ in range(2))
        assert one == other == drawn(kind, level, EACH)[0]
        assert made.render(one.scene).tobytes() == made.render(other.scene).tobytes()
        assert made.draw(Dice("another key"), level).scene != one.scene


def test_the_picture_is_of_the_scene_as_json_keeps_it(kind: str) -> None:
    made = generator(kind)
    for question in (drawn(kind, level, EACH)[0] for level in LEVELS):
        picture = made.render(question.scene)
        again = json.loads(json.dumps(question.scene, allow_nan=False))
        assert picture.mode == "RGB"
        assert min(picture.size) >= 64 and max(picture.size) <= 768
        assert made.render(again).tobytes() == picture.tobytes()
        assert made.solve(again) == question.answer


def test_questions_differ(kind: str) -> None:
    for level in LEVELS:
        scenes = {json.dumps(q.scene, sort_keys=True) for q in drawn(kind, level, EACH)}
        assert len(scenes) >= EACH - 2


def test_no_answer_is_right_much_more_often_than_a_guess(kind: str) -> None:
    questions = of_all_levels(kind, EACH)
    chance = sum(1 / len(q.choices) for q in questions) / len(questions)
    (_, most), *_ = Counter(q.answer for q in questions).most_common(1)
    noise = sqrt(2 * chance / len(questions))
    assert most / len(questions) <= 2 * chance + 3 * noise


def test_the_place_of_the_answer_among_sorted_choices_says_little(kind: str) -> None:
    questions = of_all_levels(kind, EACH)
    places = Counter(sorted(q.choices).index(q.answer) / len(q.choices) for q in questions)
    chance = sum(1 / len(q.choices) for q in questions) / len(questions)
    (_, most), *_ = places.most_common(1)
    assert most / len(questions) <= 2 * chance + 3 * sqrt(2 * chance / len(questions))


def test_work_rises_with_the_level(kind: str) -> None:
    assert all(low < high for low, high in pairwise(mean_work(kind, EACH)))
