"""`rbench leaderboard`."""

import io
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import rbench
from rbench.cli import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs")
    rbench.evaluate("rbench-t-mini", model=["baseline/first", "baseline/uniform"], limit=3, out=out)
    return out


def test_every_format_is_written_to_the_place_that_is_asked_for(
    runs: Path, tmp_path: Path, capsys: Capture
) -> None:
    for style in ("md", "csv", "latex", "parquet", "json"):
        file = tmp_path / "new" / f"board.{style}"
        assert main(["leaderboard", str(runs), "--format", style, "-o", str(file)]) == 0
        assert capsys.readouterr().out == ""
        before = file.read_bytes()
        assert main(["leaderboard", str(runs), "--format", style, "-o", str(file)]) == 0
        assert file.read_bytes() == before
    models = pq.read_table(io.BytesIO((tmp_path / "new/board.parquet").read_bytes()))["model"]
    assert {"baseline/first", "baseline/uniform"} == set(models.to_pylist())
    command = json.loads((tmp_path / "new/board.json").read_text())["command"]
    assert command.startswith(f"rbench leaderboard {runs} --format json -o ")


@pytest.mark.parametrize("style", ["parquet", "html"])
def test_what_is_no_text_needs_a_place(runs: Path, style: str, capsys: Capture) -> None:
    assert main(["leaderboard", str(runs), "--format", style]) == 2
    assert "give -o PATH" in capsys.readouterr().err


def test_runs_stand_beside_the_published_figures_of_a_task(runs: Path, capsys: Capture) -> None:
    assert main(["leaderboard", "--task", "rbench-v"]) == 0
    assert "as published" in capsys.readouterr().out
    assert main(["leaderboard", str(runs), "--task", "rbench-t-mini"]) == 0
    assert "as published" not in capsys.readouterr().out
    assert main(["leaderboard", str(runs), "--task", "rbench-v", "--no-published"]) == 2
    assert "'rbench-v': there is no entry of it" in capsys.readouterr().err


def test_published_tasks_without_runs_stand_beside_them_when_asked_for(
    runs: Path, tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "all.json"
    wanted = ["leaderboard", str(runs), "--format", "json", "--all-tasks", "-o", str(file)]
    assert main(wanted) == 0
    board = json.loads(file.read_text())
    assert {"rbench-t-mini", "rbench-v", "cifar10"} <= set(board["tasks"])
    assert board["command"].endswith(" --all-tasks")
    for other in (["--task", "rbench-v"], ["--no-published"]):
        assert main(["leaderboard", "--all-tasks", *other]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_a_run_that_cannot_be_read_is_named_and_left_out(
    runs: Path, tmp_path: Path, capsys: Capture
) -> None:
    shutil.copytree(runs, tmp_path / "runs")
    broken = next((tmp_path / "runs/rbench-t-mini").glob("baseline-first*"))
    (broken / "results.json").write_text("{")
    assert main(["leaderboard", str(tmp_path / "runs")]) == 3
    out, err = capsys.readouterr()
    assert "baseline/uniform" in out and "baseline/first" not in out
    assert f"left out: {broken / 'results.json'} is not JSON" in err
    assert main(["leaderboard", str(broken)]) == 3
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [("rows", "x"), ("settings", None), ("task", ["x"]), ("warnings", 7), ("schema_version", 99)],
)
def test_a_run_with_results_of_another_kind_is_named_and_left_out(
    runs: Path, tmp_path: Path, capsys: Capture, name: str, value: object
) -> None:
    shutil.copytree(runs, tmp_path / "runs")
    odd = next((tmp_path / "runs/rbench-t-mini").glob("baseline-first*"))
    results = json.loads((odd / "results.json").read_text())
    (odd / "results.json").write_text(json.dumps({**results, name: value}))
    assert main(["leaderboard", str(tmp_path / "runs"), "--no-published"]) == 3
    out, err = capsys.readouterr()
    assert "baseline/uniform" in out and "baseline/first" not in out
    assert err.startswith(f"rbench: left out: {odd / 'results.json'} ") and err.count("\n") == 1
    assert main(["compare", str(tmp_path / "runs")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_questions_of_another_kind_are_one_sentence(
    runs: Path, tmp_path: Path, capsys: Capture
) -> None:
    shutil.copytree(runs, tmp_path / "runs")
    odd = next((tmp_path / "runs/rbench-t-mini").glob("baseline-first*"))
    lines = (odd / "items.jsonl").read_text(encoding="utf-8").splitlines()
    items = [{**json.loads(line), "data": []} for line in lines]
    (odd / "items.jsonl").write_text("".join(f"{json.dumps(item)}\n" for item in items))
    said = f"the files in {odd} are not such as a run writes (TypeError: "
    assert main(["compare", str(tmp_path / "runs")]) == 1
    assert said in capsys.readouterr().err
    (odd / "results.json").unlink()
    assert main(["leaderboard", str(tmp_path / "runs"), "--no-published"]) == 3
    assert f"left out: {said}" in capsys.readouterr().err


def test_results_changed_by_hand_are_shown_below_the_line(
    runs: Path, tmp_path: Path, capsys: Capture
) -> None:
    shutil.copytree(runs, tmp_path / "runs")
    edited = next((tmp_path / "runs/rbench-t-mini").glob("baseline-first*"))
    results = json.loads((edited / "results.json").read_text())
    for row in results["rows"]:
        row["value"] = 0.99
    (edited / "results.json").write_text(json.dumps(results))
    assert main(["leaderboard", str(tmp_path / "runs"), "--no-published"]) == 0
    out = capsys.readouterr().out
    assert "| not comparable | baseline/first" in out
    assert "baseline/first: Its results.json was changed by hand" in out


def test_what_is_known_of_models_is_shown_and_misspelt_names_are_told(
    runs: Path, tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "models.yaml"
    file.write_text("baseline/first: {organisation: Nobody}\nbaseline/frist: {}\n")
    assert main(["leaderboard", str(runs), "--model-info", str(file)]) == 0
    out, err = capsys.readouterr()
    assert "| organisation" in out and "Nobody" in out
    assert "no entry is called 'baseline/frist'; did you mean 'baseline/first'" in err
    file.write_text("baseline/first: {organization: Nobody}\n")
    assert main(["leaderboard", str(runs), "--model-info", str(file)]) == 1
    assert "did you mean 'organisation'" in capsys.readouterr().err
