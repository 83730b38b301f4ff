"""Planning and running the cells of images."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rbench.assets import Asset
from rbench.errors import RbenchError
from rbench.evaluation.loaded_task import LoadedTask
from rbench.harness.generators.context import GeneratorContext
from rbench.harness.generators.opening import GeneratorModel, misfit, open_generator
from rbench.harness.images.launch import find_ranks, own_device
from rbench.harness.images.merge import check_evaluators
from rbench.harness.images.plan import ImageCell
from rbench.harness.images.run_image_cell import ImageRunOptions, plan_image_cell, run_image_cell
from rbench.harness.images.task import ImageTask
from rbench.harness.monitor import Monitor
from rbench.harness.run_directory import RunDirectory


@dataclass(frozen=True)
class ImageJob:
    """One task of images with one generator, planned."""

    cell: ImageCell
    task: ImageTask
    model: GeneratorModel
    options: ImageRunOptions


def plan_image_job(
    loaded: LoadedTask, model: Any, chosen: Mapping[str, Any], options: ImageRunOptions
) -> ImageJob | str:
    """Plan one cell, or return why this model cannot make this task's images."""
    assert isinstance(loaded.task, ImageTask)
    device = own_device(options.device, find_ranks())
    context = GeneratorContext(loaded.task, device, options.offline)
    opened = open_generator(model, chosen, context)
    reason = misfit(opened.generator, loaded.task)
    if reason is not None:
        return f"{opened.label} is no model for {loaded.entry}: {reason}."
    return ImageJob(plan_image_cell(loaded.task, opened, options), loaded.task, opened, options)


def check_references(jobs: Sequence[ImageJob], fetching: Callable[[Asset], object] | None) -> None:
    """Raise, before anything is sampled, where a number could not be computed in the end."""
    for task_cells in {id(job.task): job for job in jobs}.values():
        smallest = min(j.cell.samples for j in jobs if j.task is task_cells.task)
        check_evaluators(
            task_cells.task, smallest, offline=task_cells.options.offline, fetching=fetching
        )


def run_image_jobs(
    jobs: Sequence[ImageJob], monitor: Monitor
) -> tuple[list[RunDirectory], RbenchError | None]:
    """Run one after another; return the finished runs and the first failure.

    A generator that fails does not stop the next.
    """
    runs: list[RunDirectory] = []
    failure: RbenchError | None = None
    for job in jobs:
        try:
            run = run_image_cell(job.cell, job.task, job.model, job.options, monitor)
            runs += [] if run is None else [run]
        except RbenchError as error:
            if failure is None:
                failure = error
            if len(jobs) > 1:
                monitor.note(f"{job.model.label}: {error}")
        finally:
            job.model.generator.close()
    return runs, failure
