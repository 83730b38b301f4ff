import re
from pathlib import Path

import pytest

import rbench
from rbench.cli import main
from rbench.cli.print_results import print_results, remarks
from rbench.errors import ModelError
from rbench.harness.types import Call, Reply
from tests.harness.fakes import Scripted

Capture = pytest.CaptureFixture[str]


def evaluate(out: Path, model: Scripted, **options: object) -> rbench.SavedRun:
    (run,) = rbench.evaluate("rbench-t-mini", model=model, limit=10, out=out, **options)  # type: ignore[arg-type]
    return run


def test_many_reasons_are_cut_to_the_most_frequent_and_fit_a_line(tmp_path: Path) -> None:
    def fail(call: Call) -> Reply:
        common = call.item.subset == "zh"
        return Reply(error="HTTP 500" if common else f"{call.item.id} broke\n" + "x" * 500)

    lines = remarks(evaluate(tmp_path, Scripted(fail)).results)
    errored = next(line for line in lines if line.startswith("errored: "))
    assert errored.startswith("errored: HTTP 500 (10), ")
    assert errored.endswith("and 6 other reasons")
    assert all("\n" not in line and len(line) < 700 for line in lines)


def test_what_was_not_asked_is_not_said_to_have_failed(tmp_path: Path) -> None:
    def stop(call: Call) -> Reply:
        if len(model.asked) > 5:
            raise ModelError("gone")
        return Reply(text="ANSWER: A")

    model = Scripted(stop)
    with pytest.raises(ModelError):
        evaluate(tmp_path, model, concurrency=1)
    (plan,) = tmp_path.glob("*/*/plan.json")
    (first, *_) = remarks(rbench.load_run(plan.parent).results)
    assert first.startswith("INCOMPLETE: 15 of 20 were not asked yet, so there are only bounds")


def test_tolerated_errors_stand_beside_the_value_with_their_bound(
    tmp_path: Path, capsys: Capture
) -> None:
    def fail(call: Call) -> Reply:
        return Reply(error="HTTP 500") if call.item.cluster == "1" else Reply(text="ANSWER: A")

    print_results([evaluate(tmp_path, Scripted(fail), max_error_rate=0.5)])
    out = capsys.readouterr().out
    assert re.search(r"\| en +\| +10 \| +\d+\.\d \(to \d+\.\d\)", out)
    assert "2 of 20 samples errored and count as wrong, as tolerated." in out


def test_tokens_are_printed_after_a_run(tmp_path: Path, capsys: Capture) -> None:
    model = Scripted(lambda call: Reply(text="ANSWER: A", usage={"input": 100, "output": 7}))
    print_results([evaluate(tmp_path, model)])
    assert "tokens: 2,000 input, 140 output" in capsys.readouterr().out


def test_protocols_that_differ_are_named_under_the_table(tmp_path: Path, capsys: Capture) -> None:
    chooser = Scripted(
        lambda call: Reply(option_scores={"logprob": {"A": -1.0, "B": -2.0}}),
        settings={"response": "loglikelihood", "options": "letters"},
    )
    writer = Scripted(lambda call: Reply(text="ANSWER: A"))
    print_results([evaluate(tmp_path, chooser), evaluate(tmp_path, writer)])
    out = capsys.readouterr().out
    assert "2 protocols, which differ in response (loglikelihood/letters / generate)" in out


def test_a_smaller_request_says_that_the_run_holds_more(tmp_path: Path, capsys: Capture) -> None:
    common = ["evaluate", "--model", "baseline/first", "--out", str(tmp_path), "--no-report"]
    main([*common, "--limit", "3"])
    capsys.readouterr()
    main([*common, "--limit", "1"])
    assert "the run holds more questions than the 2 asked for now" in capsys.readouterr().err


def test_going_on_after_an_interrupt_is_not_starting_over(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rbench.api.evaluate", interrupt)
    monkeypatch.setattr("sys.argv", ["rbench", "evaluate", "--fresh", "--limit", "3"])
    assert main(["evaluate", "--fresh", "--limit", "3"]) == 130
    err = capsys.readouterr().err
    assert "rbench evaluate --limit 3" in err
    assert "--fresh" not in err
