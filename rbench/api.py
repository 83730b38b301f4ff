"""The Python API: `evaluate`, `load_run`, `compare` ... The command line is built on it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rbench import embedded
from rbench.errors import RbenchError, UsageError
from rbench.evaluation.given import (
    as_list,
    at_least_one,
    check_numbers,
    folder,
    named,
    prompt_file_map,
    whole,
)
from rbench.evaluation.judging import check_judged, open_judge
from rbench.evaluation.kinds import ModelName
from rbench.evaluation.loaded_task import LoadedTask, load_task
from rbench.evaluation.pairing import Paired, Wanted, pair
from rbench.evaluation.questions import run_question_cells
from rbench.evaluation.results import AnyRun
from rbench.evaluation.results import Results as Results
from rbench.harness.graders import Judge
from rbench.harness.monitor import Monitor, Silent
from rbench.harness.open_run import open_run
from rbench.harness.registry import TASKS, names, task_type
from rbench.harness.run_cell import RunOptions
from rbench.harness.run_directory import RunDirectory
from rbench.harness.spending import Spending
from rbench.harness.types import PicturedTask, TaskInput

if TYPE_CHECKING:
    from rbench.harness.images.run_image_cell import ImageRunOptions
    from rbench.leaderboards.compared import ComparedRuns


def evaluate(
    tasks: str | Sequence[str] | None = None,
    *,
    model: ModelName | Sequence[ModelName] | None = None,
    model_options: Mapping[str, Any] | None = None,
    task_options: Mapping[str, Any] | None = None,
    data: str | Path | None = None,
    prompt_files: str | Path | Mapping[str, str | Path] | None = None,
    system_prompt: str | None = None,
    judge: ModelName | None = None,
    judge_options: Mapping[str, Any] | None = None,
    judge_prompts: str | Path | None = None,
    limit: int | str | None = None,
    sample_ids: str | Sequence[str] = (),
    repeats: int = 1,
    seed: int = 0,
    concurrency: int | Literal["auto"] = "auto",
    max_retries: int = 5,
    max_error_rate: float = 0.0,
    prices: str | Path | None = None,
    cost_limit: float | None = None,
    workers: int = 1,
    device: str | None = None,
    costs: bool = True,
    offline: bool = False,
    out: str | Path = "runs",
    fresh: bool = False,
    dry_run: bool = False,
    monitor: Monitor | None = None,
) -> Results:
    """Evaluate models on tasks and return the runs. The same call again resumes.

    Args:
        tasks: names such as ``rbench-t``, ``rbench-t/en``, ``digits``, or
            ``path/to/file.py@Task``. None is what is embedded: ``rbench-t-mini`` and ``digits``.
        model: ``provider/name`` (``openai/gpt-4o-mini``, ``hf/path``, ``zoo/flow-digits``,
            ``folder:DIR``), a callable, an `Answerer`, an `ImageGenerator`, or several of these.
            A model runs on the tasks that it fits. None is what the machine has: baselines and
            the reference models that are installed.
        model_options: what ``-M key=value`` sets, for every model named.
        task_options: what ``-T key=value`` sets, for every task named.
        data: a folder with the data set in the layout that its card describes.
        prompt_files: a prompt template, or one per subset.
        system_prompt: a system message before every question.
        judge: the model that judges final answers (``openai/gpt-4o``, or whatever `model` may
            be), for tasks that have a judge beside their rule.
        judge_options: what ``--judge-arg key=value`` sets.
        judge_prompts: a folder with the judge's templates, in place of rbench's own words; also
            with those that ``prompt=official`` asks the model with.
        limit: the first N questions of every subset, or a range ``a-b``; the first N images.
        sample_ids: only these questions: ``en/12``, or ``12`` in all languages.
        repeats: how often every question is asked; how many sets of images are made.
        seed: of whatever is drawn: baselines, sampled replies, the noise of generators.
        concurrency: how many calls may be under way at once; ``auto`` finds out.
        max_retries: how often a failed call is made again before it counts as errored.
        max_error_rate: the share of errored samples up to which a run is complete.
        prices: a file with US dollars per million tokens.
        cost_limit: dollars that this call may spend, over all models (needs `prices`).
        workers: local processes that sample images; one GPU each where there are several.
        device: where generators run, such as ``cuda:1``; None takes a GPU where there is one.
        costs: measure what a generator costs: latency, throughput, memory, operations.
        offline: never use the network for data, prompts or weights.
        out: the folder of all runs.
        fresh: put earlier replies and samples aside and start again.
        dry_run: plan and validate, but ask and sample nothing; returns no runs.
        monitor: what is told of progress; None is silent.

    Works in a running event loop too (in a notebook). Raises the errors of `rbench.errors`:
    `UsageError`, `DataError`, `AssetError`, `ModelError`, `RunDirectoryError`; a failure of one
    model does not stop the others, and the error's `finished` holds their runs.
    """
    check_numbers(max_retries, max_error_rate, cost_limit, prices)
    shown = monitor or Silent()
    at_once = at_least_one("--concurrency", concurrency, "auto")
    prompts = None if judge_prompts is None else folder(Path(judge_prompts), "--judge-prompts")
    judging = open_judge(
        judge,
        judge_options or {},
        prices=None if prices is None else Path(prices),
        concurrency=at_once,
    )
    given = TaskInput(
        data=None if data is None else folder(Path(data)),
        offline=offline,
        prompt_files=prompt_file_map(prompt_files),
        system_prompt=system_prompt,
        judge=None if judging is None else judging.described,
        judge_prompts=prompts,
    )
    questions = RunOptions(
        out=Path(out),
        task_entry="",
        limit=limit,
        sample_ids=tuple(as_list(sample_ids)),
        repeats=whole("repeats", repeats),
        seed=whole("seed", seed),
        concurrency=at_once,
        judge=judging,
        max_retries=max_retries,
        max_error_rate=max_error_rate,
        fresh=fresh,
        dry_run=dry_run,
    )
    with _offline(offline):
        task_names = _embedded_tasks() if tasks is None else named("task", tasks)
        loaded = [load_task(name, task_options or {}, given) for name in task_names]
        notes = check_judged(loaded) if judging is not None else []
        images = _image_options(questions, given, loaded, workers, device, costs)
        paired = pair(
            loaded,
            _wanted(model, model_options or {}, loaded),
            questions,
            images,
            None if prices is None else Path(prices),
            all_tasks=tasks is not None,
        )
        _check_prices(paired, judging, cost_limit, prices)
        # All that can be refused is refused before the first question and the first sample.
        if paired.images:
            from rbench.evaluation.images import check_references

            check_references(paired.images, lambda asset: shown.note(f"fetching {asset.name}"))
        for note in [*notes, *paired.notes]:
            shown.note(note)
        finished, failure = _run(paired, judging, Spending(cost_limit), shown)
    order = {task.entry: i for i, task in enumerate(loaded)}
    # Two subsets of one task are one run.
    opened = (open_run(path) for path in dict.fromkeys(run.path for run in finished))
    runs: list[AnyRun] = sorted(opened, key=lambda run: order[run.cell.task_entry])
    if failure is not None:
        failure.finished = tuple(runs)
        raise failure
    return Results(tuple(runs))


def load_run(path: str | Path) -> AnyRun:
    """Read a run back from its folder, for its rows, samples and protocol.

    Raises `RunDirectoryError` where there is none.
    """
    return open_run(path)


def compare(
    runs: "Sequence[AnyRun | str | Path]",
    *,
    metric: str | None = None,
    subsets: Sequence[str] = (),
    level: float = 0.95,
    against: Literal["all", "first"] = "all",
) -> "ComparedRuns":
    """Compare runs of the same task, question by question or set by set.

    Args:
        runs: runs, or their folders; at least two of one task.
        metric: such as ``accuracy/strict``; None is accuracy, of images the number that ranks.
        subsets: of the questions: ``all`` (unless named), ``en``, ``math``, ``level:3`` ...
        level: of the intervals.
        against: all pairs, or each run against the first of its task.

    Differences are paired and clustered, p-values corrected over all comparisons (Holm). Raises
    `UsageError` where nothing can be compared, `RunDirectoryError` for a folder that is no run.
    """
    from rbench.leaderboards.compare import compare_runs

    opened = [open_run(run) if isinstance(run, str | Path) else run for run in runs]
    return compare_runs(opened, metric=metric, subsets=subsets, level=level, against=against)


def list_tasks() -> dict[str, str]:
    """Return the known tasks with one line on each."""
    return {name: task_type(name).summary for name in sorted(names(TASKS, "rbench.tasks"))}


def _embedded_tasks() -> list[str]:
    return [t for t in embedded.TASKS if t != "digits" or embedded.has_torch()]


def _wanted(model: Any, options: Mapping[str, Any], loaded: Sequence[LoadedTask]) -> list[Wanted]:
    """Return the models that are named, else those that the machine has for these tasks."""
    if model is not None:
        return [Wanted(m, options) for m in named("model", model)]
    found: list[Wanted] = []
    asking = frozenset(task.entry for task in loaded if task.kind == "questions")
    seen = frozenset(task.entry for task in loaded if _shows_pictures(task))
    if asking:
        for m, chosen in embedded.question_models():
            blind = (m, chosen) not in embedded.question_models(pictures=True)
            fit = asking - seen if blind else asking
            found += [Wanted(m, chosen, fit)] if fit else []
    for task in loaded:
        if task.kind == "images":
            mine = embedded.generators(task.entry)
            if not mine:
                raise UsageError(f"{task.entry} needs a generator: give --model PROVIDER/NAME.")
            found += [Wanted(m, chosen, frozenset({task.entry})) for m, chosen in mine]
    return found


def _shows_pictures(task: LoadedTask) -> bool:
    return isinstance(task.task, PicturedTask) and task.task.sees


def _image_options(
    questions: RunOptions,
    given: TaskInput,
    loaded: Sequence[LoadedTask],
    workers: int,
    device: str | None,
    costs: bool,
) -> "ImageRunOptions | None":
    """Return the options of image runs; None where no task is one of images."""
    if not any(task.kind == "images" for task in loaded):
        return None
    if all(task.kind == "images" for task in loaded):
        for flag, value in (
            ("--sample-id", questions.sample_ids),
            ("--prompt-file", given.prompt_files),
            ("--system-prompt", given.system_prompt),
            ("--judge", given.judge),
        ):
            if value:
                raise UsageError(f"{flag} is for tasks that ask questions; none is named.")
    from rbench.harness.images.run_image_cell import ImageRunOptions

    return ImageRunOptions(
        out=questions.out,
        task_entry="",
        task_options={},
        data=given.data,
        offline=given.offline,
        limit=questions.limit,
        repeats=questions.repeats,
        seed=questions.seed,
        workers=at_least_one("--workers", workers, "") or 1,
        device=device,
        costs=costs,
        fresh=questions.fresh,
        dry_run=questions.dry_run,
    )


def _check_prices(
    paired: Paired, judge: Judge | None, cost_limit: float | None, prices: object
) -> None:
    if cost_limit is None:
        return
    priced = {cell.model.label: cell.options.price for cell in paired.questions}
    if judge is not None:
        priced[judge.model.label] = judge.price
    for label, price in priced.items():
        if price is None:
            raise UsageError(f"--cost-limit: {str(prices)!r} has no price for {label!r}.")


def _run(
    paired: Paired, judge: Judge | None, spending: Spending, monitor: Monitor
) -> tuple[list[RunDirectory], RbenchError | None]:
    """Run the questions, then the images; return the finished runs and the first failure."""
    finished: list[RunDirectory] = []
    failure: RbenchError | None = None
    if paired.questions:
        finished, failure = run_question_cells(paired.questions, judge, spending, monitor)
    if paired.images:
        from rbench.evaluation.images import run_image_jobs

        made, failed = run_image_jobs(paired.images, monitor)
        finished, failure = [*finished, *made], failure or failed
    return finished, failure


@contextmanager
def _offline(wanted: bool) -> Iterator[None]:
    """Keep the hub's libraries off the network inside; put everything back afterwards."""
    if not wanted:
        yield
        return
    from rbench.harness.hub import hub_offline

    with hub_offline():
        yield
