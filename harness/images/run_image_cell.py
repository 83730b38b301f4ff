"""One image task and one generator, from the plan to results.json."""

import time
from typing import Protocol

from rbench.harness.generators.opening import GeneratorModel
from rbench.harness.images.launch import find_ranks, own_device
from rbench.harness.images.make_shards import make_shards
from rbench.harness.images.merge import merge
from rbench.harness.images.neighbours import write_neighbours
from rbench.harness.images.options import ImageRunOptions as ImageRunOptions
from rbench.harness.images.plan import ImageCell, units
from rbench.harness.images.plan_image_cell import plan_image_cell as plan_image_cell
from rbench.harness.images.session import Session, measure_once
from rbench.harness.images.shards import Shards
from rbench.harness.images.task import ImageTask
from rbench.harness.images.types import ImageForecast, SampleCounts
from rbench.harness.run_directory import RunDirectory


class ImageMonitor(Protocol):
    """What a display of an image run is told. It looks at the counts whenever it likes."""

    def images_planned(self, forecast: ImageForecast) -> None:
        """Show the plan of a cell."""
        ...

    def images_started(self, counts: SampleCounts) -> None:
        """Show progress from now on."""
        ...

    def stopped(self) -> None:
        """Show no more progress."""
        ...

    def note(self, text: str) -> None:
        """Show one line."""
        ...


def run_image_cell(
    cell: ImageCell,
    task: ImageTask,
    model: GeneratorModel,
    options: ImageRunOptions,
    monitor: ImageMonitor,
) -> RunDirectory | None:
    """Make the samples that are not there yet, score all of them, write the run.

    None for a dry run, and for a rank that leaves the results to another one. Finished shards
    stay, whatever ends the run. Raises the errors of `rbench.errors`.
    """
    run = RunDirectory(options.out / cell.run_id)
    asked, cell = cell, _with_earlier(cell, run, options)
    if options.dry_run:
        monitor.images_planned(_forecast(cell, asked, run, task, options))
        return None
    ranks = find_ranks()
    with run.lock(shared=ranks is not None):
        if options.fresh:
            run.set_aside()
        if cell.identity is None:
            monitor.note(f"{model.label} does not say which model it is: nothing can be resumed.")
        run.write_json("plan.json", cell.to_json())
        if ranks is None:
            Shards(run.path / "shards").remove_unfinished()
            Shards(run.path / "shards").remove_unnamed()
        monitor.images_planned(_forecast(cell, asked, run, task, options))
        counts = SampleCounts(total=cell.samples * cell.repeats)
        session, last = Session(run, cell), ranks is None
        monitor.images_started(counts)
        try:
            everything = make_shards(cell, task, model, options, run, ranks, counts)
            made = time.time()
            if ranks is None:
                _finish(cell, task, model, options, run, counts)
                return run
            if everything:
                with run.merging() as mine:
                    # Whoever wrote them since this rank was done had all shards before it.
                    if mine and not run.written_since("results.json", made):
                        last = True
                        _finish(cell, task, model, options, run, counts)
                        return run
        finally:
            monitor.stopped()
            if last:
                session.note(made_something=counts.done > counts.resumed)
        monitor.note(f"rank {ranks.rank} is done; the rank that is last writes the results.")
        return None


def _finish(
    cell: ImageCell,
    task: ImageTask,
    model: GeneratorModel,
    options: ImageRunOptions,
    run: RunDirectory,
    counts: SampleCounts,
) -> None:
    """Measure what the generator costs, and score what there is."""
    if options.costs:
        counts.phase = "costs"
        measure_once(run, cell, task, model.generator)

    def show(phase: str) -> None:
        counts.phase = phase

    show("scores")
    results = merge(
        run,
        cell,
        task,
        offline=options.offline,
        device=own_device(options.device, find_ranks()),
        progress=show,
    )
    run.write_results(results)
    write_neighbours(run, task, show)


def _with_earlier(cell: ImageCell, run: RunDirectory, options: ImageRunOptions) -> ImageCell:
    """Return the plan with what an earlier command finished: a run never shrinks."""
    finished = None if options.fresh else run.read_json("results.json")
    return cell.joined((finished or {}).get("selection", {}))


def _forecast(
    cell: ImageCell,
    asked: ImageCell,
    run: RunDirectory,
    task: ImageTask,
    options: ImageRunOptions,
) -> ImageForecast:
    shards = Shards(run.path / "shards")
    there = [0 if options.fresh and options.dry_run else shards.count(r) for r in _sets(cell)]
    notes = [f"warning: {warning}" for warning in task.warnings]
    if cell.selection != asked.selection:
        notes.append(f"the run holds more than the {_text(asked)} asked for now")
    if asked.repeats < options.repeats:
        notes.append("ready-made samples are one set: --repeats has no effect")
    if cell.samples < cell.protocol_samples:
        notes.append(
            f"warning: {cell.samples} samples where the protocol has {cell.protocol_samples}: "
            f"the numbers cannot be compared with those of others"
        )
    return ImageForecast(
        task=cell.task,
        model=cell.model,
        path=str(run.path),
        samples=cell.samples,
        repeats=cell.repeats,
        done=sum(min(rows, cell.samples) for rows in there),
        shards=sum(1 for _ in units(cell)),
        workers=options.workers,
        evaluators=tuple(evaluator.name for evaluator in task.evaluators),
        notes=tuple(notes),
    )


def _sets(cell: ImageCell) -> range:
    return range(cell.repeats)


def _text(cell: ImageCell) -> str:
    sets = "" if cell.repeats == 1 else f" in each of {cell.repeats} sets"
    return f"{cell.samples} samples{sets}"
