"""`FDr`: the mean of ratios over parts that see the same images."""

from typing import Any

import numpy as np
import pytest
import torch

from rbench.errors import DataError, UsageError
from rbench.metrics.classes import FDr, FrechetDistance
from rbench.metrics.frechet.fdr import fdr
from rbench.metrics.moments import Moments
from rbench.metrics.representations.fdr_set import FDR6
from rbench.metrics.representations.of_callable import of_callable
from rbench.metrics.representations.preprocess import Preprocess
from rbench.metrics.representations.representation import Representation
from tests.metrics.classes.samples import WIDTH, digits, features, network, small

VALIDATION = {"small": 0.001, "raw": 3.0}


def raw() -> Representation:
    return of_callable(
        lambda x: x[:, 0].flatten(1), 64, Preprocess(size=None), name="raw", batch=10
    )


def both(**options: Any) -> FDr:
    return FDr([small(), raw()], normaliser="exact", exact=VALIDATION, **options)


def fed(metric: FDr, size: int = 50) -> FDr:
    for start in range(0, 200, size):
        metric.update(digits()[start : start + size], real=True)
        metric.update(digits()[500 + start : 500 + start + size], real=False)
    return metric


def test_it_is_the_function_of_the_distances_of_its_parts() -> None:
    result = fed(both()).compute()
    distances = {}
    for representation in (small(), raw()):
        metric = FrechetDistance(representation)
        metric.update(digits()[:200], real=True).update(digits()[500:700], real=False)
        distances[representation.name] = float(metric.compute())
    wanted = fdr(distances, normaliser="exact", exact=VALIDATION, representations=["small", "raw"])
    assert float(result) == float(wanted)
    assert result.distances == distances
    assert result.about["representations"]["raw"]["representation"]["name"] == "raw"


def test_the_bits_do_not_depend_on_the_batches() -> None:
    assert float(fed(both(), 8).compute()) == float(fed(both()).compute())


def test_blocks_give_a_joint_interval() -> None:
    result = fed(both(blocks=10)).compute()
    assert result.interval is not None
    assert result.interval.low < float(result) < result.interval.high


def test_references_stand_for_the_real_images_of_their_parts() -> None:
    plain, mixed = both(), both(references={"raw": Moments(64).update(raw_rows(digits()[:200]))})
    for metric in (plain, mixed):
        metric.update(digits()[:200], real=True).update(digits()[500:700], real=False)
    assert float(mixed.compute()) == pytest.approx(float(plain.compute()), rel=1e-9)


def raw_rows(images: torch.Tensor) -> Any:
    return (images[:, 0].float() / 255).flatten(1).numpy()


def test_states_and_merging_follow_the_parts() -> None:
    first, second, fresh = both(), both(), both()
    first.update(digits()[:120], real=True).update(digits()[500:620], real=False)
    second.update(digits()[120:200], real=True).update(digits()[620:700], real=False)
    merged = first.merge_state([second])
    assert float(merged.compute()) == pytest.approx(float(fed(both()).compute()), rel=1e-11)
    fresh.load_state_dict(merged.state_dict())
    assert float(fresh.compute()) == float(merged.compute())
    fresh.reset().update(digits()[500:700], real=False)
    assert float(fresh.compute()) == pytest.approx(float(merged.compute()), rel=1e-11)
    assert float(fresh.sync().compute()) == float(fresh.compute())


def test_a_state_that_does_not_fit_in_one_part_changes_no_part() -> None:
    metric, other = fed(both()), both()
    expected = float(metric.compute())
    state = other.update(digits()[:50], real=False).state_dict()
    state["parts"]["raw"]["kept"] = {"fake": {}}
    with pytest.raises(DataError, match="does not hold the moments"):
        metric.load_state_dict(state)
    assert float(metric.compute()) == expected
    with pytest.raises(DataError, match="no state of an FDr"):
        metric.load_state_dict({"parts": 3})


def test_features_of_the_published_six_need_no_network() -> None:
    dimensions = dict.fromkeys(FDR6, 6)
    metric = FDr(dimensions=dimensions)
    for real in (True, False):
        rows = {name: features(80, d=6, seed=i + real) for i, name in enumerate(FDR6)}
        metric.update_features(rows, real=real)
    result = metric.compute()
    assert result.metric == "fdr^6"
    assert result.normaliser == "paper-implied"
    assert list(result.ratios) == list(FDR6)


def test_requests_that_make_no_sense_are_refused_before_a_network_is_loaded() -> None:
    with pytest.raises(UsageError, match="no paper-implied normaliser for 'small'"):
        FDr([small()])
    with pytest.raises(UsageError, match="references has other"):
        both(references={"other": None})
    with pytest.raises(UsageError, match=r"dimensions=.*name each of small, raw"):
        both(dimensions={"raw": 3})
    with pytest.raises(UsageError, match="belong together"):
        FDr(normaliser="exact", dimensions=dict.fromkeys(FDR6, 6))


def test_bad_features_are_refused_and_nothing_is_added() -> None:
    metric = FDr(
        ["a", "b"], dimensions={"a": WIDTH, "b": 4}, normaliser="exact", exact={"a": 1, "b": 1}
    )
    good = {"a": features(9), "b": features(9, d=4)}
    with pytest.raises(DataError, match="features has a: give a, b"):
        metric.update_features({"a": good["a"]}, real=True)
    with pytest.raises(DataError, match=r"different numbers of images: {'a': 9, 'b': 8}"):
        metric.update_features({"a": good["a"], "b": good["b"][:8]}, real=True)
    with pytest.raises(DataError, match="b has 12 dimensions instead of 4"):
        metric.update_features({"a": good["a"], "b": good["a"]}, real=True)
    with pytest.raises(DataError, match="b holds NaN"):
        metric.update_features({"a": good["a"], "b": good["b"] * np.nan}, real=True)
    with pytest.raises(DataError, match="no real samples yet"):
        metric.update_features(good, real=False).compute()
    with pytest.raises(UsageError, match="real=1: give True"):
        metric.update_features(good, real=1)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="same representations"):
        metric.merge_state([both()])


def test_one_module_is_not_shared_with_the_user() -> None:
    module = network()
    metric = FDr(
        [of_callable(module, WIDTH, Preprocess(size=None), name="small")],
        normaliser="exact",
        exact={"small": 1.0},
    )
    metric.update(digits()[:60], real=True).update(digits()[60:120], real=False)
    before = float(metric.compute())
    with torch.no_grad():
        module[0].weight.zero_()  # type: ignore[union-attr, operator]
    metric.reset(keep_reference=False)
    metric.update(digits()[:60], real=True).update(digits()[60:120], real=False)
    assert float(metric.compute()) == before
