"""A cheap generator of 256 x 256 images and a task that sends them through Inception."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from rbench.harness.images.task import Evaluator, ImageTask, Reference
from rbench.harness.images.types import ImageSpec, SampleBatch
from rbench.metrics.representations.inception_v3 import inception_v3
from tests.metrics.representations.random_inception import random_state

BATCH = 64
LATENT = (4, 32, 32)


class LatentDecoder:
    """Turns latent noise into images by three convolutions: an `ImageGenerator`."""

    identity: Mapping[str, Any] | None = None
    batch = BATCH
    values = "-1..1"
    clips = True
    spec = ImageSpec(256, 256, 3)
    finite = None

    def __init__(self, device: str) -> None:
        self.settings: Mapping[str, Any] = {}
        self._device = device
        torch.manual_seed(0)
        self._decoder = nn.Sequential(
            nn.Conv2d(4, 32, 3, padding=1), nn.SiLU(), nn.Upsample(scale_factor=8),
            nn.Conv2d(32, 16, 3, padding=1), nn.SiLU(), nn.Conv2d(16, 3, 1),
        ).to(device)  # fmt: skip

    @property
    def networks(self) -> Mapping[str, nn.Module]:
        return {"decoder": self._decoder}

    @torch.inference_mode()
    def generate(self, batch: SampleBatch) -> torch.Tensor:
        latents = torch.from_numpy(batch.noise.normal(LATENT, "start"))
        return self._decoder(latents.to(self._device))

    @torch.inference_mode()
    def make(self, n: int) -> None:
        """Make n images of torch's noise and leave them on the device."""
        for _ in range(0, n, BATCH):
            self._decoder(torch.randn(BATCH, *LATENT, device=self._device))

    def close(self) -> None: ...


def inception_task(folder: Path, samples: int) -> ImageTask:
    """Return a task with Inception's features, on random weights that are put into `folder`."""
    weights = folder / "random.pth"
    torch.save(random_state(), weights)
    evaluator = Evaluator(
        name="inception",
        summary="a benchmark",
        metrics=("frechet",),
        reference=Reference("none", None),
        representations=(inception_v3(weights),),
    )
    return ImageTask(
        name="benchmark", version="1", summary="", spec=LatentDecoder.spec, samples=samples,
        labels="none", quantise="round", evaluators=(evaluator,), keep_images=0,
    )  # fmt: skip
