"""`computing_on`: where a result is computed, away from what the training loop has set."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def computing_on(device: Any) -> Iterator[Callable[[Any], Any]]:
    """Yield a function that moves a numpy array to `device`; None and the CPU leave it alone.

    On an accelerator, inside, an autocast around does not lower the precision of products.
    """
    if device is None or str(device).startswith(("cpu", "mps")):
        yield lambda values: values
        return
    import torch

    with torch.no_grad(), torch.autocast(torch.device(device).type, enabled=False):
        yield lambda values: torch.from_numpy(values).to(device)
