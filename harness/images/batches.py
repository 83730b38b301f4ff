"""The batches of a run: indices, seeds, conditions and noise of samples made together."""

from collections.abc import Iterator, Sequence

from rbench.harness.images.noise import Noise, sample_seeds
from rbench.harness.images.plan import ImageCell, Unit
from rbench.harness.images.task import ImageTask
from rbench.harness.images.types import SampleBatch


def sample_batch(
    cell: ImageCell, task: ImageTask, indices: Sequence[int], repeat: int
) -> SampleBatch:
    """Return what a generator is given for `indices` of set `repeat`."""
    noise = Noise(cell.seed, indices, repeat=repeat)
    return SampleBatch(tuple(indices), sample_seeds(noise), labels(task, noise), noise)


def labels(task: ImageTask, noise: Noise) -> tuple[int | None, ...]:
    """Return the condition of each sample by the task's policy."""
    classes = task.spec.classes
    if task.labels == "balanced":
        return tuple(index % classes for index in noise.indices)
    if task.labels == "random":
        return tuple(map(int, noise.integers(classes, "label")))
    return (None,) * len(noise)


def batches(cell: ImageCell, task: ImageTask, unit: Unit) -> Iterator[tuple[SampleBatch, int]]:
    """Yield the batches of a shard, all of one size, and how many of each are not padding."""
    for start in range(unit.start, unit.stop, cell.batch):
        indices = range(start, min(start + cell.batch, unit.stop))
        padding = (indices[-1],) * (cell.batch - len(indices))
        yield sample_batch(cell, task, (*indices, *padding), unit.repeat), len(indices)
