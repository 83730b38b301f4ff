"""Any function or module of torch as a representation."""

import copy
import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from rbench.errors import UsageError
from rbench.metrics.representations.preprocess import Preprocess
from rbench.metrics.representations.representation import (
    Network,
    Precision,
    Representation,
    Weights,
)

if TYPE_CHECKING:
    import torch

Function: TypeAlias = "Callable[[torch.Tensor], torch.Tensor | Mapping[str, torch.Tensor]]"


def of_callable(
    function: Function,
    outputs: int | Mapping[str, int],
    preprocess: Preprocess,
    *,
    name: str | None = None,
    batch: int = 32,
    precision: Precision = "float32",
) -> Representation:
    """Return `function` as a representation.

    Args:
        function: takes inputs (batch, 3, height, width), preprocessed, and returns (batch,
            dimension), or a mapping of those by name. It must treat every sample alone. It is
            never called to find something out: an output of another shape than declared is an
            error of the first batch. An ``nn.Module`` is copied when it is loaded, moved to the
            device and put into evaluation mode; its state dict is hashed.
        outputs: dimension of every output, or of the only one, which is then called ``features``.
        preprocess: from image to input.
        name: default: the function's own.
        batch: images forwarded together, always.
        precision: of the inputs, and of a module's weights.

    Raises `UsageError` for no outputs, or dimensions below 1.
    """
    declared = {"features": outputs} if isinstance(outputs, int) else dict(outputs)
    called = name or str(getattr(function, "__name__", type(function).__name__))

    def load(
        device: "torch.device", precision: Precision, offline: bool
    ) -> tuple[Network, Weights]:
        import torch

        ready, weights = function, Weights(None, called)
        if isinstance(function, torch.nn.Module):
            dtype = torch.float64 if precision == "float64" else torch.float32
            module = copy.deepcopy(function).eval().requires_grad_(False)
            weights = Weights(state_sha256(module.state_dict()), called)
            ready = module.to(device=device, dtype=dtype)
        return lambda x: _named(ready(x), declared, called), weights

    return Representation(
        name=called,
        outputs=declared,
        preprocess=preprocess,
        load=load,
        precision=precision,
        batch=batch,
    )


def state_sha256(state: "Mapping[str, torch.Tensor]") -> str:
    """Return the sha256 over the names, dtypes, shapes and bytes of a state dict, sorted."""
    import torch

    digest = hashlib.sha256()
    for name, values in sorted(state.items()):
        digest.update(f"{name} {values.dtype} {tuple(values.shape)}\n".encode())
        flat = values.detach().cpu().contiguous().flatten()
        digest.update(flat.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _named(found: Any, declared: Mapping[str, int], name: str) -> "Mapping[str, torch.Tensor]":
    import torch

    if isinstance(found, Mapping):
        return found
    if torch.is_tensor(found) and len(declared) == 1:
        return dict.fromkeys(declared, found)
    raise UsageError(
        f"{name} returned a {type(found).__name__} and declares the outputs "
        f"{', '.join(declared)}: return a mapping of tensors."
    )
