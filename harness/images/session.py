"""costs.json and env.json of an image run: all that is measured by a clock."""

import time

from rbench.harness.environment import describe
from rbench.harness.images.batches import sample_batch
from rbench.harness.images.costs import measure_costs
from rbench.harness.images.plan import ImageCell
from rbench.harness.images.sampling import computing
from rbench.harness.images.shards import Shards
from rbench.harness.images.task import ImageTask
from rbench.harness.images.types import ImageGenerator, SampleBatch
from rbench.harness.run_directory import RunDirectory

_SECONDS = 3.0
"""Allowed for measuring a generator; it is measured once in a run."""


class Session:
    """One command's work on a run."""

    def __init__(self, run: RunDirectory, cell: ImageCell) -> None:
        self._run = run
        self._cell = cell
        self._environment = describe()
        self._start = time.monotonic()

    def note(self, *, made_something: bool) -> None:
        """Add this session to the earlier ones, unless it only looked at what was there."""
        environments = self._run.read_json("env.json") or {"sessions": []}
        if environments["sessions"] and not made_something:
            return
        costs = self._run.read_json("costs.json") or {"measured": None}
        seconds = {"sampling": 0.0, "features": 0.0}
        shards = Shards(self._run.path / "shards")
        for repeat in range(self._cell.repeats):
            for meta in shards.meta(repeat, shards.count(repeat)):
                for what in seconds:
                    seconds[what] += meta["seconds"][what]
        sessions = [*costs.get("sessions", []), time.monotonic() - self._start]
        self._run.write_json("costs.json", {**costs, "seconds": seconds, "sessions": sessions})
        sessions = [*environments["sessions"], self._environment]
        self._run.write_json("env.json", {"sessions": sessions})


def measure_once(
    run: RunDirectory, cell: ImageCell, task: ImageTask, generator: ImageGenerator
) -> None:
    """Measure what the generator costs, with the threads of the plan, unless it was done."""
    costs = run.read_json("costs.json") or {"seconds": {}, "sessions": []}
    if costs.get("measured") is not None:
        return

    def make_batch(samples: int) -> SampleBatch:
        return sample_batch(cell, task, range(samples), 0)

    with computing(cell.threads):
        measured = measure_costs(generator, make_batch, seconds=_SECONDS)
    run.write_json("costs.json", {**costs, "measured": measured})
