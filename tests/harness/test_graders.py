"""Graders are asked through the loop: once for equal requests, alone, and again after a failure."""

import asyncio
from pathlib import Path

import pytest

from rbench.errors import CostLimitReached, ModelError
from rbench.harness.calls import Calls
from rbench.harness.journal import Journal, read_entries
from rbench.harness.loop import Counts, Loop
from rbench.harness.plan import units
from rbench.harness.replay import NOT_ASKED, replay, wanted_samples
from rbench.harness.types import Answerer, Call, Reply, Role, Sample
from tests.harness.fakes import Scripted, items
from tests.harness.judged_task import JudgedEcho


def say(text: str) -> Scripted:
    return Scripted(lambda call: Reply(text=text))


def run(path: Path, task: JudgedEcho, answerers: dict[Role, Answerer], *, batch: int = 1) -> Counts:
    selection = {item.id: 1 for item in task.items}
    journal, counts = Journal(path), Counts()
    loop = Loop(
        task,
        {"rule": task.rule, **answerers},
        journal,
        Calls(read_entries(path)),
        seed=0,
        wanted=wanted_samples(task.items, selection),
        counts=counts,
        on_entries=lambda entries: None,
    )
    try:
        asyncio.run(loop.run(units(task.items, selection, batch), 4))
    finally:
        journal.close()
    return counts


def samples(path: Path, task: JudgedEcho) -> list[Sample]:
    wanted = wanted_samples(task.items, {item.id: 1 for item in task.items})
    return list(replay(task, wanted, Calls(read_entries(path))))


@pytest.mark.parametrize("batch", [1, 3, 4])
def test_equal_requests_are_asked_once_whatever_the_batch(tmp_path: Path, batch: int) -> None:
    judge, model = (
        say("1"),
        Scripted(lambda call: Reply(text=(call.item.id[-1] > "4" and "b") or "a")),
    )
    model.batch = batch
    task = JudgedEcho(items(10))
    run(tmp_path / "j", task, {"model": model, "judge": judge}, batch=batch)
    assert len(judge.asked) == len(task.rule.asked) == 2
    assert [s.score.values for s in samples(tmp_path / "j", task)] == [
        {"correct": 1.0, "rule": 1.0, "judge": 1.0}
    ] * 10


def test_graders_are_asked_one_request_at_a_time(tmp_path: Path) -> None:
    task, judge = JudgedEcho(items(8)), say("0")
    model = Scripted(lambda call: Reply(text=call.item.id), batch=4)
    run(tmp_path / "j", task, {"model": model, "judge": judge}, batch=4)
    assert [len(calls) for calls in [*judge.asked, *task.rule.asked]] == [1] * 16


def test_a_judge_that_says_nothing_clear_is_asked_again_and_then_the_grade_is_missing(
    tmp_path: Path,
) -> None:
    task, judge = JudgedEcho(items(1)), say("perhaps")
    assert run(tmp_path / "j", task, {"model": say("a"), "judge": judge}).errored == 1
    assert len(judge.asked) == 3
    (sample,) = samples(tmp_path / "j", task)
    assert sample.score.outcome == "errored"
    assert sample.score.values == {"rule": 1.0}
    assert sample.score.failed == {"judge": "no verdict in 3 tries"}


def test_a_failed_grade_is_asked_again_by_a_rerun_and_the_model_is_not(tmp_path: Path) -> None:
    broken = Scripted(lambda call: Reply(error="HTTP 500"))
    task = JudgedEcho(items(2))
    model = Scripted(lambda call: Reply(text=call.item.id))
    run(tmp_path / "j", task, {"model": model, "judge": broken})
    assert [s.score.failed for s in samples(tmp_path / "j", task)] == [{"judge": "HTTP 500"}] * 2
    again, judge = say("never"), say("1")
    assert run(tmp_path / "j", task, {"model": again, "judge": judge}).errored == 0
    assert again.asked == []
    assert [s.score.values["correct"] for s in samples(tmp_path / "j", task)] == [1.0, 1.0]


