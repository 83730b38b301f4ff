"""Noise is a function of seed, set, index and name. Seeds are fixed: nothing here is flaky."""

import hashlib
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rbench.harness.images.noise import Noise, sample_seeds

SHAPE = (3, 5, 2)
SEEDS = st.integers(0, 2**64 - 1)
INDICES = st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=6, unique=True)


def fresh(seed: int, index: int, draw: str, repeat: int = 0) -> np.random.Generator:
    """Return a numpy generator that was put at a sample's place by the definition."""
    name = int.from_bytes(hashlib.sha256(draw.encode()).digest()[:8], "little")
    counter = index * 2**64 + repeat * 2**128
    return np.random.Generator(np.random.Philox(counter=counter, key=seed + name * 2**64))


@settings(max_examples=40, deadline=None)
@given(SEEDS, INDICES, st.integers(0, 1000), st.text(max_size=12))
def test_every_draw_equals_a_numpy_philox_at_the_sample_s_place(
    seed: int, indices: list[int], repeat: int, draw: str
) -> None:
    noise = Noise(seed, indices, repeat=repeat)
    normal, uniform = noise.normal(SHAPE, draw), noise.uniform(SHAPE, draw)
    wide = noise.normal(SHAPE, draw, np.float64)
    integers = noise.integers(1000, draw)
    for row, index in enumerate(indices):
        place = (seed, index, draw, repeat)
        assert np.array_equal(normal[row], fresh(*place).standard_normal(SHAPE, np.float32))
        assert np.array_equal(wide[row], fresh(*place).standard_normal(SHAPE))
        assert np.array_equal(uniform[row], fresh(*place).random(SHAPE, np.float32))
        assert integers[row] == fresh(*place).integers(1000)


@settings(max_examples=40, deadline=None)
@given(SEEDS, INDICES, st.randoms())
def test_a_sample_s_noise_does_not_depend_on_its_batch(
    seed: int, indices: list[int], shuffler: Any
) -> None:
    together = dict(zip(indices, Noise(seed, indices).normal(SHAPE, "start"), strict=True))
    shuffled = list(indices)
    shuffler.shuffle(shuffled)
    padded = [*indices, indices[-1]]
    for batch in (*([i] for i in indices), shuffled, padded):
        found = Noise(seed, batch).normal(SHAPE, "start")
        for index, row in zip(batch, found, strict=True):
            assert np.array_equal(row, together[index])


def test_a_draw_does_not_depend_on_those_before_it() -> None:
    noise = Noise(7, range(4))
    first = noise.normal(SHAPE, "start")
    noise.uniform((999,), "step 1")
    noise.integers(3, "label")  # leaves half of a 64-bit word behind
    noise.normal((1,), "start", np.float64)
    assert np.array_equal(noise.normal(SHAPE, "start"), first)
    assert np.array_equal(Noise(7, range(4)).normal(SHAPE, "start"), first)


def test_a_longer_draw_begins_with_the_shorter_one() -> None:
    noise = Noise(7, [3])
    long = noise.normal((1000,), "start")
    assert np.array_equal(noise.normal((10,), "start"), long[:, :10])


def test_numbers_are_float32_unless_float64_is_asked_for() -> None:
    noise = Noise(0, [1, 2])
    for draw in (noise.normal, noise.uniform):
        assert draw(SHAPE, "a").dtype == np.float32
        assert draw(SHAPE, "a", np.float64).dtype == np.float64
        assert draw(SHAPE, "a").shape == (2, *SHAPE)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_normal_numbers_are_standard_normal(dtype: Any) -> None:
    drawn = Noise(1, range(400)).normal((500,), "start", dtype).astype(np.float64).ravel()
    n = drawn.size
    assert abs(drawn.mean()) < 4 / np.sqrt(n)
    assert abs(drawn.var() - 1) < 4 * np.sqrt(2 / n)
    assert abs((drawn**3).mean()) < 4 * np.sqrt(15 / n)
    assert abs((drawn**4).mean() - 3) < 4 * np.sqrt(96 / n)
    assert stats.kstest(drawn, "norm").pvalue > 1e-3


def test_uniform_numbers_are_uniform_in_0_to_1() -> None:
    drawn = Noise(1, range(400)).uniform((500,), "start")
    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert stats.kstest(drawn.astype(np.float64).ravel(), "uniform").pvalue > 1e-3


WAYS: dict[str, npt.NDArray[Any]] = {
    "itself": Noise(5, range(200)).normal((500,), "start"),
    "another name": Noise(5, range(200)).normal((500,), "step 1"),
    "a longer name": Noise(5, range(200)).normal((500,), "start "),
    "another set": Noise(5, range(200), repeat=1).normal((500,), "start"),
    "the next seed": Noise(6, range(200)).normal((500,), "start"),
    "a far seed": Noise(5 + 2**63, range(200)).normal((500,), "start"),
    "the next indices": Noise(5, range(1, 201)).normal((500,), "start"),
    "far indices": Noise(5, range(2**40, 2**40 + 200)).normal((500,), "start"),
}


@pytest.mark.parametrize(("one", "other"), [*combinations(WAYS, 2)])
def test_other_names_sets_seeds_and_indices_give_independent_numbers(one: str, other: str) -> None:
    a, b = WAYS[one].astype(np.float64), WAYS[other].astype(np.float64)
    limit = 4.5 / np.sqrt(a.size)
    for first, second in ((a, b), (a**2 - 1, (b**2 - 1) / 2)):
        assert abs((first * second).mean()) < limit
        # Nor do they overlap, moved by a few numbers.
        for lag in (1, 2, 4):
            assert abs((first[:, lag:] * second[:, :-lag]).mean()) < 1.1 * limit


def test_numbers_within_and_between_neighbours_are_uncorrelated() -> None:
    drawn = WAYS["itself"].astype(np.float64)
    limit = 4.5 / np.sqrt(drawn.size)
    assert abs((drawn[:, 1:] * drawn[:, :-1]).mean()) < limit
    assert abs((drawn[1:] * drawn[:-1]).mean()) < limit


def test_labels_are_uniform_and_stay_below_the_number_of_classes() -> None:
    labels = Noise(3, range(5000)).integers(10, "label")
    assert labels.dtype == np.int64
    assert set(labels) == set(range(10))
    assert stats.chisquare(np.bincount(labels)).pvalue > 1e-3
    assert set(Noise(3, range(20)).integers(1, "label")) == {0}


def test_seeds_of_samples_differ_and_fit_63_bits() -> None:
    seeds = sample_seeds(Noise(3, range(2000)))
    assert len(set(seeds)) == 2000
    assert all(isinstance(s, int) and 0 <= s < 2**63 for s in seeds)
    assert max(seeds) > 2**62 > min(seeds)
    assert sample_seeds(Noise(3, [17])) == (seeds[17],)
    assert set(seeds).isdisjoint(sample_seeds(Noise(3, range(2000), repeat=1)))


def test_no_samples_give_an_empty_array() -> None:
    assert Noise(0, []).normal(SHAPE, "start").shape == (0, *SHAPE)
    assert len(Noise(0, [])) == 0


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_that_is_no_64_bit_number_is_refused(seed: int) -> None:
    with pytest.raises(ValueError, match=str(seed)):
        Noise(seed, [0])


def test_a_new_numpy_draws_the_same_numbers() -> None:
    drawn = Noise(0, [0, 49_999], repeat=2).normal((2,), "start", np.float64)
    assert drawn.tolist() == [
        [-1.3339469289316652, -0.6761728350109518],
        [-1.0640490435125378, 0.2790439986038575],
    ]
