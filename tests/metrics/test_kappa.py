import itertools
import math
import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from rbench.errors import DataError, UsageError
from rbench.metrics.kappa import cohen_kappa

Pairs = list[tuple[int, int]]

grades = st.tuples(st.integers(0, 1), st.integers(0, 1))
clusters = st.lists(st.lists(grades, min_size=1, max_size=3), min_size=1, max_size=12)


def by_definition(pairs: Pairs) -> Fraction | None:
    n = len(pairs)
    labels = {label for pair in pairs for label in pair}
    observed = Fraction(sum(a == b for a, b in pairs), n)
    expected = sum(
        Fraction(sum(a == x for a, _ in pairs), n) * Fraction(sum(b == x for _, b in pairs), n)
        for x in labels
    )
    return None if expected == 1 else (observed - expected) / (1 - expected)


@given(clusters)
def test_kappa_is_the_definition_in_exact_fractions(groups: list[Pairs]) -> None:
    exact = by_definition([pair for group in groups for pair in group])
    found = cohen_kappa(groups, seed=0, resamples=100)
    if exact is None:
        assert (found.value, found.low) == (None, None)
        assert "one and the same label" in found.note
    else:
        assert found.value == pytest.approx(float(exact), abs=1e-12)


def test_kappa_is_that_of_sklearn_and_statsmodels_for_several_labels() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        one, other = rng.integers(0, 4, size=(2, 60))
        expected = cohen_kappa_score(one, other)
        table = np.zeros((4, 4))
        np.add.at(table, (one, other), 1)
        found = cohen_kappa(
            [[(int(a), int(b))] for a, b in zip(one, other, strict=True)], seed=0, resamples=100
        )
        assert found.value == pytest.approx(expected, abs=1e-12)
        assert found.value == pytest.approx(cohens_kappa(table).kappa, abs=1e-12)


def test_the_numbers_of_a_textbook_table() -> None:
    # 20 both yes, 5 and 10 mixed, 15 both no: p_o = 0.7, p_e = 0.5, kappa = 0.4.
    pairs = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    found = cohen_kappa([[pair] for pair in pairs], seed=1)
    assert found.value == pytest.approx(0.4)
    assert (found.n, found.clusters, found.method) == (50, 50, "cluster-bootstrap")


def test_the_interval_of_independent_pairs_is_near_the_asymptotic_one() -> None:
    pairs = [(1, 1)] * 200 + [(1, 0)] * 50 + [(0, 1)] * 100 + [(0, 0)] * 150
    found = cohen_kappa([[pair] for pair in pairs], seed=1, resamples=20_000)
    expected = cohens_kappa(np.array([[150, 100], [50, 200]]))
    assert found.low == pytest.approx(expected.kappa_low, abs=0.004)
    assert found.high == pytest.approx(expected.kappa_upp, abs=0.004)


def test_the_interval_is_that_of_drawing_whole_clusters_one_by_one() -> None:
    rng = random.Random(3)
    groups = [[(rng.randint(0, 1), rng.randint(0, 1))] * rng.randint(1, 4) for _ in range(30)]
    drawn = []
    for _ in range(4000):
        pairs = [pair for group in rng.choices(groups, k=30) for pair in group]
        drawn.append(float(by_definition(pairs) or 0))
    found = cohen_kappa(groups, seed=1, resamples=20_000)
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert found.low == pytest.approx(low, abs=0.03)
    assert found.high == pytest.approx(high, abs=0.03)


def test_copies_in_one_cluster_add_no_certainty() -> None:
    pairs = [(1, 1)] * 8 + [(1, 0)] * 4 + [(0, 0)] * 8
    alone = cohen_kappa([[pair] for pair in pairs], seed=1)
    copied = cohen_kappa([[pair] * 5 for pair in pairs], seed=1)
    apart = cohen_kappa([[pair] for pair in pairs for _ in range(5)], seed=1)
    assert copied.value == pytest.approx(alone.value)
    assert (copied.low, copied.high) == (pytest.approx(alone.low), pytest.approx(alone.high))
    assert apart.low is not None and alone.low is not None and apart.low > alone.low + 0.1


