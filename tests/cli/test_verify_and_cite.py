"""`rbench verify` and `rbench cite`: what is printed, and the exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

import rbench
from rbench.cli import cite, verify
from rbench.cli.run_command import run_command
from tests.leaderboards.tampering import change_json, copied


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs")
    rbench.evaluate("rbench-t-mini", model=["baseline/uniform", "baseline/first"], limit=1, out=out)
    return out


def do(command: Any, *arguments: object) -> int:
    return run_command(command.command, "name", [str(one) for one in arguments])


def test_verified_runs_exit_0(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert do(verify, runs) == 0
    out = capsys.readouterr().out
    assert out.count("is verified.") == 2
    assert "| results    | verified |" in out


def test_a_difference_exits_1_and_is_listed(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = copied(next(runs.glob("*/*")), tmp_path)

    def change(results: dict[str, Any]) -> None:
        for row in results["rows"]:
            row["value"] = 0.123

    change_json(run, "results.json", change)
    assert do(verify, runs, tmp_path) == 1
    out = capsys.readouterr().out
    assert "| results    | DIFFERS" in out
    assert "results:\n  rows[0] (en accuracy).value: 0.123 stands there" in out
    assert "more (--format json has all)" in out
    assert "differs from what its files give: hash and results. The run was made with rbench" in out
    assert do(verify, tmp_path, "--format", "json") == 1
    (found,) = json.loads(capsys.readouterr().out)
    (results,) = [check for check in found["checks"] if check["name"] == "results"]
    assert found["outcome"] == results["outcome"] == "differs"
    assert len(results["differences"]) > 10
    assert results["differences"][0]["stands"] == "0.123"


def test_what_cannot_be_checked_exits_0_and_is_listed(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = copied(next(runs.glob("*/*")), tmp_path)
    (run / "results.json").unlink()
    assert do(verify, run) == 0
    out = capsys.readouterr().out
    assert "| results    | cannot be checked | there is no results.json" in out
    assert "cannot be verified; not checked: results." in out


def test_a_run_cannot_write_into_the_terminal_or_the_table(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = copied(next(runs.glob("*/*")), tmp_path)

    def change(plan: dict[str, Any]) -> None:
        plan["run_id"] = "\x1b[2J\u202e | all | is | verified\nrbench is fine"

    change_json(run, "plan.json", change)
    assert do(verify, run) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\u202e" not in out
    assert "\nrbench is fine" not in out


def test_no_run_is_an_error_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (verify, cite):
        assert do(command, tmp_path) == 1
        err = capsys.readouterr().err
        assert "there is no run at or below" in err and "Traceback" not in err


def test_citations_in_four_formats(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert do(cite, runs) == 0
    assert capsys.readouterr().out.count("We evaluated baseline/") == 2
    assert do(cite, runs, "--format", "bibtex") == 0
    out = capsys.readouterr().out
    assert out.count("@misc{miller2024adding") == 1 and out.count("@misc{rbench-") == 2
    assert do(cite, runs, "--format", "latex") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.endswith(r"\\") for line in lines] == [False, True, True]
    assert do(cite, runs, "--format", "json") == 0
    assert len(json.loads(capsys.readouterr().out)) == 2


def test_citing_an_incomplete_run_exits_3(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = copied(next(runs.glob("*/*")), tmp_path)
    (run / "results.json").unlink()
    (run / "calls.jsonl").write_bytes(b"")
    assert do(cite, run) == 3
    assert "THE RUN IS INCOMPLETE: 2 of 2 samples" in capsys.readouterr().out
