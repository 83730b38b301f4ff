"""What every kind of game must hold; each kind's own tests call these."""

import json
from collections import Counter
from functools import cache
from itertools import pairwise

import numpy as np

from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators import generator
from rbench.tasks.visual.question import LEVELS, Question

DRAWS = 60  # a level


@cache
def drawn(name: str, level: int, index: int) -> Question:
    return generator(name).draw(Dice(f"tests/{name}/{level}/{index}"), level)


def of_level(name: str, level: int, count: int = DRAWS) -> list[Question]:
    return [drawn(name, level, index) for index in range(count)]


def check_that_both_solvers_agree(name: str) -> None:
    for level in LEVELS:
        for question in of_level(name, level, 50):
            assert generator(name).solve(question.scene) == question.answer


def check_that_work_rises(name: str) -> None:
    means = [np.mean([question.work for question in of_level(name, level)]) for level in LEVELS]
    assert all(a < b for a, b in pairwise(means)), means


def check_that_guesses_are_poor(name: str) -> None:
    """No constant answer, and no constant place among the choices, is much better than chance."""
    for level in LEVELS:
        questions = of_level(name, level)
        chance = 1 / len(questions[0].choices)
        answers = Counter(question.answer for question in questions)
        places = Counter(question.choices.index(question.answer) for question in questions)
        for counts in (answers, places):
            # Three standard errors of a share of twice chance.
            limit = 2 * chance + 3 * (chance / DRAWS) ** 0.5
            assert max(counts.values()) / DRAWS < limit, (level, counts)
        assert all(len(set(q.choices)) == len(q.choices) for q in questions)


def check_that_a_key_settles_all(name: str) -> None:
    kind = generator(name)
    for level in LEVELS:
        one = drawn(name, level, 0)
        again = kind.draw(Dice(f"tests/{name}/{level}/0"), level)
        assert again == one
        assert kind.draw(Dice("another key"), level).scene != one.scene
        read_back = json.loads(json.dumps(one.scene))
        assert kind.solve(read_back) == one.answer
        image = kind.render(one.scene)
        assert kind.render(read_back).tobytes() == image.tobytes()
        assert image.mode == "RGB"
        assert max(image.size) <= 512


def check_that_no_red_is_printed(name: str) -> None:
    for level in LEVELS:
        pixels = np.asarray(generator(name).render(drawn(name, level, 1).scene)).astype(int)
        assert (pixels[..., 0] - pixels[..., 1:].max(axis=2)).max() < 20


def check_that_the_text_is_the_same_for_all(name: str) -> None:
    for language in ("en", "zh"):
        assert (
            len({drawn(name, level, i).text[language] for level in LEVELS for i in range(5)}) == 1
        )
