"""Which features the evaluators of a task need, each network once, and where they lie."""

from dataclasses import replace

import pytest

from rbench.errors import UsageError
from rbench.harness.images.task import Reference
from rbench.harness.images.wanted import (
    evaluator_jobs,
    feature_key,
    kind_of,
    kind_of_identity,
    wanted_features,
)
from rbench.metrics.presets import get_preset
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.preprocess import Preprocess
from tests.harness.images.shard_runs import evaluator, net, task

RESIZED = Preprocess(size=20, filter="bilinear")


def test_jobs_are_those_of_the_preset_with_the_evaluators_own_options_before_it() -> None:
    one = evaluator(
        None,
        metrics=("frechet", "manifold"),
        preset="adm",
        representations=(),
        options={"manifold": {"k": 5}},
    )
    jobs = evaluator_jobs(one)
    assert [job.label for job in jobs] == [
        "inception-v3:pool",
        "inception-v3:spatial",
        "inception-v3:pool",
    ]
    assert jobs[-1].options == {"k": 5, "ball": "<="}
    steps = get_preset("adm").preprocess["inception-v3"]
    assert {job.representation.preprocess for job in jobs} == {steps}


def test_evaluators_share_a_network_and_their_outputs_are_joined() -> None:
    adm = evaluator(None, name="adm", preset="adm", representations=())
    edm = evaluator(None, name="edm2", preset="edm2", representations=("inception-v3",))
    score = evaluator(
        None, name="is", metrics=("inception-score",), preset="adm", representations=()
    )
    (found,) = wanted_features(task(adm, edm, score))
    assert found.outputs == ("pool", "spatial", "logits_unbiased")


@pytest.mark.parametrize(
    "other", [net(steps=RESIZED), replace(net(), precision="float64"), replace(net(), name="b")]
)
def test_other_steps_precision_or_name_are_another_network(other: object) -> None:
    found = wanted_features(task(evaluator(None), evaluator(None, representations=(other,))))
    assert len(found) == 2
    assert len({kind_of(one.representation) for one in found}) == 2


def test_the_folder_tells_networks_apart_and_ignores_which_outputs_were_asked_for() -> None:
    def key(seed: int = 0, steps: Preprocess | None = None, *outputs: str) -> str:
        one = net(seed) if steps is None else net(seed, steps)
        return feature_key(Extractor(one, device="cpu", outputs=outputs or None).identity)

    assert key() == key(0, None, "logits", "pool")
    assert len({key(), key(1), key(0, RESIZED)}) == 3
    assert key().startswith("net-") and len(key()) == len("net-") + 8


def test_a_name_with_slashes_is_one_folder() -> None:
    identity = {"name": "fdr/dinov2-l", "preprocess": {}, "precision": "float32"}
    assert "/" not in feature_key(identity) and feature_key(identity).startswith("fdr-dinov2-l-")


def test_the_kind_of_an_identity_is_that_of_its_representation() -> None:
    one = net(steps=RESIZED)
    assert kind_of_identity(Extractor(one, device="cpu").identity) == kind_of(one)


def test_an_unknown_metric_or_preset_is_refused() -> None:
    with pytest.raises(UsageError, match="no metric 'frechett'"):
        evaluator_jobs(evaluator(None, metrics=("frechett",)))
    with pytest.raises(UsageError, match="no preset 'amd'"):
        evaluator_jobs(evaluator(None, preset="amd", reference=Reference("r", None)))
