"""The registry: names of tasks and adapters, and what they stand for.

A name is looked up in three places: the explicit tables below, the entry-point groups
`rbench.tasks` and `rbench.adapters` of installed packages, and a file, `path/to/file.py@name`.
"""

import dataclasses
import importlib
import inspect
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeGuard

from rbench.errors import UsageError, nearest
from rbench.harness.load_object import load_from_file
from rbench.harness.types import Answerer, Item, Json, QaTask, TaskInput

if TYPE_CHECKING:
    from rbench.harness.images.task import ImageTask

TASKS: Mapping[str, str] = {
    "rbench-t": "rbench.tasks.rbench_t:RBenchT",
    "rbench-t-mini": "rbench.tasks.rbench_t_mini:RBenchTMini",
    "rbench-m": "rbench.tasks.rbench_m:RBenchM",
    "rbench-v": "rbench.tasks.rbench_v:RBenchV",
    "rbench-v-live": "rbench.tasks.rbench_v_live:RBenchVLive",
    "rbench-v-mini": "rbench.tasks.rbench_v_mini:RBenchVMini",
    "digits": "rbench.tasks.digits:Digits",
    "fashion-mnist": "rbench.tasks.fashion_mnist:FashionMnist",
    "cifar10": "rbench.tasks.cifar10:Cifar10",
    "imagenet64": "rbench.tasks.imagenet64:ImageNet64",
    "imagenet128": "rbench.tasks.imagenet128:ImageNet128",
    "imagenet256": "rbench.tasks.imagenet256:ImageNet256",
    "imagenet512": "rbench.tasks.imagenet512:ImageNet512",
    "celeba64": "rbench.tasks.celeba64:CelebA64",
    "lsun-bedroom": "rbench.tasks.lsun:LsunBedroom",
    "lsun-church": "rbench.tasks.lsun:LsunChurch",
}

ADAPTERS: Mapping[str, str] = {
    "openai": "rbench.harness.adapters.openai:OpenAIAdapter",
    "hf": "rbench.harness.adapters.hf:HfAdapter",
    "python": "rbench.harness.adapters.python_callable:PythonCallable",
    "replies": "rbench.harness.adapters.replies:RepliesAdapter",
    "baseline": "rbench.harness.adapters.baseline:Baseline",
    "zoo": "rbench.zoo:zoo",
}


class TaskType(Protocol):
    """What the registry holds for a task: how to load it, and how to restore it offline."""

    name: str
    summary: str
    Options: type

    def load(self, options: Any, given: TaskInput) -> QaTask:
        """Load and validate the data and return the task."""
        ...

    def restore(self, items: tuple[Item, ...], state: Mapping[str, Json]) -> QaTask:
        """Return the task of a run, from what the run directory kept."""
        ...


class ImageTaskType(Protocol):
    """What the registry holds for a task of images. `kind` tells it from a `TaskType`."""

    kind: Literal["images"]
    name: str
    summary: str
    card: str
    Options: type

    def load(self, options: Any, given: TaskInput) -> "ImageTask":
        """Return the task, with every reference found or named; nothing is fetched."""
        ...

    def restore(self, state: Mapping[str, Json]) -> "ImageTask":
        """Return the task of a run, from `ImageTask.state`, without the network."""
        ...


class AdapterType(Protocol):
    """What the registry holds for an adapter: a class made from a name and its options."""

    Options: type

    def __call__(self, name: str, options: Any) -> Answerer:
        """Make the adapter for one model."""
        ...


def task_type(name: str) -> TaskType:
    """Return the task of that name.

    Raises `UsageError` with the nearest names for an unknown one, and for what is no task.
    """
    found = _find(name, "task", TASKS, "rbench.tasks")
    _require(found, ("load", "restore", "Options", "name", "summary"), "a task")
    task: TaskType = found
    return task


def is_image_task(found: TaskType) -> TypeGuard[ImageTaskType]:
    """Return whether what `task_type` returned is a task of images."""
    return getattr(found, "kind", "questions") == "images"


def adapter_type(name: str) -> AdapterType:
    """Return the adapter of that name; what a file holds may also be a plain function.

    Raises `UsageError` with the nearest names for an unknown one, and for what is no adapter.
    """
    found = _find(name, "adapter", ADAPTERS, "rbench.adapters")
    if inspect.isclass(found):
        _require(found, ("Options", "answer", "close"), "an adapter")
    elif hasattr(found, "Options"):
        _require(found, ("Options",), "an adapter")
    adapter: AdapterType = found
    return adapter


def names(group: Mapping[str, str], entry_point_group: str) -> dict[str, str]:
    """Map every known name to where it comes from."""
    plugins = {e.name: e.value for e in entry_points(group=entry_point_group)}
    return {**plugins, **group}


def split_model(model: str, known: Sequence[str] | None = None) -> tuple[str, str]:
    """Split ``provider/name`` or ``provider:name`` into its two parts.

    A file adapter is ``path/to/file.py@Class`` and has no second part. Raises `UsageError`
    with what may have been meant, among the `known` providers; unset: those that answer.
    """
    if ".py@" in model and not model.startswith("python:"):
        return model, ""
    _refuse_bare_file(model)
    known = [*names(ADAPTERS, "rbench.adapters")] if known is None else known
    path = model.startswith((".", "~", "/"))
    cut = min((i for i in (model.find("/"), model.find(":")) if i > 0), default=-1)
    if path or cut < 0 or cut == len(model) - 1:
        provider = model.rstrip("/:")
        hint = f"{provider}/NAME" if provider in known else ""
        if not hint and cut < 0 and not path:
            hint = f"openai/{model}"
        if "folder" in known and Path(model).expanduser().is_dir():
            hint = f"folder:{model}"
        meant = f"; did you mean {hint!r}?" if hint and provider and model[0] != ":" else ";"
        listed = ", ".join(f"{name}/..." for name in sorted(known))
        raise UsageError(f"--model {model!r} is not PROVIDER/NAME{meant} providers: {listed}.")
    return model[:cut], model[cut + 1 :]


def _find(name: str, kind: str, table: Mapping[str, str], group: str) -> Any:
    if ".py@" in name:
        return load_from_file(name)
    _refuse_bare_file(name)
    target = table.get(name)
    if target is None:
        known = names(table, group)  # reads what is installed: not needed for a built-in
        if name not in known:
            raise UsageError(f"there is no {kind} {name!r}{nearest(name, list(known))}")
        target = known[name]
    module, _, attribute = target.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"the {kind} {name!r} ({target}) cannot be loaded: {error}.") from error


def _refuse_bare_file(name: str) -> None:
    if name.endswith(".py") and Path(name).expanduser().is_file():
        raise UsageError(f"{name!r} is a file; say what in it is meant: '{name}@NAME'.")


def _require(found: Any, wanted: Sequence[str], kind: str) -> None:
    """Raise `UsageError` if the declarations of a user's task or adapter are not all there."""
    what = f"class {found.__name__}" if inspect.isclass(found) else f"{found!r}"
    missing = [name for name in wanted if not hasattr(found, name)]
    if missing == ["Options"]:
        raise UsageError(f"{what} has no Options: {kind} declares them, NoOptions if none.")
    if missing:
        raise UsageError(f"{what} has no {', '.join(missing)}: {kind} has {', '.join(wanted)}.")
    if not dataclasses.is_dataclass(found.Options):
        raise UsageError(f"{what}: Options is no dataclass; options are declared by one.")
