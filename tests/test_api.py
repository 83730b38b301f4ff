import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import rbench
from rbench.errors import ModelError, UsageError
from rbench.harness.types import Call, Reply
from tests.harness.fakes import Scripted


def always_a(prompt: str) -> str:
    return "ANSWER: A" if "ANSWER: X" in prompt else "答案是A"


def run(tmp_path: Path, **options: object) -> rbench.Results:
    options = {"model": "baseline/first", "limit": 3, "out": tmp_path, **options}
    return rbench.evaluate("rbench-t-mini", **options)  # type: ignore[arg-type]


def test_a_run_has_its_files_rows_and_samples(tmp_path: Path) -> None:
    (saved,) = run(tmp_path)
    names = {path.name for path in saved.path.iterdir()}
    whole = {"plan.json", "items.jsonl", "calls.jsonl", "results.json", "costs.json", "env.json"}
    assert whole <= names
    assert len(saved.samples) == 6
    assert {row.subset for row in saved.rows if row.metric == "accuracy"} >= {"en", "zh", "mean"}
    again = rbench.load_run(saved.path)
    assert again.results == saved.results
    assert again.samples == saved.samples


def test_frames_have_a_line_per_row_and_per_sample(tmp_path: Path) -> None:
    results = run(tmp_path, model=["baseline/first", "baseline/uniform"])
    rows, samples = results.to_pandas(), results.to_pandas("samples")
    assert len(rows) == len(results.rows)
    assert list(samples["model"]) == ["baseline/first"] * 6 + ["baseline/uniform"] * 6
    assert set(samples["outcome"]) == {"scored"}
    assert samples["prompt"].str.contains("ANSWER: X|答案是X").all()


def test_it_works_inside_a_running_event_loop(tmp_path: Path) -> None:
    async def notebook() -> rbench.Results:
        return run(tmp_path)

    assert asyncio.run(notebook()).complete


def test_a_function_is_a_model(tmp_path: Path) -> None:
    (saved,) = run(tmp_path, model=always_a)
    assert {s.score.answer for s in saved.samples} == {"A"}
    assert saved.results["model"] == "python:always_a"


def test_results_hold_nothing_that_a_clock_measured(tmp_path: Path) -> None:
    (one,) = run(tmp_path / "a")
    (two,) = run(tmp_path / "b")
    assert (one.path / "results.json").read_bytes() == (two.path / "results.json").read_bytes()


def test_the_same_call_again_asks_nothing(tmp_path: Path) -> None:
    model = Scripted(lambda call: Reply(text="ANSWER: A"))
    (one,) = run(tmp_path, model=model)
    before = (one.path / "results.json").read_bytes()
    run(tmp_path, model=model)
    assert len(model.asked) == 6
    assert (one.path / "results.json").read_bytes() == before


def test_a_larger_limit_adds_and_a_smaller_one_takes_nothing_away(tmp_path: Path) -> None:
    model = Scripted(lambda call: Reply(text="ANSWER: A"))
    run(tmp_path, model=model, limit=2)
    (larger,) = run(tmp_path, model=model, limit=5)
    assert len(model.asked) == 10
    (smaller,) = run(tmp_path, model=model, limit=1)
    assert len(model.asked) == 10
    assert larger.path == smaller.path
    assert len(smaller.samples) == 10


def test_a_larger_run_in_steps_equals_one_at_once(tmp_path: Path) -> None:
    run(tmp_path / "steps", model="baseline/uniform", limit=2)
    run(tmp_path / "steps", model="baseline/uniform", limit=4)
    (steps,) = run(tmp_path / "steps", model="baseline/uniform", limit=4, repeats=2)
    (once,) = run(tmp_path / "once", model="baseline/uniform", limit=4, repeats=2)
    assert (steps.path / "results.json").read_bytes() == (once.path / "results.json").read_bytes()


def test_an_interrupted_larger_run_does_not_burden_a_smaller_one(tmp_path: Path) -> None:
    def break_late(call: object) -> Reply:
        if len(model.asked) > 4:
            raise ModelError("gone")
        return Reply(text="ANSWER: A")

    model = Scripted(break_late)
    with pytest.raises(ModelError):
        run(tmp_path, model=model, limit=10, concurrency=1)
    model.reply = lambda call: Reply(text="ANSWER: A")
    (small,) = run(tmp_path, model=model, limit=2)
    assert len(small.samples) == 4
    assert small.results["status"] == "complete"


