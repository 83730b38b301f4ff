"""The rule answers as a grader: 1, 0, or an error that is never a 0."""

import asyncio
import re
from collections.abc import Mapping, Sequence

import psutil
import pytest

from rbench.harness.types import Answerer, Ask, Call, Item, Json, Reply
from rbench.metrics.answers.rule import RuleOptions
from rbench.tasks.rule_grader import RuleGrader

OPTIONS = {"A": "Duck", "B": "Cat"}


def call(answer: str, gold: str, **more: Json) -> Call:
    request: Mapping[str, Json] = {
        "answer": answer, "gold": gold, "rule": RuleOptions().protocol(), **more,
    }  # fmt: skip
    return Call(Item("math/1", "math", "math/1", {}), 0, 1, Ask("rule", request), seed=0)


def replies(*calls: Call) -> list[Reply]:
    async def graded() -> list[Reply]:
        grader: Answerer = RuleGrader()
        try:
            return [reply for c in calls for reply in await grader.answer([c])]
        finally:
            await grader.close()

    return asyncio.run(graded())


def test_right_is_1_and_wrong_is_0() -> None:
    assert [r.text for r in replies(call("64", "64"), call("65", "64"))] == ["1", "0"]


def test_options_are_part_of_the_request() -> None:
    calls = call("Duck", "A", options=OPTIONS), call("B", "A", options=OPTIONS)
    assert [r.text for r in replies(*calls)] == ["1", "0"]


def test_algebra_is_done_where_it_is_needed() -> None:
    calls = call("(x+1)^2", "x^2+2x+1"), call("(x+1)^2", "x^2+2x+2")
    assert [r.text for r in replies(*calls)] == ["1", "0"]


def test_a_grade_that_takes_too_long_is_an_error_and_not_wrong() -> None:
    slow = RuleOptions(seconds=0.2).protocol()
    first, second = replies(
        call("(a+b+c+d+e+f)^999", "(f+e+d+c+b+a)^998", rule=slow), call("64", "64")
    )
    assert first.text is None
    assert first.error == "took longer than 0.2 s of processor time"
    assert second.text == "1"


def test_grades_under_way_together_do_not_mix() -> None:
    async def graded() -> list[str | None]:
        grader = RuleGrader()
        pairs = [("2ab", "2ba"), ("x+1", "x+2"), ("64", "64"), ("3ab", "3ac"), ("a+b", "b+a")]
        try:
            got = await asyncio.gather(*(grader.answer([call(a, g)]) for a, g in pairs))
        finally:
            await grader.close()
        return [reply.text for (reply,) in got]

    assert asyncio.run(graded()) == ["1", "0", "1", "0", "1"]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"version": "0"}, "version '0' of the rule is asked for, but this is version 1."),
        ({"tolerance": 1}, "the rule has no option 'tolerance'"),
        ({"relative_tolerance": 2.0}, r"relative_tolerance=2.0 is not in \[0, 1\)"),
        ({"significant_digits": 0}, "significant_digits=0 is not an integer from 1 on"),
        ({"missing_unit": "maybe"}, "missing_unit='maybe' is neither 'right' nor 'wrong'"),
        ({"seconds": 0}, "seconds=0 is not above 0"),
        ({"seconds": "5"}, "seconds='5' is not a number"),
    ],
)
def test_a_rule_that_is_none_is_an_error(rule: Mapping[str, Json], why: str) -> None:
    (reply,) = replies(call("64", "64", rule=rule))
    assert reply.text is None
    assert reply.error is not None
    assert re.search(why, reply.error)


def test_tolerance_and_units_are_the_protocols_to_decide() -> None:
    near = RuleOptions(relative_tolerance=0.01).protocol()
    strict = RuleOptions(missing_unit="wrong", extra_unit="wrong").protocol()
    loose = RuleOptions(significant_digits=1).protocol()
    got = replies(
        call("67.0", "66.6", rule=near), call("67.0", "66.6"),
        call("5", "5 m", rule=strict), call("5", "5 m"),
        call("5 m", "5", rule=strict), call("5 m", "5"),
        call("0.3", "1/3", rule=loose), call("0.3", "1/3"),
    )  # fmt: skip
    assert [r.text for r in got] == ["1", "0", "0", "1", "0", "1", "1", "0"]


def test_a_grader_that_needs_no_algebra_starts_no_process_and_closes() -> None:
    async def graded() -> Sequence[Reply]:
        grader = RuleGrader()
        replies = await grader.answer([call("5", "5")])
        children.extend(psutil.Process().children())
        await grader.close()
        return replies

    children: list[psutil.Process] = []
    before = psutil.Process().children()
    assert [reply.text for reply in asyncio.run(graded())] == ["1"]
    assert children == before


def test_the_graders_identity_is_the_rules_version() -> None:
    assert RuleGrader().identity == {"rule": "1"}
