"""Paired comparisons: by hand, by other packages, invariances, and seeded simulation."""

import math
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rbench.errors import DataError
from rbench.metrics.effect_size import cohens_h, cohens_word, odds_ratio
from rbench.metrics.mcnemar import exact_mcnemar
from rbench.metrics.paired import PairCounts, pair_counts, paired_comparison

Groups = list[list[tuple[float, float]]]
right = st.sampled_from([0.0, 1.0])
groups_of_pairs = st.lists(
    st.lists(st.tuples(right, right), min_size=1, max_size=3), min_size=2, max_size=15
)


def singles(both: int, first: int, second: int, neither: int) -> Groups:
    counts = ((1, 1), both), ((1, 0), first), ((0, 1), second), ((0, 0), neither)
    return [[(float(a), float(b))] for (a, b), count in counts for _ in range(count)]


def test_single_questions_have_mcnemars_test_and_the_paired_t_interval() -> None:
    groups = singles(40, 18, 7, 35)
    found = paired_comparison(groups, level=0.9)
    differences = [a - b for [(a, b)] in groups]
    interval = stats.t.interval(0.9, 99, np.mean(differences), stats.sem(differences))
    assert (found.difference.low, found.difference.high) == pytest.approx(interval)
    assert found.standard_error == pytest.approx(stats.sem(differences))
    assert (found.first, found.second, found.difference.value) == (0.58, 0.47, 0.11)
    assert found.test == "exact McNemar"
    assert found.p_value == exact_mcnemar(18, 7)
    assert pair_counts(groups) == PairCounts(40, 18, 7, 35)


def test_twins_are_flipped_together_which_is_less_evidence_than_twice_the_questions() -> None:
    groups = singles(10, 12, 3, 15)
    twins = [group * 2 for group in groups]
    alone, doubled = paired_comparison(groups), paired_comparison(twins)
    assert doubled.test == "exact sign flips of clusters"
    assert doubled.p_value == alone.p_value
    assert doubled.standard_error == pytest.approx(alone.standard_error)
    assert (doubled.p_value or 0) > exact_mcnemar(24, 6)


@given(groups_of_pairs)
def test_swapping_the_models_changes_the_sign_alone(groups: Groups) -> None:
    found = paired_comparison(groups)
    swapped = paired_comparison([[(b, a) for a, b in group] for group in groups])
    assert (swapped.first, swapped.second) == (found.second, found.first)
    assert swapped.p_value == found.p_value
    assert swapped.standard_error == found.standard_error
    assert swapped.difference.value == -(found.difference.value or 0)
    if found.difference.low is not None and found.difference.high is not None:
        assert swapped.difference.low == -found.difference.high
        assert swapped.difference.high == -found.difference.low


@given(groups_of_pairs, st.randoms(use_true_random=False))
def test_order_does_not_matter(groups: Groups, shuffle: random.Random) -> None:
    moved = [shuffle.sample(group, len(group)) for group in shuffle.sample(groups, len(groups))]
    assert paired_comparison(moved) == paired_comparison(groups)
    assert pair_counts(moved) == pair_counts(groups)


def test_four_times_the_clusters_halve_the_interval_and_lower_p() -> None:
    small, large = singles(20, 9, 4, 17), singles(80, 36, 16, 68)
    one, four = paired_comparison(small), paired_comparison(large)
    assert four.difference.value == one.difference.value
    assert (four.standard_error or 0) / (one.standard_error or 1) == pytest.approx(0.5, rel=0.02)
    assert (four.p_value or 1) < (one.p_value or 0)


def test_pairing_takes_away_what_is_hard_for_both() -> None:
    rng = np.random.default_rng(1)
    hard = rng.random(300) < 0.5
    groups: Groups = [[(float(h), float(h and i % 10 != 0))] for i, h in enumerate(hard)]
    apart = math.sqrt(2 * hard.mean() * (1 - hard.mean()) / 300)
    assert (paired_comparison(groups).standard_error or 1) < apart / 2


def test_repeats_count_as_what_one_draw_of_each_would_give() -> None:
    groups: Groups = [[(0.5, 0.25)], [(1.0, 0.0)], [(0.0, 1.0)], [(0.75, 0.75)]]
    counts = pair_counts(groups)
    assert counts == PairCounts(0.6875, 1.5625, 1.3125, 0.4375)
    assert paired_comparison(groups).test == "exact sign flips of clusters"
    assert pair_counts([[(1.5, 0.0)]]) is None


@pytest.mark.parametrize(("clusters", "size"), [(40, 1), (25, 2), (60, 4)])
def test_intervals_cover_and_tests_keep_their_level(clusters: int, size: int) -> None:
    rng = np.random.default_rng(clusters)
    covered, rejected, runs = 0, 0, 400

    def pairs(
        first: "np.typing.NDArray[np.bool_]", second: "np.typing.NDArray[np.bool_]"
    ) -> Groups:
        return [[*zip(x, y, strict=True)] for x, y in zip(first + 0.0, second + 0.0, strict=True)]

    for _ in range(runs):
        hard = rng.random((clusters, 1))  # of the question: its twins and both models share it
        effort = rng.random((2, clusters, size)) + hard  # triangular: 1 - (2 - t)^2 / 2 below t
        estimate = paired_comparison(pairs(effort[0] < 1.3, effort[1] < 1.0)).difference
        true = 0.755 - 0.5
        covered += estimate.low is not None and estimate.low <= true <= (estimate.high or 0)
        null = paired_comparison(pairs(effort[0] < 1.1, effort[1] < 1.1))
        rejected += (null.p_value or 0) <= 0.05
    assert rejected / runs <= 0.07
    assert 0.92 <= covered / runs <= 0.98


def test_what_is_always_equal_has_neither_interval_nor_evidence() -> None:
    found = paired_comparison(singles(5, 0, 0, 5))
    assert (found.difference.value, found.p_value, found.standard_error) == (0, 1, None)
    assert "no spread" in found.difference.note
    every = paired_comparison(singles(0, 8, 0, 0))
    assert (every.difference.value, every.p_value) == (1, 2 / 2**8)


def test_no_pairs_give_no_number() -> None:
    found = paired_comparison([])
    assert found.difference.value is found.p_value is found.first is None
    with pytest.raises(DataError, match="cluster"):
        paired_comparison([[]])
    with pytest.raises(DataError, match="nan"):
        paired_comparison([[(1.0, float("nan"))]])


def test_effect_sizes_by_hand() -> None:
    assert cohens_h(0.5, 0.25) == pytest.approx(math.pi / 6)
    assert cohens_h(1, 0) == pytest.approx(math.pi)
    assert [cohens_word(h) for h in (0.1, -0.2, 0.6, -3)] == ["slight", "small", "medium", "large"]
    assert odds_ratio(6, 4) == 1.5
    assert odds_ratio(3, 0) is odds_ratio(0, 3) is None
    with pytest.raises(DataError, match=r"1\.2"):
        cohens_h(0.5, 1.2)


def test_nothing_heavy_is_imported_for_single_questions() -> None:
    code = (
        "import sys; from rbench.metrics.paired import paired_comparison as p;"
        "import rbench.metrics.power, rbench.metrics.holm; p([[(1.0, 0.0)], [(1.0, 1.0)]]);"
        "sys.exit(bool({'numpy', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
