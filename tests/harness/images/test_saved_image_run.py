"""Image runs read back from their folders, and measured again."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rbench.errors import RunDirectoryError, UsageError
from rbench.harness.images.merge import merge
from rbench.harness.images.saved_image_run import SavedImageRun
from rbench.harness.open_run import open_run
from rbench.harness.saved_run import SavedRun
from tests.harness.images.shard_runs import Images, plan, three_sets, write_run
from tests.harness.images.tiny_image_task import Pictures

ENTRY = f"{Path(__file__).with_name('tiny_image_task.py')}@Pictures"


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Images]:
    real, _, fake = three_sets(tmp_path_factory.mktemp("images"), 48)
    return real, fake


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path / "cache"))
    yield


def finished(folder: Path, sets: tuple[Path, Images], *, samples: int = 48) -> Path:
    """Return the folder of a run of two sets with results; not merged where they lack samples."""
    real, fake = sets
    made = Pictures.restore({"real": str(real), "samples": 48})
    cell = replace(plan(made, 48, 2, entry=ENTRY))
    there = replace(cell, samples=samples)
    run = write_run(folder, made, there, [fake, fake[::-1]], keep=10)
    run.write_json("plan.json", cell.to_json())
    if samples == 48:
        run.write_results(merge(run, cell, made, offline=True, device="cpu"))
    return folder


def test_open_run_tells_runs_of_images_from_runs_of_questions(
    tmp_path: Path, sets: tuple[Path, Images]
) -> None:
    assert isinstance(open_run(finished(tmp_path / "images", sets)), SavedImageRun)
    questions = tmp_path / "questions"
    questions.mkdir()
    (questions / "plan.json").write_text('{"schema_version": 1}')
    assert isinstance(open_run(questions), SavedRun)
    with pytest.raises(RunDirectoryError, match="is not a run"):
        open_run(tmp_path)


def test_a_run_reads_back_what_was_written(tmp_path: Path, sets: tuple[Path, Images]) -> None:
    run = SavedImageRun(finished(tmp_path / "run", sets))
    assert run.results["status"] == "complete" and run.cell.repeats == 2
    assert run.task.samples == 48
    assert [row.value for row in run.rows] == [r["value"] for r in run.results["rows"]]
    assert {row.statistic for row in run.rows} == {"value", "mean", "minimum"}
    assert repr(run).endswith(": complete>")


def test_measuring_again_offline_gives_the_same_bytes(
    tmp_path: Path, sets: tuple[Path, Images]
) -> None:
    run = SavedImageRun(finished(tmp_path / "run", sets))
    before = (run.path / "results.json").read_bytes()
    run.write_scores()
    assert (run.path / "results.json").read_bytes() == before
    plan = json.loads((run.path / "plan.json").read_text())
    for name in ("protocol", "protocol_id", "score_key"):
        assert plan[name] == run.results[name]
    assert SavedImageRun(run.path).cell == run.cell


def test_a_run_that_is_being_worked_on_is_left_alone(
    tmp_path: Path, sets: tuple[Path, Images]
) -> None:
    run = SavedImageRun(finished(tmp_path / "run", sets))
    with run.directory.lock(), pytest.raises(RunDirectoryError, match="is being worked on by"):
        run.write_scores()


def test_an_interrupted_run_says_what_it_would_be_now(
    tmp_path: Path, sets: tuple[Path, Images]
) -> None:
    run = SavedImageRun(finished(tmp_path / "run", sets, samples=32))
    assert run.results["status"] == "incomplete" and run.results["samples"] == 32
    assert run.results["selection"] == {"samples": 48, "repeats": 2}
    assert not (run.path / "results.json").exists()
    assert len(run.to_pandas("samples")) == 64


def test_the_first_kept_images_are_returned(tmp_path: Path, sets: tuple[Path, Images]) -> None:
    run = SavedImageRun(finished(tmp_path / "run", sets))
    fake = sets[1]
    assert np.array_equal(run.images(4), fake[:4])
    assert np.array_equal(run.images(6, repeat=1), fake[::-1][:6])
    # Of every shard only 10 of 16 are kept here: what follows a gap is not returned.
    assert np.array_equal(run.images(40), fake[:10])
    for file in run.path.glob("shards/*/images.npy"):
        file.unlink()
    assert run.images(4).shape == (0, 16, 16, 3)


def test_kept_floats_are_returned_as_bytes(tmp_path: Path, sets: tuple[Path, Images]) -> None:
    run = SavedImageRun(finished(tmp_path / "run", sets))
    path = run.path / "shards" / "r000-00000" / "images.npy"
    np.save(path, (sets[1][:10] / 255).astype(np.float32))
    assert run.images(4).dtype == np.uint8
    assert np.array_equal(run.images(4), sets[1][:4])


def test_rows_and_samples_are_data_frames(tmp_path: Path, sets: tuple[Path, Images]) -> None:
    run = SavedImageRun(finished(tmp_path / "run", sets))
    rows = run.to_pandas()
    assert len(rows) == len(run.rows) and set(rows["metric"]) == {"frechet"}
    samples = run.to_pandas("samples")
    assert list(samples.columns) == ["index", "set", "seed", "label"]
    assert len(samples) == 96
    assert samples.iloc[49].tolist() == [1, 1, 7, 1]
    with pytest.raises(UsageError, match="give 'rows' or 'samples'"):
        run.to_pandas("calls")  # type: ignore[arg-type]


def test_a_task_that_is_another_one_by_now_is_an_error(
    tmp_path: Path, sets: tuple[Path, Images]
) -> None:
    run = SavedImageRun(finished(tmp_path / "run", sets))
    run.directory.write_json("plan.json", {**run.plan, "task_state": {}})
    again = SavedImageRun(run.path)
    with pytest.raises(RunDirectoryError, match="made by another version of the task pictures"):
        again.rescored()


def test_damaged_files_are_one_sentence(tmp_path: Path, sets: tuple[Path, Images]) -> None:
    folder = finished(tmp_path / "run", sets)
    (folder / "results.json").write_text("{}")
    with pytest.raises(RunDirectoryError, match=r"lacks run_id, .*rbench score"):
        _ = open_run(folder).results
    (folder / "plan.json").write_text("{}")
    with pytest.raises(RunDirectoryError, match="no schema_version"):
        open_run(folder)


def test_a_set_that_is_no_part_of_the_run_is_refused(
    tmp_path: Path, sets: tuple[Path, Images]
) -> None:
    run = SavedImageRun(finished(tmp_path / "run", sets))
    assert len(run.images(5, repeat=1)) == 5
    for repeat in (-1, 2):
        with pytest.raises(UsageError, match=f"repeat={repeat}: the run has 2 sets"):
            run.images(5, repeat=repeat)
