"""Convolutions with what follows them fused in, against the plain ones."""

from unittest import mock

import pytest
import torch

from rbench.metrics.representations.folded_convolution import FoldedConvolution, fold
from rbench.metrics.representations.fused_convolution import FusedConvolution, fused


def convolution(stride: int = 1, padding: tuple[int, int] = (0, 1)) -> FoldedConvolution:
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(16, 5, 1, 3, generator=generator)
    bias = torch.randn(16, generator=generator)
    plain = FoldedConvolution(weight, bias, stride, padding)
    return plain.to(torch.device("cpu"), torch.float32)


@pytest.mark.parametrize("stride", [1, 2])
def test_fused_is_plain_for_inputs_of_changing_shapes(stride: int) -> None:
    plain = convolution(stride)
    ours = fused(plain)
    assert isinstance(ours, FusedConvolution)
    generator = torch.Generator().manual_seed(1)
    for n, side in [(1, 9), (4, 9), (4, 20), (1, 9)]:
        x = torch.randn(n, 5, side, side, generator=generator)
        assert torch.allclose(ours.linear(x), plain.linear(x), atol=1e-5)
        assert torch.allclose(ours(x), plain(x), atol=1e-5)
        assert bool((ours(x) >= 0).all()) and bool((ours.linear(x) < 0).any())


def test_what_cannot_be_fused_stays_plain() -> None:
    plain = convolution()
    double = plain.to(torch.device("cpu"), torch.float64)
    assert fused(double) is double
    with mock.patch.object(torch.backends.mkldnn, "is_available", return_value=False):
        assert fused(plain) is plain


def test_a_folded_batch_norm_is_the_batch_norm() -> None:
    torch.manual_seed(0)
    layers = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3, bias=False), torch.nn.BatchNorm2d(4, eps=0.1)
    ).double()
    x = torch.randn(8, 3, 9, 9, dtype=torch.float64)
    layers(x)
    weight, bias = fold(layers.state_dict(), "0", "1", 0.1)
    ours = FoldedConvolution(weight, bias)
    with torch.no_grad():
        assert torch.allclose(ours.linear(x), layers.eval()(x), atol=1e-12)
