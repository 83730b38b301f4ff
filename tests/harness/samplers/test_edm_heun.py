"""EDM's sampler on normal data."""

from typing import Any

import numpy as np
import pytest
import torch

from rbench.errors import UsageError
from rbench.harness.samplers.edm_heun import EdmHeun
from rbench.harness.samplers.network import Network
from tests.harness.samplers import gaussian
from tests.harness.samplers.gaussian import NETWORKS, Counting, start

SIGMA_MAX = torch.full((4,), 80.0, dtype=torch.float64)


def exact() -> torch.Tensor:
    return gaussian.denoising_flow(80 * start().normal("start"), SIGMA_MAX, None)


def test_the_noise_levels_are_those_of_the_paper() -> None:
    i = np.arange(18)
    wanted = (80 ** (1 / 7) + i / 17 * (0.002 ** (1 / 7) - 80 ** (1 / 7))) ** 7
    assert np.allclose(EdmHeun().sigmas(), [*wanted, 0], rtol=1e-13)


def test_one_step_denoises_once() -> None:
    assert EdmHeun(steps=1).sigmas() == pytest.approx((80, 0))
    noise = 80 * start().normal("start")
    found = EdmHeun(steps=1).sample(NETWORKS["denoised"], start())
    assert torch.allclose(found, gaussian.denoised(noise, SIGMA_MAX, None), atol=1e-12)


def test_the_order_of_convergence_is_two() -> None:
    # The step from sigma_min to 0 is fixed: its error must lie below those that are compared.
    found = [EdmHeun(steps=n, sigma_min=1e-5) for n in (40, 80, 160)]
    errors = [(s.sample(NETWORKS["denoised"], start()) - exact()).abs().max() for s in found]
    orders = torch.log2(torch.stack(errors[:-1]) / torch.stack(errors[1:]))
    assert torch.allclose(orders, torch.tensor(2.0).double(), atol=0.15)


def test_eighteen_steps_are_thirty_five_calls() -> None:
    counting = Counting(NETWORKS["denoised"])
    EdmHeun(steps=18).sample(counting.counted(), start())
    assert counting.rows == [4] * 35


def test_churn_draws_the_noise_that_the_paper_adds() -> None:
    """A network that returns its input leaves x as it is: the churn is all that is added."""
    levels: list[float] = []

    def function(z: torch.Tensor, sigma: torch.Tensor, labels: None) -> torch.Tensor:
        levels.append(float(sigma[0]))
        return z

    sampler = EdmHeun(steps=2, sigma_min=1.0, sigma_max=4.0, s_churn=0.5, s_min=2.0, s_noise=1.5)
    found = sampler.sample(Network(function, "denoised"), start())
    raised = 4 * 1.25  # gamma = 0.5 / 2 at sigma 4, and none at sigma 1 < s_min
    assert levels == pytest.approx([raised, 1, 1])
    added = np.sqrt(raised**2 - 4**2) * 1.5 * start().normal("churn 0")
    assert torch.allclose(found, 4 * start().normal("start") + added, atol=1e-12)


def test_churn_is_at_most_a_factor_of_the_square_root_of_two() -> None:
    levels: list[float] = []

    def seen(z: torch.Tensor, sigma: torch.Tensor, labels: None) -> torch.Tensor:
        levels.append(float(sigma[0]))
        return z

    EdmHeun(steps=1, s_churn=100.0).sample(Network(seen, "denoised"), start())
    EdmHeun(steps=1, s_churn=100.0, s_max=79.0).sample(Network(seen, "denoised"), start())
    assert levels == pytest.approx([80 * 2**0.5, 80])


def test_churned_samples_keep_the_distribution() -> None:
    begun = start(range(1500))
    found = EdmHeun(steps=40, s_churn=4.0).sample(NETWORKS["denoised"], begun)
    assert torch.allclose(found.mean(0), gaussian.MEAN, atol=0.07)
    assert torch.allclose(found.std(0), gaussian.DEVIATION, rtol=0.06)


def test_the_network_is_called_in_the_dtype_of_the_computation() -> None:
    seen: set[Any] = set()

    def function(z: torch.Tensor, sigma: torch.Tensor, labels: None) -> torch.Tensor:
        seen.add((z.dtype, sigma.dtype))
        return z / 2

    found = EdmHeun(steps=2).sample(Network(function, "denoised"), start(dtype=torch.float32))
    assert seen == {(torch.float32, torch.float32)} and found.dtype == torch.float32


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"steps": 0}, "steps=0 is less than 1"),
        ({"sigma_min": 80.0}, "sigma_min=80 is not below sigma_max=80"),
        ({"sigma_min": 0.0}, "sigma_min=0.0 is not a number above 0"),
        ({"rho": -7.0}, "rho=-7.0 is not a number above 0"),
        ({"s_churn": -1.0}, "s_churn=-1.0 is not a number from 0 up"),
    ],
)
def test_bad_options_are_one_sentence(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        EdmHeun(**options)
