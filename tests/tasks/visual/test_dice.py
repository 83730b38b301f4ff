"""The dice: the same everywhere, and fair."""

from collections import Counter
from hashlib import sha256

import pytest

from rbench.tasks.visual.dice import Dice


def test_a_key_gives_the_same_numbers_on_every_machine() -> None:
    dice = Dice("rbench-v-live/1/20260101/maze/17")
    drawn = [dice.integer(0, 10**6) for _ in range(1000)]
    assert sha256(repr(drawn).encode()).hexdigest() == (
        "e99ca8acb697ccd283f7bcbdd605798ef1d6d1decd6e4abc5990abb39953c013"
    )


def test_other_keys_give_other_numbers() -> None:
    firsts = {Dice(f"key/{i}").integer(0, 10**9) for i in range(1000)}
    assert len(firsts) == 1000


def test_integers_reach_both_ends_and_are_fair() -> None:
    dice = Dice("fair")
    counts = Counter(dice.integer(-2, 3) for _ in range(6000))
    assert set(counts) == {-2, -1, 0, 1, 2, 3}
    # Chi squared of 5 degrees: above 25.7 once in 10,000 keys.
    assert sum((n - 1000) ** 2 / 1000 for n in counts.values()) < 25.7


def test_one_value_leaves_no_choice() -> None:
    assert Dice("k").integer(7, 7) == 7
    assert Dice("k").choice(["only"]) == "only"
    assert Dice("k").shuffled([1]) == [1]
    assert Dice("k").shuffled([]) == []


def test_reals_stay_in_their_range() -> None:
    dice = Dice("real")
    drawn = [dice.real(-1.5, 2.5) for _ in range(2000)]
    assert -1.5 <= min(drawn) < -1.4 and 2.4 < max(drawn) <= 2.5
    assert sum(drawn) / 2000 == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_chance_happens_as_often_as_it_says(probability: float) -> None:
    dice = Dice("chance")
    happened = sum(dice.chance(probability) for _ in range(4000)) / 4000
    assert happened == pytest.approx(probability, abs=0.03)
    assert happened in (0.0, 1.0) or 0 < probability < 1


def test_all_orders_of_a_shuffle_come_equally_often() -> None:
    dice = Dice("shuffle")
    counts = Counter(tuple(dice.shuffled("abc")) for _ in range(6000))
    assert len(counts) == 6
    assert sum((n - 1000) ** 2 / 1000 for n in counts.values()) < 25.7


def test_a_sample_has_no_value_twice_and_leaves_the_values_alone() -> None:
    values = [*range(10)]
    sample = Dice("sample").sample(values, 4)
    assert len({*sample}) == 4 and {*sample} <= {*values}
    assert values == [*range(10)]
