"""From what the user calls a model to an adapter that answers, and its identity."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from rbench.errors import UsageError
from rbench.harness.options import build
from rbench.harness.registry import adapter_type, split_model
from rbench.harness.source_hash import source_sha256
from rbench.harness.types import Answerer, Json

_CONTRACT = ("identity", "settings", "batch", "max_concurrency", "answer", "close")

ModelName: TypeAlias = str | Answerer | Callable[..., Any]


@dataclass(frozen=True)
class Model:
    """A model that was opened: what to call it, and what answers."""

    label: str
    answerer: Answerer

    @cached_property
    def identity(self) -> Mapping[str, Json] | None:
        """What the adapter says it is, and the hash of an adapter's code that is not rbench's.

        An edited adapter is another model. None where either cannot be had.
        """
        return identity_with_source(self.answerer)


def identity_with_source(adapter: Any) -> Mapping[str, Json] | None:
    """Return what an adapter says it is, and the hash of its code where that is not rbench's."""
    identity: Mapping[str, Json] | None = adapter.identity
    kind = type(adapter)
    if identity is None or kind.__module__.startswith("rbench."):
        return identity
    source = source_sha256(kind)
    return None if source is None else {**identity, "adapter_source_sha256": source}


def open_model(model: ModelName, options: Mapping[str, Any]) -> Model:
    """Return the model with its adapter. Raises `UsageError` for an unknown name.

    `model` is ``provider/name``, a callable that takes a prompt and returns text, or an adapter.
    """
    if isinstance(model, str):
        provider, name = split_model(model)
        adapter = adapter_type(provider)
        if not hasattr(adapter, "Options"):
            # A plain function of the user's file: what `python:` is for.
            return open_model(f"python:{provider}", options)
        chosen: object = build(adapter.Options, options, f"adapter {provider!r}")
        answerer = adapter(name, chosen)
        missing = [name for name in _CONTRACT if not hasattr(answerer, name)]
        if missing:
            raise UsageError(
                f"the adapter {provider!r} lacks {', '.join(missing)}: an adapter has "
                f"{', '.join(_CONTRACT)}."
            )
        return Model(model, answerer)
    if options:
        raise UsageError("options are for models given by name; this one is an object.")
    if isinstance(model, Answerer):
        return Model(type(model).__name__, model)
    if callable(model):
        from rbench.harness.adapters.python_callable import from_callable

        name = getattr(model, "__qualname__", type(model).__name__)
        return Model(f"python:{name}", from_callable(model))
    raise UsageError(f"{model!r} is no model: give provider/name, a callable or an adapter.")
