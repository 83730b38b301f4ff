import asyncio
import random
from pathlib import Path

import pytest

from rbench.errors import ModelError
from rbench.harness.calls import Calls
from rbench.harness.journal import Journal, read_entries
from rbench.harness.loop import Counts, Loop
from rbench.harness.plan import units
from rbench.harness.replay import replay, wanted_samples
from rbench.harness.types import Call, Reply, Sample
from tests.harness.fakes import EchoTask, Scripted, echo, items


def run(
    path: Path,
    task: EchoTask,
    answerer: Scripted,
    *,
    selection: dict[str, int] | None = None,
    concurrency: int = 4,
) -> Counts:
    """Answer what is missing, as one invocation of the program would."""
    selection = selection or {item.id: 1 for item in task.items}
    calls = Calls(read_entries(path))
    journal = Journal(path)
    counts = Counts()
    loop = Loop(
        task,
        {"model": answerer},
        journal,
        calls,
        seed=0,
        wanted=wanted_samples(task.items, selection),
        counts=counts,
        on_entries=lambda entries: None,
    )
    try:
        asyncio.run(loop.run(units(task.items, selection, answerer.batch), concurrency))
    finally:
        journal.close()
    return counts


def samples(path: Path, task: EchoTask, selection: dict[str, int] | None = None) -> list[Sample]:
    selection = selection or {item.id: 1 for item in task.items}
    calls = Calls(read_entries(path))
    return list(replay(task, wanted_samples(task.items, selection), calls))


@pytest.mark.parametrize("batch", [1, 3, 4])
@pytest.mark.parametrize("rounds", [1, 3])
def test_every_sample_is_asked_its_rounds_once(tmp_path: Path, batch: int, rounds: int) -> None:
    task, model = EchoTask(items(10), rounds), Scripted(batch=batch)
    counts = run(tmp_path / "j", task, model)
    assert counts.done == 10
    assert all(s.score.values == {"correct": 1.0} for s in samples(tmp_path / "j", task))
    assert sorted(c for batch in model.asked for c in batch) == sorted(
        (i.id, 0, r) for i in task.items for r in range(rounds)
    )


def test_a_second_run_asks_nothing(tmp_path: Path) -> None:
    task = EchoTask(items(5), rounds=2)
    run(tmp_path / "j", task, Scripted())
    again = Scripted()
    assert run(tmp_path / "j", task, again).done == 5
    assert again.asked == []


def test_a_larger_selection_asks_only_the_difference(tmp_path: Path) -> None:
    task = EchoTask(items(6))
    run(tmp_path / "j", task, Scripted(), selection={"en/0": 1, "en/1": 1})
    more = Scripted()
    run(tmp_path / "j", task, more, selection={"en/0": 2, "en/1": 1, "en/2": 1})
    assert sorted(c for b in more.asked for c in b) == [("en/0", 1, 0), ("en/2", 0, 0)]


def test_an_errored_sample_is_asked_again_and_its_new_reply_wins(tmp_path: Path) -> None:
    task = EchoTask(items(4))

    def fail_one(call: Call) -> Reply:
        return Reply(error="HTTP 500") if call.item.id == "en/2" else echo(call)

    assert run(tmp_path / "j", task, Scripted(fail_one)).errored == 1
    outcomes = [s.score.outcome for s in samples(tmp_path / "j", task)]
    assert outcomes == ["scored", "scored", "errored", "scored"]
    again = Scripted()
    assert run(tmp_path / "j", task, again).errored == 0
    assert again.asked == [[("en/2", 0, 0)]]
    assert [s.score.outcome for s in samples(tmp_path / "j", task)] == ["scored"] * 4


def test_a_batch_of_which_one_line_is_missing_is_done_again_whole(tmp_path: Path) -> None:
    task, path = EchoTask(items(6)), tmp_path / "j"
    run(path, task, Scripted(batch=3), concurrency=1)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:4]) + lines[4][:20])
    again = Scripted(batch=3)
    run(path, task, again)
    assert again.asked == [[("en/3", 0, 0), ("en/4", 0, 0), ("en/5", 0, 0)]]


def test_replies_to_another_request_are_not_used(tmp_path: Path) -> None:
    run(tmp_path / "j", EchoTask(items(3)), Scripted())
    reworded = tuple(
        type(i)(i.id, i.subset, i.cluster, {"question": i.data["question"] + "?"}) for i in items(3)
    )
    again = Scripted()
    run(tmp_path / "j", EchoTask(reworded), again)
    assert len(again.asked) == 3


def test_a_fatal_error_keeps_what_was_answered(tmp_path: Path) -> None:
    def refuse_later(call: Call) -> Reply:
        if call.item.id == "en/5":
            raise ModelError("HTTP 401: no such key")
        return echo(call)

    with pytest.raises(ModelError, match="401"):
        run(tmp_path / "j", EchoTask(items(8)), Scripted(refuse_later), concurrency=1)
    assert len(list(read_entries(tmp_path / "j"))) == 5


def test_the_order_in_which_replies_arrive_changes_no_sample(tmp_path: Path) -> None:
    task = EchoTask(items(12), rounds=2)

    class Jumbled(Scripted):
        async def answer(self, calls: object) -> list[Reply]:  # type: ignore[override]
            await asyncio.sleep(random.random() / 100)
            return list(await super().answer(calls))  # type: ignore[arg-type]

    run(tmp_path / "a", task, Jumbled(), concurrency=12)
    run(tmp_path / "b", task, Scripted(), concurrency=1)
    assert samples(tmp_path / "a", task) == samples(tmp_path / "b", task)


def test_what_was_not_asked_is_errored_and_says_so(tmp_path: Path) -> None:
    task = EchoTask(items(2))
    run(tmp_path / "j", task, Scripted(), selection={"en/0": 1})
    first, second = samples(tmp_path / "j", task)
    assert first.score.outcome == "scored"
    assert (second.score.outcome, second.score.why) == ("errored", "not asked yet")
