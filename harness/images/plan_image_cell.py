"""From a task, a generator and options to a plan; what makes no sense is refused here."""

import uuid

from rbench.errors import DataError, ModelError, UsageError
from rbench.harness.generators.opening import GeneratorModel, misfit
from rbench.harness.images.launch import find_ranks
from rbench.harness.images.options import ImageRunOptions, samples_wanted
from rbench.harness.images.plan import ImageCell, make_image_cell
from rbench.harness.images.task import ImageTask


def plan_image_cell(task: ImageTask, model: GeneratorModel, options: ImageRunOptions) -> ImageCell:
    """Plan one task with one generator: makes nothing, and refuses what makes no sense.

    Raises `UsageError` for options that make no sense, `ModelError` for a generator of other
    images, `DataError` for ready-made samples that are fewer than asked.
    """
    samples, repeats = samples_wanted(options.limit, task.samples), options.repeats
    if repeats < 1:
        raise UsageError(f"--repeats {repeats} is not a positive number.")
    if options.workers < 1:
        raise UsageError(f"--workers {options.workers} is not a positive number.")
    if not 0 <= options.seed < 2**64:
        raise UsageError(f"--seed {options.seed} is not between 0 and 2^64 - 1.")
    ranks = find_ranks()
    if ranks is not None:
        _refuse_among_ranks(model, options)
    if options.workers > 1 and not (model.by_name and options.task_entry):
        what = f"the model {model.label!r}" if options.task_entry else f"the task {task.name!r}"
        raise UsageError(
            f"--workers {options.workers}: workers open task and model again by name, and {what} "
            f"is an object; name it (FILE.py@NAME) or use --workers 1."
        )
    generator = model.generator
    wrong = misfit(generator, task)
    if wrong is not None:
        raise ModelError(f"{model.label} cannot be measured on {task.name}: {wrong}.")
    if generator.finite is not None:
        if options.limit is None and (generator.identity or {}).get("adapter") == "baseline":
            samples = min(samples, generator.finite)  # real images are as many as there are
        if generator.finite < samples:
            raise DataError(
                f"{model.label} has {generator.finite} samples, fewer than the {samples} asked of "
                f"{task.name}; use --limit {generator.finite}."
            )
        repeats = 1  # ready-made samples are one set
    return make_image_cell(
        task,
        task_entry=options.task_entry,
        task_options=dict(options.task_options),
        model=model.label,
        identity=model.identity,
        settings=generator.settings,
        batch=generator.batch,
        seed=options.seed,
        samples=samples,
        repeats=repeats,
        # Without an identity, yesterday's images may be another model's.
        nonce=uuid.uuid4().hex if model.identity is None else "",
    )


def _refuse_among_ranks(model: GeneratorModel, options: ImageRunOptions) -> None:
    if options.workers > 1:
        raise UsageError(
            f"--workers {options.workers} inside of torchrun: its ranks are the workers; leave "
            f"--workers out."
        )
    if options.fresh:
        raise UsageError(
            "--fresh inside of torchrun: the ranks could not agree on what is old; remove the run "
            "first, or run once with --fresh --limit 1 in a single process."
        )
    if model.identity is None:
        raise UsageError(
            f"{model.label} does not say which model it is, so the ranks of torchrun cannot share "
            f"a run: put it into a file (FILE.py@NAME), or use one process."
        )
