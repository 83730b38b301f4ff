"""The Inception Score: closed forms, the peers in the same process, and its interval."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch_fidelity.metric_isc import isc_features_to_metric
from torchmetrics.image.inception import InceptionScore

from rbench.errors import DataError, UsageError
from rbench.metrics.inception import VARIANTS, inception_score

Matrix = npt.NDArray[Any]


def logits(n: int = 430, classes: int = 20, seed: int = 0) -> Matrix:
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(n, classes)) * 3 + rng.normal(size=classes)).astype(np.float32)


def brute_force(rows: Matrix) -> float:
    p = np.exp(rows.astype(np.longdouble))
    p /= p.sum(axis=1, keepdims=True)
    return float(np.exp((p * (np.log(p) - np.log(p.mean(axis=0)))).sum(axis=1).mean()))


@pytest.mark.parametrize("variant", VARIANTS)
def test_one_certain_class_each_gives_the_number_of_classes(variant: Any) -> None:
    certain = 1000.0 * np.tile(np.eye(7), (100, 1))
    splits = None if variant == "adm" else 10
    assert float(inception_score(certain, variant="adm")) == pytest.approx(7, rel=1e-12)
    same = np.zeros((700, 7))
    assert float(inception_score(same, variant=variant, splits=splits)) == pytest.approx(1)


def test_classes_in_order_score_as_many_as_each_split_holds() -> None:
    in_order = 1000.0 * np.repeat(np.eye(10), 1000, axis=0)
    sorted_score = inception_score(in_order, variant="adm")
    assert float(sorted_score) == pytest.approx(5, rel=1e-12)
    assert any("different classes" in text for text in sorted_score.warnings)
    shuffled = inception_score(in_order, variant="torch-fidelity", splits=5)
    assert float(shuffled) > 9
    assert float(inception_score(in_order, variant="dgm-eval", splits=5)) > 9
    mixed = np.random.default_rng(0).permutation(in_order)
    warnings = inception_score(mixed, variant="adm").warnings
    assert not any("different classes" in text for text in warnings)


@pytest.mark.parametrize("n", [430, 437])
@pytest.mark.parametrize("splits", [1, 3, 10])
def test_it_agrees_with_torch_fidelity(n: int, splits: int) -> None:
    rows = logits(n)
    theirs = isc_features_to_metric(torch.from_numpy(rows), splits=splits)
    ours = inception_score(rows, splits=splits)
    assert ours.value == pytest.approx(theirs["inception_score_mean"], rel=1e-12)
    assert ours.spread == pytest.approx(theirs["inception_score_std"], rel=1e-9, abs=1e-12)
    assert ours.spread_ddof == 0


@pytest.mark.parametrize("n", [430, 437, 31])
def test_it_agrees_with_torchmetrics_in_the_same_order(n: int, monkeypatch: Any) -> None:
    rows = logits(n).astype(np.float64)
    order = torch.from_numpy(np.random.RandomState(5).permutation(n))
    monkeypatch.setattr(torch, "randperm", lambda size: order[:size])
    metric = InceptionScore(feature=torch.nn.Identity(), splits=10)
    metric.update(torch.from_numpy(rows))
    mean, spread = (float(value) for value in metric.compute())
    ours = inception_score(rows, variant="torchmetrics", seed=5)
    assert ours.value == pytest.approx(mean, rel=1e-12)
    assert ours.spread == pytest.approx(spread, rel=1e-9)
    assert ours.spread_ddof == 1
    assert len(ours.scores) == {430: 10, 437: 10, 31: 8}[n]


def test_adm_takes_splits_of_5000_in_the_order_given_and_a_shorter_last() -> None:
    rows = logits(10_100, 4)
    ours = inception_score(rows, variant="adm")
    expected = [
        brute_force(rows[:5000]),
        brute_force(rows[5000:10_000]),
        brute_force(rows[10_000:]),
    ]
    assert ours.scores == pytest.approx(expected, rel=1e-12)
    assert ours.value == pytest.approx(np.mean(expected), rel=1e-12)


def test_dgm_eval_leaves_the_remainder_out_and_says_so() -> None:
    rows = logits(437)
    ours = inception_score(rows, variant="dgm-eval")
    mixed = rows[np.random.RandomState(2020).permutation(437)]
    expected = [brute_force(mixed[i * 43 : (i + 1) * 43]) for i in range(10)]
    assert ours.scores == pytest.approx(expected, rel=1e-12)
    assert any("7 of 437 images were left out" in text for text in ours.warnings)


def test_a_shift_of_a_rows_logits_changes_nothing_and_large_ones_do_not_overflow() -> None:
    rows = logits().astype(np.float64)
    shifted = rows + np.random.default_rng(1).normal(size=(len(rows), 1)) * 1e5
    assert float(inception_score(shifted)) == pytest.approx(float(inception_score(rows)), rel=1e-9)
    huge = 1e4 * rows
    assert math.isfinite(float(inception_score(huge)))


def test_a_class_that_never_occurs_adds_nothing() -> None:
    rows = logits().astype(np.float64)
    more = np.concatenate([rows, np.full((len(rows), 1), -1e6)], axis=1)
    assert float(inception_score(more)) == pytest.approx(float(inception_score(rows)), rel=1e-13)


def test_the_seed_fixes_the_shuffle() -> None:
    rows = logits()
    assert inception_score(rows, seed=1) == inception_score(rows, seed=1)
    assert inception_score(rows, seed=1).value != inception_score(rows, seed=2).value
    assert inception_score(rows, variant="adm", seed=1).about["shuffle_seed"] is None
    with pytest.raises(UsageError, match="seed=-1"):
        inception_score(rows, seed=-1)


def test_the_blocks_of_the_softmax_do_not_change_the_score(monkeypatch: Any) -> None:
    rows = logits()
    expected = inception_score(rows, splits=2)
    monkeypatch.setattr("rbench.metrics.inception._BLOCK_BYTES", 1000)
    assert inception_score(rows, splits=2).scores == pytest.approx(expected.scores, rel=1e-14)


def test_the_standard_error_is_that_of_leaving_images_out() -> None:
    rows = logits(300, 8).astype(np.float64)
    left = np.array([brute_force(np.delete(rows, i, axis=0)) for i in range(300)])
    expected = math.sqrt(299 / 300 * ((left - left.mean()) ** 2).sum())
    ours = inception_score(rows, variant="dgm-eval", splits=1)
    assert ours.standard_error == pytest.approx(expected, rel=0.02)
    assert ours.interval is not None
    assert "not the bias" in ours.interval.covers


def test_the_standard_error_is_the_scatter_over_repetitions() -> None:
    rng = np.random.default_rng(0)
    offsets = rng.normal(size=8)
    found = [inception_score(rng.normal(size=(400, 8)) * 3 + offsets, splits=4) for _ in range(300)]
    scatter = np.std([result.value for result in found], ddof=1)
    stated = np.mean([result.standard_error for result in found])
    assert stated == pytest.approx(scatter, rel=0.12)


def test_small_splits_bring_a_warning() -> None:
    assert any("43 images" in text for text in inception_score(logits()).warnings)
    enough = np.random.default_rng(0).normal(size=(10_000, 3))
    assert inception_score(enough, splits=2).warnings == ()


def test_torch_and_numpy_give_the_same() -> None:
    rows = logits()
    assert inception_score(torch.from_numpy(rows)) == inception_score(rows)


def test_bad_input_is_named() -> None:
    with pytest.raises(UsageError, match="variant='openai'"):
        inception_score(logits(), variant="openai")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="splits=10: adm"):
        inception_score(logits(), variant="adm", splits=10)
    with pytest.raises(UsageError, match="splits=0"):
        inception_score(logits(), splits=0)
    with pytest.raises(DataError, match="9 samples, fewer than splits=10"):
        inception_score(logits(9))
    single = inception_score(logits(10))
    assert single.standard_error is None and "single image" in single.interval_note
