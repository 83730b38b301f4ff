"""`rbench evaluate`: run models on tasks, score what they answer or make, write runs."""

import os
import shlex
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from rbench.cli.display import make_monitor, show_log
from rbench.cli.judge_options import JudgeArg, JudgeName, JudgePrompts
from rbench.cli.run_command import key_values
from rbench.errors import RbenchError, UsageError
from rbench.harness.monitor import Silent

if TYPE_CHECKING:
    from rbench.evaluation.results import AnyRun


def command(
    tasks: Annotated[
        list[str] | None,
        typer.Argument(help="rbench-t/en, digits, FILE.py@TASK ...; none: what is embedded."),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            envvar="RBENCH_MODEL",
            metavar="PROVIDER/NAME",
            help="openai/NAME, hf/PATH, zoo/NAME, folder:DIR ...; may be repeated.",
        ),
    ] = None,
    model_args: Annotated[
        list[str] | None,
        typer.Option("-M", envvar="RBENCH_M", metavar="KEY=VALUE", help="Option of the adapter."),
    ] = None,
    task_args: Annotated[
        list[str] | None,
        typer.Option("-T", envvar="RBENCH_T", metavar="KEY=VALUE", help="Option of the task."),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(envvar="RBENCH_DATA", metavar="DIR", help="Folder with the data set."),
    ] = None,
    prompt_file: Annotated[
        list[str] | None,
        typer.Option(
            envvar="RBENCH_PROMPT_FILE",
            metavar="[SUBSET=]FILE",
            help="Prompt template with {question} (choices: {A} to {F}); SUBSET= for one language.",
        ),
    ] = None,
    system_prompt: Annotated[
        str | None, typer.Option(envvar="RBENCH_SYSTEM_PROMPT", metavar="TEXT")
    ] = None,
    judge: JudgeName = None,
    judge_arg: JudgeArg = None,
    judge_prompts: JudgePrompts = None,
    limit: Annotated[
        str | None,
        typer.Option(
            envvar="RBENCH_LIMIT",
            metavar="N|a-b",
            help="First N questions of every subset; first N images.",
        ),
    ] = None,
    sample_id: Annotated[
        list[str] | None,
        typer.Option(envvar="RBENCH_SAMPLE_ID", metavar="ID", help="Only en/12, or 12 in all."),
    ] = None,
    repeats: Annotated[
        int,
        typer.Option(
            envvar="RBENCH_REPEATS", metavar="N", help="Answers per question; sets of images."
        ),
    ] = 1,
    seed: Annotated[int, typer.Option(envvar="RBENCH_SEED", metavar="S")] = 0,
    concurrency: Annotated[
        str, typer.Option(envvar="RBENCH_CONCURRENCY", metavar="auto|N", help="Calls under way.")
    ] = "auto",
    max_retries: Annotated[
        int, typer.Option(envvar="RBENCH_MAX_RETRIES", metavar="N", help="Per failed call.")
    ] = 5,
    max_error_rate: Annotated[
        float,
        typer.Option(
            envvar="RBENCH_MAX_ERROR_RATE",
            metavar="F",
            help="Share of errored samples up to which a run is complete.",
        ),
    ] = 0.0,
    prices: Annotated[
        str | None,
        typer.Option(envvar="RBENCH_PRICES", metavar="FILE", help="Dollars per million tokens."),
    ] = None,
    cost_limit: Annotated[
        float | None,
        typer.Option(envvar="RBENCH_COST_LIMIT", metavar="USD", help="Stop when it is spent."),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            envvar="RBENCH_WORKERS",
            metavar="N",
            help="Local processes that make images; the numbers do not depend on it.",
        ),
    ] = 1,
    device: Annotated[
        str | None,
        typer.Option(
            envvar="RBENCH_DEVICE", metavar="cpu|cuda", help="Of generators; unset: a GPU if any."
        ),
    ] = None,
    costs: Annotated[
        bool,
        typer.Option(
            "--costs/--no-costs", envvar="RBENCH_COSTS", help="Time generators, count operations."
        ),
    ] = True,
    offline: Annotated[
        bool, typer.Option("--offline", envvar="RBENCH_OFFLINE", help="Never use the network.")
    ] = False,
    out: Annotated[
        str, typer.Option(envvar="RBENCH_OUT", metavar="DIR", help="Folder of all runs.")
    ] = "runs",
    fresh: Annotated[
        bool, typer.Option("--fresh", envvar="RBENCH_FRESH", help="Put earlier replies aside.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", envvar="RBENCH_DRY_RUN", help="Plan, validate, and stop.")
    ] = False,
    report: Annotated[
        bool, typer.Option("--report/--no-report", envvar="RBENCH_REPORT", help="Write the page.")
    ] = True,
    display: Annotated[
        Literal["rich", "plain", "json"] | None, typer.Option(envvar="RBENCH_DISPLAY")
    ] = None,
    config: Annotated[  # replaced by what the file says before this is called
        str | None,
        typer.Option(envvar="RBENCH_CONFIG", metavar="FILE", help="YAML with these options."),
    ] = None,
) -> int:
    """Run models on tasks: ask questions and score the replies, make images and measure them.

    Tables go to stdout, everything else to stderr. The same command again resumes; a larger
    --limit or --repeats adds to the run. A model runs on the tasks that it fits.
    """
    from rbench import embedded
    from rbench.api import evaluate

    for task in tasks or []:
        if "=" in task:
            raise UsageError(f"{task!r} is no task; options of a task are given as -T {task}.")
    monitor = make_monitor(display) if os.environ.get("RANK", "0") == "0" else Silent()
    show_log(monitor)
    if model is None:
        for missing in embedded.missing(tasks or embedded.TASKS):
            monitor.note(missing)
    _interrupt_like_ctrl_c(signal.SIGTERM)
    try:
        results = evaluate(
            tasks,
            model=model,
            model_options=key_values(model_args or [], "-M"),
            task_options=key_values(task_args or [], "-T"),
            data=data,
            prompt_files=_prompt_files(prompt_file or []),
            system_prompt=system_prompt,
            judge=judge,
            judge_options=key_values(judge_arg or [], "--judge-arg"),
            judge_prompts=judge_prompts,
            limit=limit,
            sample_ids=sample_id or [],
            repeats=repeats,
            seed=seed,
            concurrency=concurrency,  # type: ignore[arg-type]
            max_retries=max_retries,
            max_error_rate=max_error_rate,
            prices=prices,
            cost_limit=cost_limit,
            workers=workers,
            device=device,
            costs=costs,
            offline=offline,
            out=out,
            fresh=fresh,
            dry_run=dry_run,
            monitor=monitor,
        )
    except KeyboardInterrupt:
        # Going on is not starting over.
        again = shlex.join(["rbench", *(a for a in sys.argv[1:] if a != "--fresh")])
        print(f"\ninterrupted; what was done is kept. To go on:\n  {again}", file=sys.stderr)
        if fresh and "--fresh" not in sys.argv:
            print("  and without the `fresh` of the configuration", file=sys.stderr)
        return 130
    except RbenchError as error:
        _show(cast("Sequence[AnyRun]", error.finished), report)
        raise
    _show(results, report)
    return 0 if results.complete else 3


