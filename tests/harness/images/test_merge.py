"""From shards to results: the numbers of `measure`, whoever made the shards."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np
import pytest
import threadpoolctl
import torch

from rbench.assets import Asset
from rbench.errors import AssetError, DataError, RunDirectoryError, UsageError
from rbench.harness.images.merge import check_evaluators, merge
from rbench.harness.images.pinned_threads import merge_threads, pinned_threads
from rbench.harness.images.plan import ImageCell
from rbench.harness.images.task import ImageTask, RealSet, Reference
from rbench.harness.run_directory import RunDirectory
from rbench.metrics.evaluation.make_statistics import make_statistics
from rbench.metrics.evaluation.measure import Measurement, measure
from rbench.metrics.representations.preprocess import Preprocess
from tests.harness.images.shard_runs import (
    Images,
    evaluator,
    net,
    plan,
    task,
    three_sets,
    write_run,
)
from tests.metrics.evaluation.image_sets import write

ALL = ("frechet", "kernel", "manifold", "inception-score")
Sets = tuple[Path, Path, Images]


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Sets:
    return three_sets(tmp_path_factory.mktemp("images"))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path / "cache"))
    yield tmp_path / "cache"


def merged(run: RunDirectory, cell: ImageCell, made: ImageTask, **options: Any) -> dict[str, Any]:
    found = merge(run, cell, made, **{"offline": True, "device": "cpu", **options})
    again: dict[str, Any] = json.loads(json.dumps(found, allow_nan=False))
    return again


def number(results: dict[str, Any], metric: str, **wanted: Any) -> dict[str, Any]:
    (row,) = [
        r
        for r in results["rows"]
        if r["metric"] == metric and all(r[k] == v for k, v in wanted.items())
    ]
    assert isinstance(row, dict)
    return row


def measured(real: Any, fake: Path, metrics: tuple[str, ...], **options: Any) -> Measurement:
    with pinned_threads(merge_threads(12)):
        return measure(real, fake, list(metrics), representations=[net()], device="cpu", **options)


def test_numbers_are_those_of_measure_on_the_same_images_to_the_bit(
    sets: Sets, tmp_path: Path
) -> None:
    real, _, fake = sets
    made = task(evaluator(real, metrics=ALL))
    cell = plan(made, 64)
    results = merged(write_run(tmp_path / "run", made, cell, [fake]), cell, made)
    expected = measured(real, write(tmp_path / "fake", fake), ALL)
    assert len(results["rows"]) == len(expected.rows) == 7
    for row in expected.rows:
        found = number(results, row.metric)
        assert (found["value"], found["on"]) == (row.result.value, row.on)
        assert row.result.interval is not None
        assert (found["ci_low"], found["ci_high"]) == (
            row.result.interval.low,
            row.result.interval.high,
        )
        assert found["ci_covers"] == row.result.interval.covers
        assert found["comparable"] and found["n"] == 64


@pytest.mark.parametrize("order", [[3, 1, 0, 2], [2, 3, 1, 0]])
def test_the_order_in_which_shards_were_made_changes_no_byte(
    sets: Sets, tmp_path: Path, order: list[int]
) -> None:
    real, _, fake = sets
    made = task(evaluator(real, metrics=("frechet", "manifold")))
    cell = plan(made, 64)
    runs = [write_run(tmp_path / "a", made, cell, [fake])]
    runs.append(write_run(tmp_path / "b", made, cell, [fake], order=order))
    first, second = (json.dumps(merged(run, cell, made)) for run in runs)
    assert first == second


def test_the_number_of_shards_changes_no_number(sets: Sets, tmp_path: Path) -> None:
    real, _, fake = sets
    made = task(evaluator(real, metrics=ALL), samples=60)
    found = []
    for shard in (8, 24, 64):
        cell = plan(made, 60, shard=shard)
        run = write_run(tmp_path / str(shard), made, cell, [fake])
        found.append(merged(run, cell, made)["rows"])
    assert found[0] == found[1] == found[2]


def test_the_threads_of_the_process_change_no_byte(sets: Sets, tmp_path: Path) -> None:
    real, _, fake = sets
    made = task(evaluator(real, metrics=("frechet", "kernel")))
    cell = plan(made, 64)
    run = write_run(tmp_path / "run", made, cell, [fake])
    used: list[int] = []

    def look(doing: str) -> None:
        used.extend([torch.get_num_threads(), *(one["num_threads"] for one in blas())])

    found = []
    for threads in (2, 3):
        with pinned_threads(threads):
            found.append(merged(run, cell, made, progress=look))
            assert torch.get_num_threads() == threads
            assert {one["num_threads"] for one in blas()} == {threads}
    assert found[0] == found[1]
    assert set(used) == {merge_threads(12)} == {1} and blas()


def test_large_features_get_the_machines_processors_whatever_this_process_may_use() -> None:
    allowed = os.sched_getaffinity(0)
    before = merge_threads(2048)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert merge_threads(2048) == before
    finally:
        os.sched_setaffinity(0, allowed)
    assert before == min(8, os.cpu_count() or 1)


def test_nothing_is_left_in_the_run_and_results_hold_no_times(sets: Sets, tmp_path: Path) -> None:
    real, _, fake = sets
    made = task(evaluator(real))
    cell = plan(made, 64)
    run = write_run(tmp_path / "run", made, cell, [fake])
    (run.path / ".merging-999999999-left").mkdir()
    before = {*run.path.iterdir()} - {run.path / ".merging-999999999-left"}
    results = merged(run, cell, made)
    assert {*run.path.iterdir()} == before
    assert "seconds" not in json.dumps(results)


def test_evaluations_clipping_and_the_spot_check_come_from_the_shards(
    sets: Sets, tmp_path: Path
) -> None:
    real, _, fake = sets
    made = task(evaluator(real))
    cell = plan(made, 64)
    results = merged(write_run(tmp_path / "a", made, cell, [fake]), cell, made)
    assert results["evaluations"] == {"network": {"depth": 2, "work": 2.0}}
    assert results["generated"] == {
        "values": fake.size,
        "quantise": "round",
        "clipped_share": 4 * 3 / fake.size,
    }
    assert results["spot_check"]["same_bits"] is True
    uneven = write_run(tmp_path / "b", made, cell, [fake], depth={1: 3})
    network = merged(uneven, cell, made)["evaluations"]["network"]
    assert "from 2 to 3" in network["note"]


def test_fewer_samples_than_the_protocol_are_marked_and_extrapolated(
    sets: Sets, tmp_path: Path
) -> None:
    real, _, fake = sets
    made = task(evaluator(real), samples=50_000)
    cell = plan(made, 48)
    results = merged(write_run(tmp_path / "run", made, cell, [fake]), cell, made)
    row = number(results, "frechet")
    assert not row["comparable"] and "48 samples, not the 50000" in row["note"]
    infinite = number(results, "frechet-infinity")
    folder = write(tmp_path / "fake", fake[:48])
    expected = measured(real, folder, ("frechet",), infinity=True)["frechet-infinity"]
    assert infinite["value"] == expected.result.value and not infinite["comparable"]
    assert any("fewer than the 50000 of the protocol" in w for w in results["warnings"])
    assert results["status"] == "complete" and results["protocol_samples"] == 50_000


def test_fewer_samples_than_dimensions_are_not_extrapolated(sets: Sets, tmp_path: Path) -> None:
    real, _, fake = sets
    made = task(evaluator(real, representations=(net(), "pixels/16")), samples=65)
    cell = plan(made, 48)
    results = merged(write_run(tmp_path / "run", made, cell, [fake]), cell, made)
    assert number(results, "frechet-infinity", on="net:pool")["value"] is not None
    absent = number(results, "frechet-infinity", on="pixels/16:pixels")
    assert absent["value"] is None and "769 are needed in 768 dimensions" in absent["note"]
    assert number(results, "frechet", on="pixels/16:pixels")["value"] is not None


def test_too_few_samples_to_extrapolate_give_null_with_the_reason(
    sets: Sets, tmp_path: Path
) -> None:
    real, _, fake = sets
    made = task(evaluator(real))
    cell = plan(made, 20)
    results = merged(write_run(tmp_path / "run", made, cell, [fake]), cell, made)
    infinite = number(results, "frechet-infinity")
    assert infinite["value"] is None
    assert "20 samples are too few to extrapolate from: 40 are needed in 12" in infinite["note"]
    assert "20 fake images are too few for 20 blocks" in number(results, "frechet")["note"]


def test_a_held_out_set_gives_the_ratio_to_its_own_distance(sets: Sets, tmp_path: Path) -> None:
    real, test, fake = sets
    splits = {"train": RealSet("p", "train", real), "test": RealSet("p test", "test", test)}
    made = task(evaluator(real), real=splits)
    cell = plan(made, 64)
    results = merged(write_run(tmp_path / "run", made, cell, [fake]), cell, made)
    held_out = measured(real, test, ("frechet",), blocks=0)["frechet"].result.value
    row = number(results, "frechet-ratio")
    assert row["value"] == number(results, "frechet")["value"] / held_out
    assert row["unit"] == "ratio" and row["ci_low"] < row["value"] < row["ci_high"]
    assert f"p test (64 images) to the same reference: net:pool {held_out:.6g}" in row["note"]
    copies = write_run(tmp_path / "copies", made, cell, [_read(test)])
    assert number(merged(copies, cell, made), "frechet-ratio")["value"] == pytest.approx(1)


def test_sets_have_a_mean_a_spread_and_a_labelled_minimum(sets: Sets, tmp_path: Path) -> None:
    real, test, fake = sets
    made = task(evaluator(real))
    cell = plan(made, 64, repeats=3)
    three = [fake, fake[::-1] // 2, _read(test)]
    results = merged(write_run(tmp_path / "run", made, cell, three), cell, made)
    values = [number(results, "frechet", repeat=r)["value"] for r in range(3)]
    alone = []
    for i, one in enumerate(three):
        single = plan(made, 64)
        run = write_run(tmp_path / f"one{i}", made, single, [one])
        alone.append(number(merged(run, single, made), "frechet")["value"])
    assert values == alone
    average = number(results, "frechet", statistic="mean")
    assert average["value"] == pytest.approx(mean(values), rel=1e-15)
    assert average["spread"] == pytest.approx(stdev(values), rel=1e-15)
    least = number(results, "frechet", statistic="minimum")
    assert least["value"] == min(values) and "lower than" in least["note"]
    assert results["outcomes"]["scored"] == 192 and results["repeats"] == 3


def test_several_evaluators_read_the_same_samples_under_protocols_of_their_own(
    sets: Sets, tmp_path: Path
) -> None:
    real, test, fake = sets
    images = RealSet("others", "test", test)
    other = evaluator(None, name="other", reference=Reference("others", "test", real=images))
    resized = Preprocess(size=20, filter="bilinear")
    third = evaluator(real, name="third", representations=(net(steps=resized),))
    made = task(evaluator(real), other, third)
    cell = plan(made, 64)
    results = merged(write_run(tmp_path / "run", made, cell, [fake]), cell, made)
    rows = [number(results, "frechet", evaluator=name) for name in ("plain", "other", "third")]
    assert len({row["value"] for row in rows}) == 3
    assert len({row["protocol_id"] for row in rows}) == 3
    assert results["protocols"]["other"]["id"] == rows[1]["protocol_id"]
    assert results["protocol"] == results["protocols"]["plain"]["protocol"]
    assert len(results["representations"]) == 2


def test_an_interrupted_run_has_what_is_there(sets: Sets, tmp_path: Path) -> None:
    real, _, fake = sets
    made = task(evaluator(real))
    part, whole = plan(made, 48), plan(made, 64)
    run = write_run(tmp_path / "run", made, part, [fake])
    results = merged(run, whole, made)
    assert results["status"] == "incomplete" and results["samples"] == 48
    assert results["outcomes"] == {"scored": 48, "no_answer": 0, "truncated": 0, "errored": 16}
    assert results["reasons"] == {"errored": {"not sampled yet": 16}}
    assert not number(results, "frechet")["comparable"]
    empty = merged(RunDirectory(_empty(tmp_path / "empty")), whole, made)
    assert empty["status"] == "incomplete" and empty["rows"] == []
    assert "0 samples are too few for the evaluator plain" in "".join(empty["warnings"])


def test_features_that_a_shard_lacks_are_an_error_that_names_it(sets: Sets, tmp_path: Path) -> None:
    real, _, fake = sets
    made = task(evaluator(real))
    cell = plan(made, 64)
    run = write_run(tmp_path / "run", made, cell, [fake])
    (file,) = (run.path / "shards" / "r000-00002").glob("features/*/pool.npy")
    file.unlink()
    with pytest.raises(RunDirectoryError, match=r"r000-00002 lacks features of net \(pool\); run"):
        merged(run, cell, made)
    wider = task(evaluator(real, metrics=("inception-score",)))
    with pytest.raises(RunDirectoryError, match=r"lacks features of net \(logits_?\w*\)"):
        merged(run, cell, wider)


def test_statistics_stand_for_the_real_images(sets: Sets, tmp_path: Path) -> None:
    real, _, fake = sets
    make_statistics(real, [net()], name="p", split="train").save(tmp_path / "ref.npz")
    given = Reference("pictures train", "train", file=tmp_path / "ref.npz")
    made, own = task(evaluator(None, reference=given)), task(evaluator(real))
    cell = plan(made, 64)
    run = write_run(tmp_path / "run", made, cell, [fake])
    results = merged(run, cell, made)
    row, direct = number(results, "frechet"), number(merged(run, cell, own), "frechet")
    assert row["value"] == pytest.approx(direct["value"], rel=1e-9)
    assert not row["comparable"] and "ref.npz, which is not the protocol's" in row["note"]
    assert row["protocol_id"] != direct["protocol_id"]
    assert len(results["protocol"]["reference"]["sha256"]) == 64


def test_samples_made_otherwise_than_published_ones_do_not_compare(
    sets: Sets, tmp_path: Path
) -> None:
    real, _, fake = sets
    made = task(replace(evaluator(real), departures=("balanced labels; these have random ones",)))
    cell = plan(made, 64)
    row = number(merged(write_run(tmp_path / "run", made, cell, [fake]), cell, made), "frechet")
    assert not row["comparable"]
    assert row["note"].startswith("published with balanced labels; these have random ones")


def test_images_that_the_user_gave_are_not_the_protocols_reference(
    sets: Sets, tmp_path: Path
) -> None:
    real, _, fake = sets
    given = Reference("given r", None, real=RealSet("given r", "given", real), given=True)
    made = task(evaluator(None, reference=given))
    cell = plan(made, 64)
    row = number(merged(write_run(tmp_path / "run", made, cell, [fake]), cell, made), "frechet")
    assert not row["comparable"] and row["note"].startswith("against given r, which is not the")


@pytest.mark.parametrize("published", [True, False])
def test_published_statistics_of_one_network_are_the_reference_of_their_preset(
    sets: Sets, tmp_path: Path, published: bool
) -> None:
    """FD-loss: guided-diffusion's statistics for Inception, real images for the other networks."""
    real, _, fake = sets
    file = tmp_path / "guided_diffusion_stats.npz"
    make_statistics(real, [net()], name="p", split="train").save(file)
    reference = Reference(
        "pictures train",
        "train",
        real=RealSet("pictures", "train", real),
        by_representation={"net": file} if published else {},
    )
    made = task(evaluator(None, reference=reference, preset="fd-loss"))
    cell = plan(made, 64)
    results = merged(write_run(tmp_path / "run", made, cell, [fake]), cell, made)
    assert number(results, "frechet")["comparable"] == published
    said = any("Published numbers of fd-loss are" in w for w in results["warnings"])
    assert said != published


