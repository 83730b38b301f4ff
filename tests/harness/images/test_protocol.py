"""What must be equal for two numbers to share a ranking."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rbench.harness.images.protocol import evaluator_protocol, protocol_id, score_key
from rbench.harness.images.references import open_reference
from rbench.harness.images.task import Evaluator, ImageTask, RealSet, Reference
from rbench.harness.images.wanted import evaluator_jobs
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.preprocess import Preprocess
from tests.harness.images.shard_runs import crops, evaluator, net, task
from tests.metrics.evaluation.image_sets import write


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("real") / "a", crops(6, 16))


def protocol(one: Evaluator, made: ImageTask | None = None, **counts: int) -> dict[str, Any]:
    jobs = evaluator_jobs(one)
    networks = {j.representation.name: j.representation for j in jobs}
    return evaluator_protocol(
        made or task(one),
        one,
        jobs,
        samples=counts.get("samples", 64),
        repeats=counts.get("repeats", 1),
        identities={n: Extractor(r, device="cpu").identity for n, r in networks.items()},
        reference=open_reference(one.reference, jobs, offline=True).identity,
    )


def test_equal_evaluators_have_one_protocol_wherever_the_files_lie(
    real: Path, tmp_path: Path
) -> None:
    elsewhere = write(tmp_path / "b", crops(6, 16))
    first, second = protocol(evaluator(real)), protocol(evaluator(elsewhere))
    assert first == second
    assert str(real.parent) not in str(first)


def test_everything_that_moves_a_number_is_visible(real: Path, tmp_path: Path) -> None:
    base = evaluator(real)
    others = write(tmp_path / "c", crops(7, 16))
    made = task(base)
    changed = {
        "metrics": protocol(replace(base, metrics=("kernel",))),
        "options": protocol(replace(base, metrics=("kernel",), options={"kernel": {"degree": 2}})),
        "steps": protocol(replace(base, representations=(net(steps=Preprocess(20, "bilinear")),))),
        "weights": protocol(replace(base, representations=(net(1),))),
        "images": protocol(replace(base, reference=_reference(others))),
        "name": protocol(replace(base, reference=replace(base.reference, name="x"))),
        "split": protocol(replace(base, reference=replace(base.reference, split=None))),
        "samples": protocol(base, samples=65),
        "repeats": protocol(base, repeats=2),
        "quantise": protocol(base, replace(made, quantise="floor")),
        "labels": protocol(base, replace(made, labels="random")),
        "version": protocol(base, replace(made, version="2")),
        "base": protocol(base),
    }
    assert len({protocol_id(one) for one in changed.values()}) == len(changed)


def test_the_score_key_is_about_measuring_alone(real: Path) -> None:
    base, more = protocol(evaluator(real)), protocol(evaluator(real), samples=65, repeats=2)
    other = protocol(evaluator(real, metrics=("kernel",)))
    assert score_key({"plain": base}) == score_key({"plain": more})
    assert score_key({"plain": base}) != score_key({"plain": other})


def _reference(folder: Path) -> Reference:
    return Reference("pictures train", "train", real=RealSet("pictures", "train", folder))
