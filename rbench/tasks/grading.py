"""What becomes of a reply to an open question: read, given to the graders, scored.

The rule reads the last box or the last stated answer; where comparing needs algebra, it is asked.
A judge reads the whole reply, box or no box, so with a judge a reply that the rule cannot read may
be right: then it is the judge's reading that says whether there is an answer. What was cut by
length, refused, empty or never ended thinking is no answer for any grader, and none is asked.
A reply may be a picture alone: it has no final answer, but its drawing is graded.
"""

import json
from collections.abc import Generator
from dataclasses import dataclass
from functools import lru_cache

from rbench.harness.types import Ask, Item, Outcome, Reply, Score
from rbench.metrics.answers import AnswerReading, RuleOptions, grade_quickly, read_answer
from rbench.metrics.thoughts import split_thoughts
from rbench.tasks.finish import unanswered
from rbench.tasks.judge import Judge

NOT_DRAWN = "no picture in the reply"


@dataclass(frozen=True, slots=True)
class Graders:
    """Who grades: the rule always, a judge where there is one, drawings where they are wanted."""

    rule: RuleOptions
    judge: Judge | None
    draw: bool


@dataclass(frozen=True, slots=True)
class _Grade:
    """A grade; `value` is None where it could not be had, and `why` says why."""

    value: float | None
    why: str = ""


@lru_cache(maxsize=256)
def reading_of(text: str | None) -> AnswerReading:
    """Return what the rule reads in a reply; a replay asks once for every step of a sample."""
    return read_answer(text)


def wants_drawing(item: Item) -> bool:
    """Return whether the answer to this question can be drawn, and the drawing be graded."""
    return "how_to_draw" in item.data


def graded(item: Item, reply: Reply, graders: Graders) -> Generator[Ask, Reply, Score]:
    """Yield what to ask the graders about a reply of the model; return the score.

    ``values`` holds ``correct``, which is the judge's grade where there is a judge, ``rule``,
    ``judge`` and ``drawing``. One that could not be had is left out and named in ``failed``; if
    it is the headline's, the sample is *errored*.
    """
    if reply.error is not None:
        return Score("errored", why=reply.error)
    drawn = graders.draw and wants_drawing(item)
    nothing = unanswered(reply)
    if nothing is not None:
        return _wrong(nothing[0], nothing[1], graders.judge, drawn=drawn)

    reading = reading_of(reply.text)
    grades = {"rule": _Grade(0.0, reading.why)}
    if reading.answer is not None:
        grades["rule"] = yield from _by_rule(item, reading.answer, graders.rule)
    answer, headline = reading.answer, "rule"
    if graders.judge is not None:
        headline = "judge"
        grades["judge"] = _Grade(0.0, reading.why)
        said = split_thoughts(reply.text)[1] if reply.text else None
        if said:
            question, gold = item.data["question"], item.data["gold"]
            judged = yield from graders.judge.judge(question, gold, said)
            grades["judge"] = _Grade(judged.value, judged.why)
            answer = judged.answer
        else:
            answer = None
    outcome, why = _outcome(grades[headline], answer)
    if drawn:
        grades["drawing"] = yield from _by_drawing(item, reply)
        note = grades["drawing"].why
        why = "; ".join([*filter(None, [why]), *([f"drawing: {note}"] if note else [])])
    values = {name: grade.value for name, grade in grades.items() if grade.value is not None}
    if headline in values:
        values = {"correct": values[headline], **values}
    failed = {name: grade.why for name, grade in grades.items() if grade.value is None}
    return Score(outcome, values, answer=answer, why=why, failed=failed)


def _outcome(headline: _Grade, answer: str | None) -> tuple[Outcome, str]:
    if headline.value is None:
        return "errored", headline.why
    return ("no_answer", headline.why) if answer is None else ("scored", "")


def _wrong(outcome: Outcome, why: str, judge: Judge | None, *, drawn: bool) -> Score:
    names = ["correct", "rule", *(["judge"] if judge else []), *(["drawing"] if drawn else [])]
    return Score(outcome, dict.fromkeys(names, 0.0), why=why)


def _by_rule(item: Item, answer: str, rule: RuleOptions) -> Generator[Ask, Reply, _Grade]:
    gold, options = item.data["gold"], item.data.get("options")
    quick = grade_quickly(answer, gold, options, rule)
    if quick is not None:
        return _Grade(float(quick))
    request = {"answer": answer, "gold": gold, "rule": rule.protocol()}
    reply = yield Ask("rule", {**request, "options": options} if options else request)
    if reply.error is not None:
        return _Grade(None, reply.error)
    return _Grade({"1": 1.0, "0": 0.0}[reply.text or ""])


def _by_drawing(item: Item, reply: Reply) -> Generator[Ask, Reply, _Grade]:
    if not reply.blobs:
        return _Grade(0.0, NOT_DRAWN)
    request = {
        "generator": item.data["kind"],
        "version": item.data["version"],
        "scene": item.data["scene"],
        "drawing": reply.blobs[-1],  # a model that draws in steps ends with the answer
    }
    grader = yield Ask("drawing", request)
    if grader.error is not None:
        return _Grade(None, grader.error)
    said = json.loads(grader.text or "")
    return _Grade(float(said["value"]), str(said["why"]))
