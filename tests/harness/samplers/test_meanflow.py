"""MeanFlow, pixel MeanFlow and guided MeanFlow on flows of normal data."""

from typing import Any

import pytest
import torch

from rbench.errors import UsageError
from rbench.harness.samplers.euler import Euler
from rbench.harness.samplers.guided_meanflow import GuidedMeanFlow
from rbench.harness.samplers.meanflow import MeanFlow
from rbench.harness.samplers.network import Network
from rbench.harness.samplers.pixel_meanflow import PixelMeanFlow
from tests.harness.samplers import gaussian
from tests.harness.samplers.gaussian import NETWORKS, Counting, start, wide


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 50])
def test_a_constant_average_velocity_is_exact_for_any_number_of_steps(steps: int) -> None:
    network = Network(lambda z, r, t, labels: torch.full_like(z, 0.375), "average-velocity")
    found = MeanFlow(steps=steps).sample(network, start())
    assert torch.allclose(found, start().normal("start") - 0.375, rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("sampler", "network"),
    [
        (MeanFlow(), "average-velocity"),
        (MeanFlow(steps=5), "average-velocity"),
        (MeanFlow(times="1,0.9,0.05,0"), "average-velocity"),
        (PixelMeanFlow(), "pixel-x"),
        (PixelMeanFlow(steps=5), "pixel-x"),
    ],
)
def test_the_true_average_velocity_gives_the_end_of_the_flow(sampler: Any, network: str) -> None:
    begun = start(labels=True)
    exact = gaussian.flow(begun.normal("start"), 0.0, 1.0, begun.labels)
    assert torch.allclose(sampler.sample(NETWORKS[network], begun), exact, atol=1e-12)


def test_many_steps_agree_with_fine_euler_steps() -> None:
    """A network that knows the velocity alone: then a mean flow is Euler's method."""
    network = Network(lambda z, r, t, labels: gaussian.velocity(z, t, labels), "average-velocity")
    many = MeanFlow(steps=100).sample(network, start())
    assert torch.allclose(many, Euler(steps=100).sample(NETWORKS["velocity"], start()), atol=1e-12)
    true = MeanFlow(steps=100).sample(NETWORKS["average-velocity"], start())
    assert torch.allclose(true, Euler(steps=1000).sample(NETWORKS["velocity"], start()), atol=5e-3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_one_pixel_step_returns_the_prediction_to_the_bit(dtype: torch.dtype) -> None:
    seen: list[torch.Tensor] = []

    def function(z: torch.Tensor, r: torch.Tensor, t: torch.Tensor, labels: None) -> torch.Tensor:
        assert r.tolist() == [0] * 4 and t.tolist() == [1] * 4
        seen.append(torch.sin(37 * z) / 3)
        return seen[-1]

    found = PixelMeanFlow(noise_scale=4).sample(Network(function, "x"), start(dtype=dtype))
    assert torch.equal(found, seen[0]) and found.dtype == dtype


def test_pixel_steps_follow_the_clipped_formula() -> None:
    def function(z: torch.Tensor, r: torch.Tensor, t: torch.Tensor, labels: None) -> torch.Tensor:
        return torch.cos(z) * wide(t) + wide(r)

    found = PixelMeanFlow(times="1,0.02,0.01,0", noise_scale=2).sample(
        Network(function, "x"), start()
    )
    z = 2 * start().normal("start")
    for t, r in [(1, 0.02), (0.02, 0.01), (0.01, 0)]:
        u = (z - (torch.cos(z) * t + r)) / min(max(t, 0.05), 1)
        z = z - (t - r) * u
    assert torch.allclose(found, z, atol=1e-14)


@pytest.mark.parametrize(
    ("sampler", "name", "sign"),
    [(MeanFlow(steps=3), "average-velocity", -1), (PixelMeanFlow(steps=3), "pixel-x", 1)],
)
def test_data_at_one_is_the_same_flow_turned_round(sampler: Any, name: str, sign: int) -> None:
    network = NETWORKS[name]
    turned = Network(gaussian.turned(network.function, sign), network.predicts, data_at=1)
    begun = start(labels=True)
    assert torch.allclose(sampler.sample(network, begun), sampler.sample(turned, begun), atol=1e-12)


def test_the_average_velocity_of_a_turned_network_is_that_of_its_own_time() -> None:
    """z moves by +1 from noise at 0 to data at 1: (z_t - z_r) / (t - r) = 1."""
    network = Network(lambda z, r, t, labels: torch.ones_like(z), "average-velocity", data_at=1)
    found = MeanFlow(steps=1).sample(network, start())
    assert torch.equal(found, start().normal("start") + 1)


def guided(z: torch.Tensor, r: torch.Tensor, t: torch.Tensor, labels: Any, **given: Any) -> Any:
    low, high = given["interval"]
    return wide(given["guidance"]) * wide(low) + wide(high) + 0 * z


@pytest.mark.parametrize(("predicts", "sign"), [("average-velocity", -1), ("x", 1)])
def test_guidance_and_interval_are_inputs_and_cost_nothing(predicts: Any, sign: int) -> None:
    network = Counting(Network(guided, predicts))
    sampler = GuidedMeanFlow(guidance=8.0, guidance_low=0.25, guidance_high=0.5)
    found = sampler.sample(network.counted(), start())
    start_part = start().normal("start") if predicts == "average-velocity" else 0
    assert torch.allclose(found, start_part + sign * torch.full_like(found, 2.5), atol=1e-15)
    assert network.rows == [4]


def test_a_turned_network_is_told_a_turned_interval() -> None:
    sampler = GuidedMeanFlow(guidance=1.0, guidance_low=0.25, guidance_high=0.375)
    found = sampler.sample(Network(guided, "x", data_at=1), start())
    assert torch.equal(found, torch.full_like(found, 0.625 + 0.75))


@pytest.mark.parametrize(
    ("sampler", "network", "calls"),
    [
        (MeanFlow(), "average-velocity", 1),
        (MeanFlow(steps=4), "average-velocity", 4),
        (PixelMeanFlow(steps=2), "pixel-x", 2),
    ],
)
def test_every_step_is_one_call(sampler: Any, network: str, calls: int) -> None:
    counting = Counting(NETWORKS[network])
    sampler.sample(counting.counted(), start())
    assert counting.rows == [4] * calls


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: MeanFlow(steps=0), "steps=0 is less than 1"),
        (lambda: MeanFlow(times="1,0.5,0.5,0"), "does not fall: 0.5 follows 0.5"),
        (lambda: PixelMeanFlow(smallest_time=0.0), "smallest_time=0.0 is not a number above 0"),
        (lambda: GuidedMeanFlow(guidance_low=0.7, guidance_high=0.4), "no interval of times"),
        (lambda: MeanFlow().sample(NETWORKS["velocity"], start()), "predicts velocity"),
    ],
)
def test_bad_options_are_one_sentence(make: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        make()
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)
