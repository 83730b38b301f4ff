"""`rbench list`: the tasks, and how models are written."""

import inspect
import re
from typing import Annotated, Literal

import typer

from rbench.errors import RbenchError


def command(
    what: Annotated[
        Literal["all", "tasks", "adapters", "samplers", "representations", "presets"],
        typer.Argument(help="What to list; all: tasks and adapters."),
    ] = "all",
) -> int:
    """List the tasks that are known and how models are written, plug-ins included."""
    from rbench.harness.generators import GENERATORS
    from rbench.harness.registry import ADAPTERS, TASKS, names
    from rbench.leaderboards.tables import table

    if what in ("all", "tasks"):
        rows = [[name, _summary(name)] for name in sorted(names(TASKS, "rbench.tasks"))]
        print(table(["task", "what"], rows, left=2))
    if what == "all":
        print()
    if what in ("all", "adapters"):
        rows = [_how_and_what(name) for name in sorted(names(ADAPTERS, "rbench.adapters"))]
        print(table(["model that answers", "what"], rows, left=2))
        print()
        rows = [_generator(name) for name in sorted(names(GENERATORS, "rbench.generators"))]
        print(table(["model that makes images", "what"], rows, left=2))
    if what == "samplers":
        from rbench.harness.samplers import SAMPLERS, sampler_type

        rows = [[name, ", ".join(sorted(sampler_type(name).accepts)), sampler_type(name).summary]
                for name in SAMPLERS]  # fmt: skip
        print(table(["sampler", "for networks that predict", "what"], rows, left=3))
    if what == "representations":
        print(_representations())
    if what == "presets":
        from rbench.metrics.presets import PRESETS

        rows = [[p.name, ", ".join(p.representations), p.source] for p in PRESETS.values()]
        print(table(["preset", "metrics", "as in"], rows, left=3))
    return 0


def _representations() -> str:
    from rbench.leaderboards.tables import table
    from rbench.metrics.representations.registry import (
        BUILT_IN,
        FAMILY_FORMS,
        get_representation,
    )

    rows = []
    for name in sorted(BUILT_IN):
        found = get_representation(name)
        outputs = ", ".join(f"{output} {d}" for output, d in found.outputs.items())
        size = "as it is" if found.preprocess.size is None else str(found.preprocess.size)
        rows.append([name, outputs, size, found.precision, found.source.partition("\n")[0]])
    rows += [[form, "", "", "", "by name"] for form in FAMILY_FORMS]
    return table(["representation", "outputs", "input", "precision", "source"], rows, left=5)


def _summary(name: str) -> str:
    """Return one line on a task; of a plug-in that cannot be used, why."""
    from rbench.harness.registry import task_type

    try:
        return task_type(name).summary
    except RbenchError as error:
        return str(error)


def _how_and_what(name: str) -> list[str]:
    """Return how a model of the adapter is written, and what it is, from the docstrings."""
    from rbench.harness.registry import adapter_type

    try:
        found = adapter_type(name)
    except RbenchError as error:
        return [f"{name}/...", str(error)]
    return _form_and_what(name, found)


def _generator(name: str) -> list[str]:
    """Return how a generator of the adapter is written, and what it is."""
    from rbench.harness.generators.opening import generator_type

    try:
        found = generator_type(name)
    except RbenchError as error:
        return [f"{name}/...", str(error)]
    return _form_and_what(name, found)


def _form_and_what(name: str, found: object) -> list[str]:
    """Read both from the class's docstring, or its module's: ```folder:DIR`: what it is.``."""
    for documented in (found, inspect.getmodule(found)):
        if form := re.fullmatch(r"`([^`]+)`: (.+)", _first_line(documented)):
            return [form[1], form[2]]
    return [f"{name}/...", _first_line(found)]


def _first_line(documented: object) -> str:
    return inspect.cleandoc(documented.__doc__ or "").partition("\n")[0]
