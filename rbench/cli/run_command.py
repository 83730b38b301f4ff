"""Running one command: its options, its errors as one sentence, its exit code."""

import functools
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import typer

from rbench.cli.config_file import expand_config
from rbench.errors import RbenchError, UsageError


def run_command(command: Callable[..., int], name: str, arguments: Sequence[str]) -> int:
    """Run `command`, a function with typer's annotations, and return its exit code."""

    @functools.wraps(command)
    def exit_with_its_code(*args: Any, **options: Any) -> NoReturn:
        try:
            code = command(*args, **options)
        except KeyboardInterrupt:
            print(f"\nrbench: {name} was interrupted.", file=sys.stderr)
            code = 130
        raise typer.Exit(code)

    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(context_settings={"help_option_names": ["-h", "--help"]})(exit_with_its_code)
    try:
        app(
            expand_config(arguments) if name == "evaluate" else arguments,
            prog_name=f"rbench {name}",
        )
    except RbenchError as error:
        print(f"rbench: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        # A disk that is full, a folder that may not be written: the name and the reason say it.
        print(f"rbench: {error.filename or 'output'}: {error.strerror}.", file=sys.stderr)
        return 1
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def key_values(pairs: Sequence[str], flag: str) -> dict[str, str]:
    """Read ``key=value`` pairs. Raises `UsageError`; the last of equal keys wins."""
    found = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"{flag} {pair!r} is not key=value.")
        found[key.strip().replace("-", "_")] = value
    return found
