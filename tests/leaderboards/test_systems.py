"""The systems: the file is read strictly, and what it says of rbench is true."""

import json
import re
from dataclasses import fields
from typing import cast
from unittest.mock import create_autospec

import pytest

from rbench import embedded
from rbench.cli.run_command import run_command
from rbench.cli.systems import command
from rbench.errors import DataError
from rbench.harness.generators import GENERATORS
from rbench.harness.generators.context import GeneratorContext
from rbench.harness.images.noise import Noise
from rbench.harness.images.task import ImageTask
from rbench.harness.images.types import SampleBatch
from rbench.harness.registry import ADAPTERS, TASKS, is_image_task, task_type
from rbench.harness.samplers import SAMPLERS
from rbench.leaderboards.headline import COLUMNS
from rbench.leaderboards.systems import ClaimTest, System, parse_systems, read_systems
from rbench.tasks.image_entry import ImageTaskEntry
from rbench.zoo.image_zoo import IMAGE_MODELS, ImageZoo

SYSTEMS = {system.name: system for system in read_systems()}
ALL = pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS.keys())

GOOD = """
- name: A
  paper: {arxiv: "2401.00001", year: 2024}
  claim: It works.
  tests: [{task: digits, metrics: [frechet]}]
  published: [{file: sudoku, system: EqR}]
  state: runs with weights
"""


def test_the_systems_are_the_21_that_rbench_sets_out_to_evaluate() -> None:
    assert list(SYSTEMS) == [
        "DEQ-Flow", "TorchDEQ", "SGA", "DEQ-DDIM", "EqR", "iMF", "DI*", "pMF", "ECT", "MeanFlow",
        "FD-loss", "GET", "SIM", "FGM", "R-Bench", "SCT", "RBench-V", "Medusa",
        "phantom gradient", "Prelax", "Hamburger",
    ]  # fmt: skip
    assert len(SYSTEMS) == 21
    assert len({system.paper.arxiv for system in SYSTEMS.values()}) == 21


@ALL
def test_every_task_and_metric_that_tests_a_claim_is_there(system: System) -> None:
    for test in system.tests:
        assert test.task in TASKS
        assert set(test.metrics) <= _metrics(test.task), f"{system.name}, {test.task}"


def _metrics(task: str) -> set[str]:
    """Return the metrics that a task can give."""
    found = task_type(task)
    if not is_image_task(found):
        drawing = {"drawing"} if any(f.name == "draw" for f in fields(found.Options)) else set()
        return {"accuracy", *(set(COLUMNS) - {"drawing"}), *drawing}
    entry = cast(type[ImageTaskEntry], found)
    return {m for e in entry.protocol(entry.Options()).evaluators for m in e.metrics}


@ALL
def test_every_adapter_sampler_model_and_generator_is_there(system: System) -> None:
    with_ = system.runs_with
    assert set(with_.adapters) <= set(ADAPTERS)
    assert set(with_.samplers) <= set(SAMPLERS)
    assert set(with_.zoo) <= set(IMAGE_MODELS)
    assert set(with_.generators) <= set(GENERATORS)


@ALL
def test_every_published_row_is_there_and_every_figure_of_the_claim_is_one(system: System) -> None:
    for cited in system.published:
        assert cited.rows(), f"{system.name}: no row for {cited}"
    values = {row.value for row in system.published_rows()}
    claimed = re.findall(r"(?<![\w.])\d+\.\d+", system.claim)
    assert [figure for figure in claimed if float(figure) not in values] == []


@ALL
def test_what_does_not_run_yet_has_no_task_and_says_what_is_missing(system: System) -> None:
    if system.state == "not yet":
        assert system.tests == () and system.later and system.missing
    else:
        with_ = system.runs_with
        assert system.tests and (with_.generators or with_.adapters)


@ALL
def test_what_runs_here_makes_images_with_a_model_that_comes_with_rbench(system: System) -> None:
    if system.state != "runs here":
        assert not system.runs_with.zoo, "a model of it comes with rbench: it runs here"
        return
    assert system.runs_with.zoo and "zoo" in system.runs_with.generators
    for model in system.runs_with.zoo:
        sampler = system.runs_with.samplers[0]
        assert _made(model, sampler) == 2
    embedded_tasks = {test.task for test in system.tests} & set(embedded.TASKS)
    assert embedded_tasks
    for task in embedded_tasks:
        run = {name.removeprefix("zoo/") for name, _ in embedded.generators(task)}
        assert run & set(system.runs_with.zoo)


