"""Verifying runs of images: from the kept features, with every hash on the way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rbench
from rbench.harness.images.merge import merge
from rbench.leaderboards.verify import verify_run
from tests.harness.images.shard_runs import plan, three_sets, write_run
from tests.harness.images.tiny_image_task import Pictures
from tests.leaderboards.tampering import (
    change_json,
    change_results,
    check,
    copied,
    files_of,
    outcomes,
    said,
)

FILE = Path(__file__).parents[1] / "harness" / "images" / "tiny_image_task.py"


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of the embedded digits, made in two sessions and scored again."""
    out = tmp_path_factory.mktemp("runs")
    for limit in (40, 90):
        (run,) = rbench.evaluate(
            "digits",
            model="baseline/noise",
            limit=limit,
            repeats=2,
            costs=False,
            out=out,
        )
    run.write_scores()
    return run.path


@pytest.fixture
def run(honest: Path, tmp_path: Path) -> Path:
    return copied(honest, tmp_path)


def test_an_honest_run_is_verified_and_nothing_is_written(run: Path) -> None:
    before = files_of(run)
    verification = verify_run(run)
    assert outcomes(verification) == dict.fromkeys(
        ("run id", "answer key", "protocol", "images", "index", "results"), "verified"
    )
    assert "180 kept images by their sha256" in said(verification, "images")
    assert "180 samples have the seeds and labels of the plan" in said(verification, "index")
    assert files_of(run) == before


def first_shard(run: Path, name: str) -> Path:
    return next((run / "shards" / "r000-00000").rglob(name))


def change_array(run: Path, name: str, change: Callable[[Any], None]) -> None:
    path = first_shard(run, name)
    values = np.load(path)
    change(values)
    np.save(path, values)


def feature(values: Any) -> None:
    values[3, 5] += 0.25


def pixel(values: Any) -> None:
    values[7, 0, 0, 0] ^= 1


def seed(values: Any) -> None:
    values["seed"][4] += 1


def order(values: Any) -> None:
    values["index"][[1, 2]] = values["index"][[2, 1]]


ARRAYS = [
    ("pixels.npy", feature, "results", "(frechet gray/8:pixels, set 0).value"),
    ("images.npy", pixel, "images", "r000-00000"),
    ("index.npy", seed, "index", "sample 4 has seed"),
    ("index.npy", order, "index", "not numbered in order"),
]


@pytest.mark.parametrize(("name", "change", "where", "text"), ARRAYS)
def test_changed_arrays_are_found(
    run: Path, name: str, change: Callable[[Any], None], where: str, text: str
) -> None:
    change_array(run, name, change)
    verification = verify_run(run)
    assert check(verification, where).outcome == verification.outcome == "differs"
    assert text in said(verification, where)


def test_results_and_plan_edited_by_hand_are_found(run: Path) -> None:
    def value(results: Any) -> None:
        results["rows"][0]["value"] = 0.5

    change_json(run, "results.json", value)
    assert ".value: 0.5 stands there" in said(verify_run(run), "results")

    def settings(plan: Any) -> None:
        plan["settings"]["steps"] = 1
        plan["protocol_id"] = "0" * 12

    change_json(run, "plan.json", settings)
    verification = verify_run(run)
    assert check(verification, "answer key").outcome == "differs"
    assert check(verification, "protocol").outcome == "differs"


def test_damaged_pictures_of_neighbours_are_found(run: Path) -> None:
    path = run / "neighbours.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    verification = verify_run(run)
    assert check(verification, "neighbours").outcome == verification.outcome == "differs"
    path.write_bytes(b"no archive")
    assert "cannot be read" in said(verify_run(run), "neighbours")


def test_rounding_of_another_machine_is_told_apart_from_another_number(run: Path) -> None:
    def by(relative: float) -> Callable[[Any], None]:
        def change(results: Any) -> None:
            results["rows"][0]["value"] *= 1 + relative

        return change

    change_results(run, by(1e-9))
    assert verify_run(run).outcome == "differs"

    def elsewhere(environment: Any) -> None:
        environment["sessions"][-1]["processor"] = "another processor"

    change_json(run, "env.json", elsewhere)
    verification = verify_run(run)
    assert verification.outcome == "verified"
    assert "1 of them to a relative 1.0e-09" in said(verification, "results")
    assert "processor 'another processor', here" in said(verification, "results")
    change_results(run, by(1e-5))
    assert verify_run(run).outcome == "differs"


def test_a_run_without_results_says_how_far_it_is(run: Path) -> None:
    (run / "results.json").unlink()

    def more(plan: Any) -> None:
        plan["samples"] = 100

    change_json(run, "plan.json", more)
    verification = verify_run(run)
    assert verification.outcome == "unchecked"
    assert "not finished, 180 of 200 samples are made" in said(verification, "results")


def test_damaged_shards_and_counts_are_named(run: Path) -> None:
    first_shard(run, "meta.json").write_text("[]", encoding="utf-8")
    verification = verify_run(run)
    assert verification.outcome == "differs"
    assert "meta.json" in said(verification, "images")
    for samples in (0, 10**12, "many", None):

        def change(plan: Any, samples: Any = samples) -> None:
            plan["samples"] = samples

        change_json(run, "plan.json", change)
        assert f"samples={samples!r} is no count" in said(verify_run(run), "plan")


@pytest.fixture
def of_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a run of a task that is a file's code, whose seeds were made up."""
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path / "cache"))
    real, _, fake = three_sets(tmp_path / "images", 32)
    task = Pictures.restore({"real": str(real), "samples": 32})
    cell = plan(task, 32, entry=f"{FILE}@Pictures")
    run = write_run(tmp_path / cell.run_id, task, cell, [fake])
    run.write_results(merge(run, cell, task, offline=True, device="cpu"))
    return run.path


def test_the_code_of_a_task_file_is_run_only_when_told(of_file: Path) -> None:
    unasked = verify_run(of_file)
    assert check(unasked, "task").outcome == check(unasked, "results").outcome == "unchecked"
    assert "which is not run unasked; --run-task-file runs it" in said(unasked, "task")
    assert "index" not in outcomes(unasked)
    told = verify_run(of_file, run_task_file=True)
    assert check(told, "results").outcome == "verified"
    assert "sample 0 has seed 0, and the plan gives" in said(told, "index")


def test_a_reference_that_is_not_here_leaves_results_unchecked(run: Path) -> None:
    def other(plan: Any) -> None:
        plan["task_state"]["options"]["reference"] = "/nowhere/statistics.npz"

    change_json(run, "plan.json", other)
    verification = verify_run(run)
    assert "/nowhere/statistics.npz" in said(verification, "results")
    assert verification.outcome == "unchecked"
