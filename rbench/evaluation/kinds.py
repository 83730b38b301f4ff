"""What a model can do, as far as its name tells: answer questions, make images, or both."""

from collections.abc import Callable
from typing import Any, TypeAlias

from rbench.errors import UsageError, nearest
from rbench.evaluation.loaded_task import Kind
from rbench.harness.adapters.baseline import ANSWERS
from rbench.harness.generators import GENERATORS
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
    provider, name = split_model(model)
    if ".py@" in provider:
        return BOTH
    if provider == "zoo":
        return _of_zoo(name)
    answering = names(ADAPTERS, "rbench.adapters")
    generating = names(GENERATORS, "rbench.generators")
    found: set[Kind] = set()
    if provider in answering:
        found.add("questions")
    if provider in generating:
        found.add("images")
    if provider == "baseline":
        return frozenset({"questions"}) if name in ANSWERS else frozenset({"images"})
    if not found:
        known = sorted({*answering, *generating})
        raise UsageError(f"there is no adapter {provider!r}{nearest(provider, known)}")
    return frozenset(found)


def _of_zoo(name: str) -> frozenset[Kind]:
    if name in IMAGE_MODELS:
        return frozenset({"images"})
    if name in MODELS:
        return frozenset({"questions"})
    raise UsageError(f"there is no model 'zoo/{name}'{nearest(name, [*MODELS, *IMAGE_MODELS])}")
