"""What a model can do, as far as its name tells: answer questions, make images, or both."""

from collections.abc import Callable, Collection
from typing import Any, TypeAlias

from rbench.errors import UsageError, nearest
from rbench.evaluation.loaded_task import Kind
from rbench.harness.adapters.baseline import ANSWERS
from rbench.harness.generators import GENERATORS
from rbench.harness.generators.baseline import BASELINES
from rbench.harness.load_object import load_from_file
from rbench.harness.registry import ADAPTERS, names, split_model
from rbench.harness.types import Answerer
from rbench.zoo import MODELS
from rbench.zoo.image_zoo import IMAGE_MODELS

ModelName: TypeAlias = str | Callable[..., Any] | Answerer | object

BOTH: frozenset[Kind] = frozenset({"questions", "images"})


def kinds_of(model: object) -> frozenset[Kind]:
    """Return the kinds of tasks that `model` may run on.

    Raises `UsageError` for an unknown name.
    """
    if not isinstance(model, str):
        if hasattr(model, "generate") and not isinstance(model, type):
            return frozenset({"images"})
        return frozenset({"questions"}) if isinstance(model, Answerer) else BOTH
    answering = names(ADAPTERS, "rbench.adapters")
    generating = names(GENERATORS, "rbench.generators")
    known = sorted({*answering, *generating})
    provider, name = split_model(model, known)
    if ".py@" in provider:
        return _of_class(load_from_file(provider))
    if provider == "zoo":
        return _of_names(provider, name, MODELS, IMAGE_MODELS)
    if provider == "baseline":
        return _of_names(provider, name, ANSWERS, BASELINES)
    found: set[Kind] = set()
    if provider in answering:
        found.add("questions")
    if provider in generating:
        found.add("images")
    if not found:
        raise UsageError(f"there is no adapter {provider!r}{nearest(provider, known)}")
    return frozenset(found)


def _of_class(found: object) -> frozenset[Kind]:
    """Tell an adapter of a user's file by its methods; a plain function may be either."""
    if hasattr(found, "answer"):
        return frozenset({"questions"})
    return frozenset({"images"}) if hasattr(found, "generate") or hasattr(found, "open") else BOTH


def _of_names(
    provider: str, name: str, answering: Collection[str], generating: Collection[str]
) -> frozenset[Kind]:
    if name in generating:
        return frozenset({"images"})
    if name in answering:
        return frozenset({"questions"})
    known = [*answering, *generating]
    raise UsageError(f"there is no model '{provider}/{name}'{nearest(name, known)}")