@settings(max_examples=30)
@given(clusters, st.randoms(use_true_random=False))
def test_the_order_of_clusters_and_pairs_changes_nothing(
    groups: list[Pairs], rng: random.Random
) -> None:
    shuffled = [rng.sample(group, len(group)) for group in rng.sample(groups, len(groups))]
    one = cohen_kappa(groups, seed=7, resamples=100)
    assert cohen_kappa(shuffled, seed=7, resamples=100) == one


@settings(max_examples=30)
@given(clusters)
def test_kappa_is_symmetric_and_blind_to_the_names_of_the_labels(groups: list[Pairs]) -> None:
    one = cohen_kappa(groups, seed=7, resamples=100)
    swapped = cohen_kappa([[(b, a) for a, b in g] for g in groups], seed=7, resamples=100)
    renamed = cohen_kappa(
        [[("yes" if a else "no", "yes" if b else "no") for a, b in g] for g in groups],
        seed=7,
        resamples=100,
    )
    for other in (swapped, renamed):
        assert (one.value is None) == (other.value is None)
        if one.value is not None:
            assert other.value == pytest.approx(one.value, abs=1e-12)
            assert -1 <= one.value <= 1 + 1e-12


@pytest.mark.parametrize("label", [0, 1])
def test_graders_that_always_say_the_same_one_thing_have_no_kappa(label: int) -> None:
    found = cohen_kappa([[(label, label)]] * 9, seed=0)
    assert (found.value, found.low, found.high, found.n) == (None, None, None, 9)


def test_without_pairs_there_is_no_kappa() -> None:
    found = cohen_kappa([], seed=0)
    assert (found.value, found.n, found.note) == (None, 0, "no values")


def test_one_cluster_or_clusters_that_are_all_alike_have_no_interval() -> None:
    one = cohen_kappa([[(0, 0), (1, 1), (1, 0)]], seed=0)
    assert one.value is not None and one.low is None and "one cluster" in one.note
    alike = cohen_kappa([[(0, 0), (1, 1), (1, 0)]] * 5, seed=0)
    assert alike.value is not None and alike.low is None and "no spread" in alike.note


def test_graders_that_never_differ_have_kappa_one_and_no_interval_of_no_width() -> None:
    found = cohen_kappa([[(0, 0)]] * 5 + [[(1, 1)]] * 7, seed=0)
    assert (found.value, found.low, found.high) == (1.0, None, None)
    one_sided = cohen_kappa([[(1, 0)]] * 5 + [[(1, 1)]] * 7, seed=0)
    assert (one_sided.value, one_sided.low) == (0.0, None)


def test_resamples_without_a_kappa_are_left_out_and_counted() -> None:
    groups = [[(1, 1)]] * 3 + [[(0, 0), (0, 1)]]
    found = cohen_kappa(groups, seed=0, resamples=1000)
    lost = int(found.note.split()[0])
    # Both graders say nothing but 1 where the first kind of cluster alone is drawn.
    share = 0.75**4
    assert lost / 1000 == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / 1000))
    assert found.low is not None and found.high is not None and found.low < found.high


def test_small_samples_cover_what_they_come_from() -> None:
    """The interval holds the true kappa about as often as it says: a wide check, not a proof."""
    cells = list(itertools.product((0, 1), repeat=2))
    weights = np.array([0.35, 0.1, 0.15, 0.4])
    true = float(
        by_definition(
            [c for c, w in zip(cells, weights, strict=True) for _ in range(round(20 * w))]
        )
        or 0
    )
    rng = np.random.default_rng(2)
    held = 0
    for seed in range(200):
        drawn = rng.choice(4, p=weights, size=60)
        found = cohen_kappa([[cells[i]] for i in drawn], seed=seed, resamples=400)
        assert found.low is not None and found.high is not None
        held += found.low <= true <= found.high
    assert 0.88 <= held / 200 <= 0.99


def test_bad_input_is_named() -> None:
    with pytest.raises(DataError, match="cluster holds no pairs"):
        cohen_kappa([[(0, 1)], []], seed=0)
    with pytest.raises(UsageError, match="resamples=5"):
        cohen_kappa([[(0, 1)]], seed=0, resamples=5)
    with pytest.raises(UsageError, match="level"):
        cohen_kappa([[(0, 1)]], seed=0, level=1.5)
