"""The kernel distance: brute force in float64, the peers in the same process, honest errors."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from cleanfid.fid import kernel_distance as cleanfid_kernel_distance
from torch_fidelity.metric_kid import kid_features_to_metric
from torchmetrics.image.kid import poly_mmd

from rbench.errors import DataError, UsageError
from rbench.metrics.kernel import distance as module
from rbench.metrics.kernel.distance import kernel_distance
from rbench.metrics.kernel.parts import sums_of_sides
from rbench.metrics.kernel.polynomial import Polynomial, centred_sides

Matrix = npt.NDArray[Any]


def clouds(n: int = 150, m: int = 130, d: int = 24, seed: int = 0) -> tuple[Matrix, Matrix]:
    rng = np.random.default_rng(seed)
    real = np.maximum(rng.normal(size=(n, d)), 0) + 0.3
    fake = np.maximum(0.9 * rng.normal(size=(m, d)), 0) + 0.5
    return real, fake


def kernel(x: Matrix, y: Matrix, degree: int = 3, coef0: float = 1.0) -> Matrix:
    return np.asarray((x.astype(np.longdouble) @ y.T / x.shape[1] + coef0) ** degree)


def brute_force(real: Matrix, fake: Matrix, degree: int = 3, coef0: float = 1.0) -> float:
    n, m = len(real), len(fake)
    within = [kernel(x, x, degree, coef0) for x in (real, fake)]
    a, b = (k.sum() - np.trace(k) for k in within)
    across = kernel(real, fake, degree, coef0).sum()
    return float(a / (n * (n - 1)) + b / (m * (m - 1)) - 2 * across / (n * m))


@pytest.mark.parametrize(("degree", "coef0"), [(1, 1.0), (2, 0.5), (3, 1.0), (4, 0.0), (5, 2.0)])
def test_full_is_the_u_statistic_over_all_pairs(degree: int, coef0: float) -> None:
    real, fake = clouds()
    found = kernel_distance(real, fake, degree=degree, coef0=coef0, estimator="full")
    assert found.value == pytest.approx(brute_force(real, fake, degree, coef0), rel=1e-12)


def test_gamma_is_one_over_d_unless_given() -> None:
    real, fake = clouds()
    assert kernel_distance(real, fake).value == kernel_distance(real, fake, gamma=1 / 24).value
    wider = kernel_distance(real, fake, gamma=2 / 24).value
    expected = brute_force(math.sqrt(2) * real, math.sqrt(2) * fake)
    assert wider == pytest.approx(expected, rel=1e-12)


def test_the_blocks_do_not_change_the_sums() -> None:
    real, fake = clouds(200, 170, 5)
    expected = kernel_distance(real, fake, estimator="full")
    for memory in (4_000, 20_000, 100_000):
        found = kernel_distance(real, fake, estimator="full", block_bytes=memory)
        assert found.value == pytest.approx(expected.value, rel=1e-12)
        assert found.standard_error == pytest.approx(expected.standard_error, rel=1e-11)


def test_the_order_of_the_samples_does_not_matter_and_runs_repeat_to_the_bit() -> None:
    real, fake = clouds(300, 280, 64)
    expected = kernel_distance(real, fake, block_bytes=200_000)
    assert kernel_distance(real, fake, block_bytes=200_000) == expected
    rng = np.random.default_rng(1)
    moved = kernel_distance(rng.permutation(real), rng.permutation(fake), block_bytes=200_000)
    assert moved.value == pytest.approx(expected.value, rel=1e-12)
    assert moved.standard_error == pytest.approx(expected.standard_error, rel=1e-11)


def test_the_roles_are_symmetric_but_named() -> None:
    real, fake = clouds()
    one, other = kernel_distance(real, fake), kernel_distance(fake, real)
    assert one.value == pytest.approx(other.value, rel=1e-12)
    assert (one.n, other.n) == ({"real": 150, "fake": 130}, {"real": 130, "fake": 150})


def test_float32_features_lose_only_the_digits_of_their_products() -> None:
    real, fake = (side.astype(np.float32) for side in clouds(400, 400, 512))
    size = float(np.mean(real.astype(np.float64) @ fake.T.astype(np.float64))) / 512
    wide = kernel_distance(real.astype(np.float64), fake.astype(np.float64))
    short = kernel_distance(real, fake)
    assert abs(short.value - wide.value) < 3e-8 * size
    assert short.value != wide.value
    mixed = kernel_distance(real, fake.astype(np.float64))
    assert mixed.value == pytest.approx(wide.value, abs=3e-8 * size)


def test_equal_values_do_not_make_float32_err_alike() -> None:
    rng = np.random.default_rng(0)
    sides = [(np.maximum(rng.normal(size=(300, 256)), 0) + 0.3).astype(np.float32) for _ in "rf"]
    wide = kernel_distance(*(side.astype(np.float64) for side in sides)).value
    direct = [float(np.mean((sides[i] @ sides[j].T).astype(np.float64))) for i, j in ((0, 1),)]
    exact = float(np.mean(sides[0].astype(np.float64) @ sides[1].T.astype(np.float64)))
    assert abs(direct[0] - exact) > 1e-7 * exact  # what averages over all pairs do not remove
    assert abs(kernel_distance(*sides).value - wide) < 3e-8 * exact / 256


def test_the_jackknife_is_that_of_leaving_every_sample_out() -> None:
    real, fake = clouds(24, 18, 6)
    found = kernel_distance(real, fake)
    variance = 0.0
    for side, make in (
        (real, lambda i: brute_force(np.delete(real, i, axis=0), fake)),
        (fake, lambda i: brute_force(real, np.delete(fake, i, axis=0))),
    ):
        left = np.array([make(i) for i in range(len(side))])
        variance += (len(side) - 1) / len(side) * float(((left - left.mean()) ** 2).sum())
    assert found.standard_error == pytest.approx(math.sqrt(variance), rel=1e-10)


def finite_population(seed: int, shift: float) -> tuple[Matrix, Matrix, float]:
    """Two populations of 40 points, and the distance between their uniform laws, exactly."""
    rng = np.random.default_rng(seed)
    real = np.maximum(rng.normal(size=(40, 8)), 0)
    fake = real if shift == 0 else np.maximum(rng.normal(size=(40, 8)) + shift, 0)
    k = [kernel(a, b).mean() for a, b in ((real, real), (fake, fake), (real, fake))]
    return real, fake, float(k[0] + k[1] - 2 * k[2])


@pytest.mark.parametrize(("n", "m"), [(400, 400), (300, 600)])
def test_the_full_estimate_is_unbiased_and_its_interval_covers(n: int, m: int) -> None:
    real, fake, truth = finite_population(3, 0.2)
    rng = np.random.default_rng(n)
    found = [
        kernel_distance(real[rng.integers(0, 40, n)], fake[rng.integers(0, 40, m)])
        for _ in range(300)
    ]
    values = np.array([result.value for result in found])
    scatter = values.std(ddof=1)
    assert abs(values.mean() - truth) < 4 * scatter / math.sqrt(300)
    stated = np.mean([result.standard_error for result in found])
    assert stated == pytest.approx(scatter, rel=0.15)
    held = [r.interval.low <= truth <= r.interval.high for r in found if r.interval]
    assert np.mean(held) >= 0.92 and len(held) == 300


def test_with_equal_distributions_the_error_is_up_to_root_two_too_large_never_too_small() -> None:
    real, fake, truth = finite_population(3, 0)
    assert truth == pytest.approx(0, abs=1e-12)
    rng = np.random.default_rng(5)
    found = [
        kernel_distance(real[rng.integers(0, 40, 150)], fake[rng.integers(0, 40, 150)])
        for _ in range(400)
    ]
    scatter = np.std([result.value for result in found], ddof=1)
    stated = math.sqrt(
        np.mean([result.standard_error**2 for result in found if result.standard_error])
    )
    assert 0.95 * scatter < stated < 1.25 * math.sqrt(2) * scatter
    held = [r.interval.low <= 0 <= r.interval.high for r in found if r.interval]
    assert np.mean(held) >= 0.95


def test_a_value_below_zero_is_kept_and_explained() -> None:
    rng = np.random.default_rng(1)
    found = [kernel_distance(rng.normal(size=(30, 4)), rng.normal(size=(30, 4))) for _ in range(8)]
    negative = [result for result in found if result.value < 0]
    assert negative and all("below 0" in result.warnings[0] for result in negative)
    assert all(result.warnings == () for result in found if result.value >= 0)


@pytest.mark.parametrize("n", [(150, 130), (60, 200)])
def test_subsets_are_those_of_torch_fidelity(n: tuple[int, int]) -> None:
    real, fake = clouds(*n)
    theirs = kid_features_to_metric(
        torch.from_numpy(fake),  # its first input is the generated one
        torch.from_numpy(real),
        kid_subsets=12,
        kid_subset_size=50,
        rng_seed=7,
        verbose=False,
    )
    ours = kernel_distance(real, fake, estimator="subsets", subsets=12, subset_size=50, seed=7)
    assert ours.value == pytest.approx(theirs["kernel_inception_distance_mean"], rel=1e-10)
    assert ours.spread == pytest.approx(theirs["kernel_inception_distance_std"], rel=1e-10)


def test_float32_subsets_differ_from_torch_fidelity_by_its_float32_sums_only() -> None:
    real, fake = (side.astype(np.float32) for side in clouds())
    options: dict[str, Any] = {"kid_subsets": 12, "kid_subset_size": 50, "verbose": False}
    single, double = (
        kid_features_to_metric(*sides, **options)["kernel_inception_distance_mean"]
        for sides in (
            (torch.from_numpy(fake), torch.from_numpy(real)),
            (torch.from_numpy(fake).double(), torch.from_numpy(real).double()),
        )
    )
    ours = kernel_distance(real, fake, estimator="subsets", subsets=12, subset_size=50).value
    assert ours == pytest.approx(double, rel=1e-6)
    assert ours == pytest.approx(single, abs=1e-6)
    assert abs(ours - double) < abs(single - double)


def test_a_subset_of_everything_is_torchmetrics_and_clean_fids_formula() -> None:
    real, fake = clouds(90, 90)
    everything = kernel_distance(real, fake, estimator="subsets", subsets=1, subset_size=90).value
    theirs = float(poly_mmd(torch.from_numpy(real), torch.from_numpy(fake)))
    assert everything == pytest.approx(theirs, rel=1e-10)
    clean = cleanfid_kernel_distance(real, fake, num_subsets=1, max_subset_size=1000)
    assert everything == pytest.approx(clean, rel=1e-10)
    assert kernel_distance(real, fake, estimator="full").value == pytest.approx(clean, rel=1e-10)


def test_the_spread_of_subsets_is_not_passed_off_as_an_error() -> None:
    real, fake = clouds()
    found = kernel_distance(real, fake, estimator="subsets", subsets=5, subset_size=40)
    assert found.spread == pytest.approx(np.std(found.values))
    assert found.standard_error is None and found.interval is None
    assert "no standard error" in found.interval_note
    assert found.about["seed"] == 2020 and found.metric == "kid/subsets"


def test_too_few_samples_for_a_subset_is_an_error_that_says_what_to_do() -> None:
    real, fake = clouds()
    with pytest.raises(DataError, match=r"real has 150 samples, fewer than subset_size=1000"):
        kernel_distance(real, fake, estimator="subsets")
    size = min(1000, len(real), len(fake))  # clean-fid's rule
    assert kernel_distance(real, fake, estimator="subsets", subsets=2, subset_size=size).value > 0


def test_blocks_use_every_sample_and_their_error_is_the_scatter() -> None:
    real, fake, truth = finite_population(3, 0.2)
    rng = np.random.default_rng(2)
    found = [
        kernel_distance(
            real[rng.integers(0, 40, 330)],
            fake[rng.integers(0, 40, 415)],
            estimator="block",
            block_size=40,
        )
        for _ in range(200)
    ]
    values = np.array([result.value for result in found])
    assert len(found[0].values) == 8
    assert abs(values.mean() - truth) < 4 * values.std(ddof=1) / math.sqrt(200)
    stated = math.sqrt(np.mean([r.standard_error**2 for r in found if r.standard_error]))
    assert stated == pytest.approx(values.std(ddof=1), rel=0.15)
    held = [r.interval.low <= truth <= r.interval.high for r in found if r.interval]
    assert np.mean(held) >= 0.9 and len(held) == 200


def test_blocks_of_sorted_files_are_shuffled_by_the_seed() -> None:
    real, fake = clouds(200, 200)
    order = np.argsort(real[:, 0])
    shuffled = kernel_distance(real[order], fake, estimator="block", block_size=50)
    assert np.std(shuffled.values) < 0.5 * shuffled.value
    again = kernel_distance(real[order], fake, estimator="block", block_size=50)
    assert again == shuffled
    other = kernel_distance(real[order], fake, estimator="block", block_size=50, seed=1)
    assert other.value != shuffled.value


def test_auto_takes_all_pairs_while_they_are_few(monkeypatch: Any) -> None:
    real, fake = clouds()
    monkeypatch.setattr(module, "FULL_UP_TO", 140)
    assert kernel_distance(real, fake, block_size=60).estimator == "block"
    assert kernel_distance(real[:140], fake, block_size=60).estimator == "full"
    assert kernel_distance(real, fake, block_size=70).estimator == "full"  # not two blocks


def test_the_result_serialises_with_the_kernel_that_was_used() -> None:
    real, fake = clouds()
    stored = kernel_distance(real, fake, degree=2).to_json()
    assert (stored["metric"], stored["estimator"]) == ("kid/full", "full")
    assert stored["about"] == {"kernel": "polynomial", "degree": 2, "gamma": 1 / 24, "coef0": 1.0}
    assert stored["interval"]["covers"] == "sampling of the real and the fake images"


def test_tensors_give_the_sums_of_arrays() -> None:
    real, fake = clouds(90, 70)
    polynomial = Polynomial(3, 1 / 24, 1.0)
    x, y = centred_sides(real, fake)
    # What runs on an accelerator, run here on tensors of the CPU.
    tx, ty = centred_sides(torch.from_numpy(real), torch.from_numpy(fake))
    ours = sums_of_sides(x, y, polynomial, 30_000)
    theirs = sums_of_sides(tx, ty, polynomial, 30_000)
    for name in ("real", "fake", "real_to_fake", "fake_to_real"):
        assert getattr(theirs, name) == pytest.approx(getattr(ours, name), rel=1e-12)
    assert kernel_distance(torch.from_numpy(real), fake) == kernel_distance(real, fake)


def test_bad_input_is_named() -> None:
    real, fake = clouds(20, 20, 3)
    with pytest.raises(UsageError, match="estimator='best'"):
        kernel_distance(real, fake, estimator="best")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="degree=0"):
        kernel_distance(real, fake, degree=0)
    with pytest.raises(UsageError, match="block_bytes=10 "):
        kernel_distance(real, fake, block_bytes=10)
    with pytest.raises(UsageError, match=r"level=1\.5"):
        kernel_distance(real, fake, level=1.5)
    with pytest.raises(UsageError, match="gamma=nan"):
        kernel_distance(real, fake, gamma=math.nan)
    with pytest.raises(DataError, match="fewer than two blocks"):
        kernel_distance(real, fake, estimator="block")
    with pytest.raises(DataError, match="fake has 2 dimensions instead of 3"):
        kernel_distance(real, fake[:, :2])
    with pytest.raises(DataError, match="real has 1 samples"):
        kernel_distance(real[:1], fake)
    two = kernel_distance(real[:2], fake)
    assert two.standard_error is None and "3 samples" in two.interval_note


def test_subsets_shrink_to_the_smaller_side_where_that_is_asked_for() -> None:
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(50, 6)), rng.normal(size=(40, 6))
    with pytest.raises(DataError, match="fewer than subset_size=1000"):
        kernel_distance(real, fake, estimator="subsets")
    shrunk = kernel_distance(real, fake, estimator="subsets", shrink=True)
    assert shrunk.value == kernel_distance(real, fake, estimator="subsets", subset_size=40).value
    assert shrunk.about["subset_size"] == 40