def test_errors_make_the_run_incomplete_until_they_are_gone(tmp_path: Path) -> None:
    def fail(call: object) -> Reply:
        return Reply(error="HTTP 500") if len(model.asked) == 1 else Reply(text="ANSWER: A")

    model = Scripted(fail)
    results = run(tmp_path, model=model, concurrency=1)
    assert not results.complete
    assert results[0].results["reasons"] == {"errored": {"HTTP 500": 1}}
    assert run(tmp_path, model=model).complete
    assert len(model.asked) == 7


def test_a_tolerated_error_leaves_the_run_complete(tmp_path: Path) -> None:
    def fail(call: object) -> Reply:
        return Reply(error="HTTP 500") if len(model.asked) == 1 else Reply(text="ANSWER: A")

    model = Scripted(fail)
    results = run(tmp_path, model=model, concurrency=1, max_error_rate=0.2)
    assert results.complete
    assert results[0].rows[0].value is not None


def test_a_model_without_identity_is_never_resumed(tmp_path: Path) -> None:
    model = Scripted(lambda call: Reply(text="ANSWER: A"), identity=None)
    (one,) = run(tmp_path, model=model)
    (two,) = run(tmp_path, model=model)
    assert one.path != two.path
    assert len(model.asked) == 12


def test_fresh_asks_again_and_keeps_the_old_replies(tmp_path: Path) -> None:
    model = Scripted(lambda call: Reply(text="ANSWER: A"))
    run(tmp_path, model=model)
    (saved,) = run(tmp_path, model=model, fresh=True)
    assert len(model.asked) == 12
    assert (saved.path / "calls.1.jsonl").exists()


def test_a_dry_run_asks_nothing_and_writes_nothing(tmp_path: Path) -> None:
    model = Scripted()
    assert len(run(tmp_path / "runs", model=model, dry_run=True)) == 0
    assert model.asked == []
    assert not (tmp_path / "runs").exists()


def test_scoring_again_gives_the_same_bytes(tmp_path: Path) -> None:
    (saved,) = run(tmp_path, model="baseline/uniform", repeats=3)
    before = {n: (saved.path / n).read_bytes() for n in ("results.json", "plan.json")}
    saved.write_scores()
    assert {n: (saved.path / n).read_bytes() for n in before} == before


def test_scoring_an_interrupted_run_counts_what_is_missing_as_errored(tmp_path: Path) -> None:
    (saved,) = run(tmp_path)
    (saved.path / "results.json").unlink()
    lines = (saved.path / "calls.jsonl").read_text().splitlines(keepends=True)
    (saved.path / "calls.jsonl").write_text("".join(lines[:4]))
    results = rbench.load_run(saved.path).results
    assert results["status"] == "incomplete"
    assert results["reasons"]["errored"] == {"not asked yet": 2}


