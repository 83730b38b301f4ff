"""The words of image generation: what passes between tasks, generators and the engine.

task -> ImageSpec -> generator
plan -> SampleBatch -> generator.generate -> images -> quantised -> features -> shard -> results
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from rbench.harness.images.noise import Noise
from rbench.harness.types import Json

Images: TypeAlias = Any
"""A numpy array (n, h, w, c), or a torch tensor (n, c, h, w); c is 1 (grey) or 3."""

Values = Literal["uint8", "0..1", "-1..1"]
"""What a generator's numbers mean: bytes in 0..255, or floats with black and white at the ends."""

Quantisation = Literal["round", "floor", "none"]
"""From floats x in [0, 1] to bytes: floor(255 x + 1/2), floor(255 x), or floats are kept."""

LabelPolicy = Literal["none", "balanced", "random"]
"""Condition of sample i: none, i modulo the classes, or drawn from (seed, i)."""


@dataclass(frozen=True, slots=True)
class ImageSpec:
    """The images that a task is about. `classes` is 0 where they are unconditional."""

    height: int
    width: int
    channels: int
    classes: int = 0

    @property
    def text(self) -> str:
        """Return ``8 x 8 x 1``."""
        return f"{self.height} x {self.width} x {self.channels}"


@dataclass(frozen=True, slots=True)
class SampleBatch:
    """The samples that a generator makes together.

    Attributes:
        indices: of the samples in their set. The last batch of a shard is padded to the
            generator's `batch`; padding repeats an index and is thrown away.
        seeds: one whole number in [0, 2^63) a sample, for generators with a random source of
            their own; it depends on (seed, set, index) alone.
        labels: one condition a sample; None where the task is unconditional.
        noise: draws named numbers that depend on (seed, set, index, name) alone.
    """

    indices: tuple[int, ...]
    seeds: tuple[int, ...]
    labels: tuple[int | None, ...]
    noise: Noise

    def __len__(self) -> int:
        return len(self.indices)


@runtime_checkable
class ImageGenerator(Protocol):
    """What makes images: the whole contract of a generator.

    Attributes:
        identity: which model this is (hash of weights or of the source file); None where that
            cannot be had, and then nothing is resumed.
        settings: what may differ inside a ranking: sampler, steps, guidance.
        batch: samples made together, always.
        values: what the numbers of its images mean.
        clips: whether values outside the range are clipped (and counted), as samplers of
            diffusion models do; otherwise they are an error.
        spec: the images it makes, where it knows; None fits any task.
        networks: torch modules by role (``network``, ``decoder``), whose evaluations, parameters
            and operations are counted; empty where there is nothing to count. May load weights.
        finite: how many samples there are, for ready-made ones; None for a generator.
    """

    batch: int
    values: Values
    clips: bool
    finite: int | None

    @property
    def identity(self) -> Mapping[str, Json] | None:
        """Which model this is."""
        ...

    @property
    def settings(self) -> Mapping[str, Json]:
        """What may differ inside a ranking."""
        ...

    @property
    def spec(self) -> ImageSpec | None:
        """The images it makes, where it knows."""
        ...

    @property
    def networks(self) -> Mapping[str, Any]:
        """The torch modules that work, by role."""
        ...

    def generate(self, batch: SampleBatch) -> Images:
        """Make the images of `batch`, one for each index, in order. Takes any batch size."""
        ...

    def close(self) -> None:
        """Give back memory and files."""
        ...


GENERATOR_CONTRACT: Sequence[str] = (
    "identity", "settings", "batch", "values", "clips", "spec", "finite", "networks", "generate",
    "close",
)  # fmt: skip


@dataclass(slots=True)
class SampleCounts:
    """Where a run stands; a display looks at it whenever it likes.

    `phase` is what is being done: ``sampling``, ``features of the real images``, ``frechet``.
    """

    total: int
    done: int = 0
    resumed: int = 0
    phase: str = "sampling"


@dataclass(frozen=True, slots=True)
class ImageForecast:
    """The plan of one image cell as it is shown before it starts."""

    task: str
    model: str
    path: str
    samples: int
    repeats: int
    done: int
    shards: int
    workers: int
    evaluators: tuple[str, ...]
    notes: tuple[str, ...] = ()
