"""Comparing runs of images: against a jackknife by brute force, and what is refused."""

import math
from pathlib import Path

import numpy as np
import pytest

import rbench
from rbench.errors import DataError, UsageError
from rbench.harness.images.saved_image_run import SavedImageRun
from rbench.leaderboards.compare import compare_runs
from rbench.leaderboards.compared import Compared
from rbench.leaderboards.measured_without import _from_distances
from rbench.metrics.evaluation.compute import Row
from rbench.metrics.frechet.distance import frechet_distance
from rbench.metrics.frechet.fdr import fdr
from rbench.metrics.frechet.jackknife import frechet_jackknife
from tests.leaderboards.compare_runs import run_of, scripted
from tests.leaderboards.tampering import files_of


def made(out: Path, model: str, limit: int = 80, **options: object) -> SavedImageRun:
    (run,) = rbench.evaluate(
        "digits",
        model=model,
        limit=limit,
        costs=False,
        out=out,
        **options,  # type: ignore[arg-type]
    )
    assert isinstance(run, SavedImageRun)
    return run


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[SavedImageRun]:
    out = tmp_path_factory.mktemp("runs")
    return [made(out, model, repeats=2) for model in ("baseline/noise", "zoo/flow-digits")]


def only(found: list[SavedImageRun], **options: object) -> Compared:
    (one,) = compare_runs(found, **options).comparisons  # type: ignore[arg-type]
    return one


def row(run: SavedImageRun, metric: str, repeat: int) -> float:
    return next(r.value or 0.0 for r in run.rows if (r.metric, r.repeat) == (metric, repeat))


def features(run: SavedImageRun, repeat: int) -> "np.typing.NDArray[np.float64]":
    key = next((run.path / "shards" / "r000-00000" / "features").iterdir()).name
    blocks = run.shards.features(repeat, 80, key, "pixels")
    return np.concatenate(list(blocks)).astype(np.float64)


def test_the_difference_is_that_of_the_tables_and_its_error_that_of_leaving_blocks_out(
    runs: list[SavedImageRun],
) -> None:
    before = [files_of(run.path) for run in runs]
    found = only(runs)
    means = [np.mean([row(run, "frechet", r) for r in (0, 1)]) for run in runs]
    assert (found.first_value, found.second_value) == pytest.approx(means)
    source = runs[0].task.real_set("train").open()
    real = np.stack([image.pixels[:, :, 0].reshape(-1) for image in source]) / 255.0
    variance = 0.0
    for repeat in (0, 1):
        sides = [features(run, repeat) for run in runs]
        left = []
        for block in range(20):
            kept = np.arange(80) % 20 != block
            a, b = (float(frechet_distance(real, side[kept])) for side in sides)
            left.append(a - b)
        variance += 19 / 20 * float(np.sum((np.array(left) - np.mean(left)) ** 2)) / 4
    assert found.standard_error == pytest.approx(math.sqrt(variance), rel=1e-4)
    assert found.better == "second"  # the smaller distance
    assert found.test == "t of the block jackknife, paired"
    assert [files_of(run.path) for run in runs] == before


def test_any_metric_can_be_compared_and_higher_may_be_better(runs: list[SavedImageRun]) -> None:
    for metric in ("frechet-ratio", "recall"):
        found = only(runs, metric=metric)
        expected = [np.mean([row(run, metric, r) for r in (0, 1)]) for run in runs]
        assert (found.first_value, found.second_value) == pytest.approx(expected)
        assert found.better == "second"
        assert found.p_value is not None
    assert only(runs, metric="recall").unit == "fraction"
    assert only(runs, metric="recall").higher_is_better


def test_equal_counts_are_compared_and_other_seeds_are_independent(
    runs: list[SavedImageRun], tmp_path: Path
) -> None:
    other = made(tmp_path, "baseline/noise", limit=60, seed=3)
    found = only([other, runs[1]])
    assert found.n == 60
    assert found.test == "t of the block jackknife, unpaired"
    assert any("not start from the same noise" in note for note in found.notes)


def test_left_out_means_of_ratios_are_those_of_their_distances() -> None:
    rng = np.random.default_rng(1)
    real, fake = rng.normal(size=(90, 3)), rng.normal(0.2, 1.1, size=(60, 3))
    results = {name: frechet_jackknife(k * real, k * fake) for k, name in ((1, "a"), (2, "b"))}
    exact = {"a": 0.5, "b": 4.0}
    ratio = fdr(results, normaliser="exact", exact=exact, representations=("a", "b"))
    rows = [Row("frechet", f"{name}:pool", result) for name, result in results.items()]
    left = _from_distances(Row("fdr", "2 representations", ratio), rows)
    for block, value in enumerate(left.values):
        parts = [results[name].left_out[0].values[block] / exact[name] for name in results]
        assert value == pytest.approx(np.mean(parts))
    assert left.sizes == results["a"].left_out[0].sizes


def test_what_cannot_be_compared_is_one_sentence(runs: list[SavedImageRun], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'frechet'"):
        compare_runs(runs, metric="frechett")
    with pytest.raises(UsageError, match="--subset 'en': runs of images have no subsets"):
        compare_runs(runs, subsets=["en"])
    few = made(tmp_path, "baseline/noise", limit=30)
    with pytest.raises(DataError, match="have 30 images of digits in common: 40 are needed"):
        compare_runs([runs[0], few])
    other = made(tmp_path / "other", "baseline/noise", task_options={"quantise": "floor"})
    with pytest.raises(DataError, match=r"cannot be compared: no evaluator.*pixels: quantise"):
        compare_runs([runs[0], other])
    questions = run_of(scripted("x", {}), tmp_path, limit=1)
    with pytest.raises(UsageError, match="some answer questions and some make images"):
        compare_runs([runs[0], questions])
