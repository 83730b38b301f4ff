"""The shards of a run of images: seeds and labels by the plan, kept images by their hash."""

import hashlib
from collections.abc import Iterator

import numpy as np

from rbench.harness.images.batches import sample_batch
from rbench.harness.images.plan import ImageCell, Unit, units
from rbench.harness.images.shards import Shard, Shards
from rbench.harness.images.task import ImageTask
from rbench.harness.verify.checks import Check, differs, unchecked, verified

_AT_ONCE = 4096


def index_of(shards: Shards, cell: ImageCell, task: ImageTask) -> Check:
    """Check index, seed and label of every sample that is there against what the plan gives."""
    faults, samples = [], 0
    for unit, shard in _there(shards, cell):
        lines = shard.index()
        samples += len(lines)
        fault = _index_fault(lines, unit, cell, task)
        if fault:
            faults.append(f"{unit.name}: {fault}")
    if faults:
        more = f"; and {len(faults) - 1} more shards" if len(faults) > 1 else ""
        return differs("index", f"{faults[0]}{more}")
    return verified("index", f"{samples} samples have the seeds and labels of the plan")


def images_of(shards: Shards, cell: ImageCell) -> Check | None:
    """Check the kept images of shards that kept all of theirs; None where nothing is there."""
    faults, checked, rest = [], 0, 0
    for unit, shard in _there(shards, cell):
        stands, rows = shard.meta().get("images_sha256"), shard.rows
        if stands is None or shard.kept != rows:
            rest += rows
            continue
        found = hashlib.sha256()
        images = shard.images()
        for start in range(0, rows, _AT_ONCE):
            found.update(np.ascontiguousarray(images[start : start + _AT_ONCE]).data)
        if found.hexdigest() == stands:
            checked += rows
        else:
            faults.append(unit.name)
    if faults:
        return differs("images", f"not those that the shard noted: {', '.join(faults[:5])}")
    if not checked and not rest:
        return None
    if not checked:
        return unchecked("images", f"of the {rest} samples not all images of a shard are kept")
    others = f"; {rest} more are in shards that kept some or none" if rest else ""
    return verified("images", f"{checked} kept images by their sha256{others}")


def _there(shards: Shards, cell: ImageCell) -> Iterator[tuple[Unit, Shard]]:
    for unit in units(cell):
        shard = shards.at(unit.repeat, unit.number)
        if shard.rows:
            yield unit, shard


def _index_fault(
    lines: "np.ndarray[tuple[int], np.dtype[np.void]]", unit: Unit, cell: ImageCell, task: ImageTask
) -> str:
    numbers = range(unit.start, unit.start + len(lines))
    if not np.array_equal(lines["index"], np.array(numbers)):
        return "the samples are not numbered in order"
    batch = sample_batch(cell, task, numbers, unit.repeat)
    labels = [-1 if label is None else label for label in batch.labels]
    for name, wanted in (("seed", batch.seeds), ("label", labels)):
        other = np.flatnonzero(lines[name] != np.array(wanted, np.int64))
        if len(other):
            place = int(other[0])
            return (
                f"sample {numbers[place]} has {name} {lines[name][place]}, and the plan gives "
                f"{wanted[place]}"
            )
    return ""
