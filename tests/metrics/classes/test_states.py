"""Merging, saving and resetting: what one pass would have given."""

import copy
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from rbench.errors import DataError, UsageError
from rbench.metrics.classes import FrechetDistance, InceptionScore, KernelDistance
from tests.metrics.classes.samples import MAKE, digits, features, feed, numbers, small

ORDERED = {"kernel-subsets", "inception-score"}
"""Their draw depends on the order of the samples: two passes in one order give the same bits."""


def saved_and_loaded(state: Any) -> Any:
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def fed(name: str, seeds: tuple[int, ...] = (1, 2), dtype: Any = np.float32) -> Any:
    metric = MAKE[name]()
    for seed in seeds:
        feed(metric, features(150, seed=seed, dtype=dtype), True)
        feed(metric, features(170, seed=seed + 10, dtype=dtype), False)
    return metric


@pytest.mark.parametrize("name", MAKE)
def test_merged_parts_agree_with_one_pass(name: str) -> None:
    whole, parts = MAKE[name](), [MAKE[name]() for _ in range(3)]
    for seed, part in enumerate(parts):
        for metric in (whole, part):
            feed(metric, features(120 + 7 * seed, seed=seed), True)
            feed(metric, features(90 + 11 * seed, seed=seed + 10), False)
    before = [numbers(part) for part in parts[1:]]
    merged = parts[0].merge_state(parts[1:])
    assert merged is parts[0]
    assert numbers(merged)[0] == pytest.approx(numbers(whole)[0], rel=1e-12, abs=1e-13)
    assert [numbers(part) for part in parts[1:]] == before


@pytest.mark.parametrize("name", sorted(set(MAKE) - ORDERED))
def test_the_order_of_merging_only_moves_the_rounding(name: str) -> None:
    def merged(order: list[int]) -> float:
        parts = [fed(name, seeds=(seed,), dtype=np.float64) for seed in order]
        return numbers(parts[0].merge_state(parts[1:]))[0]

    assert merged([1, 2, 3]) == pytest.approx(merged([3, 1, 2]), rel=1e-12)


def test_merging_takes_images_that_no_batch_has_seen_yet() -> None:
    whole, first, second = (FrechetDistance(small()) for _ in range(3))
    for real, start in ((True, 0), (False, 100)):
        whole.update(digits()[start : start + 70], real=real)
        first.update(digits()[start : start + 33], real=real)
        second.update(digits()[start + 33 : start + 70], real=real)
    held = numbers(second)
    first.merge_state([second])
    assert float(first.compute()) == pytest.approx(float(whole.compute()), rel=1e-12)
    assert numbers(second) == held


def test_merged_images_come_after_the_own_ones_that_were_held_back() -> None:
    whole, first, second = (MAKE["inception-score"](small()) for _ in range(3))
    whole.update(digits()[:70])
    first.update(digits()[:33])
    second.update(digits()[33:70])
    assert numbers(first.merge_state([second])) == numbers(whole)


@pytest.mark.parametrize("name", MAKE)
def test_a_loaded_state_computes_the_same_bits_where_nothing_was_updated(name: str) -> None:
    metric, fresh = MAKE[name](small()), MAKE[name](small())
    feed(metric, digits()[:77], True, images=True)
    feed(metric, digits()[77:160], False, images=True)
    fresh.load_state_dict(saved_and_loaded(metric.state_dict()))
    assert numbers(fresh) == numbers(metric)
    for one in (metric, fresh):
        feed(one, digits()[200:300], False, images=True)
    assert numbers(fresh)[0] == pytest.approx(numbers(metric)[0], rel=1e-12)


@pytest.mark.parametrize("name", MAKE)
def test_features_go_on_with_the_same_bits_after_loading(name: str) -> None:
    metric, fresh = fed(name), MAKE[name]()
    fresh.load_state_dict(saved_and_loaded(metric.state_dict()))
    for one in (metric, fresh):
        feed(one, features(1400, seed=5), False)
    assert numbers(fresh) == numbers(metric)


@pytest.mark.parametrize("name", MAKE)
def test_an_empty_state_can_be_saved_loaded_and_merged(name: str) -> None:
    empty = saved_and_loaded(MAKE[name]().state_dict())
    metric, fresh = fed(name), fed(name)
    fresh.merge_state([MAKE[name]()])
    assert numbers(fresh) == numbers(metric)
    fresh.load_state_dict(empty)
    with pytest.raises(DataError, match=r"no (real|fake) samples yet"):
        fresh.compute()
    assert numbers(fresh.merge_state([metric])) == numbers(metric)


