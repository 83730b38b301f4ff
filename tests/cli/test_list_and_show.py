"""What `rbench list` and `rbench show` tell, and that every option has its variable."""

from pathlib import Path

import pytest
import typer
from typer.main import get_command

from rbench.cli import (
    COMMANDS,
    assets,
    check,
    cite,
    compare,
    evaluate,
    export,
    leaderboard,
    list_known,
    main,
    metrics,
    report,
    score,
    show,
    stats,
    systems,
    verify,
)
from rbench.harness.cards import load_card
from rbench.harness.generators import GENERATORS
from rbench.harness.options import describe
from rbench.harness.registry import ADAPTERS, TASKS, adapter_type

Capture = pytest.CaptureFixture[str]
MODULES = {
    "assets": assets,
    "check": check,
    "metrics": metrics,
    "stats": stats,
    "evaluate": evaluate,
    "export": export,
    "list": list_known,
    "show": show,
    "score": score,
    "report": report,
    "leaderboard": leaderboard,
    "compare": compare,
    "verify": verify,
    "cite": cite,
    "systems": systems,
}


def output(capsys: Capture, *arguments: str) -> str:
    capsys.readouterr()
    assert main(arguments) == 0
    return capsys.readouterr().out


def test_list_says_how_models_are_written_and_what_they_are(capsys: Capture) -> None:
    answering, making = output(capsys, "list", "adapters").split("\n\n")
    cells = cells_of(answering)
    assert [how for how, _ in cells] == [
        "baseline/uniform|first",
        "hf/ID-OR-PATH",
        "openai/NAME",
        "python:MODULE:FUNCTION",
        "replies:FILE.jsonl",
        "zoo/smollm2",
    ]
    assert all(what.endswith(".") and "rbench.harness" not in what for _, what in cells)
    assert len(cells) == len(ADAPTERS)
    cells = cells_of(making)
    assert [how for how, _ in cells] == [
        "baseline/noise|gaussian|train|test",
        "diffusers/ID-OR-DIR",
        "folder:DIR",
        "python:MODULE:NAME",
        "state_dict:FILE",
        "torchscript:FILE",
        "zoo/NAME",
    ]
    assert all(what.endswith(".") and "rbench.harness" not in what for _, what in cells)
    assert len(cells) == len(GENERATORS)


def cells_of(table: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.removeprefix("| ").removesuffix(" |").split(" | ")]
        for line in table.splitlines()[2:]
    ]


def test_list_tasks_lists_tasks_only(capsys: Capture) -> None:
    listed = output(capsys, "list", "tasks")
    assert all(f"| {name} " in listed for name in TASKS)
    assert "openai" not in listed


def test_show_tells_the_facts_of_the_data_card(capsys: Capture) -> None:
    card = load_card("rbench-t")
    shown = output(capsys, "show", "task", "rbench-t")
    assert card.hub and card.revision
    for fact in (card.hub, card.revision, card.licence, card.redistribute_reason, card.obtain):
        assert fact in shown
    assert "redistribute  no: The licence allows it" in shown
    for name, subset in card.subsets.items():
        assert f"{name}: config {subset.config}, split test, 1094 rows" in shown
    assert "index: integer or text\n" in shown
    assert "F: text, may be blank\n" in shown
    assert "subject: text, may be absent, may be blank\n" in shown
    assert "content hash  not known yet" in shown
    assert card.prose in shown


def test_show_speaks_of_no_config_and_no_commit_where_there_is_none(capsys: Capture) -> None:
    shown = output(capsys, "show", "task", "rbench-v")
    assert "full: split full, 803 rows\n" in shown
    assert "revision      none is pinned; the newest is taken and recorded\n" in shown
    assert "revision" not in output(capsys, "show", "task", "rbench-t-mini").partition("# ")[0]


def test_show_tells_the_content_hash_where_it_is_known(capsys: Capture) -> None:
    shown = output(capsys, "show", "task", "rbench-t-mini")
    assert f"content hash  {load_card('rbench-t-mini').content_sha256}\n" in shown
    assert "not on the hub" in shown


@pytest.mark.parametrize(
    ("what", "full", "short"),
    [
        ("task", "rbench-t/en", "rbench-t"),
        ("adapter", "baseline/uniform", "baseline"),
        ("adapter", "zoo/smollm2", "zoo"),
        ("adapter", "python:a.b:c", "python"),
        ("adapter", "replies:answers.jsonl", "replies"),
    ],
)
def test_show_takes_names_as_evaluate_takes_them(
    capsys: Capture, what: str, full: str, short: str
) -> None:
    assert output(capsys, "show", what, full) == output(capsys, "show", what, short)


def test_show_names_the_models_of_zoo_and_baseline(capsys: Capture) -> None:
    assert "`zoo/smollm2`: SmolLM2-135M-Instruct" in output(capsys, "show", "adapter", "zoo")
    baseline = output(capsys, "show", "adapter", "baseline")
    assert "uniform" in baseline and "first" in baseline and "no options" in baseline


def test_show_takes_a_function_of_a_file(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "mine.py"
    file.write_text('"""My model."""\ndef answer(prompt):\n    return "A"\n')
    shown = output(capsys, "show", "adapter", f"{file}@answer")
    assert "My model." in shown
    for line in describe(adapter_type("python").Options):
        assert f"-M {line.name}=" in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_every_command_has_its_variable(name: str) -> None:
    app = typer.Typer(add_completion=False)
    app.command()(MODULES[name].command)
    for parameter in get_command(app).params:
        if parameter.param_type_name == "option":
            longest = max(parameter.opts, key=len).lstrip("-")
            assert parameter.envvar == f"RBENCH_{longest.replace('-', '_').upper()}"


def test_the_format_of_the_leaderboard_can_come_from_its_variable(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["evaluate", "--model", "baseline/first", "--limit", "1", "--no-report"]
    assert main([*arguments, "--out", str(tmp_path)]) == 0
    monkeypatch.setenv("RBENCH_FORMAT", "csv")
    assert output(capsys, "leaderboard", str(tmp_path)).startswith("task,protocol_id,")


def test_a_page_is_made_publishable_by_its_variable(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["evaluate", "--model", "baseline/first", "--limit", "1", "--no-report"]
    assert main([*arguments, "--out", str(tmp_path)]) == 0
    monkeypatch.setenv("RBENCH_PUBLISHABLE", "1")
    seen = []
    monkeypatch.setattr(
        "rbench.leaderboards.run_report.write_reports",
        lambda runs, *, publishable: seen.append(publishable) or [],
    )
    output(capsys, "report", str(tmp_path))
    assert seen == [True]


@pytest.mark.parametrize(
    ("adapter", "takes"), [("state_dict", True), ("zoo", True), ("diffusers", False)]
)
def test_samplers_are_offered_where_they_are_taken(
    adapter: str, takes: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", "adapter", adapter]) == 0
    assert ("-M sampler=<NAME>" in capsys.readouterr().out) == takes
