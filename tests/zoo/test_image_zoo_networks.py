"""The networks of the image zoo and their other views."""

import pytest
import torch
from torch import Tensor, nn

from rbench.zoo.edm import Denoiser, NoiseOfDenoiser, linear_signal
from rbench.zoo.networks import ResidualPerceptron
from rbench.zoo.zoo_model import column


def test_a_sample_does_not_depend_on_its_batch() -> None:
    torch.manual_seed(0)
    network = _filled(ResidualPerceptron((1, 8, 8), times=2)).double()
    z, times = torch.randn(6, 1, 8, 8).double(), torch.rand(2, 6).double()
    alone = network(z[3:4], *times[:, 3:4])
    torch.testing.assert_close(network(z, *times)[3:4], alone, rtol=0, atol=1e-12)


def test_both_times_matter() -> None:
    torch.manual_seed(0)
    network = _filled(ResidualPerceptron((1, 8, 8), times=2))
    z, one, other = torch.randn(2, 1, 8, 8), torch.full((2,), 0.2), torch.full((2,), 0.7)
    made = [network(z, a, b) for a in (one, other) for b in (one, other)]
    assert all(not torch.equal(made[i], made[j]) for i in range(4) for j in range(i))


def test_a_denoiser_leaves_an_image_without_noise_as_it_is() -> None:
    torch.manual_seed(0)
    denoiser = Denoiser(_filled(ResidualPerceptron((1, 8, 8), times=1)))
    z = torch.randn(3, 1, 8, 8)
    torch.testing.assert_close(denoiser(z, torch.full((3,), 1e-6)), z, rtol=0, atol=1e-4)


class _Knows(nn.Module):
    """A denoiser that knows the image."""

    def __init__(self, x: Tensor) -> None:
        super().__init__()
        self.x = x

    def forward(self, z: Tensor, sigma: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.x


def test_the_noise_view_of_an_exact_denoiser_is_the_noise() -> None:
    torch.manual_seed(0)
    x, e = torch.randn(2, 4, 1, 8, 8, dtype=torch.float64)
    signal, t = linear_signal(), torch.tensor([0, 10, 500, 999])
    a = column(signal[t])
    z = a.sqrt() * x + (1 - a).sqrt() * e
    found = NoiseOfDenoiser(_Knows(x), signal)(z, t)
    torch.testing.assert_close(found, e, rtol=0, atol=1e-9)


def test_the_noise_view_asks_for_the_noise_level_of_its_step() -> None:
    asked = []

    class Listens(nn.Module):
        def forward(self, z: Tensor, sigma: Tensor, labels: Tensor | None = None) -> Tensor:
            asked.append((z, sigma))
            return z

    z, t = torch.ones(2, 1, 8, 8), torch.tensor([3, 700])
    NoiseOfDenoiser(Listens(), linear_signal())(z, t)
    (inner, sigma), a = asked[0], linear_signal()[t].float()
    torch.testing.assert_close(sigma, ((1 - a) / a).sqrt())
    torch.testing.assert_close(inner, z / column(a.sqrt()))


def test_the_schedule_is_that_of_ddpm() -> None:
    signal = linear_signal()
    assert signal.shape == (1000,)
    assert signal[0].item() == pytest.approx(1 - 1e-4)
    assert signal[-1].item() == pytest.approx(4.0358e-5, rel=1e-4)


def _filled(network: nn.Module) -> nn.Module:
    """Give every weight a value: the last layers of an untrained network are 0."""
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.1)
    return network