def test_a_state_holds_only_tensors_and_plain_values() -> None:
    def check(value: Any) -> None:
        if isinstance(value, dict):
            for key, one in value.items():
                assert type(key) is str
                check(one)
        elif isinstance(value, list):
            for one in value:
                check(one)
        else:
            assert value is None or type(value) in (str, int, float, bool, torch.Tensor)

    for name in MAKE:
        metric = MAKE[name](small())
        feed(metric, digits()[:40], False, images=True)
        check(metric.state_dict())


@pytest.mark.parametrize("name", sorted(set(MAKE) - {"inception-score"}))
def test_reset_keeps_the_real_side_unless_told(name: str) -> None:
    metric = fed(name)
    expected = numbers(metric)
    assert metric.reset() is metric
    with pytest.raises(DataError, match=r"no fake samples yet: call update\(images, real=False\)"):
        metric.compute()
    for seed in (1, 2):
        feed(metric, features(170, seed=seed + 10), False)
    assert numbers(metric) == expected
    metric.reset(keep_reference=False)
    feed(metric, features(50, d=5), False)
    with pytest.raises(DataError, match="no real samples yet"):
        metric.compute()


def test_reset_forgets_images_that_are_held_back() -> None:
    metric = FrechetDistance(small())
    metric.update(digits()[:64], real=True).update(digits()[64:71], real=False).reset()
    metric.update(digits()[100:164], real=False)
    clean = FrechetDistance(small())
    clean.update(digits()[:64], real=True).update(digits()[100:164], real=False)
    assert numbers(metric) == numbers(clean)


def test_copies_and_moves_to_the_cpu_keep_the_bits() -> None:
    metric = FrechetDistance(small(), device="cpu")
    metric.update(digits()[:75], real=True).update(digits()[75:150], real=False)
    expected = numbers(metric)
    assert numbers(copy.deepcopy(metric)) == expected
    assert numbers(metric.to("cpu")) == expected


def test_states_of_something_else_are_refused_and_change_nothing() -> None:
    metric = fed("kernel")
    expected = numbers(metric)
    with pytest.raises(UsageError, match="state is of FrechetDistance, version 1"):
        metric.load_state_dict(fed("frechet").state_dict())
    with pytest.raises(DataError, match="no state of a KernelDistance"):
        metric.load_state_dict({"a": 1})
    with pytest.raises(DataError, match="no rows"):
        metric.load_state_dict({**metric.state_dict(), "kept": {"fake": {}}})
    with pytest.raises(UsageError, match="FrechetDistance cannot merge into KernelDistance"):
        metric.merge_state([fed("frechet")])
    with pytest.raises(UsageError, match="d = 5 and 12"):
        other = KernelDistance(None)
        other.update_features(np.ones((3, 5)), real=True)
        metric.merge_state([fed("kernel"), other])
    assert numbers(metric) == expected


def test_a_state_that_does_not_fit_does_not_keep_the_others_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = []

    def states(*_: Any) -> Iterator[Any]:
        for rank, name in enumerate(("frechet", "kernel", "kernel", "frechet")):
            taken.append(rank)
            yield fed(name).state_dict()

    monkeypatch.setattr("rbench.metrics.classes.mergeable.gathered_states", states)
    with pytest.raises(UsageError, match="state is of KernelDistance"):
        FrechetDistance(None).sync()
    assert taken == [0, 1, 2, 3]


def test_other_settings_are_named() -> None:
    plain = FrechetDistance(None)
    with pytest.raises(UsageError, match="blocks is 4 and 0"):
        plain.merge_state([FrechetDistance(None, blocks=4)])
    with pytest.raises(UsageError, match="representation is"):
        plain.merge_state([FrechetDistance(small())])
    reference = features(50)
    with pytest.raises(UsageError, match="differ in reference"):
        KernelDistance(None).merge_state([KernelDistance(None, reference=reference)])
    with pytest.raises(UsageError, match="differ in reference"):
        KernelDistance(None, reference=reference + 1).merge_state(
            [KernelDistance(None, reference=reference)]
        )
    with pytest.raises(UsageError, match="output is 'b' and 'a'"):
        InceptionScore(None, output="a").merge_state([InceptionScore(None, output="b")])
