"""From the samples of two runs to one pair of values a question, and what could not be paired."""

import math
from collections.abc import Mapping
from typing import Literal, TypeAlias

from rbench.harness.replay import NOT_ASKED
from rbench.harness.saved_run import SavedRun
from rbench.leaderboards.compared import Attrition

Value: TypeAlias = float | Literal["errored", "not asked"]
Samples: TypeAlias = Mapping[str, Mapping[int, Value]]
"""item -> repeat -> what came of it."""


def samples_of(run: SavedRun, kind: str) -> dict[str, dict[int, Value]]:
    """Return the values called `kind` of every sample.

    A sample that was graded, but not in this respect, such as a drawing where none was asked for,
    is not there at all.
    """
    found: dict[str, dict[int, Value]] = {}
    for sample in run.samples:
        score = sample.score
        value: Value
        if kind in score.values:
            value = score.values[kind]
        elif score.outcome == "errored" and score.why == NOT_ASKED:
            value = "not asked"
        elif score.outcome == "errored" or kind in score.failed:
            value = "errored"
        else:
            continue
        found.setdefault(sample.item.id, {})[sample.repeat] = value
    return found


def item_pairs(first: Samples, second: Samples) -> dict[str, tuple[float, float]]:
    """Return the mean over repeats of every question that both answered.

    A repeat without a value in one run is left out of the other too, if that has it.
    """
    pairs = {}
    for item, ours in first.items():
        theirs = second.get(item, {})
        values = _usable(ours, theirs), _usable(theirs, ours)
        if values[0] and values[1]:
            pairs[item] = _mean(values[0]), _mean(values[1])
    return pairs


def attrition(first: Samples, second: Samples) -> Attrition:
    """Count what could not be paired, and bound what it might have changed."""
    common = [item for item in first if item in second]
    ours = [v for item in common for v in first[item].values()]
    theirs = [v for item in common for v in second[item].values()]
    low, high = _bounds(first, second)
    return Attrition(
        errored_first=ours.count("errored"),
        errored_second=theirs.count("errored"),
        not_asked_first=ours.count("not asked"),
        not_asked_second=theirs.count("not asked"),
        alone_first=len(first) - len(common),
        alone_second=len(second) - len(common),
        lost=len(common) - len(item_pairs(first, second)),
        low=low,
        high=high,
    )


def _usable(own: Mapping[int, Value], other: Mapping[int, Value]) -> list[float]:
    return [
        value
        for repeat, value in own.items()
        if not isinstance(value, str) and not isinstance(other.get(repeat), str)
    ]


def _bounds(first: Samples, second: Samples) -> tuple[float | None, float | None]:
    """Return the least and the largest difference that the errored samples leave open."""
    asked = [(_asked(first[i]), _asked(second[i])) for i in first if i in second]
    asked = [(a, b) for a, b in asked if a and b]
    values = [v for pair in asked for side in pair for v in side]
    known = [v for v in values if not isinstance(v, str)]
    if len(known) == len(values) or not all(0 <= v <= 1 for v in known):
        return None, None
    low = math.fsum(_mean(_filled(a, 0)) - _mean(_filled(b, 1)) for a, b in asked)
    high = math.fsum(_mean(_filled(a, 1)) - _mean(_filled(b, 0)) for a, b in asked)
    return low / len(asked), high / len(asked)


def _asked(values: Mapping[int, Value]) -> list[Value]:
    return [value for value in values.values() if value != "not asked"]


def _filled(values: list[Value], errored: float) -> list[float]:
    return [errored if isinstance(value, str) else value for value in values]


def _mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)
