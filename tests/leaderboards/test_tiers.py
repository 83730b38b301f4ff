"""Tiers: what can be told apart, on simulated groups."""

import math
import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rbench.leaderboards.entries import Entry
from rbench.leaderboards.tiers import Tier, p_of_intervals, standard_error, tiers
from tests.leaderboards.board_entries import entry, figure


def simulated(means: Sequence[float], seed: int, n: int = 400) -> list[Entry]:
    """Return entries that drew `n` answers each, with normal intervals."""
    rng = np.random.default_rng(seed)
    found = []
    for i, mean in enumerate(means):
        value = rng.binomial(n, mean) / n
        half = 1.959963984540054 * math.sqrt(value * (1 - value) / n)
        found.append(entry(f"m{i}", value, half))
    return found


def test_equal_systems_are_in_one_tier_nearly_always() -> None:
    alone = sum(
        {place.tier for place in tiers(simulated([0.5] * 8, seed))} == {1} for seed in range(400)
    )
    # Holm holds 95 % at least; a true 95 % gives 366 or fewer once in a thousand.
    assert alone >= 366


def test_well_separated_systems_have_a_tier_each() -> None:
    places = tiers(simulated([0.1, 0.3, 0.5, 0.7, 0.9], 0))
    assert [place.tier for place in places] == [5, 4, 3, 2, 1]
    assert [place.best for place in places] == [False, False, False, False, True]


def test_entries_of_one_value_share_a_tier_and_are_both_best() -> None:
    places = tiers([entry("a", 0.6), entry("b", 0.6), entry("c", 0.1)])
    assert places == [Tier(1, True), Tier(1, True), Tier(3, False)]


def test_a_tier_counts_what_is_better_beyond_chance_and_nothing_else() -> None:
    # a and b, b and c overlap; a and c do not.
    places = tiers([entry("a", 0.60), entry("b", 0.54), entry("c", 0.48)])
    assert [place.tier for place in places] == [1, 1, 2]
    assert [place.best for place in places] == [True, True, False]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.1, 0.9), min_size=2, max_size=7), st.randoms(use_true_random=False))
def test_the_order_of_entries_changes_nothing(values: list[float], dice: random.Random) -> None:
    entries = [entry(f"m{i}", value) for i, value in enumerate(values)]
    before = dict(zip([e.key for e in entries], tiers(entries), strict=True))
    dice.shuffle(entries)
    assert dict(zip([e.key for e in entries], tiers(entries), strict=True)) == before


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.1, 0.9), min_size=1, max_size=7))
def test_the_highest_value_is_first_and_best_and_no_tier_exceeds_its_rank(
    values: list[float],
) -> None:
    places = tiers([entry(f"m{i}", value) for i, value in enumerate(values)])
    for value, place in zip(values, places, strict=True):
        assert place.tier is not None
        assert 1 <= place.tier <= 1 + sum(other > value for other in values)
        assert place.best == (place.tier == 1) or not place.best
    assert places[values.index(max(values))] == Tier(1, True)


def test_lower_is_better_where_it_is() -> None:
    def distance(model: str, value: float) -> Entry:
        given = figure(value, 0.1, higher_is_better=False, unit="distance")
        return entry(model, figures={("overall", "accuracy"): given})

    assert [place.tier for place in tiers([distance("a", 2.0), distance("b", 9.0)])] == [1, 2]


def test_without_any_interval_there_are_no_tiers() -> None:
    assert tiers([entry("a", 0.9, None), entry("b", 0.1, None)]) == [Tier(None, False)] * 2


def test_one_without_an_interval_has_no_tier_and_hides_nobody() -> None:
    places = tiers([entry("a", 0.9, None), entry("b", 0.6), entry("c", 0.1)])
    assert places == [Tier(None, False), Tier(1, True), Tier(2, False)]


