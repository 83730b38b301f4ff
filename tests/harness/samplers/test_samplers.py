"""What holds for all samplers: the table, batches, dtypes, options from text."""

import dataclasses
import subprocess
import sys
from typing import Any

import pytest
import torch

from rbench.errors import ModelError, UsageError
from rbench.harness.options import build, describe
from rbench.harness.samplers import SAMPLERS, sampler_type
from rbench.harness.samplers.network import PREDICTIONS, Network, Sampler
from tests.harness.samplers import gaussian
from tests.harness.samplers.gaussian import NETWORKS, SIGNAL, start


def affine(z: torch.Tensor, *given: Any, **extra: Any) -> torch.Tensor:
    """Answer every kind of call, sample by sample."""
    times = [gaussian.wide(t).to(z.dtype) for t in given[:-1]]
    labels = given[-1]
    found = z / 3 + 0.1
    for time in times:
        found = found + time / 1000
    if labels is not None:
        found = found + gaussian.wide(labels).to(z.dtype)
    for name in ("start", "guidance"):
        if name in extra:
            added = extra[name].reshape(len(z), -1).sum(1) / 100
            found = found + gaussian.wide(added).to(z.dtype)
    return found


def cases() -> list[Any]:
    """Return every sampler with every prediction that it accepts."""
    found = []
    for name in SAMPLERS:
        kind = sampler_type(name)
        options = {"time": 1.0} if name == "one-shot" else {}
        if name == "edm-heun":
            options = {"steps": 4, "s_churn": 2.0}
        if name == "ddim":
            options = {"steps": 4, "eta": 0.5}
        if name == "deq-ddim":
            options = {"steps": 6}
        for predicts in sorted(kind.accepts):
            network = Network(affine, predicts, signal=SIGNAL)
            found.append(pytest.param(kind(**options), network, id=f"{name}-{predicts}"))
    return found


@pytest.mark.parametrize(("sampler", "network"), cases())
def test_a_sample_is_the_same_whatever_batch_it_stands_in(sampler: Any, network: Network) -> None:
    together = sampler.sample(network, start([4, 0, 9, 9, 7], labels=True))
    assert together.shape == (5, *gaussian.SHAPE)
    for row, index in enumerate([4, 0, 9, 9, 7]):
        alone = sampler.sample(network, start([index], labels=True))
        assert torch.allclose(together[row], alone[0], rtol=1e-12, atol=1e-12)
    assert torch.equal(together[2], together[3])
    assert not torch.allclose(together[0], together[1])


@pytest.mark.parametrize(("sampler", "network"), cases())
def test_samples_repeat_and_follow_the_seed(sampler: Any, network: Network) -> None:
    one, again, other = (sampler.sample(network, start(seed=s)) for s in (7, 7, 8))
    assert torch.equal(one, again) and not torch.equal(one, other)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize(("sampler", "network"), cases())
def test_the_network_gets_its_dtype_and_the_samples_are_at_least_float32(
    sampler: Any, network: Network, dtype: torch.dtype
) -> None:
    def function(z: torch.Tensor, *given: Any, **extra: Any) -> torch.Tensor:
        assert z.dtype == dtype
        assert all(t.dtype in (torch.float32, torch.int64) for t in given[:-1])
        assert all(t.shape == (len(z),) for t in given[:-1])
        return affine(z, *given, **extra)

    checked = dataclasses.replace(network, function=function)
    with torch.inference_mode():
        found = sampler.sample(checked, start(dtype=dtype))
    assert found.dtype == torch.float32
    # DDIM's 1 / sqrt(a) makes 150 times of what bfloat16 rounds.
    if dtype == torch.float32 or "ddim" not in sampler.name:
        near = 1e-3 if dtype == torch.float32 else 0.1
        assert torch.allclose(found.double(), sampler.sample(network, start()), near, near)


@pytest.mark.parametrize(("sampler", "network"), cases())
def test_what_the_network_returns_and_is_given_stays_as_it_is(
    sampler: Any, network: Network
) -> None:
    kept: list[tuple[torch.Tensor, torch.Tensor]] = []

    def function(z: torch.Tensor, *given: Any, **extra: Any) -> torch.Tensor:
        found = affine(z, *given, **extra)
        kept.extend((t, t.clone()) for t in (z, found, *given[:-1]))
        return found

    begun = start(labels=True)
    sampler.sample(dataclasses.replace(network, function=function), begun)
    assert kept and all(torch.equal(now, then) for now, then in kept)
    assert begun.labels is not None and begun.labels.tolist() == [0, 1, 2, 0]


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_sampler_names_itself_and_describes_its_options(name: str) -> None:
    kind = sampler_type(name)
    assert kind.name == name and kind.summary and "\n" not in kind.summary
    assert isinstance(kind(), Sampler) and kind.accepts <= set(PREDICTIONS)
    lines = describe(kind)
    assert all(line.help for line in lines)
    texts = {o.name: str(o.default) for o in lines}
    assert build(kind, texts, name) == kind()
    assert sampler_type(name.replace("-", "_")) is kind


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("predicts", PREDICTIONS)
def test_a_network_that_predicts_something_else_is_refused(name: str, predicts: Any) -> None:
    sampler = sampler_type(name)()
    if predicts not in sampler.accepts:
        with pytest.raises(UsageError, match=f"{name} takes networks.*predicts {predicts}") as e:
            sampler.sample(Network(affine, predicts, signal=SIGNAL), start())
        assert str(e.value).endswith(".") and "\n" not in str(e.value)


def test_an_unknown_sampler_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="did you mean 'heun'"):
        sampler_type("huen")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda z, t, labels: torch.cat([z, z], 1), r"with the shape \(4, 4, 3, 3\)"),
        (lambda z, t, labels: z[:, :1], r"with the shape \(4, 1, 3, 3\)"),
        (lambda z, t, labels: (z, z), "with tuple"),
    ],
)
def test_an_answer_of_another_shape_is_refused(answer: Any, words: str) -> None:
    sampler = sampler_type("euler")(steps=1)
    with pytest.raises(ModelError, match=words):
        sampler.sample(Network(answer, "velocity"), start())


def test_the_oracles_own_flow_solves_its_own_velocity() -> None:
    """dz/dt of the closed-form flow, by central differences, is the closed-form velocity."""
    z, step = start().normal("start"), 1e-5
    t = torch.full((4,), 0.6, dtype=torch.float64)
    ends = [gaussian.flow(z, 0.6 + s, 0.6, None) for s in (-step, step)]
    slope = (ends[1] - ends[0]) / (2 * step)
    assert torch.allclose(slope, NETWORKS["velocity"].function(z, t, None), atol=1e-8)


def test_the_classes_are_had_without_torch() -> None:
    code = (
        "import sys; from rbench.harness.samplers import SAMPLERS, sampler_type\n"
        "[sampler_type(n)() for n in SAMPLERS]; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
