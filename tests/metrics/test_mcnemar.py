"""McNemar's exact test against statsmodels and the binomial law."""

import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from rbench.errors import UsageError
from rbench.metrics.mcnemar import exact_mcnemar


@pytest.mark.parametrize(
    "counts", [(0, 1), (1, 0), (3, 9), (10, 10), (0, 30), (60, 91), (500, 431)]
)
def test_it_agrees_with_statsmodels_and_scipy(counts: tuple[int, int]) -> None:
    first, second = counts
    theirs = mcnemar([[7, first], [second, 5]], exact=True).pvalue
    assert exact_mcnemar(first, second) == pytest.approx(min(1, theirs), rel=1e-9)
    binomial = stats.binomtest(first, first + second).pvalue
    assert exact_mcnemar(first, second) == pytest.approx(binomial, rel=1e-9)


def test_small_tables_by_hand() -> None:
    assert exact_mcnemar(0, 0) == 1
    assert exact_mcnemar(0, 5) == 2 / 32
    assert exact_mcnemar(1, 5) == 2 * (1 + 6) / 64
    assert exact_mcnemar(4, 4) == 1


def test_swapping_the_models_changes_nothing_and_a_larger_lead_lowers_p() -> None:
    for n in (1, 7, 40):
        values = [exact_mcnemar(k, n - k) for k in range(n + 1)]
        assert values == values[::-1]
        half = values[: n // 2 + 1]
        assert half == sorted(half)
        assert all(0 < p <= 1 for p in values)


def test_thousands_of_questions_are_exact_too() -> None:
    assert exact_mcnemar(4900, 5100) == pytest.approx(
        2 * stats.binom.cdf(4900, 10_000, 0.5), rel=1e-9
    )


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(UsageError, match="-1"):
        exact_mcnemar(-1, 3)
