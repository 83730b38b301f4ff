"""`rbench leaderboard --format eee` and `rbench leaderboard add FILE.json`."""

import json
from pathlib import Path

import pytest

import rbench
from rbench.cli import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs")
    rbench.evaluate("rbench-t-mini", model=["baseline/first", "baseline/uniform"], limit=3, out=out)
    return out


def exported(runs: Path, out: Path) -> list[str]:
    assert main(["leaderboard", str(runs), "--format", "eee", "-o", str(out)]) == 0
    return sorted(str(file) for file in (out / "data").rglob("*.json"))


def test_runs_go_out_and_come_in_with_the_same_figures(
    runs: Path, tmp_path: Path, capsys: Capture
) -> None:
    files = exported(runs, tmp_path / "out")
    assert f"2 records and 2 files of samples in {tmp_path / 'out'}/data" in capsys.readouterr().out
    board = str(tmp_path / "board")
    assert main(["leaderboard", "add", *files, "--to", board]) == 0
    assert capsys.readouterr().out.count("taken in as self-reported, not verified") == 2
    assert main(["leaderboard", "diff", str(runs), board]) == 0  # a run and its kept twin are one
    assert "No difference" in capsys.readouterr().out


def test_kept_records_go_out_too(runs: Path, tmp_path: Path, capsys: Capture) -> None:
    files = exported(runs, tmp_path / "out")
    board, again = str(tmp_path / "board"), tmp_path / "again"
    assert main(["leaderboard", "add", *files, "--to", board]) == 0
    assert main(["leaderboard", "--kept", board, "--format", "eee", "-o", str(again)]) == 0
    assert "2 records and 0 files of samples" in capsys.readouterr().out
    for file in (again / "data").rglob("*.json"):
        source = json.loads(file.read_bytes())["source_metadata"]
        assert source["additional_details"]["rbench_origin"] == "self-reported"


def test_runs_and_records_may_be_added_at_once_and_bad_files_are_named(
    runs: Path, tmp_path: Path, capsys: Capture
) -> None:
    first, second = exported(runs, tmp_path / "out")
    bad, board = tmp_path / "bad.json", str(tmp_path / "board")
    bad.write_text("{}", encoding="utf-8")
    assert main(["leaderboard", "add", str(bad), first, second, "--to", board]) == 1
    shown = capsys.readouterr()
    assert shown.err.count("\n") == 1 and "bad.json is no record of Every Eval Ever" in shown.err
    assert shown.out.count("taken in") == 2


def test_a_sample_file_is_no_record(runs: Path, tmp_path: Path, capsys: Capture) -> None:
    exported(runs, tmp_path / "out")
    (sample, _) = (tmp_path / "out" / "data").rglob("*.jsonl")
    assert main(["leaderboard", "add", str(sample), "--to", str(tmp_path / "board")]) == 1
    assert "is not JSON" in capsys.readouterr().err


def test_a_folder_must_be_given(runs: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["leaderboard", str(runs), "--format", "eee"]) == 2
    assert "give -o PATH" in capsys.readouterr().err
    taken = tmp_path / "file"
    taken.touch()
    assert main(["leaderboard", str(runs), "--format", "eee", "-o", str(taken)]) == 1
    assert "Traceback" not in capsys.readouterr().err
