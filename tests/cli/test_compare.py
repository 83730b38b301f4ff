"""`rbench compare` from the command line."""

import csv
import io
import json
from pathlib import Path

import pytest

from rbench.cli.compare import command
from rbench.cli.run_command import run_command
from tests.leaderboards.compare_runs import run_of, skilled

Capture = pytest.CaptureFixture[str]


def compare(*arguments: object) -> int:
    return run_command(command, "compare", [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    for name, skill in (("good", 0.75), ("middling", 0.6), ("fair", 0.55)):
        run_of(skilled(name, skill), folder / name)
    return folder


def test_a_table_and_sentences_go_to_stdout(out: Path, capsys: Capture) -> None:
    assert compare(out / "good", out / "middling") == 0
    shown, err = capsys.readouterr()
    assert shown.startswith("| task ")
    assert "is better than" in shown
    assert not err


def test_a_folder_of_runs_is_compared_with_itself_all_or_against_the_first(
    out: Path, capsys: Capture
) -> None:
    assert compare(out, "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["tests"] == 3
    assert compare(out / "good", out, "--format", "json", "--against", "first") == 0
    found = json.loads(capsys.readouterr().out)["comparisons"]
    assert len(found) == 2
    assert {one["first_run"] for one in found} == {found[0]["first_run"]}
    assert "good" in found[0]["first_run"]


def test_options_reach_the_comparison(out: Path, capsys: Capture) -> None:
    runs = out / "good", out / "fair"
    options = "--format", "csv", "--subset", "en", "--subset", "zh", "--level", "0.9"
    assert compare(*runs, *options, "--metric", "accuracy/strict") == 0
    lines = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(x["on"], x["metric"], x["level"]) for x in lines] == [
        ("en", "accuracy/strict", "0.9"),
        ("zh", "accuracy/strict", "0.9"),
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["good"], 2, "needs two runs"),
        (["nowhere", "good"], 1, "no run at or below"),
        (["good", "fair", "--metric", "acuracy"], 2, "did you mean 'accuracy'"),
        (["good", "fair", "--subset", "fr"], 2, "--subset 'fr'"),
        (["good", "fair", "--level", "95"], 2, "level=95"),
        (["good", "fair", "--format", "html"], 2, "html"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_a_mistake_is_a_sentence(
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(out)
    assert compare(*arguments) == code
    shown, err = capsys.readouterr()
    assert message in err
    assert "Traceback" not in err + shown
