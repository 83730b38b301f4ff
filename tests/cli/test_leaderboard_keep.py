"""`rbench leaderboard add | withdraw | supersede | diff`, and `--kept`."""

import json
import re
import shutil
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


@pytest.fixture
def board(runs: Path, tmp_path: Path, capsys: Capture) -> Path:
    assert main(["leaderboard", "add", str(runs), "--to", str(tmp_path / "board")]) == 0
    capsys.readouterr()
    return tmp_path / "board"


def keys(board: Path) -> list[str]:
    return sorted(f"{file.parent.name}/{file.stem}" for file in board.glob("*/*.json"))


def test_runs_are_added_once_and_shown_with_their_fate(
    runs: Path, board: Path, capsys: Capture
) -> None:
    first, second = keys(board)
    assert main(["leaderboard", "add", str(runs), "--to", str(board)]) == 0
    assert capsys.readouterr().out.count("nothing changed") == 2
    assert main(["leaderboard", "withdraw", first, "--reason", "odd", "--in", str(board)]) == 0
    assert capsys.readouterr().out == f"{first} is withdrawn.\n"
    assert main(["leaderboard", "--kept", str(board), "--no-published"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"(?m)^1\. baseline/.*: \d{4}-\d\d-\d\d: withdrawn: odd\.$", out)
    assert f"--kept {board}" in out
    supersede = ["leaderboard", "supersede", second, first, "--reason", "r", "--in", str(board)]
    assert main(supersede) == 2
    assert "stands for nothing" in capsys.readouterr().err


def test_an_entry_supersedes_another(board: Path, capsys: Capture) -> None:
    first, second = keys(board)
    command = ["leaderboard", "supersede", first, second, "--reason", "r", "--in", str(board)]
    assert main(command) == 0
    assert capsys.readouterr().out == f"{first} is superseded by {second}.\n"


def test_a_refused_run_is_named_and_the_others_come_in(
    runs: Path, tmp_path: Path, capsys: Capture
) -> None:
    shutil.copytree(runs, tmp_path / "runs")
    forged = next((tmp_path / "runs/rbench-t-mini").glob("baseline-first*"))
    results = json.loads((forged / "results.json").read_text())
    results["rows"][0]["value"] = 1.0
    (forged / "results.json").write_text(json.dumps(results))
    to = ["--to", str(tmp_path / "board")]
    assert main(["leaderboard", "add", str(tmp_path / "runs"), *to]) == 1
    out, err = capsys.readouterr()
    assert "baseline-uniform" in out and "baseline-first" not in out
    assert "not taken in" in err and "baseline-first" in err
    assert len(keys(tmp_path / "board")) == 1


def test_boards_that_differ_exit_with_1(runs: Path, board: Path, capsys: Capture) -> None:
    assert main(["leaderboard", "diff", str(board), str(runs)]) == 0
    assert "No difference" in capsys.readouterr().out
    file = board.parent / "board.json"
    assert main(["leaderboard", str(runs), "--format", "json", "-o", str(file)]) == 0
    assert (
        main(["leaderboard", "withdraw", keys(board)[0], "--reason", "r", "--in", str(board)]) == 0
    )
    capsys.readouterr()
    assert main(["leaderboard", "diff", str(file), str(board), "--format", "json"]) == 1
    changes = json.loads(capsys.readouterr().out)["changes"]
    assert ("complete", "withdrawn") in [(c["old"], c["new"]) for c in changes]


def test_damaged_entries_are_named_and_left_out(board: Path, capsys: Capture) -> None:
    (board / f"{keys(board)[0]}.json").write_text("{")
    assert main(["leaderboard", "--kept", str(board), "--no-published"]) == 3
    out, err = capsys.readouterr()
    assert "baseline/uniform" in out and "left out" in err and "is not JSON" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["withdraw", "nobody", "--reason", "r", "--in", "BOARD"], "keeps no 'nobody'"),
        (["withdraw", "KEY", "--reason", " ", "--in", "BOARD"], "--reason is empty"),
        (["diff", "BOARD", "nowhere"], "'nowhere' is not there"),
        (["withdraw", "KEY", "--in", "BOARD"], "--reason"),
        (["add", "RUNS"], "--to"),
        (["add", "RUNS", "--to", "BOARD", "--as", "published"], "published"),
    ],
)
def test_bad_arguments_are_told_in_a_sentence(
    runs: Path, board: Path, capsys: Capture, arguments: list[str], message: str
) -> None:
    real = {"BOARD": str(board), "RUNS": str(runs), "KEY": keys(board)[0]}
    assert main(["leaderboard", *(real.get(word, word) for word in arguments)]) == 2
    assert message in capsys.readouterr().err


def test_a_folder_that_is_no_kept_leaderboard_is_told(runs: Path, capsys: Capture) -> None:
    for command in (
        ["withdraw", "KEY", "--reason", "r", "--in", str(runs)],
        ["--kept", str(runs)],
        ["add", str(runs), "--to", str(runs)],
    ):
        assert main(["leaderboard", *command]) == 1
        assert "no kept leaderboard" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["add", "withdraw", "supersede", "diff"])
def test_every_word_has_its_help(word: str, capsys: Capture) -> None:
    assert main(["leaderboard", word, "--help"]) == 0
    assert f"rbench leaderboard {word}" in capsys.readouterr().out
