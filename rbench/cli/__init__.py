"""The command line: one module per command; parses, calls, prints.

A command is imported when it is used, so that ``rbench --help`` loads nothing heavy.
"""

import importlib
import io
import sys
from collections.abc import Sequence

COMMANDS = {
    "evaluate": "run models on tasks: questions answered, images made; write runs",
    "metrics": "measure generated images against real ones: FID, KID, precision and recall ...",
    "stats": "write reference statistics of images, with their provenance",
    "assets": "list, fetch and verify weights, statistics and prompt sets",
    "check": "compute published values from published files and compare",
    "list": "list the tasks, adapters, samplers, representations and presets that are known",
    "show": "show a task, an adapter or a sampler: what it is, its options, its data",
    "score": "score the kept replies or features of runs again, offline",
    "export": "write the images of a run as PNG files",
    "report": "write the report page of runs",
    "leaderboard": "print the leaderboard of runs",
    "compare": "compare runs of one task: paired, clustered, corrected for many comparisons",
    "verify": "recompute what runs say of themselves, and name what differs",
    "cite": "print how to cite runs: a methods sentence, BibTeX, a LaTeX row",
    "systems": "list the systems that rbench sets out to evaluate, and what runs of them",
}

_MODULES = {"list": "rbench.cli.list_known"}

_SECOND_WORDS = {
    "leaderboard": ("rbench.cli.leaderboard_keep", ("add", "withdraw", "supersede", "diff"))
}
"""Commands whose first argument may be a command of its own: its module, and its functions."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code.

    0 complete, 1 failed, 2 usage, 3 finished but incomplete, 130 interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows ASCII only
    if not given or given[0] in ("-h", "--help", "help"):
        print(help_text())
        return 0
    if given[0] == "--version":
        from importlib.metadata import version

        print(f"rbench {version('rbench')}")
        return 0
    name, *rest = given
    if name not in COMMANDS:
        from rbench.errors import nearest

        print(
            f"rbench: there is no command {name!r}{nearest(name, list(COMMANDS))}", file=sys.stderr
        )
        return 2
    from rbench.cli.run_command import run_command

    second_module, second_words = _SECOND_WORDS.get(name, ("", ()))
    if rest and rest[0] in second_words:
        second = getattr(importlib.import_module(second_module), rest[0])
        return run_command(second, f"{name} {rest[0]}", rest[1:])
    module = importlib.import_module(_MODULES.get(name, f"rbench.cli.{name}"))
    return run_command(module.command, name, rest)


def help_text() -> str:
    """Return what ``rbench --help`` prints."""
    width = max(map(len, COMMANDS))
    lines = "\n".join(f"  {name:<{width}}  {text}" for name, text in COMMANDS.items())
    return (
        "rbench evaluates models that reason and models that generate.\n\n"
        "usage: rbench COMMAND [OPTIONS]      rbench COMMAND --help says more\n\n"
        f"{lines}\n\n"
        "rbench evaluate                      the embedded tasks on what this machine has\n"
        "rbench evaluate rbench-t --model openai/gpt-4o-mini\n"
        "rbench evaluate cifar10 --model python:my_package.sampler:generate\n"
        "rbench metrics frechet kernel --real DIR --fake DIR -r inception-v3\n\n"
        "The same command again resumes. Every option can also be set as RBENCH_<OPTION>.\n"
        "Exit: 0 complete, 1 failed, 2 usage, 3 finished but incomplete, 130 interrupted."
    )
