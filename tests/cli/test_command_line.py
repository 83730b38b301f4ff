import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rbench.cli import COMMANDS, main
from rbench.cli.config_file import expand_config
from rbench.errors import UsageError
from rbench.harness.secrets import redact

Capture = pytest.CaptureFixture[str]


def evaluate(out: Path, *arguments: str) -> int:
    return main(
        ["evaluate", "rbench-t-mini", "--limit", "2", "--out", str(out), "--no-report", *arguments]
    )


def test_tables_go_to_stdout_and_everything_else_to_stderr(tmp_path: Path, capsys: Capture) -> None:
    assert evaluate(tmp_path, "--model", "baseline/first") == 0
    out, err = capsys.readouterr()
    assert "| baseline/first | en " in out
    assert "plan:" not in out
    assert "plan: rbench-t-mini on baseline/first: 4 samples, 4 to ask" in err


def test_json_display_is_one_object_a_line(tmp_path: Path, capsys: Capture) -> None:
    evaluate(tmp_path, "--model", "baseline/first", "--display", "json")
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [e["event"] for e in events] == ["plan", "stopped"]
    assert events[-1]["done"] == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["evaluat"], "did you mean 'evaluate'"),
        (["evaluate", "rbench-t-minni"], "did you mean 'rbench-t-mini'"),
        (["evaluate", "model=openai/x"], "-T model=openai/x"),
        (["evaluate", "--model", "baseline/first", "-M", "temperature"], "key=value"),
        (["evaluate", "--limit", "x", "--model", "baseline/first"], "--limit 'x'"),
        (["evaluate", "--no-such-option"], "no-such-option"),
        (["evaluate", "--seed", "x"], "integer"),
        (["show", "task", "rbench-tt"], "did you mean 'rbench-t'"),
        (["evaluate", "--config", "missing.yaml"], "missing.yaml"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_a_mistake_is_a_sentence_and_exit_code_2(
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert message in err
    assert "Traceback" not in err + out


@pytest.mark.parametrize(
    "arguments",
    [["score", "nowhere"], ["report", "nowhere"], ["leaderboard", "nowhere"],
     ["evaluate", "rbench-t", "--data", "nowhere", "--model", "baseline/first"]],
    ids=" ".join,
)  # fmt: skip
def test_what_is_not_there_is_a_sentence_and_exit_code_1(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    assert "'nowhere'" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(capsys: Capture, command: str) -> None:
    assert main([command, "--help"]) == 0
    assert f"rbench {command}" in capsys.readouterr().out


def test_show_lists_options_with_types(capsys: Capture) -> None:
    assert main(["show", "task", "rbench-t"]) == 0
    out = capsys.readouterr().out
    assert "-T prompt=<rbench|official>  (default: rbench)" in out
    assert "What it is" in out
    assert main(["show", "adapter", "hf"]) == 0
    assert "-M batch_size=<int or unset>  (default: unset)" in capsys.readouterr().out


def test_an_option_can_come_from_the_environment(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RBENCH_MODEL", "baseline/first")
    monkeypatch.setenv("RBENCH_REPEATS", "2")
    assert evaluate(tmp_path) == 0
    assert "8 samples" in capsys.readouterr().err


def test_a_config_file_holds_options_and_the_command_line_wins(
    tmp_path: Path, capsys: Capture
) -> None:
    config = tmp_path / "run.yaml"
    config.write_text(
        f"tasks: [rbench-t-mini/en]\nmodel: baseline/first\nlimit: 3\nreport: false\n"
        f"seed: 4\nT: {{prompt: rbench}}\nout: {tmp_path}\n"
    )
    assert main(["evaluate", "--config", str(config), "--limit", "5"]) == 0
    err = capsys.readouterr().err
    assert "5 samples" in err
    assert "report:" not in err
    (plan,) = tmp_path.glob("*/*/plan.json")
    assert json.loads(plan.read_text())["seed"] == 4


def test_tasks_on_the_command_line_replace_those_of_the_file_wherever_they_stand(
    tmp_path: Path,
) -> None:
    config = tmp_path / "run.yaml"
    config.write_text("tasks: rbench-t\nlimit: 2\n")
    for given in (["mine", "--seed", "1"], ["--seed", "1", "mine"], ["--fresh", "mine"]):
        expanded = expand_config([*given, "--config", str(config)])
        assert "rbench-t" not in expanded
    assert expand_config(["--config", str(config), "--seed", "1"])[-3:] == [
        "rbench-t",
        "--seed",
        "1",
    ]


def test_a_config_file_can_be_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "run.yaml"
    config.write_text("limit: 2\n")
    monkeypatch.setenv("RBENCH_CONFIG", str(config))
    assert expand_config(["--seed", "1"]) == ["--limit", "2", "--seed", "1"]


def test_a_config_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "run.yaml"
    config.write_text("- a\n- b\n")
    with pytest.raises(UsageError, match="not a table"):
        expand_config(["--config", str(config)])


def test_an_incomplete_run_exits_with_3_and_prints_bounds(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "replies.jsonl").write_text('{"id": "en/1", "text": "ANSWER: A"}\n')
    code = evaluate(tmp_path, "--model", f"replies:{tmp_path}/replies.jsonl", "--max-retries", "0")
    out = capsys.readouterr().out
    assert code == 3
    assert "INCOMPLETE: 3 of 4 samples errored" in out
    assert " to " in out


def test_score_prints_the_same_table_offline(tmp_path: Path, capsys: Capture) -> None:
    evaluate(tmp_path, "--model", "baseline/uniform")
    first = capsys.readouterr().out
    assert main(["score", str(tmp_path)]) == 0
    assert capsys.readouterr().out == first


def test_the_leaderboard_ranks_within_a_protocol_only(tmp_path: Path, capsys: Capture) -> None:
    models = ["--model", "baseline/uniform", "--model", "baseline/first"]
    evaluate(tmp_path, *models)
    evaluate(tmp_path, "--model", "baseline/first", "--system-prompt", "Guess.")
    capsys.readouterr()
    assert main(["leaderboard", str(tmp_path)]) == 0
    board = capsys.readouterr().out
    assert board.count("## rbench-t-mini") == 2
    assert main(["leaderboard", str(tmp_path), "--format", "csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [line["tier"] for line in table if line["headline"] == "true"] == ["1", "1", "1"]
    assert len({line["protocol_id"] for line in table}) == 2


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("api_key=sk-1 2", "api_key=***"),
        ("OPENAI_API_KEY=sk-1", "OPENAI_API_KEY=***"),
        ('extra={"api_key": "sk-\\"1", "n": 1}', 'extra={"api_key": "***", "n": 1}'),
        ("base_url=http://me:p@ss@host/v1", "base_url=http://***@host/v1"),
        ("max_tokens=4096", "max_tokens=4096"),
        ("keyboard=x", "keyboard=x"),
    ],
)
def test_secrets_on_the_command_line_are_not_kept(given: str, kept: str) -> None:
    assert redact(given) == kept


def test_a_closed_pipe_is_no_traceback(tmp_path: Path) -> None:
    command = f"{sys.executable} -m rbench list | true"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, env={**os.environ}, check=False
    )
    assert "Traceback" not in done.stderr
