"""A run goes on from whatever is there, and ends with the bits of one that was never stopped."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from rbench.errors import ModelError, RunDirectoryError
from rbench.harness.images.run_image_cell import plan_image_cell, run_image_cell
from rbench.harness.run_directory import RunDirectory
from rbench.metrics.representations.of_callable import of_callable
from rbench.metrics.representations.preprocess import Preprocess
from tests.harness.images.drive import (
    Watching,
    content,
    made,
    opened,
    planned,
    results,
    run,
    shards,
)
from tests.harness.images.tiny import NETWORK


@pytest.fixture(autouse=True)
def mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file that mends the generators which fail."""
    path = tmp_path / "mended"
    monkeypatch.setenv("TINY_MENDED", str(path))
    return path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Return a folder for the runs to compare with."""
    path = tmp_path / "other"
    path.mkdir()
    return path


def times(directory: RunDirectory) -> dict[str, int]:
    return {p.parent.name: p.stat().st_mtime_ns for p in directory.path.rglob("index.npy")}


def shown(directory: RunDirectory) -> dict[str, object]:
    """Return results.json without what names the folder of the real images."""
    found: dict[str, object] = json.loads(results(directory))
    return found


def test_what_was_made_before_a_failure_stays_and_the_rest_is_added(
    tmp_path: Path, mended: Path, other: Path
) -> None:
    with pytest.raises(ModelError, match=r"samples? 200.*RuntimeError: no more ink.*line \d+"):
        run(tmp_path, "Failing")
    (directory,) = (RunDirectory(p.parent) for p in tmp_path.glob("tiny/*/plan.json"))
    assert shards(directory).count(0) == 128
    assert directory.read_json("results.json") is None
    assert len(directory.read_json("env.json")["sessions"]) == 1  # type: ignore[index]
    before = times(directory)
    mended.touch()
    watching = Watching()
    made(tmp_path, "Failing", watching=watching)
    assert watching.forecasts[0].done == 128
    assert (watching.counts[0].resumed, watching.counts[0].done) == (128, 300)
    assert times(directory).items() >= before.items()
    straight = made(other, "Failing")
    assert content(directory) == content(straight)
    assert shown(directory) == shown(straight)


def test_the_same_command_again_makes_nothing(tmp_path: Path) -> None:
    directory = made(tmp_path, "Failing", limit=150)
    files = {p: p.stat().st_mtime_ns for p in directory.path.rglob("shards/**/*")}
    costs, written = directory.read_json("costs.json"), results(directory)
    watching = Watching()
    made(tmp_path, "Failing", limit=150, watching=watching)
    assert (watching.counts[0].resumed, watching.counts[0].total) == (150, 150)
    assert {p: p.stat().st_mtime_ns for p in directory.path.rglob("shards/**/*")} == files
    assert directory.read_json("costs.json") == costs
    assert results(directory) == written


def test_a_larger_request_adds_and_a_smaller_one_never_shrinks(tmp_path: Path, other: Path) -> None:
    directory = made(tmp_path, limit=150)
    before = times(directory)
    made(tmp_path, limit=270, repeats=2)
    after = times(directory)
    assert after["r000-00000"] == before["r000-00000"]
    assert after["r000-00001"] > before["r000-00001"]  # it was partial
    straight = made(other, limit=270, repeats=2)
    assert content(directory) == content(straight)
    assert shown(directory) == shown(straight)
    kept = results(directory)
    watching = Watching()
    made(tmp_path, limit=20, watching=watching)
    assert results(directory) == kept
    assert planned(directory).selection == {"samples": 270, "repeats": 2}
    assert any("more than the 20 samples asked" in n for n in watching.forecasts[0].notes)


@pytest.mark.parametrize("keep", [None, 5])
def test_features_for_a_new_evaluator_are_added_and_the_old_ones_stay(
    tmp_path: Path, mended: Path, other: Path, keep: int | None
) -> None:
    mended.touch()
    directory = made(tmp_path, "Failing", {"keep": keep})
    before = content(directory)
    if keep is None:
        mended.unlink()  # all images are kept: the generator is not needed
    made(tmp_path, "Failing", {"keep": keep, "network": True})
    assert content(directory).items() > before.items()
    mended.touch()
    straight = made(other, "Failing", {"keep": keep, "network": True})
    assert content(directory) == content(straight)
    assert shown(directory) == shown(straight)


def test_samples_that_come_out_otherwise_replace_the_old_ones(tmp_path: Path) -> None:
    directory = made(tmp_path, "Unseeded", {"keep": 0}, limit=40)
    gray = content(directory)
    made(tmp_path, "Unseeded", {"keep": 0, "network": True}, limit=40)
    assert not content(directory).items() > gray.items()
    # Features of one shard are never of different images.
    keys = json.loads(results(directory))["representations"]
    of = {key.split("-")[0]: key for key in keys}
    (pixels,) = shards(directory).features(0, 40, of["gray"], "pixels")
    (found,) = shards(directory).features(0, 40, of["tiny"], "features")
    network, _ = NETWORK.load(torch.device("cpu"), "float32", True)
    images = torch.tensor(pixels.reshape(40, 1, 4, 4)).expand(-1, 3, -1, -1)
    with torch.inference_mode():
        np.testing.assert_allclose(found, network(images)["features"], rtol=1e-5, atol=1e-6)


def test_images_are_added_to_a_run_that_kept_none(tmp_path: Path, other: Path) -> None:
    directory = made(tmp_path, given={"keep": 0})
    before = content(directory)
    made(tmp_path, given={"keep": None})
    assert content(directory).items() > before.items()
    assert content(directory) == content(made(other))


@pytest.mark.parametrize("keep", [None, 0])
def test_a_function_that_was_edited_gives_its_own_features(
    tmp_path: Path, keep: int | None
) -> None:
    """Nothing tells two functions of one name apart."""

    def distance(power: int) -> float:
        task, model, options = opened(tmp_path, given={"keep": keep}, limit=40)
        one = of_callable(
            lambda x: x[:, 0].flatten(1) ** power, 16, Preprocess(size=None), name="powers"
        )
        task = replace(task, evaluators=(replace(task.evaluators[0], representations=(one,)),))
        cell = plan_image_cell(task, model, options)
        directory = run_image_cell(cell, task, model, options, Watching())
        assert directory is not None
        return float(json.loads(results(directory))["rows"][0]["value"])

    first = distance(1)
    second = distance(3)
    assert distance(1) == first != second
    shutil.rmtree(tmp_path / "tiny")
    assert distance(3) == second


def test_fresh_samples_again_and_deletes_nothing(tmp_path: Path) -> None:
    directory = made(tmp_path, limit=20)
    (directory.path / "shards" / "witness").touch()
    (directory.path / "neighbours.npz").touch()
    made(tmp_path, limit=20, fresh=True)
    assert (directory.path / "shards.1" / "witness").exists()
    assert (directory.path / "neighbours.1.npz").exists()
    assert (directory.path / "results.1.json").exists()
    assert not (directory.path / "shards" / "witness").exists()
    assert shards(directory).count(0) == 20


def test_features_of_another_network_under_the_same_name_are_refused(tmp_path: Path) -> None:
    directory = made(tmp_path, limit=20)
    (about,) = directory.path.rglob("about.json")
    about.write_text(about.read_text().replace('"float32"', '"float64"'))
    with pytest.raises(RunDirectoryError, match="features of another network"):
        run(tmp_path, limit=20)


def test_an_interrupt_passes_and_leaves_finished_shards(tmp_path: Path) -> None:
    class Interrupted:
        batch = 4
        values = "0..1"
        identity = {"name": "interrupted"}  # noqa: RUF012

        def generate(self, batch: object) -> object:
            if 200 in batch.indices:  # type: ignore[attr-defined]
                raise KeyboardInterrupt
            return batch.noise.uniform((4, 4, 1), "x")  # type: ignore[attr-defined]

    watching = Watching()
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, Interrupted(), watching=watching)
    (folder,) = tmp_path.glob("tiny/*/shards")
    assert [p.name for p in folder.iterdir()] == ["r000-00000"]
    assert watching.stops == 1


def test_costs_are_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rbench.harness.images.session._SECONDS", 0.05)
    directory = made(tmp_path, "Convolved", limit=20, costs=True)
    costs = directory.read_json("costs.json")
    assert costs is not None
    assert costs["measured"]["threads"] == 1
    assert costs["measured"]["parameters"] == {"network": 16 * 10 + 16 * 9 + 1}
    assert costs["seconds"]["sampling"] > 0
    assert len(costs["sessions"]) == 1
    made(tmp_path, "Convolved", limit=20, costs=True)
    assert directory.read_json("costs.json") == costs


def test_ranks_share_a_lock_and_keep_others_out(tmp_path: Path) -> None:
    first, second = RunDirectory(tmp_path), RunDirectory(tmp_path)
    with first.lock(shared=True), second.lock(shared=True):
        with pytest.raises(RunDirectoryError, match="is being worked on by process"), first.lock():
            pass
        with first.merging() as mine, second.merging() as other:
            assert (mine, other) == (True, False)
    with first.lock(), pytest.raises(RunDirectoryError), second.lock(shared=True):
        pass
