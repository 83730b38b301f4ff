"""What every metric accepts: a matrix of features, one row per sample, as numpy or torch.

A torch tensor on the CPU shares its memory with the numpy array that is computed on; one on an
accelerator with float64 stays there; one on a device without float64 (MPS) moves to the CPU.
"""

import sys
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from rbench.errors import DataError

if TYPE_CHECKING:
    import torch

Features: TypeAlias = "npt.NDArray[Any] | torch.Tensor"
"""(n, d), any real dtype; a `FeatureStore` opens to such an array."""

_WITH_FLOAT64 = ("cuda", "xpu", "cpu")
_ROWS_AT_ONCE = 1024


def is_tensor(values: object) -> bool:
    """Return whether `values` is a torch tensor, without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(values, torch.Tensor)


def on_accelerator(values: object) -> bool:
    """Return whether `values` is a tensor on a device other than the CPU that has float64."""
    if not is_tensor(values):
        return False
    kind: str = values.device.type  # type: ignore[attr-defined]
    return kind != "cpu" and kind in _WITH_FLOAT64


def as_matrix(
    features: Any,
    name: str = "features",
    *,
    dimension: int | None = None,
    least: int = 1,
    first: int = 0,
) -> Any:
    """Return `features` as a checked (n, d) matrix of floats, without a copy where possible.

    The result is a tensor where `on_accelerator(features)`, otherwise a numpy array; float32 and
    float64 stay as they are, float16 and bfloat16 become float32, integers float64.
    Raises `DataError`, naming `name`, for anything but two dimensions, fewer than `least` rows,
    another `dimension` than the one given, and a NaN or infinity (with its row; `first` is the
    number of the first one).
    """
    values = features
    if is_tensor(values):
        import torch

        values = values.detach()
        if not on_accelerator(values) and values.device.type != "cpu":
            values = values.cpu()
        if not values.is_floating_point():
            values = values.double()
        elif values.dtype not in (torch.float32, torch.float64):
            values = values.float()
        if values.device.type == "cpu":
            values = values.numpy()
    else:
        values = np.asarray(values)
        if values.dtype.kind in "iub":
            values = values.astype(np.float64)
        elif values.dtype == np.float16:
            values = values.astype(np.float32)
        elif values.dtype not in (np.float32, np.float64):
            raise DataError(f"{name} has dtype {values.dtype}: give real numbers.")
    shape = tuple(values.shape)
    if len(shape) != 2:
        raise DataError(
            f"{name} has shape {shape}: give a matrix (samples, dimensions); a single dimension is "
            f"the usual sign of features flattened by a gather."
        )
    if dimension is not None and shape[1] != dimension:
        raise DataError(f"{name} has {shape[1]} dimensions instead of {dimension}.")
    if shape[0] < least:
        raise DataError(f"{name} has {shape[0]} samples: at least {least} are needed.")
    if shape[1] == 0:
        raise DataError(f"{name} has no dimensions.")
    _check_finite(values, name, first)
    return values


def _check_finite(values: Any, name: str, first: int) -> None:
    if on_accelerator(values):
        import torch

        if not bool(torch.isfinite(values).all()):
            bad = first + int((~torch.isfinite(values)).any(dim=1).nonzero()[0])
            raise DataError(f"{name} holds NaN or infinity, first in sample {bad}.")
        return
    for start in range(0, len(values), _ROWS_AT_ONCE):
        rows = values[start : start + _ROWS_AT_ONCE]
        with np.errstate(over="ignore", invalid="ignore"):
            if np.isfinite(rows.sum()):
                continue  # a sum is twice as fast as looking at every value, and hides none
        finite = np.isfinite(rows).all(axis=1)
        if not finite.all():
            bad = first + start + int(np.argmin(finite))
            raise DataError(f"{name} holds NaN or infinity, first in sample {bad}.")
