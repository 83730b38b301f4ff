"""Image tasks through the public API: which model runs on which task, and what comes out."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import rbench
from rbench.errors import DataError, UsageError
from rbench.harness.images.export import export_images
from rbench.harness.images.saved_image_run import SavedImageRun
from rbench.metrics.evaluation.measure import measure
from rbench.tasks.digits import Digits


def evaluate(
    out: Path, model: object, tasks: object = "digits", **options: object
) -> rbench.Results:
    settings = {"limit": 300, "costs": False, "out": out, **options}
    return rbench.evaluate(tasks, model=model, **settings)  # type: ignore[arg-type]


def only(results: rbench.Results) -> SavedImageRun:
    (run,) = results
    assert isinstance(run, SavedImageRun)
    return run


def frechet(run: SavedImageRun, on: str = "gray/8:pixels") -> float:
    (row,) = [r for r in run.rows if (r.metric, r.on, r.repeat) == ("frechet", on, 0)]
    assert row.value is not None
    return row.value


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> SavedImageRun:
    out = tmp_path_factory.mktemp("runs")
    return only(evaluate(out, "baseline/noise", task_options={"images": "all"}))


def test_a_run_has_its_files_rows_and_samples(noise: SavedImageRun) -> None:
    names = {path.name for path in noise.path.iterdir()}
    assert {"plan.json", "shards", "results.json", "env.json"} <= names
    assert noise.results["samples"] == 300
    assert noise.images(20).shape == (20, 8, 8, 1)
    assert list(noise.to_pandas("samples")["index"]) == list(range(300))
    again = rbench.load_run(noise.path)
    assert again.results == noise.results


def test_exported_images_measure_the_same_from_their_folder(
    noise: SavedImageRun, tmp_path: Path
) -> None:
    assert export_images(noise, tmp_path / "png") == 300
    first = np.asarray(Image.open(tmp_path / "png" / "000000.png"))
    assert np.array_equal(first, noise.images(1)[0, :, :, 0])
    real = Digits.load(Digits.Options(), rbench_input()).real_set("train")
    measured = measure(real.open(), tmp_path / "png", ["frechet"], representations=["gray/8"])
    assert float(measured["frechet"].result) == frechet(noise)


def test_a_peer_agrees_on_the_same_features(noise: SavedImageRun) -> None:
    from torch_fidelity.metric_fid import fid_statistics_to_metric

    fake = noise.images(300).reshape(300, -1) / 255.0
    source = Digits.load(Digits.Options(), rbench_input()).real_set("train").open()
    real = np.stack([image.pixels[:, :, 0].reshape(-1) for image in source]) / 255.0
    statistics = [{"mu": x.mean(0), "sigma": np.cov(x, rowvar=False)} for x in (real, fake)]
    (theirs,) = fid_statistics_to_metric(*statistics, verbose=False).values()
    assert frechet(noise) == pytest.approx(theirs, rel=1e-6)


def test_a_set_is_refused_where_there_are_fewer_samples_than_asked(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="baseline/test has 600 samples"):
        evaluate(tmp_path, "baseline/test", limit=100_000)


def test_models_run_on_the_tasks_that_they_fit_and_the_rest_is_said(tmp_path: Path) -> None:
    notes: list[str] = []

    class Listening(rbench_silent()):  # type: ignore[misc]
        def note(self, text: str) -> None:
            notes.append(text)

    results = evaluate(
        tmp_path,
        ["baseline/first", "baseline/noise"],
        ["rbench-t-mini", "digits"],
        limit=120,
        monitor=Listening(),
    )
    found = [(run.results["task"], run.results["model"]) for run in results]
    assert found == [("rbench-t-mini", "baseline/first"), ("digits", "baseline/noise")]
    left_out = [note for note in notes if note.startswith("left out: ")]
    assert len(left_out) == 2
    assert any("baseline/first is no model for digits" in note for note in left_out)
    assert any("baseline/noise is no model for rbench-t-mini" in note for note in left_out)


def test_a_model_that_fits_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="answers questions and makes no images"):
        evaluate(tmp_path, "baseline/first")


def test_a_task_that_no_model_fits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="makes images and answers no questions"):
        evaluate(tmp_path, "baseline/noise", ["digits", "rbench-t-mini"])


def test_a_generator_of_another_size_is_refused(tmp_path: Path) -> None:
    class Large:
        identity = None
        settings: dict[str, object] = {}  # noqa: RUF012
        batch, values, clips, finite = 10, "uint8", False, None
        networks: dict[str, object] = {}  # noqa: RUF012

        def __init__(self) -> None:
            from rbench.harness.images.types import ImageSpec

            self.spec = ImageSpec(32, 32, 3)

        def generate(self, batch: object) -> object:
            raise AssertionError("it must not be asked")

        def close(self) -> None:
            pass

    with pytest.raises(UsageError, match=r"32 x 32 x 3.*8 x 8 x 1"):
        evaluate(tmp_path, Large())


def test_a_function_is_a_generator(tmp_path: Path) -> None:
    run = only(evaluate(tmp_path, black))
    assert run.results["model"] == "python:black"
    assert not run.images(5).any()


def black(indices: object, seeds: object, conditions: object) -> np.ndarray:
    return np.zeros((len(indices), 8, 8, 1), np.uint8)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "option", [{"sample_ids": ["1"]}, {"system_prompt": "hi"}, {"prompt_files": "x.txt"}]
)
def test_options_of_questions_are_refused_for_images(
    tmp_path: Path, option: dict[str, object]
) -> None:
    with pytest.raises(UsageError, match="for tasks that ask questions"):
        evaluate(tmp_path, "baseline/noise", **option)


def test_a_range_of_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a set of images has no part"):
        evaluate(tmp_path, "baseline/noise", limit="5-9")


def rbench_input() -> object:
    from rbench.harness.types import TaskInput

    return TaskInput()


def rbench_silent() -> type:
    from rbench.harness.monitor import Silent

    return Silent
