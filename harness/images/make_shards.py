"""All shards of a plan: by this process, by local workers, or by this rank."""

from rbench.harness.generators.opening import GeneratorModel
from rbench.harness.images.extraction import load_extractors
from rbench.harness.images.launch import Ranks, own_device, preprocess_threads
from rbench.harness.images.options import ImageRunOptions
from rbench.harness.images.plan import ImageCell, Unit, units
from rbench.harness.images.sampling import Outcome, ShardMaker, computing
from rbench.harness.images.shards import Shards
from rbench.harness.images.task import ImageTask
from rbench.harness.images.types import SampleCounts
from rbench.harness.images.workers import Job, run_workers
from rbench.harness.run_directory import RunDirectory


class ShardProgress:
    """Keeps `SampleCounts` up to date while several workers make shards."""

    def __init__(self, counts: SampleCounts) -> None:
        self._counts = counts
        self._finished = 0
        self._under_way: dict[int, int] = {}

    def working(self, worker: int, samples: int) -> None:
        """Take how far a worker is in its shard."""
        self._under_way[worker] = samples
        self._show()

    def finished(self, worker: int, unit: Unit, outcome: Outcome) -> None:
        """Take that a worker is done with a shard."""
        self.dropped(worker)
        self._finished += len(unit)
        if outcome == "there":
            self._counts.resumed += len(unit)
        self._show()

    def dropped(self, worker: int) -> None:
        """Take that a worker works on nothing."""
        self._under_way.pop(worker, None)

    def _show(self) -> None:
        self._counts.done = self._finished + sum(self._under_way.values())


def make_shards(
    cell: ImageCell,
    task: ImageTask,
    model: GeneratorModel,
    options: ImageRunOptions,
    run: RunDirectory,
    ranks: Ranks | None,
    counts: SampleCounts,
) -> bool:
    """Make what is not there; return whether all shards of the plan are there, and whole.

    They are not where other ranks are still at work.
    """
    progress = ShardProgress(counts)
    shards = Shards(run.path / "shards")
    grid = list(units(cell))
    if options.workers > 1:
        absent = [u for u in grid if shards.at(u.repeat, u.number).rows < len(u)]
        # Whether a shard that is there lacks features is known to who has the networks.
        if absent:
            _by_workers(cell, model, options, run, grid, len(absent), progress)
            return True
    device = own_device(options.device, ranks)
    with computing(cell.threads):
        extractors = load_extractors(task, device=device, offline=options.offline)
        maker = ShardMaker(
            cell,
            task,
            model.generator,
            extractors,
            shards,
            threads=preprocess_threads(1 if ranks is None else ranks.world),
            device=device,
        )
        lacking = [u for u in grid if not maker.complete(u)]
        if options.workers == 1 or len(lacking) < 2:
            own = grid if ranks is None else grid[ranks.rank :: ranks.world]
            for unit in own:
                outcome = maker.ensure(unit, lambda n: progress.working(0, n))
                progress.finished(0, unit, outcome)
            return all(maker.complete(u) for u in grid)
        del maker, extractors
    _by_workers(cell, model, options, run, grid, len(lacking), progress)
    return True


def _by_workers(
    cell: ImageCell,
    model: GeneratorModel,
    options: ImageRunOptions,
    run: RunDirectory,
    grid: list[Unit],
    missing: int,
    progress: ShardProgress,
) -> None:
    try:
        count = min(options.workers, missing)
        job = Job(cell, model.label, options, run.path, threads=preprocess_threads(count))
        run_workers(job, grid, count, progress)
    finally:
        # The workers have ended; this process holds the lock.
        Shards(run.path / "shards").remove_unfinished()
