"""A small convolutional network as a representation, which records how it is called."""

from dataclasses import dataclass, field

import torch

from rbench.metrics.representations.of_callable import of_callable
from rbench.metrics.representations.preprocess import Preprocess
from rbench.metrics.representations.representation import Precision, Representation

STEPS = Preprocess(size=24, filter="bilinear", antialias=True)


@dataclass
class TinyNetwork:
    """Outputs ``pool`` (16) and ``logits`` (5); `batches` are the sizes that it was called with."""

    batches: list[int] = field(default_factory=list)

    def __call__(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        self.batches.append(len(x))
        generator = torch.Generator().manual_seed(0)

        def weight(*shape: int) -> torch.Tensor:
            return torch.randn(shape, generator=generator, dtype=torch.float32).to(x.dtype)

        y = torch.conv2d(x, weight(8, 3, 3, 3)).relu()
        pool = torch.conv2d(y, weight(16, 8, 3, 3)).relu().mean((2, 3))
        return {"pool": pool, "logits": pool @ weight(16, 5)}


def tiny(
    network: TinyNetwork | None = None,
    *,
    batch: int = 8,
    steps: Preprocess = STEPS,
    precision: Precision = "float32",
) -> Representation:
    return of_callable(
        network or TinyNetwork(),
        {"pool": 16, "logits": 5},
        steps,
        name="tiny",
        batch=batch,
        precision=precision,
    )
