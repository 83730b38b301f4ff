"""DDIM against diffusers' scheduler and against the exact flow of normal data."""

import math
from typing import Any

import pytest
import torch
from diffusers.schedulers.scheduling_ddim import DDIMScheduler

from rbench.errors import ModelError, UsageError
from rbench.harness.samplers.ddim import Ddim
from rbench.harness.samplers.ddim_steps import ddim_steps
from rbench.harness.samplers.network import Network
from tests.harness.samplers import gaussian
from tests.harness.samplers.gaussian import NETWORKS, SIGNAL, Counting, start


def scheduler(spacing: str, clip: bool) -> DDIMScheduler:
    made = DDIMScheduler(beta_start=1e-4, beta_end=0.02, clip_sample=clip, timestep_spacing=spacing)
    made.alphas_cumprod = SIGNAL
    made.final_alpha_cumprod = torch.tensor(1.0, dtype=torch.float64)
    return made


@pytest.mark.parametrize("eta", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("clip", ["none", "x", "x-and-noise"])
@pytest.mark.parametrize(("ours", "theirs"), [("uniform", "leading"), ("trailing", "trailing")])
def test_samples_are_those_of_diffusers(ours: Any, theirs: str, clip: Any, eta: float) -> None:
    begun = start()
    found = Ddim(steps=20, spacing=ours, eta=eta, clip=clip).sample(NETWORKS["noise"], begun)
    peer = scheduler(theirs, clip != "none")
    peer.set_timesteps(20)
    z = begun.normal("start")
    for i, t in enumerate(peer.timesteps):
        z = peer.step(
            gaussian.noise(z, t.expand(len(z)), None),
            t,
            z,
            eta=eta,
            use_clipped_model_output=clip == "x-and-noise",
            variance_noise=begun.normal(f"step {i}"),
        ).prev_sample
    assert torch.allclose(found, z, atol=1e-10)


@pytest.mark.parametrize("count", [1, 7, 30, 1000])
def test_the_steps_are_those_of_diffusers(count: int) -> None:
    for ours, theirs in [("uniform", "leading"), ("trailing", "trailing")]:
        peer = scheduler(theirs, False)
        peer.set_timesteps(count)
        found = ddim_steps(NETWORKS["noise"], count, ours)  # type: ignore[arg-type]
        assert list(found.steps) == peer.timesteps.tolist()
        assert found.signal == (*(float(SIGNAL[t]) for t in found.steps), 1.0)


def test_quadratic_steps_are_squares_and_none_comes_twice() -> None:
    found = ddim_steps(NETWORKS["noise"], 10, "quadratic").steps
    ends = [math.sqrt(800) * i / 9 for i in range(10)]
    assert list(found) == [int(e**2) for e in reversed(ends)]
    many = ddim_steps(NETWORKS["noise"], 1000, "quadratic").steps
    assert len(set(many)) == len(many) < 1000


def test_fine_steps_follow_the_probability_flow() -> None:
    """x / sqrt(a) is EDM's state at sigma = sqrt((1 - a) / a)."""
    noise = start().normal("start")
    a = SIGNAL[-1]
    sigma = torch.sqrt((1 - a) / a).expand(len(noise))
    exact = gaussian.denoising_flow(noise / torch.sqrt(a), sigma, None)
    errors = []
    for steps in (100, 200, 400):
        found = Ddim(steps=steps, spacing="trailing").sample(NETWORKS["noise"], start())
        errors.append(float((found - exact).abs().max()))
    assert errors[0] > 1.7 * errors[1] > 2.9 * errors[2] and errors[2] < 0.02


def test_every_step_is_one_call_with_whole_steps() -> None:
    counting = Counting(NETWORKS["noise"])
    Ddim(steps=12).sample(counting.counted(), start())
    assert counting.rows == [4] * 12

    def function(z: torch.Tensor, t: torch.Tensor, labels: None) -> torch.Tensor:
        assert t.dtype == torch.int64 and t.shape == (4,)
        return z

    Ddim(steps=2).sample(Network(function, "noise", signal=SIGNAL), start())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"steps": 0}, "steps=0 is less than 1"),
        ({"eta": -0.1}, "eta=-0.1 is not a number from 0 up"),
        ({"steps": 1001}, "more than the 1000 steps"),
    ],
)
def test_bad_options_are_one_sentence(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Ddim(**options).sample(NETWORKS["noise"], start())


@pytest.mark.parametrize(
    ("signal", "words"),
    [
        (None, "needs its signal"),
        (torch.tensor([0.5, 0.9]), "must fall inside"),
        (torch.tensor([0.9, 0.0]), "must fall inside"),
        (torch.tensor([1.0, 0.5]), "must fall inside"),
    ],
)
def test_a_signal_that_cannot_be_is_refused(signal: Any, words: str) -> None:
    network = Network(gaussian.noise, "noise", signal=signal)
    with pytest.raises(ModelError, match=words):
        Ddim(steps=1).sample(network, start())
