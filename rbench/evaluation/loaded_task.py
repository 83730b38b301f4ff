"""Loading the tasks that a caller named."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from rbench.errors import UsageError
from rbench.harness.options import build
from rbench.harness.registry import task_type
from rbench.harness.types import QaTask, TaskInput

if TYPE_CHECKING:
    from rbench.harness.images.task import ImageTask

Kind: TypeAlias = Literal["questions", "images"]


@dataclass(frozen=True)
class LoadedTask:
    """A task that is ready to run: its name in the registry, and the subset that was asked for."""

    entry: str
    kind: Kind
    task: "QaTask | ImageTask"
    subset: str | None
    chosen: Mapping[str, Any]


def load_task(name: str, chosen: Mapping[str, Any], given: TaskInput) -> LoadedTask:
    """Load one task. Raises `UsageError` and `DataError`."""
    entry, subset = split_subset(name)
    kind = task_type(entry)
    task = kind.load(build(kind.Options, chosen, f"task {entry!r}"), given)
    if getattr(kind, "kind", "questions") == "images":
        if subset is not None:
            raise UsageError(f"{name!r}: {entry} has no subsets.")
        return LoadedTask(entry, "images", task, None, chosen)
    prompts = set(getattr(task, "prompts", ())) or {item.subset for item in task.items}
    for name in set(given.prompt_files) - prompts - {"*"}:
        raise UsageError(
            f"--prompt-file {name}=...: {entry} has no prompt {name!r}, "
            f"only {', '.join(sorted(prompts))}."
        )
    return LoadedTask(entry, "questions", task, subset, chosen)


def split_subset(name: str) -> tuple[str, str | None]:
    """Split ``rbench-t/en`` into task and subset; ``file.py@Task`` gets its full path."""
    if ".py@" in name:
        path, _, rest = name.rpartition("@")
        attribute, _, subset = rest.partition("/")
        return f"{Path(path).expanduser().absolute()}@{attribute}", subset or None
    if name.endswith(".py"):
        return name, None
    entry, _, subset = name.partition("/")
    return entry, subset or None