def test_more_entries_ask_for_more_evidence() -> None:
    close = [entry("a", 0.600), entry("b", 0.525)]
    assert [place.tier for place in tiers(close)] == [1, 2]
    crowd = [entry(f"m{i}", 0.56) for i in range(20)]
    assert [place.tier for place in tiers([*close, *crowd])[:2]] == [1, 1]


class Said:
    """A test on samples that says what it is told, and remembers what it was asked."""

    def __init__(self, p_value: float | None) -> None:
        self.p_value = p_value
        self.asked: list[tuple[str, str]] = []

    def p_values(self, pairs: Sequence[tuple[Entry, Entry]]) -> list[float | None]:
        self.asked += [(first.model, second.model) for first, second in pairs]
        return [self.p_value for _ in pairs]


def test_samples_overrule_intervals() -> None:
    close = [entry("a", 0.52), entry("b", 0.50)]
    assert [place.tier for place in tiers(close)] == [1, 1]
    assert [place.tier for place in tiers(close, Said(0.001))] == [1, 2]
    assert [place.tier for place in tiers(close, Said(None))] == [1, 1]


def test_pairs_that_intervals_settle_are_not_asked_about() -> None:
    test = Said(1.0)
    places = tiers([entry("a", 0.9), entry("b", 0.88), entry("c", 0.1)], test)
    assert test.asked == [("a", "b")]
    assert [place.tier for place in places] == [1, 1, 3]


def test_few_questions_are_never_settled_by_intervals() -> None:
    few = {"n": 20, "clusters": 20}
    test = Said(1.0)
    entries = [
        entry(m, figures={("overall", "accuracy"): figure(v, 0.01, **few)})
        for m, v in (("a", 0.9), ("b", 0.1))
    ]
    assert [place.tier for place in tiers(entries, test)] == [1, 1]
    assert test.asked == [("a", "b")]


def test_the_p_value_of_two_normal_intervals_is_that_of_z() -> None:
    from scipy.stats import norm

    first, second = figure(0.60, 0.049), figure(0.53, 0.049)
    z = 0.07 / math.hypot(0.025, 0.025)
    assert p_of_intervals(first, second) == pytest.approx(2 * norm.sf(z), rel=1e-3)


def test_the_p_value_of_two_jackknife_intervals_is_that_of_welch() -> None:
    from scipy.stats import ttest_ind_from_stats

    method = "block-jackknife-t (sampling of fake)"
    first, second = (figure(v, h, ci_method=method) for v, h in ((2.0, 0.3), (2.5, 0.2)))
    errors = [standard_error(first), standard_error(second)]
    assert errors[0] is not None and errors[1] is not None
    # 20 blocks are as 20 values whose mean has that standard error.
    spread = [error * math.sqrt(20) for error in errors if error is not None]
    expected = ttest_ind_from_stats(2.0, spread[0], 20, 2.5, spread[1], 20, equal_var=False)
    assert p_of_intervals(first, second) == pytest.approx(expected.pvalue, rel=1e-9)


def test_a_crowd_is_placed_by_intervals_never_bolder_than_pair_by_pair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = simulated([0.1 + 0.8 * i / 40 for i in range(40)], 1)
    exact = tiers(entries)
    monkeypatch.setattr("rbench.leaderboards.tiers.CROWD", 10)
    test = Said(0.0)
    crowd = tiers(entries, test)
    assert test.asked == []
    for one, other in zip(crowd, exact, strict=True):
        assert one.tier is not None and other.tier is not None
        assert other.tier - 3 <= one.tier <= other.tier
        assert one.best >= other.best
    assert len({place.tier for place in crowd}) > 10


def test_ten_thousand_entries_are_placed() -> None:
    entries = [entry(f"m{i}", 0.1 + 0.00008 * i, 0.02) for i in range(10_000)]
    places = tiers(entries)
    assert places[-1] == Tier(1, True)
    assert places[0].tier is not None and places[0].tier > 5_000