def test_samples_of_several_devices_are_told_apart(sets: Sets, tmp_path: Path) -> None:
    real, _, fake = sets
    made = task(evaluator(real))
    cell = plan(made, 64)
    run = write_run(tmp_path / "run", made, cell, [fake])
    for i, path in enumerate(sorted(run.path.glob("shards/*/meta.json"))):
        meta = json.loads(path.read_text())
        path.write_text(json.dumps({**meta, "device": "cpu" if i else "H100", "torch": "2.9"}))
    wanted = "The samples were made on H100 with torch 2.9 and on cpu with torch 2.9, where"
    assert any(w.startswith(wanted) for w in merged(run, cell, made)["warnings"])


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (net(steps=Preprocess(size=12, filter="bilinear")), "preprocess size is 12 instead of"),
        (net(seed=1), "weights have sha256"),
    ],
)
def test_statistics_of_another_extractor_are_refused(
    sets: Sets, tmp_path: Path, other: Any, why: str
) -> None:
    real, _, fake = sets
    make_statistics(real, [other]).save(tmp_path / "ref.npz")
    made = task(evaluator(None, reference=Reference("p", None, file=tmp_path / "ref.npz")))
    cell = plan(made, 64)
    run = write_run(tmp_path / "run", made, cell, [fake])
    with pytest.raises(DataError, match=why) as caught:
        merged(run, cell, made)
    assert "--force" not in str(caught.value)


