"""Image runs written shard by shard from images at hand, without a generator."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from rbench.harness.images.evaluations import EvaluationCount
from rbench.harness.images.plan import ImageCell, make_image_cell, units
from rbench.harness.images.shards import Shards, write_index
from rbench.harness.images.task import Evaluator, ImageTask, RealSet, Reference
from rbench.harness.images.types import ImageSpec
from rbench.harness.images.wanted import feature_key, wanted_features
from rbench.harness.run_directory import RunDirectory
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.of_callable import of_callable
from rbench.metrics.representations.preprocess import Preprocess
from rbench.metrics.representations.representation import Representation
from tests.metrics.evaluation.image_sets import blurred, write
from tests.metrics.representations.pictures import crops

Images = npt.NDArray[np.uint8]
SIZE = 16
STEPS = Preprocess(size=None)


class Net(torch.nn.Module):
    """A module with weights, so with a hash: ``pool`` (12) and ``logits`` (5)."""

    calls = 0

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.conv = torch.nn.Conv2d(3, 12, 5, stride=3)
        self.head = torch.nn.Linear(12, 5)

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        Net.calls += 1
        pool = self.conv(x).abs().mean((2, 3))
        return {"pool": pool, "logits": 20 * self.head(pool)}


def net(seed: int = 0, steps: Preprocess = STEPS) -> Representation:
    return of_callable(Net(seed), {"pool": 12, "logits": 5}, steps, name="net", batch=8)


@contextmanager
def counted() -> Iterator[list[int]]:
    """Give a list that holds, afterwards, how often the network was called."""
    before, found = Net.calls, [0]
    yield found
    found[0] = Net.calls - before


def three_sets(root: Path, n: int = 64) -> tuple[Path, Path, Images]:
    """Return folders of training and of test images, and generated ones."""
    images = crops(3 * n, SIZE)
    train, test = write(root / "train", images[:n]), write(root / "test", images[n : 2 * n])
    return train, test, blurred(images[2 * n :])


def evaluator(real: Path | None, **changes: Any) -> Evaluator:
    """Return one with ``frechet`` on `net` against the images in `real`."""
    images = None if real is None else RealSet("pictures", "train", real)
    one = Evaluator(
        name="plain",
        summary="",
        metrics=("frechet",),
        reference=Reference("pictures train", "train", real=images),
        representations=(net(),),
    )
    return replace(one, **changes)


def task(*evaluators: Evaluator, samples: int = 64, **changes: Any) -> ImageTask:
    made = ImageTask(
        name="pictures",
        version="1",
        summary="",
        spec=ImageSpec(SIZE, SIZE, 3),
        samples=samples,
        labels="none",
        quantise="round",
        evaluators=evaluators,
    )
    return replace(made, **changes)


def plan(
    made: ImageTask, samples: int, repeats: int = 1, *, shard: int = 16, entry: str = "pictures"
) -> ImageCell:
    cell = make_image_cell(
        made,
        task_entry=entry,
        task_options={},
        model="fixture/blurred",
        identity={"model": "blurred"},
        settings={"steps": 1},
        batch=8,
        seed=0,
        samples=samples,
        repeats=repeats,
    )
    return replace(cell, shard=shard)


def write_run(
    path: Path,
    made: ImageTask,
    cell: ImageCell,
    sets: Sequence[Images],
    *,
    order: Sequence[int] | None = None,
    depth: Mapping[int, int] | None = None,
    keep: int | None = None,
) -> RunDirectory:
    """Write the shards of `cell` with the images of `sets`, in `order`.

    `depth` changes the calls of the network in the shard of that place.
    """
    run = RunDirectory(path)
    run.write_json("plan.json", cell.to_json())
    shards = Shards(path / "shards")
    extractors = [
        Extractor(w.representation, device="cpu", outputs=w.outputs) for w in wanted_features(made)
    ]
    grid = list(units(cell))
    for place in order or range(len(grid)):
        unit = grid[place]
        images = sets[unit.repeat][unit.start : unit.stop]
        with shards.writing(unit) as shard:
            numbers = range(unit.start, unit.start + len(images))
            write_index(shard, numbers, [7 * i for i in numbers], [i % 3 for i in numbers])
            np.save(shard.path / "images.npy", images if keep is None else images[:keep])
            for one in extractors:
                shard.write_features(feature_key(one.identity), one.identity, one.extract(images))
            count = EvaluationCount()
            for _ in range((depth or {}).get(place, 2)):
                count.add("network", len(images))
            count.batch_done(len(images))
            spot = {"index": 0, "same_bits": True, "largest_difference": 0.0}
            shard.write_meta(
                {
                    "samples": len(images),
                    "seconds": {"sampling": 1.0 + place, "features": 0.1},
                    "evaluations": count.to_json(),
                    "clipped": 3,
                    "values": int(images.size),
                    "spot_check": spot if place == 0 else None,
                }
            )
    return run
