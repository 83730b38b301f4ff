"""A task of 4 x 4 images and generators for it, found by the name of this file."""

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from rbench.harness.images.task import Evaluator, ImageTask, RealSet, Reference
from rbench.harness.images.types import ImageSpec, LabelPolicy, Quantisation, SampleBatch
from rbench.harness.options import option
from rbench.harness.types import Json, TaskInput
from rbench.metrics.representations.of_callable import of_callable
from rbench.metrics.representations.preprocess import Preprocess

SPEC = ImageSpec(4, 4, 1, classes=3)


@dataclass(frozen=True)
class TinyOptions:
    real: str = option("", "a .npy file of real images")
    samples: int = option(300, "of the protocol")
    keep: int | None = option(None, "images kept")
    labels: str = option("balanced", "policy")
    quantise: str = option("round", "rule")
    network: bool = option(False, "a second evaluator, on a network")


class Tiny:
    name = "tiny"
    summary = "4 x 4"
    kind = "images"
    Options = TinyOptions

    @classmethod
    def load(cls, options: TinyOptions, given: TaskInput) -> ImageTask:
        real = RealSet("tiny", "train", Path(options.real))
        reference = Reference("tiny train", "train", real=real)
        gray = Evaluator("gray", "pixels", ("frechet",), reference, representations=("gray/4",))
        network = Evaluator(
            "network", "a network", ("frechet",), reference, representations=(NETWORK,)
        )
        labels: LabelPolicy = options.labels  # type: ignore[assignment]
        quantise: Quantisation = options.quantise  # type: ignore[assignment]
        return ImageTask(
            name=cls.name,
            version="1",
            summary=cls.summary,
            spec=SPEC if options.labels != "none" else ImageSpec(4, 4, 1),
            samples=options.samples,
            labels=labels,
            quantise=quantise,
            evaluators=(gray, network) if options.network else (gray,),
            keep_images=options.keep,
            state={"real": options.real},
        )

    @classmethod
    def restore(cls, state: Mapping[str, Json]) -> ImageTask:
        return cls.load(TinyOptions(real=state["real"]), TaskInput())


def _network() -> torch.nn.Module:
    generator = torch.Generator().manual_seed(7)
    layer = torch.nn.Conv2d(3, 3, 3, padding=1)
    with torch.no_grad():
        layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator))
        layer.bias.zero_()
    return torch.nn.Sequential(layer, torch.nn.Tanh(), torch.nn.Flatten())


NETWORK = of_callable(_network(), 48, Preprocess(size=None), name="tiny-network", batch=8)


class Noisy:
    """Uniform noise, with its condition in the first pixel; 4 x 32 samples make a shard."""

    batch = 4
    values = "0..1"
    settings: Mapping[str, Json] = {}

    def generate(self, batch: SampleBatch) -> npt.NDArray[Any]:
        images = batch.noise.uniform((4, 4, 1), "start")
        images[:, 0, 0, 0] = [0 if label is None else label / 10 for label in batch.labels]
        return images


class Convolved:
    """A network, called twice for each batch, on noise of the sampler's start and one step."""

    batch = 8
    values = "-1..1"
    clips = True

    def __init__(self) -> None:
        torch.manual_seed(3)
        layers = torch.nn.Conv2d(1, 16, 3, padding=1), torch.nn.Conv2d(16, 1, 3, padding=1)
        self.network = torch.nn.Sequential(*layers)

    def generate(self, batch: SampleBatch) -> torch.Tensor:
        assert not torch.is_grad_enabled()
        assert torch.get_num_threads() == 1
        start = torch.from_numpy(batch.noise.normal((1, 4, 4), "start"))
        step = torch.from_numpy(batch.noise.normal((1, 4, 4), "step 1"))
        found: torch.Tensor = self.network(start) + 0.5 * step
        return found + self.network(found)


class Guided(Noisy):
    """Moves noise along a gradient, through a network that it loads when it is first needed."""

    def generate(self, batch: SampleBatch) -> npt.NDArray[Any]:
        if not hasattr(self, "layer"):
            self.layer = torch.nn.Linear(16, 1, bias=False)
            torch.nn.init.constant_(self.layer.weight, 0.125)
        noise = torch.from_numpy(batch.noise.uniform((16,), "start"))
        with torch.enable_grad():
            z = noise.requires_grad_(True)
            (slope,) = torch.autograd.grad(self.layer(z).square().sum(), z)
        moved: npt.NDArray[Any] = (z - slope / 2).clip(0, 1).detach().numpy()
        return moved.reshape(-1, 4, 4, 1)


class Unseeded(Noisy):
    """Never the same twice."""

    def generate(self, batch: SampleBatch) -> npt.NDArray[Any]:
        return np.random.default_rng().random((len(batch), 4, 4, 1), np.float32)


class Failing(Noisy):
    """Raises at sample 200, unless a file says that this is over."""

    def generate(self, batch: SampleBatch) -> npt.NDArray[Any]:
        if 200 in batch.indices and not Path(os.environ["TINY_MENDED"]).exists():
            raise RuntimeError("no more ink")
        return super().generate(batch)


class Killed(Noisy):
    """Kills its own process at sample 200, unless a file says that this is over."""

    def generate(self, batch: SampleBatch) -> npt.NDArray[Any]:
        if 200 in batch.indices and not Path(os.environ["TINY_MENDED"]).exists():
            os.kill(os.getpid(), signal.SIGKILL)
        return super().generate(batch)


class Slow(Noisy):
    """Takes its time, while a file is not there."""

    def generate(self, batch: SampleBatch) -> npt.NDArray[Any]:
        if not Path(os.environ["TINY_MENDED"]).exists():
            time.sleep(0.02)
        return super().generate(batch)


class Twenty(Noisy):
    """Twenty ready-made samples."""

    finite = 20