def test_the_checks_before_sampling_refuse_what_could_not_be_measured(
    sets: Sets, tmp_path: Path
) -> None:
    real, _, _ = sets
    scored = task(evaluator(real, metrics=("inception-score",)))
    with pytest.raises(UsageError, match=r"^9 samples are too few .* needs 10, one for each"):
        check_evaluators(scored, 9, offline=True)
    near = task(evaluator(real, metrics=("manifold",), options={"manifold": {"k": 5}}))
    with pytest.raises(UsageError, match=r"needs 6 for k = 5\. Give a larger --limit"):
        check_evaluators(near, 5, offline=True)
    check_evaluators(near, 6, offline=True)
    np.savez(tmp_path / "ref.npz", mu=np.zeros(7), sigma=np.eye(7))
    other = Reference("p", None, file=tmp_path / "ref.npz")
    with pytest.raises(DataError, match=r"has 7 dimensions and net:pool has 12"):
        check_evaluators(task(evaluator(None, reference=other)), 64, offline=True)
    np.savez(tmp_path / "ref.npz", mu=np.zeros(12), sigma=np.eye(12))
    kernel = evaluator(None, reference=other, metrics=("kernel",))
    with pytest.raises(DataError, match="holds no features of pool, which kernel needs"):
        check_evaluators(task(kernel), 64, offline=True)


