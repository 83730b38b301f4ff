"""FD at infinite n: the regression by definition, and that its error is that of resampling."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from rbench.errors import UsageError
from rbench.metrics.frechet.distance import frechet_distance
from rbench.metrics.frechet.infinity import frechet_distance_infinity
from rbench.metrics.moments import Moments

D = 4
SCALES = np.array([0.5, 1, 1.5, 2])
REAL = Moments.from_statistics(np.zeros(D), np.eye(D))
TRUTH = 0.09 * D + float(((SCALES - 1) ** 2).sum())


def draw(seed: int, n: int) -> Any:
    return np.random.default_rng(seed).normal(size=(n, D)) * SCALES + 0.3


def test_it_is_the_intercept_through_the_distances_of_nested_sets() -> None:
    fake = draw(0, 200)
    blocks = [Moments(D).update(part) for part in np.split(fake, 20)]
    found = frechet_distance_infinity(REAL, blocks, points=7)
    n = np.array([size for size, _ in found.points])
    assert list(n) == [20, 50, 80, 110, 140, 170, 200]
    values = [frechet_distance(REAL, fake[:size]).value for size in n]
    np.testing.assert_allclose([v for _, v in found.points], values, rtol=1e-11)
    line = stats.linregress(1 / n, values)
    assert found.value == pytest.approx(line.intercept, rel=1e-10)
    assert found.slope == pytest.approx(line.slope, rel=1e-10)
    assert found.distance == pytest.approx(values[-1], rel=1e-11)
    assert found.metric == "frechet-distance/infinity" and not found.about


def test_its_bias_and_error_are_those_of_resampling() -> None:
    draws = 200
    found = [frechet_distance_infinity(REAL, draw(k, 400), seed=k, level=0.9) for k in range(draws)]
    values = np.array([r.value for r in found])
    error = values.std() / np.sqrt(draws)
    assert abs(values.mean() - TRUTH) < 3 * error
    assert np.mean([r.distance for r in found]) - TRUTH > 3 * error / 2
    stated = np.sqrt(np.mean([(r.standard_error or 0) ** 2 for r in found]))
    # The standard deviation of 200 draws is itself known to 5 %.
    assert stated == pytest.approx(values.std(), rel=0.15)
    hits = sum(r.interval.low <= TRUTH <= r.interval.high for r in found if r.interval)
    low, high = stats.binom.ppf([0.001, 0.999], draws, 0.9)
    assert low - 0.03 * draws <= hits <= high


def test_the_seed_is_in_the_result_and_gives_the_same_bits() -> None:
    fake = draw(1, 300)
    first = frechet_distance_infinity(REAL, fake, seed=3)
    assert first == frechet_distance_infinity(REAL, fake, seed=3)
    assert first.about["seed"] == 3
    assert first.value != frechet_distance_infinity(REAL, fake, seed=4).value


def test_without_its_standard_error_the_number_is_the_same() -> None:
    fake = draw(2, 300)
    bare = frechet_distance_infinity(REAL, fake, standard_error=False)
    assert bare.standard_error is None and bare.interval is None and bare.interval_note
    assert bare.value == frechet_distance_infinity(REAL, fake).value


def test_sets_below_n_equal_d_are_warned_of() -> None:
    rng = np.random.default_rng(3)
    real = np.random.default_rng(4).normal(size=(300, 30))
    found = frechet_distance_infinity(real, rng.normal(size=(100, 30)), standard_error=False)
    assert any("no line in 1 / n" in w for w in found.warnings)
    assert not any("no line" in w for w in frechet_distance_infinity(REAL, draw(5, 99)).warnings)


def test_bad_requests_are_refused() -> None:
    fake = draw(6, 100)
    for act, message in (
        (lambda: frechet_distance_infinity(REAL, fake, points=2), "points=2"),
        (lambda: frechet_distance_infinity(REAL, fake, points=15, blocks=10), "15 blocks or more"),
        (lambda: frechet_distance_infinity(REAL, Moments(D).update(fake)), "one Moments"),  # type: ignore[arg-type]
        (lambda: frechet_distance_infinity([REAL, REAL], fake), "sequence of blocks"),  # type: ignore[arg-type]
    ):
        with pytest.raises(UsageError, match=message):
            act()