def test_one_subset_is_a_selection_of_the_same_run(tmp_path: Path) -> None:
    (part,) = rbench.evaluate("rbench-t-mini/zh", model="baseline/first", limit=2, out=tmp_path)
    assert {s.item.subset for s in part.samples} == {"zh"}
    (whole,) = run(tmp_path, limit=2)
    assert whole.path == part.path
    assert len(whole.samples) == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "openay/gpt"}, "did you mean 'openai'"),
        ({"model": "gpt-4o"}, "PROVIDER/NAME"),
        ({"model": "baseline/unifrom"}, "did you mean 'uniform'"),
        ({"model_options": {"temperature": 0}}, "it takes none"),
        ({"task_options": {"promt": "official"}}, "did you mean 'prompt'"),
        ({"task_options": {"prompt": "best"}}, "rbench, official"),
        ({"limit": 0}, "--limit"),
        ({"repeats": 0}, "--repeats"),
        ({"concurrency": 0}, "--concurrency"),
        ({"max_error_rate": 2}, "--max-error-rate"),
        ({"max_retries": -1}, "--max-retries"),
        ({"cost_limit": 1.0}, "--prices"),
        ({"prompt_files": {"fr": "x"}}, "no prompt 'fr'"),
    ],
)
def test_bad_options_are_one_sentence_before_anything_is_asked(
    tmp_path: Path, options: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        run(tmp_path, **options)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_task_gets_the_nearest_names(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'rbench-t"):
        rbench.evaluate("rbench-tt", model="baseline/first", out=tmp_path)


def test_money_is_counted_and_limits_the_run(tmp_path: Path) -> None:
    prices = tmp_path / "prices.json"
    prices.write_text(json.dumps({"Scripted": {"input": 1e6, "output": 0}}))
    model = Scripted(lambda call: Reply(text="ANSWER: A", usage={"input": 1}))
    with pytest.raises(rbench.RbenchError, match="--cost-limit") as raised:
        run(tmp_path / "runs", model=model, prices=prices, cost_limit=2.5, concurrency=1)
    assert raised.value.exit_code == 3
    assert len(model.asked) == 3
    (saved,) = run(tmp_path / "runs", model=model, prices=prices)
    assert len(model.asked) == 6
    assert json.loads((saved.path / "costs.json").read_text())["dollars"] == 6


def test_a_task_of_the_users_own_file_runs_and_is_scored_again(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from rbench.tasks.rbench_t_mini import RBenchTMini\n"
        "class Mine(RBenchTMini):\n"
        "    name = 'mine'\n"
    )
    (saved,) = rbench.evaluate(f"{file}@Mine", model="baseline/first", limit=1, out=tmp_path)
    assert saved.path.parent.name == "mine"
    assert rbench.load_run(saved.path).rescored() == saved.results


def test_what_is_under_way_at_the_cost_limit_is_kept(tmp_path: Path) -> None:
    prices = tmp_path / "prices.json"
    prices.write_text(json.dumps({"Slow": {"input": 1e6, "output": 0}}))

    class Slow(Scripted):
        async def answer(self, calls: Sequence[Call]) -> Sequence[Reply]:
            replies = await super().answer(calls)
            await asyncio.sleep(0.01 * len(self.asked))
            return replies

    model = Slow(lambda call: Reply(text="ANSWER: A", usage={"input": 1}))
    with pytest.raises(rbench.RbenchError, match="--cost-limit"):
        run(tmp_path, model=model, limit=20, prices=prices, cost_limit=2.0, concurrency=6)
    (journal,) = tmp_path.glob("*/*/calls.jsonl")
    assert len(journal.read_text().splitlines()) == len(model.asked) <= 8


def test_the_cost_limit_is_for_all_models_and_tasks_of_the_call(tmp_path: Path) -> None:
    prices = tmp_path / "prices.json"
    prices.write_text(json.dumps({"Scripted": {"input": 1e6, "output": 0}}))
    model = Scripted(lambda call: Reply(text="ANSWER: A", usage={"input": 1}))
    tasks = ["rbench-t-mini/en", "rbench-t-mini/zh"]
    with pytest.raises(rbench.RbenchError, match="--cost-limit") as raised:
        rbench.evaluate(
            tasks, model=model, limit=4, out=tmp_path, prices=prices, cost_limit=6, concurrency=1
        )
    assert len(model.asked) == 6
    assert len(raised.value.finished) == 1


def test_replies_without_a_count_of_tokens_have_no_known_cost(tmp_path: Path) -> None:
    prices = tmp_path / "prices.json"
    prices.write_text(json.dumps({"Scripted": {"input": 1, "output": 1}}))
    (saved,) = run(tmp_path, model=Scripted(lambda c: Reply(text="ANSWER: A")), prices=prices)
    assert json.loads((saved.path / "costs.json").read_text())["dollars"] is None


def test_a_model_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    def gone(call: Call) -> Reply:
        raise ModelError("HTTP 401: no such key")

    broken = Scripted(gone, identity={"model": "broken"})
    with pytest.raises(ModelError, match="401") as raised:
        run(tmp_path, model=[broken, "baseline/first"])
    (finished,) = raised.value.finished
    assert isinstance(finished, rbench.SavedRun)
    assert finished.results["model"] == "baseline/first"


def test_an_edited_adapter_is_another_model(tmp_path: Path) -> None:
    file = tmp_path / "parrot.py"
    source = (
        "from rbench.harness.options import NoOptions\n"
        "from rbench.harness.types import Reply\n"
        "class Parrot:\n"
        "    Options, batch, max_concurrency = NoOptions, 1, None\n"
        "    identity, settings = {'model': 'parrot'}, {}\n"
        "    def __init__(self, name, options): pass\n"
        "    async def answer(self, calls): return [Reply(text='ANSWER: A') for _ in calls]\n"
        "    async def close(self): pass\n"
    )
    answers = []
    for letter in "AB":
        file.write_text(source.replace("ANSWER: A", f"ANSWER: {letter}"))
        (saved,) = run(tmp_path / "runs", model=f"{file}@Parrot")
        answers.append({s.score.answer for s in saved.samples})
    assert answers == [{"A"}, {"B"}]


def test_an_adapter_that_raises_costs_its_samples_only(tmp_path: Path) -> None:
    def break_one(call: Call) -> Reply:
        if call.item.id == "en/1":
            raise RuntimeError("no such tensor")
        if call.item.id == "en/2":
            return Reply(option_scores={"logprob": {"A": float("nan"), "B": 0.0}})
        return Reply(text="ANSWER: A")

    (saved,) = run(tmp_path, model=Scripted(break_one))
    assert saved.results["reasons"]["errored"] == {
        "RuntimeError: no such tensor": 1,
        "the logprob of option A is nan, not a number": 1,
    }
    assert saved.results["outcomes"]["scored"] == 4


def test_a_failed_redo_of_a_batch_takes_no_answer_away(tmp_path: Path) -> None:
    def fail_one(call: Call) -> Reply:
        return Reply(error="HTTP 500") if call.item.id == "en/2" else Reply(text="ANSWER: A")

    model = Scripted(fail_one, batch=4)
    (first,) = run(tmp_path, model=model, limit=4)
    model.reply = lambda call: Reply(error="HTTP 500")
    (second,) = run(tmp_path, model=model, limit=4)
    assert second.results["outcomes"] == first.results["outcomes"]


def test_a_repeated_question_weighs_no_more_than_the_others(tmp_path: Path) -> None:
    def right_on_one(call: Call) -> Reply:
        gold = call.item.data["gold"]
        return Reply(text=f"ANSWER: {gold if call.item.cluster == '1' else 'no'}")

    model = Scripted(right_on_one)
    run(tmp_path, model=model, limit=1, repeats=9)
    (saved,) = run(tmp_path, model=model, limit=10)
    row = next(r for r in saved.rows if (r.subset, r.metric) == ("en", "accuracy"))
    assert row.value == pytest.approx(0.1)


def test_bad_selections_of_a_later_task_are_refused_before_the_first_is_asked(
    tmp_path: Path,
) -> None:
    model = Scripted()
    with pytest.raises(UsageError, match="xx"):
        rbench.evaluate(["rbench-t-mini/en", "rbench-t-mini/xx"], model=model, out=tmp_path)
    assert model.asked == []


def test_a_run_that_is_there_shows_the_selection_of_its_results(tmp_path: Path) -> None:
    def break_late(call: Call) -> Reply:
        if len(model.asked) > 6:
            raise ModelError("gone")
        return Reply(text="ANSWER: A")

    model = Scripted(break_late)
    (small,) = run(tmp_path, model=model, limit=2)
    before = (small.path / "results.json").read_bytes()
    with pytest.raises(ModelError):
        run(tmp_path, model=model, limit=10, concurrency=1)
    saved = rbench.load_run(small.path)
    assert len(saved.samples) == 4
    saved.write_scores()
    assert (small.path / "results.json").read_bytes() == before


def test_offline_is_over_when_the_call_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    run(tmp_path, offline=True)
    assert "HF_HUB_OFFLINE" not in os.environ


def test_an_interrupt_in_a_notebook_ends_the_run(tmp_path: Path) -> None:
    code = (
        "import asyncio, os, signal, sys, threading, rbench\n"
        "from rbench.harness.types import Reply\n"
        "from tests.harness.fakes import Scripted\n"
        "class Slow(Scripted):\n"
        "    async def answer(self, calls):\n"
        "        if len(self.asked) == 2: os.kill(os.getpid(), signal.SIGINT)\n"
        "        await asyncio.sleep(0.05)\n"
        "        return await super().answer(calls)\n"
        "model = Slow(lambda call: Reply(text='ANSWER: A'))\n"
        "async def cell():\n"
        "    try:\n"
        "        rbench.evaluate(model=model, concurrency=1, out=sys.argv[1])\n"
        "    except KeyboardInterrupt:\n"
        "        print('interrupted after', len(model.asked), model.closed)\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "loop = asyncio.new_event_loop()\n"
        "loop.run_until_complete(cell())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    first, _, count, closed = done.stdout.split()
    assert (first, closed) == ("interrupted", "True")
    assert int(count) < 20
