"""Precision, recall, density and coverage: equal to brute force in float64, ties and all."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from prdc import compute_prdc
from torch_fidelity.metric_prc import prc_features_to_metric

from rbench.errors import DataError, UsageError
from rbench.metrics.intervals import wilson
from rbench.metrics.manifold import manifold_scores
from tests.metrics.manifold_brute_force import Matrix, brute_force, scores


def clouds(n: int = 300, m: int = 260, d: int = 32, seed: int = 0) -> tuple[Matrix, Matrix]:
    rng = np.random.default_rng(seed)
    real = np.maximum(rng.normal(size=(n, d)), 0) + 0.3
    fake = np.maximum(0.9 * rng.normal(size=(m, d)), 0) + 0.35
    return real.astype(np.float32), fake.astype(np.float32)


lattices = st.builds(
    lambda seed, n, m, d, top: tuple(
        np.random.default_rng([seed, i]).integers(0, top, size=(size, d)).astype(np.float32)
        for i, size in enumerate((n, m))
    ),
    st.integers(0, 10_000),
    st.integers(6, 60),
    st.integers(6, 60),
    st.integers(1, 6),
    st.integers(1, 5),
)


@settings(max_examples=150, deadline=None)
@given(lattices, st.integers(1, 5), st.sampled_from(["<=", "<"]), st.booleans())
def test_ties_and_duplicates_are_decided_as_by_brute_force(
    pair: tuple[Matrix, Matrix], k: int, ball: Any, small_blocks: bool
) -> None:
    real, fake = pair
    memory = 5000 if small_blocks else 2**20
    found = scores(real, fake, k=k, ball=ball, block_bytes=memory)
    assert found == brute_force(real, fake, k, ball)


def near_duplicates(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    centres = rng.normal(size=(3, 40)) * 10
    real = centres[rng.integers(0, 3, 150)] + 1e-4 * rng.normal(size=(150, 40))
    fake = centres[rng.integers(0, 3, 130)] + 1e-4 * rng.normal(size=(130, 40))
    return real, fake


def one_far_outlier(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    real, fake = rng.normal(size=(150, 12)), rng.normal(size=(130, 12))
    real[7] = 1e9
    return real, fake


def large_mean(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    return 1e6 + rng.normal(size=(150, 12)), 1e6 + rng.normal(size=(130, 12))


def huge_and_tiny(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    return 1e60 * rng.normal(size=(150, 12)), 1e60 * 0.9 * rng.normal(size=(130, 12))


def tiny(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    return 1e-60 * rng.normal(size=(150, 12)), 1e-60 * 0.9 * rng.normal(size=(130, 12))


def collapsed_onto_real(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    real = rng.normal(size=(150, 12))
    real[20:60] = real[3]
    return real, np.repeat(real[[3, 100]], 65, axis=0)


def memorised(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    real = rng.normal(size=(150, 200))
    return real, np.concatenate([real[40:130], rng.normal(size=(40, 200))])


def on_two_shells(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    signs = rng.integers(0, 2, size=(280, 64)) * 2.0 - 1  # many equal distances, exactly
    return signs[:150] / 8, signs[150:] / 8


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("ball", ["<=", "<"])
@pytest.mark.parametrize(
    "make",
    [
        near_duplicates,
        one_far_outlier,
        large_mean,
        huge_and_tiny,
        tiny,
        collapsed_onto_real,
        memorised,
        on_two_shells,
    ],
)
def test_hard_geometry_is_decided_as_by_brute_force(make: Any, ball: Any, dtype: Any) -> None:
    real, fake = make(np.random.default_rng(4))
    if dtype is np.float32 and make not in (huge_and_tiny, tiny):
        real, fake = real.astype(np.float32), fake.astype(np.float32)
    found = scores(real, fake, k=3, ball=ball, block_bytes=60_000)
    assert found == brute_force(real, fake, 3, ball)


def test_the_copy_of_a_kth_neighbour_lies_on_the_boundary() -> None:
    rng = np.random.default_rng(8)
    real = rng.normal(size=(90, 333)).astype(np.float32)
    distances = ((real[:, None].astype(float) - real[None]) ** 2).sum(axis=-1)
    second = np.argsort(distances, axis=1)[:, 2]  # place 0 is the sample itself
    for i in (0, 17, 60):
        fake = np.concatenate([real[[second[i]]], 100 + rng.normal(size=(5, 333))])
        fake = fake.astype(np.float32)
        closed = manifold_scores(real, fake, k=2, ball="<=")
        opened = manifold_scores(real, fake, k=2, ball="<")
        assert closed.density is not None and opened.density is not None
        in_closed, in_open = (round(float(r.density) * 6 * 2) for r in (closed, opened))
        assert in_closed == brute_force(real, fake, 2, "<=")["density"] * 12
        assert in_closed > in_open


@pytest.mark.parametrize("k", [1, 3, 5])
def test_it_agrees_with_prdc_on_the_open_ball(k: int, capsys: Any) -> None:
    real, fake = clouds()
    assert scores(real, fake, k=k, ball="<") == pytest.approx(compute_prdc(real, fake, k), abs=1e-9)


@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize("save_cpu_ram", [False, True])
def test_it_agrees_with_torch_fidelity_on_the_closed_ball(k: int, save_cpu_ram: bool) -> None:
    real, fake = clouds()
    theirs = prc_features_to_metric(
        torch.from_numpy(fake),  # its first input is the generated one
        torch.from_numpy(real),
        prc_neighborhood=k,
        prc_batch_size=100,
        save_cpu_ram=save_cpu_ram,
        verbose=False,
    )
    found = scores(real, fake, k=k)
    assert found["precision"] == pytest.approx(theirs["precision"], abs=1e-6)
    assert found["recall"] == pytest.approx(theirs["recall"], abs=1e-6)


def test_swapped_roles_swap_precision_and_recall() -> None:
    real, fake = clouds()
    one, other = manifold_scores(real, fake), manifold_scores(fake, real)
    assert one.precision and one.recall and other.precision and other.recall
    assert one.precision.value == other.recall.value != one.recall.value
    assert one.precision.n == {"real": 300, "fake": 260}
    assert other.precision.n == {"real": 260, "fake": 300}
    assert "fake samples in the ball of some real" in one.precision.method


def test_a_collapsed_generator_has_precision_but_no_recall() -> None:
    real, _ = clouds()
    fake = real[:1] + 1e-3 * np.random.default_rng(1).normal(size=(200, 32)).astype(np.float32)
    found = scores(real, fake)
    assert found["precision"] == 1 and found["density"] > 0.3
    assert found["recall"] < 0.01 and found["coverage"] < 0.1


def test_the_order_of_the_samples_and_the_size_of_blocks_do_not_matter() -> None:
    real, fake = clouds()
    rng = np.random.default_rng(2)
    expected = scores(real, fake)
    assert scores(rng.permutation(real), rng.permutation(fake)) == expected
    for memory in (20_000, 60_000, 400_000):
        assert scores(real, fake, block_bytes=memory) == expected


def test_numpy_torch_float64_and_a_memory_map_give_the_same(tmp_path: Path) -> None:
    real, fake = clouds()
    expected = scores(real, fake)
    assert scores(torch.from_numpy(real), torch.from_numpy(fake)) == expected
    assert scores(real.astype(np.float64), fake) == expected
    np.save(tmp_path / "real.npy", real)
    assert scores(np.load(tmp_path / "real.npy", mmap_mode="r"), fake) == expected


def test_fewer_scores_can_be_asked_for() -> None:
    real, fake = clouds()
    everything = manifold_scores(real, fake)
    some = manifold_scores(real, fake, metrics=["recall"])
    assert (some.precision, some.density, some.coverage) == (None, None, None)
    assert some.recall == everything.recall
    assert set(some.to_json()) == {"recall"}
    without = manifold_scores(real, fake, metrics=["density", "coverage", "precision"])
    assert without.recall is None and without.coverage == everything.coverage


def test_intervals_name_what_they_cover() -> None:
    real, fake = clouds()
    result = manifold_scores(real, fake, level=0.9)
    assert result.precision and result.recall and result.density and result.coverage
    expected = wilson(round(260 * result.precision.value), 260, 0.9)
    interval = result.precision.interval
    assert interval is not None
    assert (interval.low, interval.high, interval.level) == (expected.low, expected.high, 0.9)
    assert "fake images, given the real" in interval.covers
    assert result.recall.interval and "real images" in result.recall.interval.covers
    density = result.density
    assert density.interval and density.standard_error
    half = (density.interval.high - density.interval.low) / 2
    assert half == pytest.approx(1.65 * density.standard_error, rel=0.01)


def precision_and_interval(seed: int, real: Matrix, law: npt.NDArray[Any]) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    fake = law * rng.normal(size=(80, real.shape[1]))
    result = manifold_scores(real, fake, metrics=["precision"]).precision
    assert result is not None and result.interval is not None
    return result.interval.low, result.interval.high


def test_the_interval_of_precision_covers_the_sampling_of_fakes() -> None:
    rng = np.random.default_rng(6)
    real, law = rng.normal(size=(100, 4)), np.array([1.2, 0.8, 1.5, 1.0])
    many = manifold_scores(real, law * rng.normal(size=(20_000, 4)), metrics=["precision"])
    assert many.precision is not None
    found = [precision_and_interval(seed, real, law) for seed in range(200)]
    assert np.mean([low <= many.precision.value <= high for low, high in found]) >= 0.92


def test_copies_and_unequal_counts_bring_warnings() -> None:
    real, fake = clouds()
    assert "300 real and 260 fake" in " ".join(manifold_scores(real, fake).precision.warnings)  # type: ignore[union-attr]
    copies = np.concatenate([fake[:255], np.repeat(real[:1], 45, axis=0)])
    recall = manifold_scores(real, copies).recall
    assert recall is not None
    assert any("45 fake samples are exact copies of real" in text for text in recall.warnings)
    assert any("45 fake samples have at least 3 exact copies" in text for text in recall.warnings)
    assert manifold_scores(real[:250], fake[:250]).recall.warnings == ()  # type: ignore[union-attr]


def test_zero_and_minus_zero_are_copies() -> None:
    real, fake = np.zeros((8, 2)), np.zeros((8, 2))
    fake[:, 0] = -0.0
    assert scores(real, fake, k=2) == dict.fromkeys(("precision", "recall", "coverage"), 1.0) | {
        "density": 4.0
    }
    assert set(scores(real, fake, k=2, ball="<").values()) == {0.0}


def test_bad_input_is_named() -> None:
    real, fake = clouds(20, 20, 3)
    with pytest.raises(DataError, match="fake has 3 samples: k=3 neighbours need at least 4"):
        manifold_scores(real, fake[:3])
    with pytest.raises(UsageError, match="k=0"):
        manifold_scores(real, fake, k=0)
    with pytest.raises(UsageError, match="ball='='"):
        manifold_scores(real, fake, ball="=")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"metrics=\('f1',\)"):
        manifold_scores(real, fake, metrics=["f1"])  # type: ignore[list-item]
    with pytest.raises(UsageError, match="block_bytes=100"):
        manifold_scores(real, fake, block_bytes=100)
    with pytest.raises(DataError, match="fake has 2 dimensions instead of 3"):
        manifold_scores(real, fake[:, :2])
    with pytest.raises(DataError, match="overflow"):
        manifold_scores(1e200 * real.astype(np.float64), fake)
