"""Every objective of the image zoo, against what it must be in closed form."""

from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn

from rbench.zoo.consistency import consistency_loss, lower_level
from rbench.zoo.diffusion import denoising_loss
from rbench.zoo.flow import flow_matching_loss
from rbench.zoo.meanflow import mean_flow_loss, mean_flow_target
from rbench.zoo.zoo_model import column

POINT = torch.linspace(-1, 1, 64).reshape(1, 1, 8, 8)


def _generator() -> torch.Generator:
    return torch.Generator().manual_seed(3)


class _ToThePoint(nn.Module):
    """The velocity, and the average velocity, of data that are a single point."""

    def forward(self, z: Tensor, *times: Tensor) -> Tensor:
        return (z - POINT) / column(times[-1])


class _Point(nn.Module):
    def forward(self, z: Tensor, sigma: Tensor) -> Tensor:
        return POINT.expand_as(z)


@pytest.mark.parametrize("loss", [flow_matching_loss, mean_flow_loss])
def test_the_exact_flow_of_a_single_point_has_no_loss(loss) -> None:
    x = POINT.repeat(64, 1, 1, 1)
    assert loss(_ToThePoint(), x, 0.0, _generator()) < 1e-4


@pytest.mark.parametrize("loss", [denoising_loss, consistency_loss])
def test_the_exact_denoiser_of_a_single_point_has_no_loss(loss) -> None:
    x = POINT.repeat(64, 1, 1, 1)
    assert loss(_Point(), x, 0.5, _generator()) < 1e-8


@pytest.mark.parametrize(
    "loss", [flow_matching_loss, mean_flow_loss, denoising_loss, consistency_loss]
)
def test_a_wrong_network_has_a_loss(loss) -> None:
    class Nothing(nn.Module):
        def forward(self, z: Tensor, *times: Tensor) -> Tensor:
            return torch.zeros_like(z)

    assert loss(Nothing(), POINT.repeat(64, 1, 1, 1), 0.0, _generator()) > 0.1


class _Curved(nn.Module):
    def forward(self, z: Tensor, r: Tensor, t: Tensor) -> Tensor:
        return (z * column(t)).sin() + column(r.square() * t) * z.square()


def test_the_target_of_meanflow_is_the_identity_with_a_numerical_derivative() -> None:
    generator = _generator()
    z, v = torch.randn(2, 5, 1, 8, 8, generator=generator, dtype=torch.float64)
    r, t = torch.tensor([[0.1, 0.2, 0.0, 0.5, 0.3], [0.4, 0.9, 1.0, 0.6, 0.8]], dtype=torch.float64)
    network, h = _Curved(), 1e-5
    slope = (network(z + h * v, r, t + h) - network(z - h * v, r, t - h)) / (2 * h)
    expected = v - column(t - r) * slope
    torch.testing.assert_close(mean_flow_target(network, z, r, t, v), expected, rtol=0, atol=1e-8)


def test_the_levels_of_consistency_tuning_close_in_on_each_other() -> None:
    t = torch.tensor([0.01, 0.5, 2.0, 80.0])
    levels = [lower_level(t, done) for done in (0.0, 0.3, 0.6, 0.999)]
    assert all((r >= 0).all() and (r < t).all() for r in levels)
    assert all((a <= b).all() for a, b in pairwise(levels))
    assert levels[0][0] == 0  # diffusion at first
    torch.testing.assert_close(levels[-1], t, rtol=0.05, atol=0)