def test_absent_statistics_are_an_error_offline_and_fetched_otherwise(
    sets: Sets, tmp_path: Path, cache: Path
) -> None:
    asset = Asset("statistics/p.npz", "https://example.org/p.npz", "CC0", "p's statistics")
    made = task(evaluator(None, reference=Reference("p", "train", asset=asset)))
    with pytest.raises(AssetError, match="p's statistics is not on this machine and --offline"):
        check_evaluators(made, 64, offline=True)
    asked: list[str] = []

    def bring(wanted: Asset) -> None:
        asked.append(wanted.name)
        (cache / "assets" / "statistics").mkdir(parents=True)
        make_statistics(sets[0], [net()]).save(cache / "assets" / wanted.name)

    check_evaluators(made, 64, offline=False, fetching=bring)
    assert asked == ["statistics/p.npz"]
    cell = plan(made, 64)
    results = merged(write_run(tmp_path / "run", made, cell, [sets[2]]), cell, made)
    row = number(results, "frechet")
    assert row["comparable"] and str(cache) not in json.dumps(results)


def test_metrics_without_a_real_side_need_no_reference(sets: Sets, tmp_path: Path) -> None:
    nothing = Reference("none", None)
    made = task(evaluator(None, metrics=("inception-score",), reference=nothing))
    cell = plan(made, 64)
    results = merged(write_run(tmp_path / "run", made, cell, [sets[2]]), cell, made)
    assert number(results, "inception-score")["value"] > 1
    with pytest.raises(DataError, match="'none' holds neither statistics nor images"):
        check_evaluators(task(evaluator(None, reference=nothing)), 64, offline=True)


def test_progress_says_what_is_being_done(sets: Sets, tmp_path: Path) -> None:
    real, _, fake = sets
    made = task(evaluator(real))
    cell = plan(made, 64)
    run = write_run(tmp_path / "run", made, cell, [fake])
    said: list[str] = []
    merged(run, cell, made, progress=said.append)
    assert said[0].startswith("features of the real images (pictures train): ")
    assert said[-1] == "plain: numbers"


def blas() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        threadpoolctl.ThreadpoolController().select(user_api="blas").info()
    )
    return found


def _read(folder: Path) -> Images:
    from rbench.metrics.images import open_images

    return np.stack([image.pixels for image in open_images(folder)])


def _empty(path: Path) -> Path:
    path.mkdir()
    return path
