"""One-step generators at a fixed time, and equilibrium generators."""

from typing import Any

import pytest
import torch
from diffusers.schedulers.scheduling_lcm import LCMScheduler

from rbench.errors import UsageError
from rbench.harness.samplers.equilibrium import Equilibrium
from rbench.harness.samplers.network import Network
from rbench.harness.samplers.one_shot import OneShot
from tests.harness.samplers import gaussian
from tests.harness.samplers.gaussian import NETWORKS, SIGNAL, Counting, start


def at(time: float) -> torch.Tensor:
    return torch.full((4,), time, dtype=torch.float64)


@pytest.mark.parametrize("sigma", [2.5, 1.25])
def test_sim_denoises_scaled_noise_once(sigma: float) -> None:
    sampler = OneShot() if sigma == 2.5 else OneShot(time=sigma)
    found = sampler.sample(NETWORKS["denoised"], start())
    noise = start().normal("start")
    assert torch.equal(found, gaussian.denoised(sigma * noise, at(sigma), None))


@pytest.mark.parametrize("time", [1.0, 0.7])
def test_fgm_takes_the_velocity_at_its_time(time: float) -> None:
    found = OneShot(time=time).sample(NETWORKS["velocity"], start())
    z = start().normal("start")
    assert torch.allclose(found, z - time * gaussian.velocity(z, at(time), None), atol=1e-15)


def test_a_network_with_data_at_one_is_asked_at_its_own_time() -> None:
    turned = Network(gaussian.turned(gaussian.velocity, -1), "velocity", data_at=1)
    one, other = (OneShot(time=0.7).sample(n, start()) for n in (NETWORKS["velocity"], turned))
    assert torch.allclose(one, other, atol=1e-12)


def test_a_network_that_predicts_x_is_asked_at_the_start() -> None:
    z = start().normal("start")
    assert torch.equal(OneShot().sample(NETWORKS["x"], start()), gaussian.x(z, at(1.0), None))


@pytest.mark.parametrize("step", [399, 0, 3, 999])
def test_noise_networks_make_one_step_of_diffusers_lcm_scheduler(step: int) -> None:
    sampler = OneShot() if step == 399 else OneShot(time=float(step))
    found = sampler.sample(NETWORKS["noise"], start())
    peer = LCMScheduler(clip_sample=False)
    peer.alphas_cumprod = SIGNAL
    peer.set_timesteps(timesteps=[399])
    peer.timesteps = torch.tensor([step])  # it lets only some steps through, but can make all
    z = start().normal("start")
    noise = gaussian.noise(z, torch.full((4,), step), None)
    assert torch.allclose(found, peer.step(noise, step, z).prev_sample, atol=1e-12)


@pytest.mark.parametrize("name", ["denoised", "x", "noise"])
def test_one_shot_is_one_call(name: str) -> None:
    counting = Counting(NETWORKS[name])
    OneShot().sample(counting.counted(), start())
    assert counting.rows == [4]


@pytest.mark.parametrize(
    ("time", "network", "words"),
    [
        (None, "velocity", "needs time"),
        (0.0, "velocity", "not a flow's time above 0"),
        (1.5, "x", "not a flow's time above 0"),
        (0.0, "denoised", "no noise level above 0"),
        (399.5, "noise", "no training step"),
        (1000.0, "noise", "not one of the network's 1000"),
        (-1.0, "x", "not a number from 0 up"),
        (1.0, "average-velocity", "predicts average-velocity"),
    ],
)
def test_bad_times_are_one_sentence(time: float | None, network: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        OneShot(time=time).sample(NETWORKS[network], start())


def equilibrium(z: torch.Tensor, labels: Any, *, start: torch.Tensor) -> torch.Tensor:
    """Three iterations of a contraction of the state, that z is injected into."""
    for _ in range(3):
        start = start / 2
    return z + start.sum(tuple(range(1, start.ndim)), keepdim=True).reshape(-1, 1, 1, 1)


@pytest.mark.parametrize(("state", "shape"), [(None, gaussian.SHAPE), ("5,4", (5, 4))])
def test_the_equilibrium_starts_from_its_own_named_noise(state: Any, shape: Any) -> None:
    counting = Counting(Network(equilibrium, "x"))
    found = Equilibrium(state=state).sample(counting.counted(), start())
    begun = start()
    added = begun.normal("equilibrium", shape).flatten(1).sum(1) / 8
    assert torch.allclose(found, begun.normal("start") + added.reshape(-1, 1, 1, 1), atol=1e-14)
    assert counting.rows == [4]


def test_the_equilibrium_may_start_from_zeros() -> None:
    found = Equilibrium(state="7,2", state_start="zeros").sample(Network(equilibrium, "x"), start())
    assert torch.equal(found, start().normal("start"))


@pytest.mark.parametrize("state", ["", "5,0", "5x4", "-1"])
def test_a_state_that_is_no_shape_is_refused(state: str) -> None:
    with pytest.raises(UsageError, match="no shape such as"):
        Equilibrium(state=state)
