"""A worker process: opens what it is told by name, and makes the shards that it is given."""

import os
import pickle
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from multiprocessing.connection import Connection
from typing import Any

from rbench.errors import ModelError, RbenchError
from rbench.harness.generators.context import GeneratorContext
from rbench.harness.generators.opening import GeneratorModel, open_generator
from rbench.harness.hub import hub_offline
from rbench.harness.images.extraction import load_extractors
from rbench.harness.images.plan_image_cell import plan_image_cell
from rbench.harness.images.sampling import ShardMaker, computing
from rbench.harness.images.shards import Shards
from rbench.harness.images.task import ImageTask
from rbench.harness.images.workers import Job
from rbench.harness.options import build
from rbench.harness.registry import task_type
from rbench.harness.types import TaskInput


def main(pipe: int) -> None:
    """Work for the parent at the other end of the pipe, until it has nothing more or is gone."""
    threading.Thread(target=_end_with_parent, name="rbench-parent", daemon=True).start()
    connection = Connection(pipe)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        job: Job = pickle.loads(connection.recv_bytes())
        try:
            with _maker(job) as maker:
                connection.send(("ready",))
                while (unit := connection.recv()) is not None:
                    outcome = maker.ensure(unit, lambda n: connection.send(("working", n)))
                    connection.send(("finished", outcome))
        except RbenchError as error:
            connection.send(("failed", type(error).__name__, str(error)))


@contextmanager
def _maker(job: Job) -> Iterator[ShardMaker]:
    options = job.options
    with hub_offline() if options.offline else nullcontext(), computing(job.cell.threads):
        task = _open_task(job)
        context = GeneratorContext(task, job.device, options.offline)
        model = open_generator(job.model, options.model_options, context)
        try:
            _check(job, task, model)
            extractors = load_extractors(task, device=job.device, offline=options.offline)
            yield ShardMaker(
                job.cell,
                task,
                model.generator,
                extractors,
                Shards(job.run / "shards"),
                threads=job.threads,
                device=job.device,
            )
        finally:
            model.generator.close()


def _open_task(job: Job) -> ImageTask:
    options = job.options
    kind = task_type(options.task_entry)
    chosen: object = build(kind.Options, options.task_options, f"task {options.task_entry!r}")
    # The registry holds both kinds of tasks; the parent found this one to be of images.
    task: Any = kind.load(chosen, TaskInput(data=options.data, offline=options.offline))
    assert isinstance(task, ImageTask), task
    return task


def _check(job: Job, task: ImageTask, model: GeneratorModel) -> None:
    """Refuse a model or a task that is not what the parent planned with."""
    found = plan_image_cell(task, model, job.options)
    same = found.asked == job.cell.asked and found.settings == job.cell.settings
    if not same or found.identity != job.cell.identity or found.batch != job.cell.batch:
        raise ModelError(
            f"{job.model} or {job.cell.task} changed while the workers were started: run the same "
            f"command again."
        )


def _end_with_parent() -> None:
    """End this process when the parent is gone, however it ended."""
    with suppress(OSError):
        while os.read(0, 1):
            pass
    os._exit(1)
