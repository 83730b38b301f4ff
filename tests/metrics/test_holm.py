"""Holm's correction against statsmodels, by its definition, and by its properties."""

import random
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from rbench.errors import DataError
from rbench.metrics.holm import holm

p_values = st.lists(st.floats(0, 1, allow_subnormal=False), min_size=1, max_size=12)


@settings(max_examples=50, deadline=None)
@given(p_values)
def test_it_agrees_with_statsmodels(values: list[float]) -> None:
    with mock.patch("gc.collect"):  # it collects garbage in every call, a second's work here
        _, theirs, *_ = multipletests(values, method="holm")
    assert holm(values) == pytest.approx(theirs, abs=1e-15)


@given(p_values)
def test_it_lies_between_no_correction_and_bonferronis(values: list[float]) -> None:
    for p, adjusted in zip(values, holm(values), strict=True):
        assert p <= adjusted <= min(1, len(values) * p) or adjusted == p


@given(p_values, st.randoms(use_true_random=False))
def test_order_does_not_matter(values: list[float], shuffle: random.Random) -> None:
    order = shuffle.sample(range(len(values)), len(values))
    moved = holm([values[i] for i in order])
    assert moved == [holm(values)[i] for i in order]


def test_an_example_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.2]) == [0.2]
    assert holm([]) == []


def test_true_nulls_are_rejected_at_most_as_often_as_said() -> None:
    draw = random.Random(4)
    runs = [min(holm([draw.random() for _ in range(5)])) <= 0.05 for _ in range(4000)]
    assert 0.04 < sum(runs) / len(runs) < 0.06


@pytest.mark.parametrize("bad", [-0.1, 1.1, float("nan")])
def test_what_is_no_p_value_is_refused(bad: float) -> None:
    with pytest.raises(DataError, match="p-value"):
        holm([0.5, bad])
