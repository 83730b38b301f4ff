"""Nearest training images: exact, and a copy is found."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rbench.errors import RunDirectoryError
from rbench.harness.images import neighbours
from rbench.harness.images.neighbours import nearest, read_neighbours, write_neighbours
from rbench.harness.images.task import ImageTask, RealSet
from rbench.harness.run_directory import RunDirectory
from tests.harness.images.shard_runs import Images, evaluator, plan, task, write_run


def images(n: int, seed: int, channels: int = 3) -> Images:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (n, 6, 5, channels), dtype=np.uint8)


def brute_force(queries: Images, others: Images) -> np.ndarray[Any, Any]:
    steps = (queries[:, None] / 255.0) - (others[None] / 255.0)
    return np.sqrt((steps**2).sum(axis=(2, 3, 4)))


@pytest.mark.parametrize("block", [1, 7, 50])
def test_nearest_is_brute_force_in_any_blocks(block: int) -> None:
    queries, others = images(9, 0), images(50, 1)
    blocks = iter([others[i : i + block] for i in range(0, 50, block)])
    found, expected = nearest(queries, blocks), brute_force(queries, others)
    assert np.array_equal(found.index, expected.argmin(axis=1))
    assert found.distance == pytest.approx(expected.min(axis=1), rel=1e-12)


def test_a_copy_is_at_distance_exactly_zero_and_the_first_of_equals_is_taken() -> None:
    others = images(20, 1)
    others[12] = others[4]
    found = nearest(others[[4, 12, 7]], iter([others[:10], others[10:]]))
    assert found.index.tolist() == [4, 4, 7]
    assert found.distance.tolist() == [0, 0, 0]


def test_an_image_is_not_its_own_neighbour() -> None:
    others = images(20, 1)
    distances = brute_force(others, others)
    np.fill_diagonal(distances, np.inf)
    blocks = iter([others[:6], others[6:]])
    found = nearest(others[:9], blocks, skip_itself=True)
    assert np.array_equal(found.index, distances[:9].argmin(axis=1))


def run_with(tmp_path: Path, generated: Images, **splits: Images) -> tuple[RunDirectory, ImageTask]:
    real = {}
    for name, values in splits.items():
        np.savez(tmp_path / f"{name}.npz", arr_0=values)
        real[name] = RealSet(name, name, tmp_path / f"{name}.npz")
    made = task(evaluator(None, metrics=()), samples=len(generated), real=real)
    cell = plan(made, len(generated))
    return write_run(tmp_path / "run", made, cell, [generated]), made


def test_the_file_holds_pairs_and_the_scale_of_held_out_images(tmp_path: Path) -> None:
    train, test, generated = images(60, 1), images(30, 2), images(40, 3)
    generated[5] = train[17]
    run, made = run_with(tmp_path, generated, train=train, test=test)
    path = write_neighbours(run, made)
    assert path is not None
    kept = read_neighbours(run.path)
    assert kept is not None
    assert np.array_equal(kept["samples"], generated[:32])
    assert np.array_equal(kept["neighbours"], train[kept["indices"]])
    assert kept["indices"][5] == 17 and kept["distances"][5] == 0
    expected = np.quantile(brute_force(test, train).min(axis=1), kept["quantiles"])
    assert kept["reference"] == pytest.approx(expected)
    assert str(kept["reference_set"]) == "test"


def test_without_held_out_images_the_training_set_is_its_own_scale(tmp_path: Path) -> None:
    train = images(60, 1)
    run, made = run_with(tmp_path, images(16, 3), train=train)
    path = write_neighbours(run, made)
    assert path is not None
    distances = brute_force(train, train)
    np.fill_diagonal(distances, np.inf)
    with np.load(path) as file:
        assert file["reference"] == pytest.approx(
            np.quantile(distances.min(axis=1), file["quantiles"])
        )
        assert str(file["reference_set"]) == "train"


def test_gray_samples_are_compared_in_one_channel(tmp_path: Path) -> None:
    train = images(30, 1, channels=1)
    generated = np.concatenate([train[3:4], images(15, 2, channels=1)])
    colours = np.repeat(train, 3, axis=3)
    run, made = run_with(tmp_path, generated, train=colours)
    path = write_neighbours(run, made)
    assert path is not None
    with np.load(path) as file:
        assert file["indices"][0] == 3 and file["distances"][0] == 0
        assert file["distances"] == pytest.approx(brute_force(generated, train).min(axis=1))


def test_floats_are_compared_as_the_bytes_that_they_round_to(tmp_path: Path) -> None:
    train, generated = images(30, 1), images(16, 2)
    generated[5] = train[9]
    floats: Any = (generated / 255).astype(np.float32)
    run, made = run_with(tmp_path, floats, train=train)
    path = write_neighbours(run, made)
    assert path is not None
    with np.load(path) as file:
        assert np.array_equal(file["samples"], generated)
        assert file["indices"][5] == 9 and file["distances"][5] == 0
        assert file["distances"] == pytest.approx(brute_force(generated, train).min(axis=1))


def test_nothing_is_written_where_it_means_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, made = run_with(tmp_path, images(16, 3), test=images(9, 1))
    assert write_neighbours(run, made) is None  # no training images
    np.savez(tmp_path / "large.npz", arr_0=np.zeros((4, 12, 10, 3), np.uint8))
    large = {"train": RealSet("large", "train", tmp_path / "large.npz")}
    assert write_neighbours(run, task(real=large)) is None  # of another size
    whole = {"train": RealSet("test", "train", tmp_path / "test.npz")}
    monkeypatch.setattr(neighbours, "_MOST_BYTES", 9 * 90 - 1)
    assert write_neighbours(run, task(real=whole)) is None  # too many
    monkeypatch.setattr(neighbours, "_MOST_BYTES", 9 * 90)
    assert write_neighbours(run, task(real=whole)) is not None
    for file in run.path.glob("shards/*/images.npy"):
        file.unlink()
    assert write_neighbours(run, task(real=whole)) is None  # no kept images


def test_a_damaged_file_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    assert read_neighbours(tmp_path) is None
    (tmp_path / "neighbours.npz").write_bytes(b"PK")
    with pytest.raises(RunDirectoryError, match=r"neighbours\.npz cannot be read .*; remove it"):
        read_neighbours(tmp_path)
