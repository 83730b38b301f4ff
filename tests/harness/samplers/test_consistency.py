"""Consistency sampling."""

from typing import Any

import pytest
import torch

from rbench.errors import UsageError
from rbench.harness.samplers.consistency import Consistency
from rbench.harness.samplers.network import Network
from tests.harness.samplers import gaussian
from tests.harness.samplers.gaussian import Counting, start

EXACT = Network(gaussian.denoising_flow, "denoised")
SILENT = Network(lambda z, sigma, labels: torch.where(sigma[0] > 1, 0 * z, z), "denoised")


def test_one_step_is_the_network_at_the_highest_sigma() -> None:
    found = Consistency(sigmas="80").sample(EXACT, start())
    at = torch.full((4,), 80.0, dtype=torch.float64)
    assert torch.equal(found, gaussian.denoising_flow(80 * start().normal("start"), at, None))


def test_two_steps_add_noise_of_the_next_sigma() -> None:
    """After a first call that returns 0, what reaches the second is the noise alone."""
    found = Consistency(sigmas="80,0.821").sample(SILENT, start())
    assert torch.equal(found, 0.821 * start().normal("renoise 1"))


@pytest.mark.parametrize(("sigma_min", "variance"), [(0.0, 0.821**2), (0.5, 0.821**2 - 0.25)])
def test_the_variance_of_the_added_noise_is_that_of_the_convention(
    sigma_min: float, variance: float
) -> None:
    sampler = Consistency(sigmas="80,0.821", sigma_min=sigma_min)
    found = sampler.sample(SILENT, start(range(4000)))
    assert float(found.var()) == pytest.approx(variance, rel=0.02)
    assert float(found.mean()) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("sigmas", ["80", "80,0.821", "80,1.526", "80,10,2,0.5"])
def test_an_exact_consistency_model_gives_the_data(sigmas: str) -> None:
    found = Consistency(sigmas=sigmas).sample(EXACT, start(range(4000)))
    assert torch.allclose(found.mean(0), gaussian.MEAN, atol=0.06)
    assert torch.allclose(found.std(0), gaussian.DEVIATION, rtol=0.05)


def test_the_further_draws_differ_from_each_other() -> None:
    begun = start()
    assert not torch.equal(begun.normal("renoise 1"), begun.normal("renoise 2"))
    passed = Network(lambda z, sigma, labels: z, "denoised")
    found = Consistency(sigmas="4,2,1").sample(passed, begun)
    drawn = [begun.normal(name) for name in ("start", "renoise 1", "renoise 2")]
    assert torch.allclose(found, 4 * drawn[0] + 2 * drawn[1] + drawn[2], atol=1e-14)


def test_every_sigma_is_one_call() -> None:
    counting = Counting(EXACT)
    Consistency(sigmas="80,5,0.5").sample(counting.counted(), start())
    assert counting.rows == [4] * 3


def test_the_state_is_kept_in_float64_and_the_network_called_in_its_own() -> None:
    seen: list[torch.dtype] = []

    def function(z: torch.Tensor, sigma: torch.Tensor, labels: None) -> torch.Tensor:
        seen.extend((z.dtype, sigma.dtype))
        return z

    begun = start(dtype=torch.float32)
    network = Network(function, "denoised")
    found = Consistency().sample(network, begun)
    assert set(seen) == {torch.float32} and found.dtype == torch.float32
    wide = (80 * begun.normal("start").double()).float().double()
    exact = (wide + 0.821 * begun.normal("renoise 1").double()).float()
    assert torch.equal(found, exact)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sigmas": "0.821,80"}, "does not fall: 80 follows 0.821"),
        ({"sigmas": "80,0.8,0.8"}, "does not fall"),
        ({"sigmas": "80,0"}, "must stay above 0"),
        ({"sigmas": ""}, "no list of numbers"),
        ({"sigmas": "80,0.001", "sigma_min": 0.002}, "must stay above 0.002"),
        ({"sigma_min": -1.0}, "sigma_min=-1.0 is not a number from 0 up"),
    ],
)
def test_bad_options_are_one_sentence(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Consistency(**options)
