"""Power and sample size against statsmodels, each as the other's inverse, and by simulation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import NormalIndPower

from rbench.errors import UsageError
from rbench.metrics.paired import paired_comparison
from rbench.metrics.power import power_of_test, sample_size

PEER = NormalIndPower()


@pytest.mark.parametrize("alpha", [0.001, 0.05, 0.3])
@pytest.mark.parametrize("effect", [-0.4, 0.01, 0.1, 0.5])
@pytest.mark.parametrize("n", [4, 100, 2000])
def test_power_agrees_with_statsmodels(effect: float, n: int, alpha: float) -> None:
    expected = PEER.power(effect, n, alpha, ratio=0)
    assert power_of_test(effect, 1 / math.sqrt(n), alpha=alpha) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("power", [0.5, 0.8, 0.99])
@pytest.mark.parametrize("effect", [0.02, 0.1, 0.5])
def test_sample_size_agrees_with_statsmodels(effect: float, power: float) -> None:
    expected = PEER.solve_power(effect, nobs1=None, alpha=0.05, power=power, ratio=0)
    found = sample_size(effect, 1.0, 1, power=power)
    assert found == math.ceil(float(np.squeeze(expected)) - 1e-6)


@given(st.floats(0.001, 0.9), st.floats(0.001, 0.5), st.integers(2, 5000))
def test_the_sample_size_has_the_power_and_one_sample_less_has_not(
    difference: float, error: float, n: int
) -> None:
    needed = sample_size(difference, error, n)

    def power(samples: int) -> float:
        return power_of_test(difference, error * math.sqrt(n / samples))

    assert power(needed) >= 0.8 - 1e-9
    assert needed == 1 or power(needed - 1) < 0.8 + 1e-9


@given(st.floats(0.01, 0.5))
def test_power_is_alpha_at_no_difference_and_grows_with_it(error: float) -> None:
    assert power_of_test(0, error) == pytest.approx(0.05)
    powers = [power_of_test(d, error) for d in (0, 0.01, 0.02, 0.05, 0.2)]
    assert powers == sorted(powers)
    assert power_of_test(-0.02, error) == powers[2]


def test_it_foretells_how_often_the_exact_test_rejects() -> None:
    rng = np.random.default_rng(8)
    n, first, second, rejected = 400, 0.16, 0.09, 0
    for _ in range(400):
        draws = rng.random(n)
        a, b = draws < first, draws > 1 - second
        pairs = [[(float(x), float(y))] for x, y in zip(a, b, strict=True)]
        rejected += (paired_comparison(pairs).p_value or 0) <= 0.05
    error = math.sqrt((first + second - (first - second) ** 2) / n)
    # The exact test is somewhat conservative.
    assert rejected / 400 == pytest.approx(power_of_test(first - second, error), abs=0.07)


def test_wrong_requests_are_refused() -> None:
    for error in (0.0, -1.0, float("nan")):
        with pytest.raises(UsageError, match="standard error"):
            power_of_test(0.1, error)
    with pytest.raises(UsageError, match="alpha"):
        power_of_test(0.1, 1, alpha=1)
    with pytest.raises(UsageError, match="difference=0"):
        sample_size(0, 1, 10)
    with pytest.raises(UsageError, match=r"power=0\.01"):
        sample_size(0.1, 1, 10, power=0.01)
