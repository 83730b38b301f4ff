"""CMMD: the digits that the official formula loses, its definition, and its error."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from mpmath import mp

from rbench.errors import DataError, UsageError
from rbench.metrics.kernel.cmmd import GaussianLessOne, _sides, cmmd
from rbench.metrics.kernel.parts import sums_of_sides

Matrix = npt.NDArray[Any]


def directions(n: int, d: int = 48, seed: int = 0, shift: float = 0.0) -> Matrix:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, d)) + 1
    rows[:, : d // 2] += shift
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32)


def brute_force(real: Matrix, fake: Matrix, sigma: float = 10.0) -> float:
    """1000 times the V-statistic, from differences in extended precision."""
    sides = []
    for side in (real, fake):
        wide = side.astype(np.longdouble)
        sides.append(wide / np.sqrt((wide**2).sum(axis=1, keepdims=True)))

    def mean(x: Matrix, y: Matrix) -> Any:
        squares = np.stack([((row - y) ** 2).sum(axis=1) for row in x])
        return np.exp(-squares / (2 * np.longdouble(sigma) ** 2)).mean()

    x, y = sides
    return float(1000 * (mean(x, x) + mean(y, y) - 2 * mean(x, y)))


def official_formula(real: Matrix, fake: Matrix) -> float:
    """The formula as published, in float32 throughout."""
    x, y = torch.from_numpy(real), torch.from_numpy(fake)

    def mean(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * (a @ b.T)
        return torch.exp(-squares / 200).mean()

    return float(1000 * (mean(x, x) + mean(y, y) - 2 * mean(x, y)))


def test_equal_distributions_keep_their_digits_where_the_official_formula_loses_them() -> None:
    real, fake = directions(500, seed=1), directions(500, seed=2)
    truth = brute_force(real, fake)
    assert 0 < truth < 0.1
    assert abs(cmmd(real, fake).value - truth) < 1e-8
    assert abs(official_formula(real, fake) - truth) > 1e-5


def test_float64_features_are_computed_in_float64() -> None:
    real, fake = directions(120).astype(np.float64), directions(90, seed=1).astype(np.float64)
    assert cmmd(real, fake).value == pytest.approx(brute_force(real, fake), abs=1e-12)


@pytest.mark.parametrize("sigma", [0.3, 1.0, 10.0, 1000.0])
def test_every_width_agrees_with_brute_force(sigma: float) -> None:
    real, fake = (
        directions(80, shift=0.5).astype(np.float64),
        directions(70, seed=1).astype(np.float64),
    )
    expected = brute_force(real, fake, sigma)
    assert cmmd(real, fake, sigma=sigma).value == pytest.approx(expected, rel=1e-9)


def test_a_set_against_itself_is_zero() -> None:
    real = directions(100)
    assert abs(cmmd(real, real).value) < 1e-8
    assert abs(cmmd(real.astype(np.float64), real.astype(np.float64)).value) < 1e-12


def test_the_biased_value_exceeds_the_unbiased_by_the_diagonal() -> None:
    real, fake = directions(60).astype(np.float64), directions(50, seed=1).astype(np.float64)
    found = cmmd(real, fake)
    squares = [((x[:, None] - x[None]) ** 2).sum(axis=-1) for x in (real, fake)]
    within = [-np.expm1(-k / 200).sum() for k in squares]
    gap = sum(w / (n * n * (n - 1)) for w, n in zip(within, (60, 50), strict=True)) * 1000
    assert found.unbiased is not None
    assert found.value - found.unbiased == pytest.approx(gap, rel=1e-9)
    found = [cmmd(directions(60, seed=i), directions(60, seed=i + 500)) for i in range(100)]
    unbiased = np.array([result.unbiased for result in found])
    assert abs(unbiased.mean()) < 4 * unbiased.std() / 10


def test_rows_are_normalised_unless_told_otherwise() -> None:
    real, fake = directions(60), directions(50, seed=1, shift=0.3)
    lengths = np.random.default_rng(0).uniform(0.5, 3, size=(60, 1)).astype(np.float32)
    expected = cmmd(real, fake)
    assert cmmd(lengths * real, fake).value == pytest.approx(expected.value, abs=1e-8)
    raw = cmmd(lengths * real, fake, normalise=False)
    assert raw.value > 1.1 * expected.value
    assert any("real features are no unit vectors" in text for text in raw.warnings)
    same = cmmd(real, fake, normalise=False)
    assert same.value == pytest.approx(expected.value, abs=1e-8)
    assert same.warnings == ()


def test_blocks_and_order_do_not_matter() -> None:
    real, fake = directions(200).astype(np.float64), directions(180, seed=1).astype(np.float64)
    expected = cmmd(real, fake).value
    rng = np.random.default_rng(0)
    for memory in (40_000, 150_000):
        found = cmmd(rng.permutation(real), rng.permutation(fake), block_bytes=memory)
        assert found.value == pytest.approx(expected, rel=1e-12)


def test_the_jackknife_is_that_of_leaving_every_sample_out() -> None:
    real, fake = (
        directions(14, 5, shift=0.5).astype(np.float64),
        directions(11, 5, seed=1).astype(np.float64),
    )
    variance = 0.0
    for left in (
        np.array([brute_force(np.delete(real, i, axis=0), fake) for i in range(14)]),
        np.array([brute_force(real, np.delete(fake, i, axis=0)) for i in range(11)]),
    ):
        variance += (len(left) - 1) / len(left) * float(((left - left.mean()) ** 2).sum())
    found = cmmd(real, fake)
    assert found.standard_error == pytest.approx(math.sqrt(variance), rel=1e-9)
    assert found.interval is not None and "not the bias" in found.interval.covers


def test_the_standard_error_is_the_scatter_over_repetitions() -> None:
    found = [
        cmmd(directions(120, 16, seed=i), directions(120, 16, seed=i + 500, shift=0.6))
        for i in range(200)
    ]
    scatter = np.std([result.value for result in found], ddof=1)
    stated = np.mean([result.standard_error for result in found])
    assert stated == pytest.approx(scatter, rel=0.15)


@pytest.mark.parametrize("smallest", [-0.0249, -0.0251, -3.0])
def test_the_kernel_keeps_every_digit_near_zero(smallest: float) -> None:
    squares = -np.array([smallest, -1e-12, -0.004, -0.02]) * 200
    kernel = GaussianLessOne(1 / 200)
    found = kernel.of_products(np.zeros((1, 4)), np.zeros((1, 1)), squares)[0]
    with mp.workdps(40):
        expected = [float(mp.expm1(-mp.mpf(float(value)) / 200)) for value in squares]
    # Three roundings go before the exponential.
    assert found == pytest.approx(expected, rel=5e-15)


def test_tensors_give_the_sums_of_arrays() -> None:
    real, fake = directions(80).astype(np.float64), directions(40, seed=1).astype(np.float64)
    kernel = GaussianLessOne(1 / 200)
    ours = sums_of_sides(*_sides(real, fake, True), kernel, 60_000)
    # What runs on an accelerator, run here on tensors of the CPU.
    tensors = _sides(torch.from_numpy(real), torch.from_numpy(fake), True)
    theirs = sums_of_sides(*tensors, kernel, 60_000)
    for name in ("real", "fake", "real_to_fake", "fake_to_real"):
        assert getattr(theirs, name) == pytest.approx(getattr(ours, name), rel=1e-11)
    assert cmmd(torch.from_numpy(real), fake) == cmmd(real, fake)


def test_bad_input_is_named() -> None:
    real, fake = directions(20), directions(20, seed=1)
    with pytest.raises(UsageError, match="sigma=0"):
        cmmd(real, fake, sigma=0)
    with pytest.raises(UsageError, match="scale=-1"):
        cmmd(real, fake, scale=-1)
    zero = fake.copy()
    zero[13] = 0
    with pytest.raises(DataError, match="fake sample 13 is a row of zeros"):
        cmmd(real, zero)
    assert cmmd(real, zero, normalise=False).value > 0
    with pytest.raises(DataError, match="fake has 7 dimensions instead of 48"):
        cmmd(real, fake[:, :7])
    single = cmmd(real[:1], fake)
    assert single.unbiased is None and single.standard_error is None
