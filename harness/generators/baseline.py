"""`baseline/noise|gaussian|train|test`: what any generator is read against."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rbench.errors import ModelError, UsageError, nearest
from rbench.harness.generators.context import GeneratorContext
from rbench.harness.generators.folder import FolderSamples
from rbench.harness.images.types import ImageGenerator, ImageSpec, SampleBatch, Values
from rbench.harness.options import build, option
from rbench.harness.types import Json

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from rbench.harness.images.task import ImageTask

_MOST_DIMENSIONS = 4096
"""Of the Gaussian: its covariance takes 128 MiB then, and its factor as much."""


@dataclass(frozen=True, slots=True)
class BaselineOptions:
    """How a baseline is run."""

    batch: int = option(64, "images made together")


class BaselineImages:
    """The baselines by name.

    ``noise`` are uniform pixels; ``gaussian`` has the mean and covariance of the task's training
    pixels; ``train`` and ``test`` are the real images, in order.
    """

    Options = BaselineOptions

    @classmethod
    def open(cls, name: str, given: Mapping[str, Any], context: GeneratorContext) -> ImageGenerator:
        """Return the baseline. Raises `UsageError` for an unknown name, or without real images."""
        if name not in BASELINES:
            raise UsageError(
                f"there is no baseline of images {name!r}{nearest(name, list(BASELINES))}"
            )
        options = build(BaselineOptions, given, f"baseline/{name}")
        if options.batch < 1:
            raise UsageError(f"baseline/{name}: batch={options.batch} is below 1.")
        generator: ImageGenerator = BASELINES[name](context.task, options.batch)
        return generator


class UniformPixels:
    """Every value of every pixel is equally likely, and none depends on another."""

    identity: Mapping[str, Json] | None = {
        "adapter": "baseline", "model": "noise", "version": "1",
    }  # fmt: skip
    settings: Mapping[str, Json] = {}
    values: Values = "uint8"
    clips = False
    finite: int | None = None
    networks: Mapping[str, Any] = {}

    def __init__(self, task: "ImageTask", batch: int) -> None:
        self.spec: ImageSpec | None = task.spec
        self.batch = batch
        self._shape = (task.spec.height, task.spec.width, task.spec.channels)

    def generate(self, batch: SampleBatch) -> "npt.NDArray[np.uint8]":
        """Return uniform bytes (n, h, w, c), from the draw ``start``."""
        import numpy as np

        return (batch.noise.uniform(self._shape, "start") * 256).astype(np.uint8)

    def close(self) -> None:
        """Hold nothing, so give nothing back."""


class GaussianPixels:
    """A normal distribution with the mean and covariance of the task's training pixels.

    It is fitted in float64 at the first use. Values outside [0, 1] are left for the engine to clip
    and count. A sample's numbers are the same in any batch. Raises `UsageError` where the task has
    no training images here, `ModelError` for images of more than 4096 values.
    """

    settings: Mapping[str, Json] = {}
    values: Values = "0..1"
    clips = True
    finite: int | None = None
    networks: Mapping[str, Any] = {}

    def __init__(self, task: "ImageTask", batch: int) -> None:
        spec = task.spec
        self._shape = (spec.height, spec.width, spec.channels)
        dimensions = spec.height * spec.width * spec.channels
        if dimensions > _MOST_DIMENSIONS:
            raise ModelError(
                f"baseline/gaussian is for images of at most {_MOST_DIMENSIONS} values, and those "
                f"of {task.name} ({spec.text}) have {dimensions}."
            )
        self._source = task.real_set("train").open()
        self.spec: ImageSpec | None = spec
        self.batch = batch
        self.identity: Mapping[str, Json] | None = {
            "adapter": "baseline", "model": "gaussian", "version": "1",
            "train": self._source.fingerprint(),
        }  # fmt: skip

    def generate(self, batch: SampleBatch) -> "npt.NDArray[np.float64]":
        """Return float64 images (n, h, w, c), from the draw ``start``."""
        import numpy as np

        mean, factor = self._fitted
        draws = batch.noise.normal((factor.shape[1],), "start", np.float64)
        # One product a sample: in a product of matrices the bits depend on the batch.
        made = [mean + factor @ draw for draw in draws]
        return np.stack(made).reshape(len(batch), *self._shape)

    def close(self) -> None:
        """Give back the memory."""
        self.__dict__.pop("_fitted", None)

    @cached_property
    def _fitted(self) -> tuple["npt.NDArray[np.float64]", "npt.NDArray[np.float64]"]:
        """The mean (d,), and F (d, rank) with F F^T equal to the covariance."""
        from rbench.harness.generators.ready_images import ReadyImages
        from rbench.metrics.moments import Moments

        height, width, channels = self._shape
        images = ReadyImages(self._source, channels)
        if (images.height, images.width) != (height, width):
            raise ModelError(
                f"the training images are {images.height} x {images.width} pixels, and the task's "
                f"{height} x {width}."
            )
        moments = Moments(height * width * channels)
        for start in range(0, len(images), self.batch):
            rows = images.at(range(start, min(start + self.batch, len(images))))
            moments.update(rows.reshape(len(rows), -1) / 255.0)
        images.close()
        return moments.mean, moments.narrow_factor()


def _real(split: str) -> Callable[["ImageTask", int], FolderSamples]:
    def samples(task: "ImageTask", batch: int) -> FolderSamples:
        source = task.real_set(split).open()
        identity = {
            "adapter": "baseline", "model": split, "version": "1",
            "images": source.fingerprint(),
        }  # fmt: skip
        return FolderSamples(source, task.spec, batch, identity)

    return samples


BASELINES: Mapping[str, Callable[["ImageTask", int], Any]] = {
    "noise": UniformPixels,
    "gaussian": GaussianPixels,
    "train": _real("train"),
    "test": _real("test"),
}
