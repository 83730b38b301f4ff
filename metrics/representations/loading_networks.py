"""From a module and a state to a `Network`: complete weights, the device, the precision."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from importlib import import_module
from typing import TYPE_CHECKING, Any, get_args

from rbench.errors import AssetError, UsageError
from rbench.metrics.representations.representation import Network, Precision

if TYPE_CHECKING:
    import torch


def library(name: str, needed_for: str) -> Any:
    """Return the imported library `name`. Raises `UsageError` where it is not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{needed_for} needs {error.name}, which is not installed: "
            f"pip install 'rbench[metrics]'."
        ) from error


def fill(
    module: "torch.nn.Module",
    state: "Mapping[str, torch.Tensor]",
    what: str,
    unused: Iterable[str] = (),
) -> None:
    """Give `module` its weights; every one must be there, in its shape.

    Only entries below one of the prefixes in `unused` (a classifier that features do not need)
    may be left over. The tensors are taken, not copied, so the module may be on the meta device.
    Raises `AssetError`: a network that kept some random weights would give numbers, too.
    """
    try:
        result = module.load_state_dict(dict(state), strict=False, assign=True)
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1].strip()
        raise AssetError(
            f"The file given as {what} does not fit the network ({reason.rstrip('.')}): "
            f"take the file of this very model."
        ) from error
    prefixes = tuple(unused)
    left_over = [key for key in result.unexpected_keys if not key.startswith(prefixes)]
    if result.missing_keys or left_over:
        missing, first = len(result.missing_keys), (result.missing_keys or left_over)[0]
        raise AssetError(
            f"The file given as {what} does not fit the network ({missing} weights are missing and "
            f"{len(left_over)} have no place, first {first!r}): take the file of this very model."
        )


def as_network(
    module: "torch.nn.Module",
    forward: "Callable[[torch.Tensor], Mapping[str, torch.Tensor]]",
    device: "torch.device",
    precision: Precision,
) -> Network:
    """Return `forward`, which runs `module`, as a network on `device` in `precision`.

    It autocasts to bfloat16 itself where `precision` says so. It takes inputs of any floating
    dtype on `device`; its outputs are float64 in the precision float64 and float32 otherwise.
    Gradients with respect to the inputs flow, the weights are frozen. Raises `UsageError`.
    """
    import torch

    if precision not in get_args(Precision):
        raise UsageError(f"precision={precision!r} is none of {', '.join(get_args(Precision))}.")
    if precision == "float64" and device.type == "mps":
        raise UsageError("precision='float64' does not exist on mps: take the CPU.")
    dtype = torch.float64 if precision == "float64" else torch.float32
    module.to(device=device, dtype=dtype).eval().requires_grad_(False)

    def network(inputs: torch.Tensor) -> "dict[str, torch.Tensor]":
        lowered = precision == "bfloat16-autocast"
        with torch.autocast(device.type, dtype=torch.bfloat16) if lowered else nullcontext():
            outputs = forward(inputs.to(dtype))
        return {name: values.to(dtype) for name, values in outputs.items()}

    return network