def _show(runs: "Sequence[AnyRun]", report: bool) -> None:
    """Print the tables, and write the pages."""
    if not runs:
        return
    from rbench.cli.print_results import print_results

    print_results(runs)
    if report:
        from rbench.leaderboards.run_report import write_reports

        for page in write_reports(runs):
            print(f"report: {page}", file=sys.stderr)


def _prompt_files(given: Sequence[str]) -> dict[str, str]:
    """Map subsets, or ``*`` for all, to files: ``zh=FILE`` or ``FILE``."""
    files: dict[str, str] = {}
    for text in given:
        subset, equals, path = text.partition("=")
        if not equals or Path(text).exists():
            subset, path = "*", text
        if subset in files:
            what = "all subsets" if subset == "*" else subset
            raise UsageError(f"--prompt-file is given twice for {what}: {files[subset]}, {path}.")
        files[subset] = path
    return files


def _interrupt_like_ctrl_c(number: signal.Signals) -> None:
    """Make a polite request to end stop the run as Ctrl-C does; the second one ends at once."""

    def interrupt(*_: object) -> None:
        signal.signal(number, lambda *_: os._exit(130))
        signal.raise_signal(signal.SIGINT)

    signal.signal(number, interrupt)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A script starts its background jobs deaf to Ctrl-C, which is the way we stop.
        signal.signal(signal.SIGINT, signal.default_int_handler)
