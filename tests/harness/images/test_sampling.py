"""The samples of a run, against noise, labels, rounding and networks computed without it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rbench.errors import ModelError
from rbench.harness.images.evaluations import EvaluationCount, joined
from rbench.harness.images.noise import Noise, sample_seeds
from rbench.harness.run_directory import RunDirectory
from tests.harness.images.drive import made, results, run, shards
from tests.harness.images.tiny import NETWORK, Convolved, Noisy


def all_images(directory: RunDirectory, n: int, repeat: int = 0) -> Any:
    return np.concatenate(list(shards(directory).images(repeat, n)))


def features(directory: RunDirectory, n: int, name: str, output: str, repeat: int = 0) -> Any:
    found = json.loads(results(directory))["representations"]
    (key,) = [key for key in found if key.startswith(name)]
    return np.concatenate(list(shards(directory).features(repeat, n, key, output)))


def test_images_are_those_of_the_noise_in_every_set(tmp_path: Path) -> None:
    directory = made(tmp_path, limit=150, repeats=2, seed=5)
    for repeat in (0, 1):
        noise = Noise(5, range(150), repeat=repeat)
        wanted = noise.uniform((4, 4, 1), "start")
        wanted[:, 0, 0, 0] = np.arange(150) % 3 / 10
        levels = np.floor(wanted * np.float32(255) + np.float32(0.5)).astype(np.uint8)
        np.testing.assert_array_equal(all_images(directory, 150, repeat), levels)
        index = shards(directory).index(repeat, 150)
        assert index["index"].tolist() == list(range(150))
        assert index["seed"].tolist() == list(sample_seeds(noise))
        assert index["label"].tolist() == [i % 3 for i in range(150)]
        np.testing.assert_array_equal(
            features(directory, 150, "gray", "pixels", repeat),
            levels.reshape(150, 16).astype(np.float32) / np.float32(255),
        )


def test_random_labels_depend_on_seed_and_sample_and_unconditional_ones_are_none(
    tmp_path: Path,
) -> None:
    random = made(tmp_path, given={"labels": "random"}, limit=40, seed=2)
    drawn = Noise(2, range(40)).integers(3, "label").tolist()
    assert shards(random).index(0, 40)["label"].tolist() == drawn
    assert len(set(drawn)) == 3
    none = made(tmp_path, given={"labels": "none"}, limit=40)
    assert set(shards(none).index(0, 40)["label"].tolist()) == {-1}


def test_a_network_runs_in_its_own_batches_and_is_counted_and_clipped(tmp_path: Path) -> None:
    threads = torch.get_num_threads()
    directory = made(tmp_path, "Convolved", {"network": True}, limit=21)
    assert torch.get_num_threads() == threads
    model = Convolved()
    noise = Noise(0, [*range(21), 20, 20, 20])
    start = torch.from_numpy(noise.normal((1, 4, 4), "start"))
    step = torch.from_numpy(noise.normal((1, 4, 4), "step 1"))
    with torch.no_grad():
        once = [model.network(b) for b in start.split(8)]
        found = [o + 0.5 * s for o, s in zip(once, step.split(8), strict=True)]
        exact = torch.cat([f + model.network(f) for f in found])[:21]
    levels = (exact.clamp(-1, 1) * 127.5 + 128).byte().permute(0, 2, 3, 1).numpy()
    images = all_images(directory, 21)
    assert np.abs(images.astype(int) - levels.astype(int)).max() <= 1  # threads may differ
    metas = shards(directory).meta(0, 21)
    count = joined(EvaluationCount.from_json(m["evaluations"]) for m in metas)
    assert count.per_sample() == {"network": {"depth": 2, "work": 2.0}}
    clipped = int(((exact < -1) | (exact > 1)).sum())
    assert abs(sum(m["clipped"] for m in metas) - clipped) <= 1
    assert sum(m["values"] for m in metas) == 21 * 16
    assert metas[0]["spot_check"]["index"] == 0
    # Both evaluators saw the same images.
    pixels = torch.from_numpy(images).permute(0, 3, 1, 2).expand(-1, 3, -1, -1).float() / 255
    network, _ = NETWORK.load(torch.device("cpu"), "float32", True)
    with torch.inference_mode():
        close = network(pixels)["features"].numpy()
    np.testing.assert_allclose(
        features(directory, 21, "tiny-network", "features"), close, rtol=1e-5, atol=1e-6
    )


def test_float_images_are_measured_as_floats(tmp_path: Path) -> None:
    directory = made(tmp_path, given={"quantise": "none"}, limit=20)
    kept = all_images(directory, 20)
    assert kept.dtype == np.float32
    noise = Noise(0, range(20)).uniform((4, 4, 1), "start")
    np.testing.assert_array_equal(kept.reshape(20, 16)[:, 1:], noise.reshape(20, 16)[:, 1:])


@pytest.mark.parametrize("workers", [1, 2])
def test_a_generator_may_guide_itself_by_gradients(tmp_path: Path, workers: int) -> None:
    directory = made(tmp_path, "Guided", limit=200, workers=workers)
    noise = Noise(0, range(200)).uniform((16,), "start")
    moved = noise - noise.sum(axis=1, keepdims=True) / 64
    wanted = np.floor(255 * moved.clip(0, 1) + 0.5).reshape(200, 4, 4, 1)
    assert np.abs(all_images(directory, 200) - wanted).max() <= 1


@pytest.mark.parametrize(("keep", "count"), [(None, 150), (0, 0), (140, 140), (7, 7), (400, 150)])
def test_as_many_images_are_kept_as_the_task_says(
    tmp_path: Path, keep: int | None, count: int
) -> None:
    directory = made(tmp_path, given={"keep": keep}, limit=150)
    assert sum(map(len, shards(directory).images(0, 150))) == count
    (tmp_path / "all").mkdir()
    everything = made(tmp_path / "all", limit=150)
    np.testing.assert_array_equal(
        np.concatenate([np.empty((0, 4, 4, 1), np.uint8), *shards(directory).images(0, 150)]),
        all_images(everything, 150)[:count],
    )


def test_a_generator_that_is_not_a_function_of_its_seed_is_found_out(tmp_path: Path) -> None:
    spot = json.loads(results(made(tmp_path, "Unseeded", limit=20)))["spot_check"]
    assert spot["same_bits"] is False
    assert spot["largest_difference"] > 1
    steady = json.loads(results(made(tmp_path, "Noisy", limit=20)))["spot_check"]
    assert steady == {"index": 0, "same_bits": True, "largest_difference": 0.0}


class Wrong(Noisy):
    """Makes one unusable image."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def generate(self, batch: Any) -> Any:
        images = super().generate(batch)
        if 137 in batch.indices and self.kind != "shape":
            images[batch.indices.index(137), 2, 2] = np.nan if self.kind == "nan" else 1.5
        return images[:, :3] if self.kind == "shape" else images


@pytest.mark.parametrize(
    ("kind", "words"), [("nan", "137"), ("range", "137"), ("shape", r"\(4, 3, 4, 1\)")]
)
def test_an_unusable_image_is_an_error_with_its_number(
    tmp_path: Path, kind: str, words: str
) -> None:
    with pytest.raises(ModelError, match=words):
        run(tmp_path, Wrong(kind))
