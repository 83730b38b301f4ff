"""Euler and Heun on flows of normal data."""

from typing import Any

import pytest
import torch

from rbench.errors import UsageError
from rbench.harness.samplers.euler import Euler
from rbench.harness.samplers.heun import Heun
from rbench.harness.samplers.network import Network
from tests.harness.samplers import gaussian
from tests.harness.samplers.gaussian import NETWORKS, Counting, start


def exact(labels: bool = False) -> torch.Tensor:
    begun = start(labels=labels)
    return gaussian.flow(begun.normal("start"), 0.0, 1.0, begun.labels)


def errors(sampler: type[Any], network: Network, counts: list[int], **options: Any) -> torch.Tensor:
    found = [sampler(steps=n, **options).sample(network, start()) for n in counts]
    return torch.stack([(f - exact()).abs().max() for f in found])


@pytest.mark.parametrize(
    ("sampler", "options", "order"),
    [(Euler, {}, 1), (Heun, {}, 2), (Heun, {"last_step": "heun"}, 2)],
)
def test_the_order_of_convergence_is_that_of_the_method(
    sampler: type[Any], options: dict[str, Any], order: int
) -> None:
    found = errors(sampler, NETWORKS["velocity"], [64, 128, 256], **options)
    assert torch.log2(found[:-1] / found[1:]).tolist() == pytest.approx([order, order], abs=0.1)


@pytest.mark.parametrize("sampler", [Euler, Heun])
def test_predicting_x_or_velocity_gives_the_same_samples(sampler: type[Any]) -> None:
    begun = start(labels=True)
    one = sampler(steps=7).sample(NETWORKS["velocity"], begun)
    other = sampler(steps=7).sample(NETWORKS["x"], begun)
    assert torch.allclose(one, other, atol=1e-12)


@pytest.mark.parametrize("sampler", [Euler, Heun])
@pytest.mark.parametrize(("predicts", "sign"), [("velocity", -1), ("x", 1)])
def test_data_at_one_is_the_same_flow_turned_round(
    sampler: type[Any], predicts: Any, sign: int
) -> None:
    network = NETWORKS[predicts]
    turned = Network(gaussian.turned(network.function, sign), predicts, data_at=1)
    begun = start(labels=True)
    one, other = (sampler(steps=6).sample(n, begun) for n in (network, turned))
    assert torch.allclose(one, other, atol=1e-12)


def test_a_straight_flow_is_exact_in_one_step() -> None:
    network = Network(lambda z, t, labels: torch.full_like(z, 0.25), "velocity")
    noise = start().normal("start")
    assert torch.equal(Euler(steps=1).sample(network, start()), noise - 0.25)
    assert torch.allclose(Heun(steps=3).sample(network, start()), noise - 0.25, atol=1e-15)


def test_heun_is_exact_where_the_velocity_is_linear_in_time() -> None:
    network = Network(lambda z, t, labels: 3 * gaussian.wide(t).expand_as(z), "velocity")
    found = Heun(times="1,0.7,0", last_step="heun").sample(network, start())
    assert torch.allclose(found, start().normal("start") - 1.5, atol=1e-14)


@pytest.mark.parametrize(
    ("sampler", "calls"),
    [
        (Euler(steps=5), 5),
        (Euler(times="1,0.8,0.1,0"), 3),
        (Heun(steps=5), 9),
        (Heun(steps=1), 1),
        (Heun(steps=5, last_step="heun"), 10),
    ],
)
def test_calls_are_as_many_as_documented(sampler: Any, calls: int) -> None:
    counting = Counting(NETWORKS["velocity"])
    sampler.sample(counting.counted(), start())
    assert counting.rows == [4] * calls


def test_given_times_are_the_times_of_the_calls_and_set_the_steps() -> None:
    seen: list[float] = []

    def function(z: torch.Tensor, t: torch.Tensor, labels: None) -> torch.Tensor:
        seen.extend(set(t.tolist()))
        return z

    sampler = Euler(times="1,0.5,0.125,0")
    sampler.sample(Network(function, "velocity"), start())
    assert seen == [1, 0.5, 0.125]
    assert sampler.steps == 3


def test_euler_with_x_clipped_as_jit_has_it() -> None:
    x = torch.full((4, *gaussian.SHAPE), 0.5, dtype=torch.float64)
    network = Network(lambda z, t, labels: x, "x")
    found = Euler(times="1,0.02,0", smallest_time=0.05).sample(network, start())
    z = start().normal("start")
    z = z - 0.98 * (z - x)
    z = z - 0.02 * (z - x) / 0.05
    assert torch.allclose(found, z, atol=1e-15)


def test_the_start_is_scaled() -> None:
    network = Network(lambda z, t, labels: torch.zeros_like(z), "velocity")
    found = Euler(steps=1, noise_scale=2).sample(network, start())
    assert torch.equal(found, 2 * start().normal("start"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"steps": 0}, "steps=0 is less than 1"),
        ({"times": "0,1"}, "does not fall: 1 follows 0"),
        ({"times": "1,0.5"}, "must fall from at most 1"),
        ({"times": "2,0"}, "must fall from at most 1"),
        ({"times": "1,,0"}, "no list of numbers"),
        ({"times": "nan,0"}, "no list of numbers"),
        ({"noise_scale": 0.0}, "noise_scale=0.0 is not a number above 0"),
        ({"smallest_time": -1.0}, "smallest_time=-1.0 is not a number from 0 up"),
    ],
)
@pytest.mark.parametrize("sampler", [Euler, Heun])
def test_bad_options_are_one_sentence(
    sampler: type[Any], options: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        sampler(**options)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_heuns_last_step_is_refused_where_the_slope_has_no_value() -> None:
    with pytest.raises(UsageError, match="smallest_time above 0"):
        Heun(last_step="heun").sample(NETWORKS["x"], start())
