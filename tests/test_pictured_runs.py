"""Questions with pictures from the command line's point of view: shown, left out, judged."""

import base64
import io
import json
from pathlib import Path

import pytest
from PIL import Image

import rbench
from rbench.cli import main
from rbench.errors import UsageError
from rbench.harness.types import Call, Reply
from tests.harness.fakes import Scripted

ROWS = (
    ("What is half of it?", r"1/2", "Math"),
    ("How many are there?", "12", "Counting"),
    ("Who is it? A: Duck B: Fish", "A", "Game"),
    ("How long is it?", "3 cm", "Physics"),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    lines = []
    for i, (question, answer, category) in enumerate(ROWS):
        file = io.BytesIO()
        Image.new("RGB", (40 + i, 30), (10 * i, 200, 30)).save(file, "PNG")
        image = base64.b64encode(file.getvalue()).decode()
        row = {"question": question, "answer": answer, "catagory": category, "image": image}
        lines.append(json.dumps(row) + "\n")
    (folder / "full.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


def seeing(call: Call) -> Reply:
    """Answer right where a picture is shown, and `7` where none is."""
    content = call.ask.request["messages"][-1]["content"]
    if isinstance(content, str):
        return Reply(text="\\boxed{7}")
    assert call.blobs is not None
    assert Image.open(io.BytesIO(call.blobs.read(call.item.blobs[0]))).height == 30
    return Reply(text=f"So \\boxed{{{call.item.data['gold']}}}")


def evaluate(data: Path, out: Path, model: Scripted, **given: object) -> rbench.SavedRun:
    (run,) = rbench.evaluate("rbench-v", model=model, data=data, out=out, **given)  # type: ignore[arg-type]
    return run


def values(run: rbench.SavedRun, metric: str) -> dict[str, float | None]:
    return {r.subset: r.value for r in run.rows if r.metric == metric and ":" not in r.subset}


def test_the_model_sees_the_pictures_and_the_run_keeps_them(data: Path, tmp_path: Path) -> None:
    run = evaluate(data, tmp_path / "runs", Scripted(seeing))
    assert values(run, "accuracy")["overall"] == 1.0
    kept = {path.name for path in (run.path / "blobs").iterdir()}
    assert kept == {name for sample in run.samples for name in sample.item.blobs}
    assert len(kept) == 4


def test_a_blind_run_is_another_run_and_the_difference_is_told(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = evaluate(data, tmp_path / "runs", Scripted(seeing))
    blind = evaluate(data, tmp_path / "runs", Scripted(seeing), task_options={"images": "omit"})
    assert blind.path != seen.path
    assert blind.results["protocol_id"] != seen.results["protocol_id"]
    assert values(blind, "accuracy")["overall"] == 0.0
    assert main(["score", str(tmp_path / "runs")]) == 0
    out = capsys.readouterr().out
    assert "Scripted (blind)" in out
    assert "How much the pictures matter" in out
    assert "+100.0" in out
    assert main(["report", str(seen.path)]) == 0
    assert "How much the pictures matter" in (seen.path / "report.html").read_text()


def test_a_model_that_reads_text_only_is_refused_before_anything_is_asked(
    data: Path, tmp_path: Path
) -> None:
    model = Scripted(seeing)
    model.reads_images = False  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match=r"reads text only.*images=omit"):
        evaluate(data, tmp_path / "runs", model)
    assert model.asked == []
    assert len(evaluate(data, tmp_path / "runs", model, task_options={"images": "omit"}).rows) > 0


def say(**verdicts: str) -> Scripted:
    """A judge that extracts what is in the box and has a verdict on each category's question."""
    known = {row[0]: verdicts[row[2].lower()] for row in ROWS} if verdicts else {}

    def judge(call: Call) -> Reply:
        text = call.ask.request["messages"][-1]["content"]
        if "\\boxed{" in text:
            return Reply(text=text.rpartition("\\boxed{")[2].partition("}")[0])
        return Reply(text=next(verdict for asked, verdict in known.items() if asked in text))

    return Scripted(judge, identity={"model": "judge"})


def wordy(call: Call) -> Reply:
    """Answer right in other words than the key's."""
    said = {"math": "0.5", "counting": "a dozen", "game": "Duck", "physics": "30 mm"}
    return Reply(text=f"\\boxed{{{said[call.item.subset]}}}")


def test_a_judge_stands_beside_the_rule_and_is_the_headline(data: Path, tmp_path: Path) -> None:
    judge = say(math="1", counting="1", game="1", physics="1")
    run = evaluate(data, tmp_path / "runs", Scripted(wordy), judge=judge, concurrency=1)
    assert values(run, "accuracy")["overall"] == values(run, "accuracy/judge")["overall"] == 1.0
    assert values(run, "accuracy/rule")["overall"] == 0.75  # "a dozen" is not read as 12
    assert values(run, "agreement")["overall"] == 0.75
    assert judge.closed
    assert run.results["protocol"]["judge"]["identity"]["model"] == "judge"


def test_scoring_again_with_a_judge_asks_no_model_and_equals_having_judged_at_once(
    data: Path, tmp_path: Path
) -> None:
    from rbench.evaluation.judging import open_judge

    model = Scripted(wordy)
    run = evaluate(data, tmp_path / "later", model)
    asked = len(model.asked)
    judge = say(math="1", counting="0", game="1", physics="0")
    run.write_scores(judge=open_judge(judge, {}))
    at_once = evaluate(
        data,
        tmp_path / "at_once",
        Scripted(wordy),
        judge=say(math="1", counting="0", game="1", physics="0"),
        concurrency=1,
    )
    assert len(model.asked) == asked
    assert rbench.load_run(run.path).results["rows"] == at_once.results["rows"]
    assert rbench.load_run(run.path).results["protocol_id"] == at_once.results["protocol_id"]
    again = say()
    rbench.load_run(run.path).write_scores(judge=open_judge(again, {}))  # type: ignore[call-arg]
    assert again.asked == []


def test_what_the_judge_cannot_decide_leaves_bounds_and_exit_code_3(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judge = tmp_path / "judge.py"
    judge.write_text("def judge(prompt):\n    return 'I cannot say'\n")
    replies = tmp_path / "model.py"
    replies.write_text("def answer(messages):\n    return '\\\\boxed{0.5}'\n")
    arguments = ["evaluate", "rbench-v", "--data", str(data), "--out", str(tmp_path / "runs")]
    arguments += ["--model", f"{replies}@answer", "-M", "input=messages", "--no-report"]
    assert main([*arguments, "--judge", f"{judge}@judge"]) == 3
    out = capsys.readouterr().out
    assert "no verdict in 5 tries" in out
    assert "0.0 to 100.0" in out
    (run,) = (tmp_path / "runs/rbench-v").iterdir()
    results = rbench.load_run(run).results
    assert results["status"] == "incomplete"
    assert sum(results["ungraded"]["judge"].values()) == 4
    assert any(r["metric"] == "accuracy/rule" and r["value"] == 0.25 for r in results["rows"])


def test_a_judge_for_tasks_without_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="rbench-t-mini is scored without a judge"):
        rbench.evaluate("rbench-t-mini", judge="baseline/first", out=tmp_path)
    with pytest.raises(UsageError, match="--judge-arg is for a judge"):
        rbench.evaluate("rbench-t-mini", judge_options={"a": 1}, out=tmp_path)
