"""Runs with a judge, from start to end: which errors count, who is asked again, several runs."""

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import rbench
from rbench.cli import main
from rbench.errors import UsageError
from rbench.evaluation.judging import open_judge
from rbench.evaluation.scoring import score_runs
from rbench.harness.monitor import Silent
from rbench.harness.types import Call, Reply
from rbench.metrics.answers.algebra import Algebra, AlgebraError
from tests.harness.fakes import Scripted

QUESTIONS = 6


class Own(Scripted):
    """Passes for an adapter of rbench's own: hashing all that a test imports takes seconds."""

    __module__ = "rbench.scripted"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    rows = [
        {"question": f"What is it, {i}?", "answer": "x^2+2x+1", "catagory": "Math", "image": None}
        for i in range(QUESTIONS)
    ]
    (folder / "full.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def squares(call: Call) -> Reply:
    return Reply(text=f"{call.item.id}: \\boxed{{(x+1)^2}}")


def judging(verdict: Callable[[Call], str] = lambda call: "1") -> Own:
    """A judge that extracts what is in the box."""

    def judge(call: Call) -> Reply:
        text = call.ask.request["messages"][-1]["content"]
        return Reply(text="(x+1)^2" if "\\boxed{" in text else verdict(call))

    return Own(judge, identity={"model": "judge"})


def evaluate(data: Path, out: Path, model: object, **given: object) -> rbench.SavedRun:
    (run,) = rbench.evaluate("rbench-v", model=model, data=data, out=out, **given)  # type: ignore[arg-type]
    return run


@pytest.mark.parametrize("tolerated", [0.0, 0.9])
def test_a_rule_that_took_too_long_is_never_a_wrong_answer_of_the_rule(
    data: Path, tmp_path: Path, tolerated: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(*_: object) -> bool:
        raise AlgebraError("took longer than 5 s of processor time")

    monkeypatch.setattr(Algebra, "equal", too_long)
    out = tmp_path / "runs"
    run = evaluate(data, out, Own(squares), judge=judging(), max_error_rate=tolerated)
    assert run.results["status"] == "complete"
    assert run.results["ungraded"]["rule"] == {"took longer than 5 s of processor time": QUESTIONS}
    found = {row.metric: row for row in run.rows if row.subset == "overall"}
    assert found["accuracy"].value == found["accuracy/judge"].value == 1.0
    rule = found["accuracy/rule"]
    assert (rule.value, rule.low, rule.high, rule.errored) == (None, 0.0, 1.0, QUESTIONS)
    assert (found["agreement"].n, found["kappa"].value) == (0, None)


def test_spent_tries_are_not_promised_again(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unclear = judging(lambda call: "perhaps" if ", 3?" in str(call.ask.request) else "1")
    out = tmp_path / "runs"
    run = evaluate(data, out, Own(squares), judge=unclear)
    assert run.results["outcomes"]["errored"] == 1
    assert main(["score", str(run.path)]) == 3
    said = capsys.readouterr().out
    assert "the judge has used up its tries" in said
    assert "the same command asks them again" not in said
    again = judging(lambda call: "0")
    evaluate(data, out, Own(squares), judge=again)
    assert again.asked == []


def test_what_failed_at_the_judge_is_promised_and_asked_again(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = Own(lambda call: Reply(error="HTTP 500"), identity={"model": "judge"})
    run = evaluate(data, tmp_path / "runs", Own(squares), judge=broken)
    assert main(["score", str(run.path)]) == 3
    assert "the same command asks them again" in capsys.readouterr().out
    run = evaluate(data, tmp_path / "runs", Own(squares), judge=judging())
    assert run.results["outcomes"]["scored"] == QUESTIONS


def tell(data: Path, tmp_path: Path) -> list[rbench.SavedRun]:
    """Two runs of the task, and one of a task without a judge."""
    out = tmp_path / "runs"
    first = evaluate(data, out, Own(squares))
    blind = evaluate(data, out, Own(squares), task_options={"images": "omit"})
    (letters,) = rbench.evaluate("rbench-t-mini", model="baseline/first", limit=1, out=out)
    return [letters, first, blind]  # type: ignore[list-item]


class OfOneLoop(Own):
    """Connects at its first call, and is of no use to any other event loop until it is closed."""

    __module__ = "rbench.scripted"
    connected: asyncio.AbstractEventLoop | None = None

    async def answer(self, calls: Sequence[Call]) -> Sequence[Reply]:
        loop = asyncio.get_running_loop()
        self.connected = self.connected or loop
        assert self.connected is loop
        return await super().answer(calls)

    async def close(self) -> None:
        self.connected = None
        await super().close()


def test_one_judge_scores_several_runs_and_leaves_alone_what_needs_none(
    data: Path, tmp_path: Path
) -> None:
    runs = tell(data, tmp_path)
    kept = [run.results for run in runs]
    judge = OfOneLoop(judging().reply, identity={"model": "judge"})
    notes = Silent()
    said: list[str] = []
    notes.note = said.append  # type: ignore[method-assign]
    score_runs(runs, None, open_judge(judge, {}), None, notes)
    assert said == [f"{runs[0].path} is scored without the judge"]
    again = [rbench.load_run(run.path).results for run in runs]
    assert again[0] == kept[0]
    for results in again[1:]:
        assert results["status"] == "complete"
        assert results["protocol"]["judge"]["identity"] == {"model": "judge"}
    assert judge.closed
    assert judge.connected is None


def test_a_judge_that_no_run_needs_is_refused_before_anything_is_written(
    data: Path, tmp_path: Path
) -> None:
    letters = tell(data, tmp_path)[0]
    judge = judging()
    with pytest.raises(UsageError, match="rbench-t-mini is scored without a judge"):
        score_runs([letters], None, open_judge(judge, {}), None, Silent())
    assert judge.asked == []


def test_a_model_that_takes_one_call_at_a_time_does_not_make_the_judge_wait(
    data: Path, tmp_path: Path
) -> None:
    model = Own(squares)
    model.max_concurrency = 1
    meeting = asyncio.Event()

    class Together(Own):
        """Says nothing before two calls are under way."""

        __module__ = "rbench.scripted"
        under_way = 0

        async def answer(self, calls: Sequence[Call]) -> Sequence[Reply]:
            self.under_way += 1
            if self.under_way > 1:
                meeting.set()
            await asyncio.wait_for(meeting.wait(), 20)
            return await super().answer(calls)

    judge = Together(judging().reply, identity={"model": "judge"})
    run = evaluate(data, tmp_path / "runs", model, judge=judge)
    assert run.results["outcomes"]["scored"] == QUESTIONS
