from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from rbench.harness.types import Reply, Row, Sample
from rbench.metrics.intervals import clustered_proportion, wilson
from rbench.tasks.answer_table import answer_rows
from tests.tasks.answer_fakes import graded_sample, question

Rows = dict[tuple[str, str], Row]


def table(samples: Sequence[Sample], **given: Any) -> Rows:
    given = {"judged": False, "draw": False, "tolerate_errors": False, **given}
    rows = answer_rows("t", samples, **given)
    found = {(row.subset, row.metric): row for row in rows}
    assert len(found) == len(rows)
    return found


def ruled(number: int, correct: bool, *, repeat: int = 0, **data: Any) -> Sample:
    value = float(correct)
    answer = data.pop("answer", None)
    item = question(number, "1", **data)
    return graded_sample(item, {"correct": value, "rule": value}, answer=answer, repeat=repeat)


# Right answers in math (176), physics (157), counting (195) and game (275), and what the
# published table says of the whole and of all but math, in percent.
PUBLISHED = [
    ("OpenAI GPT-4o-20250327", (43, 5, 26, 39), 14.1, 11.2),
    ("OpenAI o3", (85, 32, 43, 47), 25.8, 19.5),
    ("GPT-5-mini", (85, 50, 44, 45), 27.9, 22.2),
    ("Human Expert", (149, 109, 158, 245), 82.3, 81.7),
]


@pytest.mark.parametrize(("counts", "overall", "rest"), [p[1:] for p in PUBLISHED])
def test_the_published_means_are_micro_means(
    counts: tuple[int, ...], overall: float, rest: float
) -> None:
    sizes = {"math": 176, "physics": 157, "counting": 195, "game": 275}
    samples = [
        ruled(i, i < right, category=category)
        for (category, n), right in zip(sizes.items(), counts, strict=True)
        for i in range(n)
    ]
    rows = table(samples)
    whole, without = rows["overall", "accuracy"], rows["overall without math", "accuracy"]
    assert whole.value is not None and without.value is not None
    assert (round(100 * whole.value, 1), whole.n) == (overall, 803)
    assert (round(100 * without.value, 1), without.n) == (rest, 627)
    expected = wilson(sum(counts), 803)
    assert (whole.ci_low, whole.ci_high) == (expected.low, expected.high)
    assert [s for s, m in rows if m == "accuracy"][:6] == [*sizes, "overall", without.subset]


def test_there_is_no_rest_without_math_or_of_math_alone() -> None:
    assert ("overall without math", "accuracy") not in table([ruled(1, True)])
    assert ("overall without math", "accuracy") not in table([ruled(1, True, category="game")])
    assert ("overall", "accuracy") in table([ruled(1, True)])


def test_no_samples_make_no_rows() -> None:
    assert table([]) == {}


def test_two_languages_of_one_question_are_one_cluster() -> None:
    samples = [ruled(i, i < 4, language=x) for x in ("en", "zh") for i in range(10)]
    rows = table(samples)
    row = rows["overall", "accuracy"]
    assert (row.n, row.clusters) == (20, 10)
    expected = clustered_proportion([[float(i < 4)] * 2 for i in range(10)])
    assert (row.ci_low, row.ci_high) == (expected.low, expected.high)
    assert rows["language:zh", "accuracy"].n == 10


def test_groups_are_those_that_the_questions_have() -> None:
    samples = [
        ruled(1, True, level="1", kind="maze", category="game"),
        ruled(2, False, level="3", kind="maze", category="game", pictures=0),
        ruled(3, True, level="3", kind="lens", category="physics"),
    ]
    values = {s: r.value for (s, m), r in table(samples).items() if m == "accuracy" and ":" in s}
    assert values == {
        "level:1": 1.0,
        "level:3": 0.5,
        "kind:maze": 0.5,
        "kind:lens": 1.0,
        "picture:with": 1.0,
        "picture:without": 0.0,
    }
    assert not [s for s, _ in table(samples[1:2]) if s.startswith(("picture", "language"))]
    assert ("level:3", "accuracy") in table(samples[1:2])


