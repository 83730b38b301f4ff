"""From what the user calls a model to a generator of images, and its identity."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from rbench.errors import UsageError, nearest
from rbench.harness.generators import GENERATORS
from rbench.harness.generators.context import GeneratorContext
from rbench.harness.images.types import GENERATOR_CONTRACT, ImageGenerator
from rbench.harness.load_object import load_from_file
from rbench.harness.models import identity_with_source
from rbench.harness.registry import ADAPTERS, names
from rbench.harness.types import Json

if TYPE_CHECKING:
    from rbench.harness.images.task import ImageTask

GeneratorName: TypeAlias = str | ImageGenerator | Callable[..., Any]

_GROUP = "rbench.generators"


@dataclass(frozen=True)
class GeneratorModel:
    """A generator that was opened.

    `by_name` says that another process can open it again from `label`; an object given in Python
    lives in this process alone.
    """

    label: str
    generator: ImageGenerator
    by_name: bool

    @property
    def identity(self) -> Mapping[str, Json] | None:
        """What the generator says it is, and the hash of an adapter's code that is not rbench's.

        An edited adapter is another model. None where either cannot be had.
        """
        return identity_with_source(self.generator)


def open_generator(
    model: GeneratorName, options: Mapping[str, Any], context: GeneratorContext
) -> GeneratorModel:
    """Return the generator of a model.

    `model` is ``provider/name`` or ``provider:name``, ``file.py@name``, a generator, or a Python
    object that makes images. Raises `UsageError` for what is none of these, with the nearest
    names, and whatever the provider raises.
    """
    if isinstance(model, str):
        return GeneratorModel(model, _by_name(model, options, context), True)
    from rbench.harness.generators.python_callable import from_callable, is_generator

    name = getattr(model, "__qualname__", None)
    label = f"python:{name}" if name else type(model).__name__
    if options and is_generator(model):
        raise UsageError("options are for models given by name; this one is a generator.")
    return GeneratorModel(label, from_callable(model, options, context), False)


def generator_type(provider: str) -> Any:
    """Return the class of a provider: it has `Options` and `open`.

    Raises `UsageError` for an unknown name, with the nearest ones, and for a provider that
    answers questions.
    """
    known = names(GENERATORS, _GROUP)
    if provider not in known:
        if provider in names(ADAPTERS, "rbench.adapters"):
            raise UsageError(
                f"the provider {provider!r} answers questions and makes no images; providers of "
                f"images: {', '.join(sorted(known))}."
            )
        raise UsageError(
            f"there is no provider of images {provider!r}{nearest(provider, [*known])}"
        )
    module, _, attribute = known[provider].partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise UsageError(
            f"the provider {provider!r} ({known[provider]}) cannot be loaded: {error}."
        ) from error
    _require_adapter(found, provider)
    return found


def misfit(generator: ImageGenerator, task: "ImageTask") -> str | None:
    """Return why `generator` cannot make the images of `task`, or None where it can.

    A phrase for the end of a sentence: ``it makes images of 32 x 32 x 3, and digits are
    8 x 8 x 1``. A generator that does not know its images fits.
    """
    made, asked = generator.spec, task.spec
    if made is None:
        return None
    if (made.height, made.width, made.channels) != (asked.height, asked.width, asked.channels):
        return f"it makes images of {made.text}, and those of {task.name} are {asked.text}"
    if made.classes and not asked.classes:
        return f"it needs one of {made.classes} classes for an image, and {task.name} has none"
    if made.classes < asked.classes:
        known = f"knows {made.classes} classes" if made.classes else "knows no classes"
        return f"it {known}, and {task.name} has {asked.classes}"
    return None


def _by_name(model: str, options: Mapping[str, Any], context: GeneratorContext) -> ImageGenerator:
    if ".py@" in model and not model.startswith(tuple(f"{name}:" for name in GENERATORS)):
        return _of_file(model, options, context)
    provider, name = _split(model)
    generator = generator_type(provider).open(name, options, context)
    return _require_generator(generator, provider)


def _of_file(model: str, options: Mapping[str, Any], context: GeneratorContext) -> ImageGenerator:
    """Open an adapter of the user's file, or what `python:` is for."""
    found = load_from_file(model)
    if hasattr(found, "open") and hasattr(found, "Options"):
        return _require_generator(found.open("", options, context), model)
    from rbench.harness.generators.python_callable import PythonGenerator

    return _require_generator(PythonGenerator.open(model, options, context), model)


def _split(model: str) -> tuple[str, str]:
    path = model.startswith((".", "~", "/"))
    cuts = (model.find("/"), model.find(":"))
    cut = -1 if path else min((i for i in cuts if i > 0), default=-1)
    if cut < 0 or cut == len(model) - 1:
        listed = ", ".join(f"{name}/..." for name in sorted(names(GENERATORS, _GROUP)))
        hint = "; a folder of samples is folder:DIR" if path else ""
        raise UsageError(f"--model {model!r} is not PROVIDER/NAME{hint}; providers: {listed}.")
    return model[:cut], model[cut + 1 :]


def _require_adapter(found: Any, what: str) -> None:
    missing = [name for name in ("Options", "open") if not hasattr(found, name)]
    if missing:
        raise UsageError(f"the provider {what!r} has no {' and no '.join(missing)}.")


def _require_generator(generator: Any, what: str) -> ImageGenerator:
    missing = object()
    lacking = [
        name
        for name in GENERATOR_CONTRACT
        # No property is evaluated: `networks` may load weights.
        if inspect.getattr_static(generator, name, missing) is missing
    ]
    if lacking:
        raise UsageError(
            f"the generator of {what!r} lacks {', '.join(lacking)}: a generator has "
            f"{', '.join(GENERATOR_CONTRACT)}."
        )
    found: ImageGenerator = generator
    return found
