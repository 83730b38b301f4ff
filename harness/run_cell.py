"""One task and one model, from the plan to results.json."""

import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from rbench.harness.calls import Calls
from rbench.harness.costs import summarise
from rbench.harness.environment import describe
from rbench.harness.forecast import (
    Forecast,
    forecast_dollars,
    forecast_tokens,
    waits_for_grade,
    waits_for_model,
)
from rbench.harness.graders import Judge, graders_of
from rbench.harness.loop import Counts, Loop
from rbench.harness.merge import merge
from rbench.harness.models import Model
from rbench.harness.monitor import Monitor
from rbench.harness.pacing import FIRST_LIMIT, HIGHEST_LIMIT, Paced
from rbench.harness.plan import Cell, make_cell, select, union, units
from rbench.harness.prices import Price
from rbench.harness.replay import replay, wanted_samples
from rbench.harness.run_directory import RunDirectory
from rbench.harness.spending import Spending
from rbench.harness.types import Json, JudgedTask, PicturedTask, QaTask


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run, as on the command line. `concurrency` None means adaptive.

    `judge` answers for the tasks that have one.
    """

    out: Path
    task_entry: str
    subset: str | None = None
    limit: str | int | None = None
    sample_ids: Sequence[str] = ()
    repeats: int = 1
    seed: int = 0
    concurrency: int | None = None
    max_retries: int = 5
    max_error_rate: float = 0.0
    price: Price | None = None
    judge: Judge | None = None
    fresh: bool = False
    dry_run: bool = False


def plan_cell(task: QaTask, model: Model, options: RunOptions) -> Cell:
    """Plan one task with one model: asks nothing, and refuses what makes no sense."""
    selection = select(
        task.items,
        subset=options.subset,
        limit=options.limit,
        sample_ids=options.sample_ids,
        repeats=options.repeats,
    )
    return make_cell(
        task,
        model.label,
        model.answerer,
        model.identity,
        task_entry=options.task_entry,
        seed=options.seed,
        selection=selection,
        # Without an identity, yesterday's replies may be another model's.
        nonce=uuid.uuid4().hex if model.identity is None else "",
    )


async def run_cell(
    cell: Cell,
    task: QaTask,
    model: Model,
    options: RunOptions,
    spending: Spending,
    monitor: Monitor,
) -> RunDirectory | None:
    """Ask what is not answered yet, score all of it, write the run. None for a dry run."""
    run = RunDirectory(options.out / cell.run_id)
    if options.dry_run:
        calls = Calls() if options.fresh else run.calls()
        finished = {} if options.fresh else _finished(run)
        whole = replace(cell, selection=union(finished, cell.selection))
        forecast = _forecast(whole, len(cell.selection), task, run, calls, options.price)
        monitor.planned(forecast)
        return None
    with run.lock():
        if options.fresh:
            run.set_aside()
        requested = len(cell.selection)
        cell = replace(cell, selection=union(_finished(run), cell.selection))
        if cell.identity is None:
            monitor.note(f"{model.label} does not say which model it is: nothing can be resumed.")
        run.write_json("plan.json", cell.to_json())
        run.write_items(task.items)
        _keep_pictures(task, cell, run)
        await _answer(cell, requested, task, run, model, options, spending, monitor)
        wanted = wanted_samples(task.items, cell.selection)
        samples = list(replay(task, wanted, run.calls()))
        run.write_results(merge(cell, task, samples, options.max_error_rate))
    return run


def _finished(run: RunDirectory) -> Mapping[str, int]:
    """Return what an earlier command finished: a smaller request never shrinks a run."""
    selection: Mapping[str, int] = (run.read_json("results.json") or {}).get("selection", {})
    return selection


def _forecast(
    cell: Cell,
    requested: int,
    task: QaTask,
    run: RunDirectory,
    calls: Calls,
    price: Price | None,
) -> Forecast:
    wanted = wanted_samples(task.items, cell.selection)
    samples = list(replay(task, wanted, calls))
    waiting = {(s.item.id, s.repeat) for s in samples if waits_for_model(s)}
    to_grade = sum(map(waits_for_grade, samples))
    grid = units(task.items, cell.selection, cell.batch)
    to_ask = sum(len(u.samples) for u in grid if not waiting.isdisjoint(u.samples))
    tokens = forecast_tokens(samples, to_ask, cell.settings)
    notes = [f"warning: {warning}" for warning in task.warnings]
    if len(cell.selection) > requested:
        notes.append(f"the run holds more questions than the {requested} asked for now")
    if to_ask > len(waiting):
        notes.append(f"{to_ask} questions in batches of {cell.batch}, which stay the same always")
    sessions = (run.read_json("env.json") or {}).get("sessions") or [{}]
    return Forecast(
        task=cell.task,
        model=cell.model,
        path=str(run.path),
        samples=len(wanted),
        done=len(wanted) - len(waiting) - to_grade,
        since=sessions[-1].get("started"),
        to_ask=to_ask,
        tokens=tokens,
        dollars=forecast_dollars(price, tokens),
        to_grade=to_grade,
        notes=tuple(notes),
    )


async def _answer(
    cell: Cell,
    requested: int,
    task: QaTask,
    run: RunDirectory,
    model: Model,
    options: RunOptions,
    spending: Spending,
    monitor: Monitor,
) -> None:
    environment, start = describe(), time.monotonic()
    calls = run.calls()
    forecast = _forecast(cell, requested, task, run, calls, options.price)
    monitor.planned(forecast)
    if forecast.to_ask == forecast.to_grade == 0:
        return
    answerer = model.answerer
    paced = Paced(answerer, limit=options.concurrency, max_retries=options.max_retries)
    # More than may be in flight: a call that waits to be tried again holds up no other. Under a
    # cost limit no more are begun than are meant to be paid for.
    # A model that answers one batch at a time goes on with the next while the judge reads.
    judged = options.judge is not None and isinstance(task, JudgedTask)
    workers = HIGHEST_LIMIT if judged else answerer.max_concurrency or HIGHEST_LIMIT
    if spending.limit is not None:
        workers = min(workers, options.concurrency or FIRST_LIMIT)
    wanted = wanted_samples(task.items, cell.selection)
    counts = Counts(total=len(wanted), resumed=forecast.done)
    journal = run.journal()
    async with AsyncExitStack() as stack:
        graders = graders_of(task, options.judge, stack, max_retries=options.max_retries)
        loop = Loop(
            task,
            {"model": paced, **graders},
            journal,
            calls,
            seed=cell.seed,
            wanted=wanted,
            counts=counts,
            on_entries=lambda entries: spending.add(entries, _prices(options)),
            blobs=run.blobs,
        )
        monitor.started(forecast, counts, paced.state)
        try:
            await loop.run(units(task.items, cell.selection, cell.batch), workers)
        finally:
            journal.close()
            monitor.stopped()
            _write_measured(run, options, environment, time.monotonic() - start)
    if spending.limit is not None and spending.unpriced:
        monitor.note(
            f"{spending.unpriced} replies came without a count of tokens: --cost-limit cannot "
            f"see what they cost."
        )


def _keep_pictures(task: QaTask, cell: Cell, run: RunDirectory) -> None:
    """Copy the pictures of whatever may be asked into the run."""
    source = task.blobs if isinstance(task, PicturedTask) else None
    if source is None:
        return
    asked = {item for u in units(task.items, cell.selection, cell.batch) for item, _ in u.samples}
    for item in task.items:
        for name in item.blobs if item.id in asked else ():
            if not run.blobs.file(name).exists():
                run.blobs.write(source.read(name), name.rpartition(".")[2])


def _prices(options: RunOptions) -> Mapping[str, Price | None]:
    return {"model": options.price, "judge": options.judge.price if options.judge else None}


def _write_measured(
    run: RunDirectory, options: RunOptions, environment: Json, seconds: float
) -> None:
    """Write costs.json and env.json, with this session added to the earlier ones."""
    costs = run.read_json("costs.json") or {}
    sessions = [*costs.get("sessions", []), seconds]
    run.write_json("costs.json", summarise(run.entries(), sessions, _prices(options)))
    environments = run.read_json("env.json") or {"sessions": []}
    run.write_json("env.json", {"sessions": [*environments["sessions"], environment]})