def test_chance_stands_where_every_question_has_known_choices() -> None:
    samples = [
        ruled(1, True, category="game", choices=["a", "b", "c", "d"]),
        ruled(2, True, category="game", options={"A": "x", "B": "y"}),
        ruled(3, True, category="physics"),
    ]
    rows = table(samples)
    assert rows["game", "chance"].value == pytest.approx((1 / 4 + 1 / 2) / 2)
    assert rows["game", "chance"].higher_is_better is None
    assert ("physics", "chance") not in rows
    assert ("overall", "chance") not in rows


def judged(number: int, values: Mapping[str, float], **given: Any) -> Sample:
    values = {**({"correct": values["judge"]} if "judge" in values else {}), **values}
    given = {"judged": True, **given}
    return graded_sample(question(number, "1", category="game"), values, **given)


def test_each_grader_has_its_own_errors_and_bounds() -> None:
    samples = [
        judged(1, {"rule": 1.0, "judge": 1.0}),
        judged(2, {"rule": 1.0, "judge": 0.0}),
        judged(3, {"rule": 1.0}, outcome="errored", failed={"judge": "no verdict"}),
        judged(4, {"judge": 1.0}, failed={"rule": "too long"}),
    ]
    rows = table(samples, judged=True)
    for name, errored, low, high in (
        ("accuracy", 1, 2 / 4, 3 / 4),
        ("accuracy/judge", 1, 2 / 4, 3 / 4),
        ("accuracy/rule", 1, 3 / 4, 4 / 4),
    ):
        row = rows["game", name]
        assert (row.value, row.n, row.errored, row.scored) == (None, 4, errored, 3)
        assert (row.low, row.high) == (pytest.approx(low), pytest.approx(high))
    tolerant = table(samples, judged=True, tolerate_errors=True)
    assert tolerant["overall", "accuracy"].value == pytest.approx(2 / 4)
    # Tolerated are the headline's errors: those of the rule were held against no limit.
    rule = tolerant["overall", "accuracy/rule"]
    assert (rule.value, rule.low, rule.high) == (None, pytest.approx(3 / 4), 1.0)


def test_a_missing_grade_leaves_no_mean_above_it() -> None:
    samples = [
        judged(1, {"rule": 1.0}, outcome="errored", failed={"judge": "x"}),
        *[judged(i, {"rule": 1.0, "judge": 1.0}) for i in range(2, 9)],
        graded_sample(question(1, "1"), {"correct": 1.0, "rule": 1.0, "judge": 1.0}, judged=True),
    ]
    rows = table(samples, judged=True)
    assert rows["math", "accuracy"].value == 1.0
    for subset in ("game", "overall", "overall without math"):
        assert rows[subset, "accuracy"].value is None
        assert rows[subset, "accuracy/rule"].value == 1.0


def test_agreement_is_of_those_that_both_graded_and_counts_the_others() -> None:
    cut = Reply(text="\\boxed{1", finish="length")
    samples = [
        judged(1, {"rule": 1.0, "judge": 1.0}),
        judged(2, {"rule": 0.0, "judge": 0.0}),
        judged(3, {"rule": 0.0, "judge": 1.0}),
        judged(4, {"rule": 1.0}, outcome="errored", failed={"judge": "x"}),
        judged(5, {"judge": 1.0}, failed={"rule": "x"}),
        judged(6, {"rule": 0.0, "judge": 0.0}, outcome="truncated", reply=cut, judged=False),
    ]
    rows = table(samples, judged=True)
    agreement, kappa = rows["game", "agreement"], rows["game", "kappa"]
    assert agreement.value == pytest.approx(2 / 3)
    assert kappa.value == pytest.approx((2 / 3 - 4 / 9) / (1 - 4 / 9))
    for row in (agreement, kappa):
        assert (row.n, row.scored, row.errored, row.higher_is_better) == (3, 3, 2, None)
        assert "2 of 5 lack a grade" in row.note
    assert (agreement.unit, kappa.unit) == ("fraction", "kappa")


