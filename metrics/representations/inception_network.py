"""The FID Inception network for inference: batch norms folded, channels_last.

Inception v3 (Szegedy et al. 2015, arXiv 1512.00567) as in the TensorFlow graph of 2015-12-05:
average pools leave the padding out, the last block pools by maximum, there are 1008 classes.
Weights are keyed as in torch-fidelity's file.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from rbench.metrics.representations.folded_convolution import FoldedConvolution, fold
from rbench.metrics.representations.fused_convolution import FusedConvolution, fused

if TYPE_CHECKING:
    import torch

OUTPUTS = {"pool": 2048, "logits_unbiased": 1008, "logits": 1008, "spatial": 17 * 17 * 7}
"""Dimension of every output, for inputs of 299 x 299."""

Step: TypeAlias = "Callable[[torch.Tensor], torch.Tensor]"
Convolution: TypeAlias = FoldedConvolution | FusedConvolution
Branch: TypeAlias = "tuple[str | tuple[str, ...], ...]"

# The architecture. A convolution pads to the same size with stride 1, unless its name ends in
# "/s": then it has stride s and no padding. Kernels and channels come with the weights. A tuple
# within a branch is a fork, whose ends are concatenated as the branches are.
_STEM: Branch = (
    *("Conv2d_1a_3x3/2", "Conv2d_2a_3x3/1", "Conv2d_2b_3x3", "max/2"),
    *("Conv2d_3b_1x1", "Conv2d_4a_3x3/1", "max/2"),
)
_A: tuple[Branch, ...] = (
    ("branch1x1",),
    ("branch5x5_1", "branch5x5_2"),
    ("branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"),
    ("avg branch_pool",),
)
_B: tuple[Branch, ...] = (
    ("branch3x3/2",),
    ("branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3/2"),
    ("max/2",),
)
_C: tuple[Branch, ...] = (
    ("branch1x1",),
    ("branch7x7_1", "branch7x7_2", "branch7x7_3"),
    tuple(f"branch7x7dbl_{i}" for i in range(1, 6)),
    ("avg branch_pool",),
)
_D: tuple[Branch, ...] = (
    ("branch3x3_1", "branch3x3_2/2"),
    ("branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3", "branch7x7x3_4/2"),
    ("max/2",),
)
_E: tuple[Branch, ...] = (
    ("branch1x1",),
    ("branch3x3_1", ("branch3x3_2a", "branch3x3_2b")),
    ("branch3x3dbl_1", "branch3x3dbl_2", ("branch3x3dbl_3a", "branch3x3dbl_3b")),
)
_BLOCKS: Mapping[str, tuple[Branch, ...]] = {
    **dict.fromkeys(("Mixed_5b", "Mixed_5c", "Mixed_5d"), _A),
    "Mixed_6a": _B,
    **dict.fromkeys(("Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"), _C),
    "Mixed_7a": _D,
    "Mixed_7b": (*_E, ("avg branch_pool",)),
    "Mixed_7c": (*_E, ("max", "branch_pool")),
}

# sFID's features are the TensorFlow graph's mixed_6/conv:0 (guided-diffusion,
# evaluations/evaluator.py): the ReLU behind the 1x1 branch of the block that the converted
# weights call Mixed_6d. That branch comes first in the block's output.
_SPATIAL_BLOCK = "Mixed_6d"
_SPATIAL_CHANNELS = 7
_EPSILON = 1e-3


class InceptionNetwork:
    """Computes `outputs` (names of `OUTPUTS`) from inputs (n, 3, 299, 299) in [-1, 1]."""

    def __init__(
        self,
        state: Mapping[str, Any],
        device: "torch.device",
        dtype: "torch.dtype",
        outputs: Sequence[str] = tuple(OUTPUTS),
        *,
        autocast: bool = False,
    ) -> None:
        """Build it from a state dict. Raises `KeyError` for a weight that is not there.

        `autocast` keeps to operators that obey it.
        """

        def load(prefix: str) -> Callable[[str], Convolution]:
            def one(name: str) -> Convolution:
                plain = _load(prefix + name, state).to(device, dtype)
                return plain if autocast else fused(plain)

            return one

        self._stem = _branch(_STEM, load(""))
        self._blocks = {
            name: _block(branches, load(f"{name}.")) for name, branches in _BLOCKS.items()
        }
        self._classes = state["fc.weight"].to(device=device, dtype=dtype).T.contiguous()
        self._bias = state["fc.bias"].to(device=device, dtype=dtype)
        self._outputs = tuple(outputs)

    def select(self, outputs: Sequence[str]) -> "InceptionNetwork":
        """Return the same network, with the same weights in memory, computing `outputs` only."""
        selected = object.__new__(InceptionNetwork)
        selected.__dict__.update(self.__dict__, _outputs=tuple(outputs))
        return selected

    def __call__(self, x: "torch.Tensor") -> "dict[str, torch.Tensor]":
        """Return every output as (n, dimension)."""
        found: dict[str, torch.Tensor] = {}
        for step in self._stem:
            x = step(x)
        for name, block in self._blocks.items():
            x = block(x)
            if name == _SPATIAL_BLOCK and "spatial" in self._outputs:
                # Height, width, channels: the order of TensorFlow's flattened features.
                found["spatial"] = x[:, :_SPATIAL_CHANNELS].permute(0, 2, 3, 1).flatten(1)
                if self._outputs == ("spatial",):
                    return found
        found["pool"] = x.mean((2, 3))
        if {"logits", "logits_unbiased"} & set(self._outputs):
            found["logits_unbiased"] = found["pool"] @ self._classes
            found["logits"] = found["logits_unbiased"] + self._bias
        return {name: found[name] for name in self._outputs}


def _load(name: str, state: Mapping[str, Any]) -> FoldedConvolution:
    name, _, stride = name.partition("/")
    weight, bias = fold(state, f"{name}.conv", f"{name}.bn", _EPSILON)
    height, width = weight.shape[2:]
    padding = (0, 0) if stride else (height // 2, width // 2)
    return FoldedConvolution(weight, bias, int(stride or 1), padding)


def _block(branches: Sequence[Branch], load: Callable[[str], Convolution]) -> Step:
    import torch

    compiled = [_branch(branch, load) for branch in branches]

    def run(x: "torch.Tensor") -> "torch.Tensor":
        ends = []
        for steps in compiled:
            y = x
            for step in steps:
                y = step(y)
            ends.append(y)
        return torch.cat(ends, 1)

    return run


def _branch(names: Branch, load: Callable[[str], Convolution]) -> list[Step]:
    from torch.nn import functional

    def step(name: str | tuple[str, ...]) -> Step:
        if isinstance(name, tuple):
            return _block([(end,) for end in name], load)
        if name == "max/2":
            return lambda x: functional.max_pool2d(x, 3, 2)
        if name == "max":
            return lambda x: functional.max_pool2d(x, 3, 1, 1)
        if not name.startswith("avg "):
            return load(name)
        convolution = load(name.removeprefix("avg "))

        def pooled(x: "torch.Tensor") -> "torch.Tensor":
            # The pool and the 1x1 convolution are linear and commute: pooled after it, there are
            # a fraction of the channels.
            y = convolution.linear(x)
            return functional.avg_pool2d(y, 3, 1, 1, count_include_pad=False).relu_()

        return pooled

    return [step(name) for name in names]
