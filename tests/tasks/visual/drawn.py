"""Questions drawn once for all tests of a kind."""

from functools import cache

from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators import generator
from rbench.tasks.visual.question import LEVELS, Question


@cache
def drawn(kind: str, level: int, count: int) -> tuple[Question, ...]:
    """Return the first questions of a kind and level."""
    made = generator(kind)
    return tuple(made.draw(Dice(f"test/{kind}/{level}/{i}"), level) for i in range(count))


def of_all_levels(kind: str, count: int) -> list[Question]:
    """Return `count` questions of each level."""
    return [question for level in LEVELS for question in drawn(kind, level, count)]


def mean_work(kind: str, count: int) -> list[float]:
    """Return the mean work per level."""
    return [sum(q.work for q in drawn(kind, level, count)) / count for level in LEVELS]
