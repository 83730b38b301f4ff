"""Open questions through the real loop: model, rule in its worker process, judge, journal."""

import asyncio
from pathlib import Path

from rbench.harness.calls import Calls
from rbench.harness.journal import Journal, read_entries
from rbench.harness.loop import Counts, Loop
from rbench.harness.plan import units
from rbench.harness.replay import replay, wanted_samples
from rbench.harness.types import Answerer, Call, Reply, Role, Sample
from rbench.tasks.final_answer import FinalAnswerTask
from tests.harness.fakes import Scripted
from tests.tasks.answer_fakes import JUDGE, is_extraction, make_task, question

ROOT, PLAIN = question(1, "x^2+2x+1"), question(2, "12", category="game")
TASK = make_task([ROOT, PLAIN], judge=JUDGE)
REPEATS = 2


def model(call: Call) -> Reply:
    if call.item is PLAIN:
        return Reply(text="I count them.\n\\boxed{12}")
    return Reply(text="\\boxed{(x+1)^2}")


def judge(call: Call) -> Reply:
    if is_extraction(call.ask):
        return Reply(text="twelve" if "12" in str(call.ask.request) else "a square")
    return Reply(text="1" if call.ask.request["try"] else "I should say 1")


def run(path: Path, task: FinalAnswerTask, answerers: dict[Role, Answerer]) -> list[Sample]:
    selection = {item.id: REPEATS for item in task.items}
    wanted = wanted_samples(task.items, selection)
    graders = task.graders()

    async def answer_all(journal: Journal) -> None:
        loop = Loop(
            task,
            {**graders, **answerers},
            journal,
            Calls(read_entries(path)),
            seed=0,
            wanted=wanted,
            counts=Counts(),
            on_entries=lambda entries: None,
        )
        await loop.run(units(task.items, selection, 1), 4)
        for grader in graders.values():
            await grader.close()

    journal = Journal(path)
    try:
        asyncio.run(answer_all(journal))
    finally:
        journal.close()
    return list(replay(task, wanted, Calls(read_entries(path))))


def test_every_grader_grades_and_equal_requests_are_asked_once(tmp_path: Path) -> None:
    asked, judged = Scripted(model), Scripted(judge)
    samples = run(tmp_path / "j", TASK, {"model": asked, "judge": judged})
    assert len(asked.asked) == 2 * REPEATS
    # Two replies: an extraction each, then a try that is unclear and one that is a verdict.
    assert len(judged.asked) == 2 * 3
    assert [s.score.outcome for s in samples] == ["scored"] * 4
    assert all(s.score.values == {"correct": 1.0, "rule": 1.0, "judge": 1.0} for s in samples)
    roles = {s.item.id: [ask.role for ask in s.asks] for s in samples}
    assert roles[ROOT.id] == ["model", "rule", "judge", "judge", "judge"]
    assert roles[PLAIN.id] == ["model", "judge", "judge", "judge"]


def test_another_judge_asks_neither_the_model_nor_the_rule_again(tmp_path: Path) -> None:
    run(tmp_path / "j", TASK, {"model": Scripted(model), "judge": Scripted(judge)})
    again, other = Scripted(model), Scripted(lambda call: Reply(text="0"))
    task = TASK.with_judge({**JUDGE, "identity": {"model": "other"}}, None)
    samples = run(tmp_path / "j", task, {"model": again, "judge": other})
    assert again.asked == []
    assert len(other.asked) == 2 * 2
    assert all(s.score.values == {"correct": 0.0, "rule": 1.0, "judge": 0.0} for s in samples)
    entries = read_entries(tmp_path / "j")
    assert sum(entry.role == "rule" for entry in entries) == 1


def test_without_the_judge_the_rule_is_the_headline_again(tmp_path: Path) -> None:
    run(tmp_path / "j", TASK, {"model": Scripted(model), "judge": Scripted(judge)})
    samples = run(tmp_path / "j", TASK.with_judge(None, None), {"model": Scripted(model)})
    assert all(s.score.values == {"correct": 1.0, "rule": 1.0} for s in samples)
