"""Stub judges that err in known ways, beside the real rule: what the table says of both."""

import pytest

from rbench.harness.types import Ask, Reply, Row, Sample
from tests.tasks.answer_fakes import (
    JUDGE,
    Answer,
    answered,
    is_extraction,
    make_task,
    no_one,
    question,
    says,
)

ITEMS = [question(i, str(100 + i), category="counting") for i in range(12)]
TASK = make_task(ITEMS, judge=JUDGE)


def is_right(number: int) -> bool:
    """Whether the model answers this question rightly: every other one."""
    return number % 2 == 0


def number_of(ask: Ask) -> int:
    return next(i for i in range(12) if f"reply {i}:" in str(ask.request["messages"]))


def run(verdict: Answer) -> tuple[list[Sample], dict[str, Row]]:
    """Answer all with a judge whose extracts equal no reference, so that it gives verdicts."""
    samples = []
    for i, item in enumerate(ITEMS):
        said = f"reply {i}:\n\\boxed{{{100 + i if is_right(i) else 7}}}"

        def judge(ask: Ask, i: int = i) -> Reply:
            return Reply(text=f"reply {i}: so many") if is_extraction(ask) else verdict(ask)

        answers = {"model": says(said), "judge": judge, "rule": no_one}
        samples.append(answered(TASK, item, answers))
    rows = TASK.rows(samples, tolerate_errors=False)
    return samples, {row.metric: row for row in rows if row.subset == "overall"}


def test_a_judge_that_always_says_right_agrees_by_chance_alone() -> None:
    _, rows = run(says("1"))
    assert (rows["accuracy"].value, rows["accuracy/judge"].value) == (1.0, 1.0)
    assert rows["accuracy/rule"].value == 0.5
    assert rows["agreement"].value == 0.5
    assert rows["kappa"].value == 0.0


def test_a_judge_that_flips_every_third_verdict() -> None:
    def flips(ask: Ask) -> Reply:
        number = number_of(ask)
        return Reply(text=str(int(is_right(number) != (number % 3 == 2))))

    _, rows = run(flips)
    # Flipped: 2, 5, 8, 11. Both call six of twelve right: p_o = 8/12, p_e = 1/2.
    assert rows["accuracy/judge"].value == rows["accuracy/rule"].value == 0.5
    assert rows["agreement"].value == pytest.approx(8 / 12)
    assert rows["kappa"].value == pytest.approx((8 / 12 - 1 / 2) / (1 / 2))
    assert rows["kappa"].ci_low is not None and rows["kappa"].ci_high is not None
    assert rows["kappa"].ci_low < 1 / 3 < rows["kappa"].ci_high


def test_a_judge_that_is_clear_in_the_third_try_agrees_wholly() -> None:
    def late(ask: Ask) -> Reply:
        if ask.request["try"] < 2:
            return Reply(text="Let me think about that.")
        return Reply(text=str(int(is_right(number_of(ask)))))

    samples, rows = run(late)
    assert all([a.role for a in s.asks] == ["model", *["judge"] * 4] for s in samples)
    assert (rows["agreement"].value, rows["kappa"].value) == (1.0, 1.0)
    assert rows["agreement"].errored == 0


def test_a_judge_that_is_never_clear_leaves_the_rule_alone_and_no_number_of_its_own() -> None:
    samples, rows = run(says("Hard to tell."))
    assert all(len(s.asks) == 1 + 1 + 5 for s in samples)
    for metric in ("accuracy", "accuracy/judge"):
        row = rows[metric]
        assert (row.value, row.low, row.high, row.errored) == (None, 0.0, 1.0, 12)
    assert (rows["accuracy/rule"].value, rows["accuracy/rule"].errored) == (0.5, 0)
    for metric in ("agreement", "kappa"):
        assert (rows[metric].value, rows[metric].n, rows[metric].errored) == (None, 0, 12)
        assert "12 of 12 lack a grade" in rows[metric].note


def test_a_judge_that_sometimes_cannot_be_reached() -> None:
    def flaky(ask: Ask) -> Reply:
        number = number_of(ask)
        if number % 4 == 0:
            return Reply(error="HTTP 503")
        return Reply(text=str(int(is_right(number))))

    samples, rows = run(flaky)
    assert [s.score.outcome for s in samples].count("errored") == 3
    # Unreached: 0, 4, 8, all of them right. Three right of nine are known, twelve are asked.
    assert (rows["accuracy"].low, rows["accuracy"].high) == (3 / 12, pytest.approx(6 / 12))
    assert rows["accuracy/rule"].value == 0.5
    assert (rows["agreement"].value, rows["agreement"].n) == (1.0, 9)
    assert rows["kappa"].value == 1.0
    assert "3 of 12 lack a grade" in rows["kappa"].note
