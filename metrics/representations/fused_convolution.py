"""`FusedConvolution`: a `FoldedConvolution` on the CPU with its ReLU and its weights' layout fused.

oneDNN, torch's library for convolutions on the CPU, applies the ReLU while it writes a result, and
takes weights reordered once instead of at every call. Only operators that torch's own compiler
uses reach this from Python; where they are missing the plain convolution serves, with the same
values.
"""

from typing import TYPE_CHECKING

from rbench.metrics.representations.folded_convolution import FoldedConvolution

if TYPE_CHECKING:
    import torch


class FusedConvolution:
    """Calls oneDNN for a float32 convolution on the CPU that ends in a plain ReLU."""

    def __init__(self, plain: FoldedConvolution) -> None:
        self._plain = plain
        self._shape: tuple[int, ...] | None = None
        self._reordered: torch.Tensor | None = None

    def linear(self, x: "torch.Tensor") -> "torch.Tensor":
        """Return the convolution of `x` (n, in, h, w) without the ReLU."""
        return self._run(x, "none")

    def __call__(self, x: "torch.Tensor") -> "torch.Tensor":
        """Return the convolution of `x` (n, in, h, w) and its ReLU."""
        return self._run(x, "relu")

    def _run(self, x: "torch.Tensor", after: str) -> "torch.Tensor":
        import torch

        plain = self._plain
        stride, padding, dilation = [plain.stride] * 2, list(plain.padding), [1, 1]
        shape = tuple(x.shape)
        if shape != self._shape:
            # The best layout depends on the input's shape, which fixed batches keep the same.
            self._reordered = torch.ops.mkldnn._reorder_convolution_weight(
                plain.weight, padding, stride, dilation, plain.groups, list(shape)
            )
            self._shape = shape
        y: torch.Tensor = torch.ops.mkldnn._convolution_pointwise(
            x, self._reordered, plain.bias, padding, stride, dilation, plain.groups, after, [], ""
        )
        return y


def fused(plain: FoldedConvolution) -> FoldedConvolution | FusedConvolution:
    """Return `plain` fused where this torch can do it: on the CPU, in float32."""
    import torch

    weight = plain.weight
    possible = (
        weight.device.type == "cpu"
        and weight.dtype == torch.float32
        and plain.ceiling is None
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and hasattr(torch.ops.mkldnn, "_convolution_pointwise")
        and hasattr(torch.ops.mkldnn, "_reorder_convolution_weight")
    )
    return FusedConvolution(plain) if possible else plain