def test_without_a_judge_there_is_nothing_of_one() -> None:
    metrics = {metric for _, metric in table([ruled(1, True)])}
    assert metrics == {"accuracy"}


def test_drawings_are_counted_over_the_questions_that_ask_for_one() -> None:
    def drawn(number: int, values: Mapping[str, float], reply: Reply, **given: Any) -> Sample:
        item = question(number, "1", category="game", how_to_draw="Draw.", kind="maze")
        return graded_sample(item, values, reply=reply, **given)

    wrong = {"correct": 0.0, "rule": 0.0}
    samples = [
        drawn(1, {**wrong, "drawing": 1.0}, Reply(blobs=("a.png",)), outcome="no_answer"),
        drawn(2, {**wrong, "drawing": 0.0}, Reply(text="\\boxed{2}")),
        drawn(3, {**wrong, "drawing": 0.0}, Reply(finish="length"), outcome="truncated"),
        ruled(4, True, category="game"),
    ]
    rows = table(samples, draw=True)
    row = rows["overall", "drawing"]
    assert row.value == pytest.approx(1 / 3)
    assert (row.n, row.scored, row.no_answer, row.truncated, row.errored) == (3, 1, 1, 1, 0)
    assert rows["kind:maze", "drawing"].n == 3
    assert rows["overall", "accuracy"].n == 4
    assert ("overall", "drawing") not in table(samples)
    failed = drawn(5, wrong, Reply(blobs=("a.png",)), failed={"drawing": "x"})
    row = table([*samples, failed], draw=True)["overall", "drawing"]
    assert (row.value, row.errored, row.low, row.high) == (None, 1, 1 / 4, 2 / 4)


def test_the_rule_counts_as_no_answer_what_it_could_not_read() -> None:
    unread = Reply(text="Seeing this, one finds sixty plus four of them in the figure, I suppose")
    samples = [
        judged(1, {"rule": 0.0, "judge": 1.0}, reply=unread),
        judged(2, {"rule": 1.0, "judge": 1.0}),
    ]
    rows = table(samples, judged=True)
    assert (rows["game", "accuracy/rule"].scored, rows["game", "accuracy/rule"].no_answer) == (1, 1)
    assert rows["game", "accuracy/judge"].scored == 2


def test_repeats_give_a_majority_of_equal_answers_and_pass_at_k() -> None:
    given = {1: [("x", 1), ("x", 1), ("y", 0)], 2: [("u", 0), ("u", 0), ("v", 1)]}
    given[3] = [("x", 1), ("y", 0), ("z", 0)]  # a tie decides nothing
    samples = [
        ruled(number, bool(right), repeat=repeat, answer=answer)
        for number, answers in given.items()
        for repeat, (answer, right) in enumerate(answers)
    ]
    rows = table(samples)
    assert rows["overall", "majority@3"].value == pytest.approx(1 / 3)
    assert rows["overall", "pass@3"].value == 1.0
    assert rows["overall", "accuracy"].clusters == 3
    uneven = table(samples[:-1])["overall", "pass@2"]
    assert uneven.value is None
    assert "unequally" in uneven.note


def test_an_answer_that_was_not_graded_has_no_vote() -> None:
    item = question(1, "1")
    samples = [
        graded_sample(item, {}, outcome="errored", answer="x", repeat=0, failed={"judge": "?"}),
        graded_sample(item, {}, outcome="errored", answer="x", repeat=1, failed={"judge": "?"}),
        ruled(1, True, answer="y", repeat=2),
    ]
    row = table(samples, tolerate_errors=True)["overall", "majority@3"]
    assert (row.value, row.errored) == (1.0, 2)
    assert "errored and gave no answer" in row.note


def test_the_order_of_the_samples_changes_no_number() -> None:
    samples = [
        judged(i, {"rule": float(i % 2), "judge": float(i % 3 == 0)}, repeat=r)
        for i in range(9)
        for r in range(2)
    ]
    assert table(samples, judged=True) == table(samples[::-1], judged=True)
