"""Features of real images: computed once, kept, and never those of other images or networks."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rbench.errors import DataError
from rbench.harness.images.real_features import RealFeatures, real_features
from rbench.metrics.evaluation.jobs import Job
from rbench.metrics.evaluation.sides import Side
from rbench.metrics.images import open_images
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.of_callable import of_callable
from rbench.metrics.representations.pixels import pixels
from rbench.metrics.representations.representation import Representation
from tests.harness.images.shard_runs import STEPS, counted, crops, net


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path / "cache"))
    yield tmp_path / "cache" / "real-features"


@pytest.fixture
def real(tmp_path: Path) -> Path:
    np.save(tmp_path / "real.npy", crops(20, 16))
    return tmp_path / "real.npy"


def found(
    real: Path,
    representation: Representation | None = None,
    output: str = "pool",
    *,
    identity: Mapping[str, Any] | None = None,
) -> RealFeatures:
    """Return features as a merge has them, for samples that went through `identity`."""
    one = representation or net()
    if identity is None:
        identity = Extractor(one, device="cpu", outputs=[output]).identity
    scratch = real.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    return real_features(
        Side("real", "pictures", open_images(real), {}),
        {one.name: {output: None}},
        [Job("frechet", one, output, {})],
        {one.name: identity},
        scratch=scratch,
        device="cpu",
        offline=True,
    )


def test_they_are_those_of_the_extractor_and_the_second_run_only_reads_them(real: Path) -> None:
    with counted() as first:
        features = found(real).features.features("net", "pool")
    assert first[0] == 3
    expected = Extractor(net(), device="cpu").extract([i.pixels for i in open_images(real)])
    assert np.array_equal(features, expected["pool"])
    with counted() as second:
        again = found(real).features.features("net", "pool")
    assert second[0] == 0 and np.array_equal(features, again)


def test_another_network_output_or_set_is_computed_anew(real: Path, cache: Path) -> None:
    found(real)
    for change in ({"representation": net(1)}, {"output": "logits"}):
        with counted() as calls:
            found(real, **change)  # type: ignore[arg-type]
        assert calls[0] == 3
    np.save(real, crops(20, 16)[::-1])
    with counted() as calls:
        found(real)
    assert calls[0] == 3
    assert len([*cache.iterdir()]) == 4


def test_a_file_that_was_written_again_with_the_same_size_is_read_again(real: Path) -> None:
    found(real)
    images = np.load(real)
    images[10, 3, 3, 0] ^= 1
    np.save(real, images)
    os.utime(real, ns=(1, 1))
    with counted() as calls:
        found(real)
    assert calls[0] == 3


def test_a_damaged_store_is_made_again(real: Path, cache: Path) -> None:
    before = np.array(found(real).features.features("net", "pool"))
    (file,) = cache.glob("net-*/pool.npy")
    file.write_bytes(file.read_bytes()[:100])
    with counted() as calls:
        after = found(real).features.features("net", "pool")
    assert calls[0] == 3 and np.array_equal(before, after)


def test_an_interrupted_pass_leaves_nothing_behind(real: Path, cache: Path) -> None:
    class Stops(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise KeyboardInterrupt

    one = of_callable(Stops(), {"pool": 12}, STEPS, name="net", batch=8)
    with pytest.raises(KeyboardInterrupt):
        found(real, one)
    assert [*cache.iterdir()] == []


def test_a_function_without_a_hash_is_never_kept_and_pixels_are(real: Path, cache: Path) -> None:
    function = of_callable(lambda x: x.mean((2, 3)), {"pool": 3}, STEPS, name="net", batch=8)
    assert found(real, function).features.features("net", "pool").shape == (20, 3)
    assert not cache.exists()
    assert found(real, pixels(16), "pixels").features.features("pixels/16", "pixels").shape[0] == 20
    assert len([*cache.iterdir()]) == 1


def test_weights_other_than_those_of_the_samples_are_refused(real: Path) -> None:
    theirs = Extractor(net(1), device="cpu").identity
    with pytest.raises(DataError, match=r"the weights of net here have sha256 .* run the same"):
        found(real, net(), identity=theirs)


def test_another_device_or_torch_is_a_warning_and_kept_under_its_own_name(
    real: Path, cache: Path
) -> None:
    own = Extractor(net(), device="cpu").identity
    elsewhere = {**own, "device": "cuda"}
    said = found(real, identity=elsewhere).warnings["net"]
    assert said == ("net: real and generated images went through different device cpu and cuda.",)
    assert found(real).warnings["net"] == ()
    assert len([*cache.iterdir()]) == 1


def test_a_bad_image_is_named(tmp_path: Path) -> None:
    np.save(tmp_path / "real.npy", crops(4, 16))
    wrong = replace(pixels(8), name="pixels/8")
    with pytest.raises(DataError, match="Images of 16 x 16 pixels are not pixels/8"):
        found(tmp_path / "real.npy", wrong, "pixels")
