"""`FoldedConvolution`: a convolution with its batch norm folded in, and a ReLU behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

Padding = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FoldedConvolution:
    """A convolution that stands for ``batch_norm(convolution(x))`` in inference.

    Attributes:
        weight: (out, in / groups, height, width), channels_last.
        bias: (out,).
        stride, padding, groups: as in ``torch.nn.functional.conv2d``.
        ceiling: what the ReLU after it is clamped to (6 in EfficientNet-lite); None for a plain
            one.
    """

    weight: "torch.Tensor"
    bias: "torch.Tensor"
    stride: int = 1
    padding: Padding = (0, 0)
    groups: int = 1
    ceiling: float | None = None

    def linear(self, x: "torch.Tensor") -> "torch.Tensor":
        """Return the convolution of `x` (n, in, h, w) without the ReLU."""
        import torch

        return torch.conv2d(x, self.weight, self.bias, self.stride, self.padding, 1, self.groups)

    def __call__(self, x: "torch.Tensor") -> "torch.Tensor":
        """Return the convolution of `x` (n, in, h, w) and its ReLU."""
        y = self.linear(x)
        return y.relu_() if self.ceiling is None else y.clamp_(0, self.ceiling)

    def to(self, device: "torch.device", dtype: "torch.dtype") -> "FoldedConvolution":
        """Return it on `device` in `dtype`."""
        import torch

        weight = self.weight.to(device=device, dtype=dtype, memory_format=torch.channels_last)
        return replace(self, weight=weight, bias=self.bias.to(device=device, dtype=dtype))


def fold(
    state: Mapping[str, Any], convolution: str, norm: str, epsilon: float
) -> "tuple[torch.Tensor, torch.Tensor]":
    """Return weight and bias, in float64, of a convolution with its batch norm folded in.

    `convolution` and `norm` are prefixes of keys in `state`, such as ``Mixed_5b.branch1x1.bn``.
    """
    weight = state[f"{convolution}.weight"].double()
    variance = state[f"{norm}.running_var"].double()
    scale = state[f"{norm}.weight"].double() / (variance + epsilon).sqrt()
    bias = state[f"{norm}.bias"].double() - scale * state[f"{norm}.running_mean"].double()
    return weight * scale[:, None, None, None], bias
