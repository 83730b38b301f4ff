"""What README shows is run: its Python, its adapter, its commands' options."""

import re
from pathlib import Path
from typing import Any

import pytest

import rbench
from rbench.cli import main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()


def block(holding: str) -> str:
    """Return the one Python block that holds a text."""
    (found,) = [b for b in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if holding in b]
    return found


def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(block("rbench.evaluate"), names)
    results = names["results"]
    assert isinstance(results, rbench.Results)
    assert len(results.to_pandas("samples")) == 20


def test_the_adapter_example_runs_and_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code = block("class Parrot:")
    (tmp_path / "parrot.py").write_text(code)
    assert code.count("\n") < 120
    arguments = ["evaluate", "--model", "parrot.py@Parrot", "-M", "letter=C", "--no-report"]
    assert main([*arguments, "--limit", "3"]) == 0
    runs = [rbench.load_run(path) for path in tmp_path.glob("runs/*/*")]
    assert {run.cell.task for run in runs} == {"rbench-t-mini", "rbench-v-mini"}
    assert {s.score.answer for run in runs for s in run.samples} == {"C"}


def test_the_training_loop_runs_in_six_lines(capsys: pytest.CaptureFixture[str]) -> None:
    code = block("FrechetDistance")
    assert len([line for line in code.partition("** 2\n")[2].splitlines() if line]) == 6
    exec(code, {})
    steps = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in steps] == ["0", "1"]
    assert all(float(line.split()[1]) > 0 for line in steps)


def test_every_protocol_field_and_setting_is_documented(tmp_path: Path) -> None:
    saved = rbench.evaluate(model="baseline/first", limit=1, out=tmp_path)
    assert len(saved) == 2
    text = (ROOT / "docs/protocol.md").read_text()
    missing = [n for run in saved for n in run.results["protocol"] if f"`{n}`" not in text]
    assert missing == []


def test_every_protocol_field_of_images_is_documented(tmp_path: Path) -> None:
    (saved,) = rbench.evaluate(
        "digits", model="baseline/noise", limit=100, costs=False, out=tmp_path
    )
    text = (ROOT / "docs/protocol.md").read_text()
    missing = [name for name in saved.results["protocol"] if f"`{name}`" not in text]
    assert missing == []


def test_every_option_that_readme_names_exists(capsys: pytest.CaptureFixture[str]) -> None:
    main(["evaluate", "--help"])
    main(["report", "--help"])
    main(["score", "--help"])
    main(["leaderboard", "--help"])
    for command in ("metrics", "stats", "check", "assets"):
        main([command, "--help"])
    known = capsys.readouterr().out + " --nproc-per-node of torchrun"
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README))
    assert {option for option in named if option not in known} == set()


def test_the_task_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.harness.choice_files import both, write_folder

    monkeypatch.chdir(tmp_path)
    card = (ROOT / "data_cards/rbench-t.md").read_text()
    (tmp_path / "path/to").mkdir(parents=True)
    (tmp_path / "path/to/mine.md").write_text(card.replace("name: rbench-t\n", "name: mine\n"))
    (tmp_path / "mine.py").write_text(block("class Mine"))
    write_folder(tmp_path / "data", both(3), "{config}/test.jsonl")
    arguments = ["evaluate", "mine.py@Mine", "--data", "data", "--model", "baseline/first"]
    assert main([*arguments, "--no-report"]) == 0
    (run,) = tmp_path.glob("runs/mine/*")
    assert len(rbench.load_run(run).samples) == 6


def test_the_measured_blocks_are_filled() -> None:
    for name in ("demo", "benchmark", "pictures", "images", "metrics", "generators", "sampling"):
        block = README.partition(f"<!-- {name} -->")[2].partition(f"<!-- /{name} -->")[0]
        assert block.count("|") > 20


def test_the_generator_of_the_documentation_makes_images() -> None:
    text = (ROOT / "docs/generation.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    images = names["generate"]([0, 1], [5, 6], [None, None])
    assert images.shape == (2, 32, 32, 3) and images.dtype == "uint8"
    assert (images[0] != images[1]).any()


def test_every_kind_of_visual_question_is_documented() -> None:
    from rbench.tasks.visual.generators import GENERATORS

    text = (ROOT / "docs/questions_about_pictures.md").read_text()
    assert [kind for kind in GENERATORS if f"| `{kind}` |" not in text] == []