def _made(model: str, sampler: str) -> int:
    """Return how many images the model made of two that were asked for."""
    context = GeneratorContext(create_autospec(ImageTask), device=None, offline=True)
    generator = ImageZoo.open(model, {"sampler": sampler, "batch": 2}, context)
    noise = Noise(0, (0, 1))
    images = generator.generate(SampleBatch((0, 1), (1, 2), (None, None), noise))
    assert images.isfinite().all()
    return len(images)


def test_a_sound_text_is_read() -> None:
    (system,) = parse_systems(GOOD)
    assert (system.name, system.paper.arxiv, system.paper.title) == ("A", "2401.00001", "")
    assert system.tests == (ClaimTest("digits", ("frechet",)),)
    assert system.published_rows() == system.published[0].rows() != ()
    assert system.runs_with.samplers == () and system.missing == ""


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("name: A", "nmae: A", "system 1 lacks 'name'"),
        ("claim: It works.", "claims: It works.", "A lacks 'claim'"),
        ("claim: It works.", "claim: 3", "A: 'claim' must be text, not 3 (int)"),
        ("claim: It works.", "claim: ' '", "A: 'claim' cannot be ' '"),
        ('"2401.00001"', "2401.00001", "A: 'paper': 'arxiv' must be text, not 2401.00001 (float)"),
        ('"2401.00001"', '"2401"', "A: 'paper': 'arxiv' cannot be '2401'"),
        ("2024}", "soon}", "A: 'paper': 'year' must be a whole number, not 'soon' (str)"),
        ("2024}", "2024, tilte: T}", "'paper' has no field 'tilte'; did you mean 'title'?"),
        ("runs with weights", "runs", "A: 'state' is 'runs' and not one of 'runs here',"),
        ("runs with weights", "not yet", "A lacks 'missing'"),
        ("[{task: digits, metrics: [frechet]}]", "digits", "A: 'tests' must be a list"),
        ("[frechet]", "[]", "A: 'tests': 'metrics' is empty"),
        ("metrics: [frechet]", "metric: [frechet]", "A: 'tests' lacks 'metrics'"),
        ("[{file: sudoku, system: EqR}]", "[sudoku]", "'published' must be a mapping, not"),
        (
            "[{file: sudoku, system: EqR}]",
            "[{file: sudoku, system: EqR}, {file: sudoku, system: EqR}]",
            "A: 'published' holds the same twice",
        ),
        ("  state:", "  stae: 1\n  state:", "A has no field 'stae'; did you mean 'state' or"),
        ("- name: A", "name: A\nb: [", "is no sound YAML"),
    ],
)
def test_what_is_wrong_with_the_file_is_said_in_a_sentence(old: str, new: str, reason: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(DataError) as error:
        parse_systems(GOOD.replace(old, new))
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_list_and_a_system_twice_are_refused() -> None:
    with pytest.raises(DataError, match="must be a list of systems, not dict"):
        parse_systems("a: 1")
    with pytest.raises(DataError, match="A stands there twice"):
        parse_systems(GOOD + GOOD)


def test_the_command_prints_a_line_for_every_system(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(command, "systems", []) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 21
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    assert cells[0] == [
        "system", "paper", "claim", "tests", "runs with", "state", "published rows",
    ]  # fmt: skip
    rows = {line[0]: line for line in cells[2:]}
    assert rows["EqR"][1] == "2605.21488, ICML 2026"
    assert rows["iMF"][1] == "2512.02012, CVPR 2026"
    assert rows["pMF"][1] == "2601.22158, arXiv 2026"
    assert rows["DEQ-DDIM"][5] == "runs here" and "deq-ddim" in rows["DEQ-DDIM"][4]
    assert rows["Prelax"][4] == "–" and rows["Prelax"][6] == "0"
    assert rows["Medusa"][6] == "11"


def test_the_command_prints_all_that_is_known_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(command, "systems", ["--format", "json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert [record["name"] for record in records] == list(SYSTEMS)
    medusa = next(record for record in records if record["name"] == "Medusa")
    assert medusa["published_rows"] == 11
    assert medusa["published"] == [{"file": "medusa", "system": None, "version": None}]
