"""`--config run.yaml`: the options of a command from a file; options on the command line win.

tasks: [rbench-t/en]
model: [openai/gpt-4o-mini]
limit: 100
M: {temperature: 0}
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from rbench.errors import UsageError
from rbench.harness.types import Json

# Options that take no value: what follows them may be a task.
_SWITCHES = {
    "--offline",
    "--fresh",
    "--dry-run",
    "--report",
    "--no-report",
    "--publishable",
    "--costs",
    "--no-costs",
}


def expand_config(arguments: Sequence[str]) -> list[str]:
    """Replace ``--config FILE`` (or RBENCH_CONFIG) by what the file says.

    Options that are given too win; tasks that are given replace those of the file.
    """
    given = list(arguments)
    for i, argument in enumerate(given):
        if argument == "--config" and i + 1 < len(given):
            path, rest = given[i + 1], given[:i] + given[i + 2 :]
        elif argument.startswith("--config="):
            path, rest = argument.partition("=")[2], given[:i] + given[i + 1 :]
        else:
            continue
        return _arguments(_read(Path(path)), rest) + rest
    path = os.environ.get("RBENCH_CONFIG", "")
    return _arguments(_read(Path(path)), given) + given if path else given


def _read(path: Path) -> Mapping[str, Json]:
    import yaml

    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"--config {str(path)!r} cannot be read: {error}.") from error
    if not isinstance(config, dict) or not all(isinstance(key, str) for key in config):
        raise UsageError(f"--config {str(path)!r} is not a table of options.")
    return config


def _arguments(config: Mapping[str, Json], rest: Sequence[str]) -> list[str]:
    """Write the options of the file as they would stand on the command line."""
    flags = {argument.partition("=")[0] for argument in rest if argument.startswith("-")}
    options: list[str] = []
    positionals: list[str] = []
    for key, value in config.items():
        flag = f"-{key}" if len(key) == 1 else f"--{key.replace('_', '-')}"
        if key == "tasks":
            positionals += [str(v) for v in (value if isinstance(value, list) else [value])]
        elif isinstance(value, dict):
            # Key by key: of equal keys the last one counts, and the command line comes last.
            options += [part for k, v in value.items() for part in (flag, f"{k}={_text(v)}")]
        elif flag in flags or flag.replace("--", "--no-", 1) in flags or value is None:
            continue
        elif value is True:
            options.append(flag)
        elif value is False:
            # Of the switches only this one is on unless it is turned off.
            options += ["--no-report"] if flag == "--report" else []
        else:
            values = value if isinstance(value, list) else [value]
            options += [part for v in values for part in (flag, _text(v))]
    return options + ([] if _has_positional(rest) else positionals)


def _has_positional(rest: Sequence[str]) -> bool:
    """Say whether something stands there that is neither an option nor an option's value."""
    takes_value = False
    for argument in rest:
        if argument.startswith("-"):
            takes_value = "=" not in argument and argument not in _SWITCHES
        elif takes_value:
            takes_value = False
        else:
            return True
    return False


def _text(value: Json) -> str:
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)
