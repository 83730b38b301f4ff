"""The sign-flip test against all flips one by one, scipy, and McNemar's test."""

import itertools
import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rbench.errors import DataError, UsageError
from rbench.metrics.mcnemar import exact_mcnemar
from rbench.metrics.sign_flip import SignFlips, sign_flip_test

thirds = st.lists(
    st.integers(-6, 6).map(lambda k: k / 3) | st.sampled_from([-0.5, 0.25]), min_size=1, max_size=9
)


def all_flips(sums: list[float]) -> float:
    """Return the share of all flips that are as extreme, one by one."""
    seen = abs(math.fsum(sums)) - 1e-9
    flips = list(itertools.product((-1, 1), repeat=len(sums)))
    return sum(
        abs(math.fsum(s * x for s, x in zip(flip, sums, strict=True))) >= seen for flip in flips
    ) / len(flips)


@given(thirds)
def test_it_is_the_share_of_all_flips(sums: list[float]) -> None:
    assert sign_flip_test(sums) == SignFlips(pytest.approx(all_flips(sums), abs=1e-12), True)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 5))
def test_sums_of_one_size_are_mcnemars_test(first: int, second: int, same: int) -> None:
    sums = [0.5] * first + [-0.5] * second + [0.0] * same
    assert sign_flip_test(sums).p_value == exact_mcnemar(first, second)


def test_scipy_agrees() -> None:
    sums = [2, -1, 1, 1, 2, -2, 0, 1, 1, 2, 1, -1]
    theirs = stats.permutation_test(
        (sums,), np.sum, permutation_type="samples", n_resamples=np.inf
    ).pvalue
    assert sign_flip_test(sums).p_value == pytest.approx(theirs)


@given(thirds, st.randoms(use_true_random=False))
def test_order_and_a_common_sign_do_not_matter(sums: list[float], shuffle: random.Random) -> None:
    moved = [-x for x in shuffle.sample(sums, len(sums))]
    assert sign_flip_test(moved).p_value == pytest.approx(sign_flip_test(sums).p_value, abs=1e-12)


def test_sums_on_no_grid_are_drawn_with_a_seed_and_close_to_exact() -> None:
    sums = [math.sqrt(k) - 2.1 * (k % 3 == 0) for k in range(1, 15)]
    found = sign_flip_test(sums)
    assert not found.exact
    assert found.p_value == pytest.approx(all_flips(sums), abs=0.01)
    assert sign_flip_test([-x for x in sums[::-1]]) == found
    assert sign_flip_test(sums, seed=1) != found


def test_thousands_of_clusters_agree_with_the_normal_law() -> None:
    rng = np.random.default_rng(2)
    sums = [float(x) for x in rng.integers(-2, 3, 3000)]
    z = abs(sum(sums)) / math.sqrt(sum(x * x for x in sums))
    assert sign_flip_test(sums).p_value == pytest.approx(2 * stats.norm.sf(z), abs=0.01)


def test_the_drawn_p_is_never_0() -> None:
    assert sign_flip_test([math.pi * (1 + k / 7.1) for k in range(30)]).p_value == 1 / 20_001


def test_nothing_that_differs_is_no_evidence() -> None:
    assert sign_flip_test([]) == sign_flip_test([0.0, 0.0]) == SignFlips(1.0, True)


def test_wrong_values_are_refused() -> None:
    with pytest.raises(DataError, match="nan"):
        sign_flip_test([1.0, float("nan")])
    with pytest.raises(UsageError, match="seed=-1"):
        sign_flip_test([1.0], seed=-1)
