"""The arithmetic that features are computed in, whatever the process around them has set."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from rbench.metrics.representations.representation import Precision

if TYPE_CHECKING:
    import torch


@contextmanager
def exact_arithmetic(device: "torch.device", precision: Precision) -> Iterator[None]:
    """Compute in `precision`: no gradients, no TF32, no algorithm chosen by timing.

    An autocast of the surrounding training loop is off inside, unless `precision` asks for
    bfloat16. All that is global is put back after.
    """
    import torch

    automatic = precision == "bfloat16-autocast"
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode())
        dtype = torch.bfloat16 if automatic else None
        stack.enter_context(torch.autocast(device.type, dtype=dtype, enabled=automatic))
        stack.enter_context(_full_float32())
        stack.enter_context(_set(torch.backends.cudnn, "deterministic", True))
        stack.enter_context(_set(torch.backends.cudnn, "benchmark", False))
        yield


@contextmanager
def _set(holder: Any, name: str, value: object) -> Iterator[None]:
    before = getattr(holder, name)
    setattr(holder, name, value)
    try:
        yield
    finally:
        setattr(holder, name, before)


@contextmanager
def _full_float32() -> Iterator[None]:
    """Turn off TF32, and bfloat16 in place of float32.

    torch 2.9 has a second interface to these settings, and reading the first raises where a
    process used both. Then the first is left alone: the second decides.
    """
    import torch

    backends = torch.backends
    operations: list[Any] = []
    if hasattr(backends.cudnn, "conv"):
        cudnn: Any = backends.cudnn
        mkldnn: Any = backends.mkldnn
        operations = [cudnn.conv, cudnn.rnn, mkldnn.conv, mkldnn.matmul, mkldnn.rnn]
        operations.append(backends.cuda.matmul)
    before = [operation.fp32_precision for operation in operations]
    matmul = convolution = None
    with suppress(RuntimeError):
        matmul = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision("highest")
    with suppress(RuntimeError):
        convolution = backends.cudnn.allow_tf32
        backends.cudnn.allow_tf32 = False
    for operation in operations:
        operation.fp32_precision = "ieee"
    try:
        yield
    finally:
        # The first interface writes to the second, so that is put back last.
        if convolution is not None:
            backends.cudnn.allow_tf32 = convolution
        if matmul is not None:
            torch.set_float32_matmul_precision(matmul)
        for operation, precision in zip(operations, before, strict=True):
            operation.fp32_precision = precision
