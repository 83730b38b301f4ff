"""Which model runs on which task: a model of the wrong kind or size is left out, and said so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rbench.errors import UsageError
from rbench.evaluation.kinds import kinds_of
from rbench.evaluation.loaded_task import LoadedTask
from rbench.evaluation.questions import QuestionCell
from rbench.harness.models import Model, open_model
from rbench.harness.prices import Price, read_price
from rbench.harness.run_cell import RunOptions, plan_cell
from rbench.harness.types import PicturedTask

if TYPE_CHECKING:
    from rbench.evaluation.images import ImageJob
    from rbench.harness.images.run_image_cell import ImageRunOptions


@dataclass(frozen=True)
class Wanted:
    """A model that was asked for, with its options; `only` names the tasks that it is for."""

    model: Any
    options: Mapping[str, Any] = field(default_factory=dict)
    only: frozenset[str] | None = None


@dataclass
class Paired:
    """What will run, and what was left out and why."""

    questions: list[QuestionCell] = field(default_factory=list)
    images: "list[ImageJob]" = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def pair(
    tasks: Sequence[LoadedTask],
    wanted: Sequence[Wanted],
    questions: RunOptions,
    images: "ImageRunOptions | None",
    prices: Path | None,
    *,
    all_tasks: bool,
) -> Paired:
    """Open every model and plan every cell; nothing is asked or sampled.

    A model fits a task of its kind (questions or images) and of its image size. Raises
    `UsageError` where a model fits no task, or, with `all_tasks`, a task fits no model.
    """
    paired = Paired()
    used_tasks: set[int] = set()
    why_not: dict[int, str] = {}
    for want in wanted:
        kinds = kinds_of(want.model)
        if not all_tasks and len(kinds) > 1:
            kinds = frozenset({"questions"})  # a function that is asked nothing in particular
        opened: Model | None = None
        reasons: list[str] = []
        offered = [t for t in tasks if want.only is None or t.entry in want.only]
        for task in offered:
            reason: str | None = None
            if task.kind not in kinds:
                reason = _wrong_kind(want.model, task)
            elif task.kind == "questions":
                opened = opened or open_model(want.model, want.options)
                reason = _blind(opened, task)
                if reason is None:
                    price = read_price(prices, opened.label) if prices else None
                    paired.questions.append(_question_cell(task, opened, questions, price))
            else:
                reason = _add_image_job(paired, task, want, images)
            if reason is None:
                used_tasks.add(id(task))
            else:
                reasons.append(reason)
                why_not[id(task)] = reason
        if len(reasons) == len(offered):
            raise UsageError(reasons[0])
        paired.notes += [f"left out: {reason}" for reason in reasons]
    if all_tasks:
        for task in tasks:
            if id(task) not in used_tasks:
                raise UsageError(why_not[id(task)])
    return paired


def _blind(model: Model, task: LoadedTask) -> str | None:
    """Say so where the task shows pictures to a model that is known to read text only."""
    shown = isinstance(task.task, PicturedTask) and task.task.sees
    if shown and getattr(model.answerer, "reads_images", None) is False:
        return (
            f"{model.label} reads text only, and {task.entry} shows pictures; -T images=omit asks "
            f"without them, as a blind baseline."
        )
    return None


def _question_cell(
    task: LoadedTask, model: Model, options: RunOptions, price: Price | None
) -> QuestionCell:
    chosen = replace(options, task_entry=task.entry, subset=task.subset)
    qa: Any = task.task
    return QuestionCell(plan_cell(qa, model, chosen), qa, model, replace(chosen, price=price))


def _add_image_job(
    paired: Paired, task: LoadedTask, want: Wanted, options: "ImageRunOptions | None"
) -> str | None:
    from rbench.evaluation.images import plan_image_job

    assert options is not None
    chosen = replace(
        options,
        task_entry=task.entry,
        task_options=dict(task.chosen),
        model_options=dict(want.options),
    )
    job = plan_image_job(task, want.model, want.options, chosen)
    if isinstance(job, str):
        return job
    paired.images.append(job)
    return None


def _wrong_kind(model: object, task: LoadedTask) -> str:
    name = model if isinstance(model, str) else type(model).__name__
    if task.kind == "images":
        return f"{name} is no model for {task.entry}: it answers questions and makes no images."
    return f"{name} is no model for {task.entry}: it makes images and answers no questions."