def test_a_failed_rule_leaves_the_judges_verdict_standing(tmp_path: Path) -> None:
    slow = Scripted(lambda call: Reply(error="took longer than 5 s"))
    task = JudgedEcho(items(1), rule=slow)
    assert run(tmp_path / "j", task, {"model": say("a"), "judge": say("1")}).errored == 0
    (sample,) = samples(tmp_path / "j", task)
    assert sample.score.values == {"correct": 1.0, "judge": 1.0}
    assert sample.score.failed == {"rule": "took longer than 5 s"}


def test_another_judge_is_asked_and_the_first_ones_verdicts_are_kept(tmp_path: Path) -> None:
    path, task = tmp_path / "j", JudgedEcho(items(3))
    model = Scripted(lambda call: Reply(text=call.item.id))
    run(path, task, {"model": model, "judge": say("1")})
    other = JudgedEcho(items(3), judge="other")
    run(path, other, {"model": model, "judge": say("0")})
    first_again = say("never")
    run(path, task, {"model": model, "judge": first_again})
    assert first_again.asked == []
    assert [s.score.values["judge"] for s in samples(path, task)] == [1.0] * 3
    assert [s.score.values["judge"] for s in samples(path, other)] == [0.0] * 3


def test_without_the_model_kept_replies_are_graded_and_others_are_not_asked(tmp_path: Path) -> None:
    path, task = tmp_path / "j", JudgedEcho(items(3))
    first = JudgedEcho(items(2), judge=None)
    run(path, first, {"model": Scripted(lambda call: Reply(text=call.item.id))})
    run(path, task, {"judge": say("1")})
    outcomes = [(s.score.outcome, s.score.why) for s in samples(path, task)]
    assert outcomes == [("scored", ""), ("scored", ""), ("errored", NOT_ASKED)]


def test_without_a_judge_at_hand_its_samples_are_not_asked_yet(tmp_path: Path) -> None:
    task = JudgedEcho(items(2))
    assert run(tmp_path / "j", task, {"model": say("a")}).errored == 2
    assert {s.score.why for s in samples(tmp_path / "j", task)} == {NOT_ASKED}


def test_a_fatal_error_of_the_judge_ends_the_run_and_keeps_the_replies(tmp_path: Path) -> None:
    def refuse(call: Call) -> Reply:
        raise ModelError("HTTP 401: no such key")

    task = JudgedEcho(items(6))
    model = Scripted(lambda call: Reply(text=call.item.id), batch=3)
    with pytest.raises(ModelError, match="401"):
        run(tmp_path / "j", task, {"model": model, "judge": Scripted(refuse)}, batch=3)
    kept = {e.item for e in read_entries(tmp_path / "j") if e.role == "model"}
    assert kept >= {"en/0", "en/1", "en/2"}


def test_at_the_cost_limit_the_grades_under_way_are_kept(tmp_path: Path) -> None:
    task, path = JudgedEcho(items(4)), tmp_path / "j"
    journal = Journal(path)
    judged = 0

    def limit(entries: object) -> None:
        nonlocal judged
        judged += entries[0].role == "judge"  # type: ignore[index]
        if judged:
            raise CostLimitReached("spent")

    loop = Loop(
        task,
        {
            "rule": task.rule,
            "model": Scripted(lambda call: Reply(text=call.item.id), batch=4),
            "judge": say("1"),
        },
        journal,
        Calls(),
        seed=0,
        wanted=[],
        counts=Counts(),
        on_entries=limit,
    )
    with pytest.raises(CostLimitReached):
        asyncio.run(loop.run(units(task.items, {i.id: 1 for i in task.items}, 4), 1))
    journal.close()
    assert len([e for e in read_entries(path) if e.role == "judge"]) == 4
