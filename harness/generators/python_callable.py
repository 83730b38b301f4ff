"""`python:MODULE:NAME`: any Python function or object that makes images."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from rbench.errors import UsageError
from rbench.harness.generators.context import GeneratorContext
from rbench.harness.generators.failure import as_model_error, shown_samples
from rbench.harness.generators.labels import label_array
from rbench.harness.generators.made_images import checked_images
from rbench.harness.generators.user_object import find_object, object_identity
from rbench.harness.images.types import (
    GENERATOR_CONTRACT,
    ImageGenerator,
    Images,
    ImageSpec,
    SampleBatch,
    Values,
)
from rbench.harness.options import build, option
from rbench.harness.types import Json

_FORMS = (
    "a function (indices, seeds, conditions), an object or class with generate(batch), or a "
    "function without arguments that returns one of these"
)
_BATCH = 64


@dataclass(frozen=True, slots=True)
class PythonGeneratorOptions:
    """What the callable makes. Each may be an attribute of the object in place of an option."""

    batch: int | None = option(None, "images made together, always; unset: its attribute, or 64")
    values: Literal["uint8", "0..1", "-1..1"] | None = option(
        None, "what its numbers mean; unset: its attribute, or uint8"
    )
    clips: bool | None = option(
        None, "whether values outside are clipped and counted; unset: its attribute, or false"
    )
    size: str | None = option(None, "HEIGHTxWIDTHxCHANNELS of its images; unset: its attribute")
    classes: int | None = option(None, "how many labels it knows, 0 for none; unset: any")


class PythonGenerator:
    """Makes images by calling a Python object.

    It is a function of ``(indices, seeds, conditions)``: int64 arrays (n,), where `seeds` depend
    on the run's seed and the sample alone, and `conditions` is None without classes; or an object
    with ``generate(batch: SampleBatch)``; or a class or function that makes one without
    arguments. What it returns are n images: an array (n, h, w, c), a tensor (n, c, h, w), or a
    list of arrays (h, w, c) or PIL images.

    Attributes of the object declare what options do: ``batch``, ``values``, ``clips``, ``spec``
    (an `ImageSpec`, or height, width, channels), ``classes``; and besides, ``network`` or
    ``networks`` (torch modules, to be counted), ``identity`` and ``settings`` (mappings),
    ``finite`` and ``close()``. Gradients, precision and device are the object's own affair.
    """

    Options = PythonGeneratorOptions

    def __init__(
        self,
        name: str,
        made: Any,
        options: PythonGeneratorOptions,
        source: object,
        asked: ImageSpec,
    ) -> None:
        """Wrap `made`, the object or function that makes images, whose code is in `source`.

        What it does not say of its images is taken to be as `asked`: the classes, and, where it
        says the classes alone, the size.
        Raises `UsageError` for a declaration that makes no sense.
        """
        self._name = name
        self._made = made
        self.batch: int = _chosen(options.batch, made, "batch", _BATCH)
        self.values: Values = _chosen(options.values, made, "values", "uint8")
        self.clips: bool = _chosen(options.clips, made, "clips", False)
        self.finite: int | None = getattr(made, "finite", None)
        declared = getattr(made, "spec", None) if options.size is None else _size(options.size)
        classes = declared.classes if isinstance(declared, ImageSpec) else None
        self._classes: int | None = _chosen(options.classes, made, "classes", classes)
        _check_classes(name, self._classes)
        known = asked.classes if self._classes is None else self._classes
        if declared is None and self._classes is not None:
            declared = asked
        self.spec = None if declared is None else _spec(declared, known, name)
        own = getattr(made, "settings", None)
        self.settings: Mapping[str, Json] = {
            **(own if isinstance(own, Mapping) else {}),
            "values": self.values,
            "clips": self.clips,
        }
        self.identity = object_identity("python", name, source, made)
        self._check()

    @classmethod
    def open(cls, name: str, given: Mapping[str, Any], context: GeneratorContext) -> ImageGenerator:
        """Load ``package.module:name`` or ``file.py@name``.

        Raises `UsageError` for what is not there or has another form, `DataError` for a module
        whose own code fails, `ModelError` for a class or factory that fails.
        """
        source, found = find_object(name)
        return _opened(name, found, given, source, context)

    @property
    def networks(self) -> Mapping[str, Any]:
        """The torch modules that the object declares, by role."""
        with as_model_error(f"python:{self._name}: its networks cannot be had"):
            many = getattr(self._made, "networks", None)
            one = getattr(self._made, "network", None) if many is None else None
        found = dict(many) if isinstance(many, Mapping) else {}
        if many is not None and not isinstance(many, Mapping):
            found = {"networks": many}
        elif one is not None:
            found = {"network": one}
        for role, module in found.items():
            if not callable(getattr(module, "parameters", None)):
                raise UsageError(
                    f"python:{self._name}: its {role} is of type {type(module).__name__}, not a "
                    f"torch module."
                )
        return found

    def generate(self, batch: SampleBatch) -> Images:
        """Call the object for the images of `batch`.

        Raises `ModelError`, with the samples, for whatever it raises and for what are no images
        as declared.
        """
        import numpy as np

        labels = label_array(batch, self._classes)
        with as_model_error(f"python:{self._name} failed at {shown_samples(batch.indices)}"):
            if hasattr(self._made, "generate"):
                images = self._made.generate(batch)
            else:
                indices = np.array(batch.indices, np.int64)
                images = self._made(indices, np.array(batch.seeds, np.int64), labels)
        return checked_images(images, batch.indices, self.values, f"python:{self._name}")

    def close(self) -> None:
        """Call the object's own `close`, where it has one."""
        close = getattr(self._made, "close", None)
        if callable(close) and not inspect.isclass(self._made):
            with as_model_error(f"python:{self._name}: its close() failed"):
                close()

    def _check(self) -> None:
        name = f"python:{self._name}"
        if type(self.batch) is not int or self.batch < 1:
            raise UsageError(f"{name}: batch={self.batch!r} is not 1 or more.")
        if self.values not in get_args(Values):
            raise UsageError(
                f"{name}: values={self.values!r} is not one of {', '.join(get_args(Values))}."
            )
        if not isinstance(self.clips, bool):
            raise UsageError(f"{name}: clips={self.clips!r} is not True or False.")
        if self.finite is not None and (type(self.finite) is not int or self.finite < 1):
            raise UsageError(f"{name}: finite={self.finite!r} is not a count of samples.")


def from_callable(
    found: Callable[..., Any] | object,
    given: Mapping[str, Any],
    context: GeneratorContext,
    name: str | None = None,
) -> ImageGenerator:
    """Return the generator of a Python object, named by its module and name unless given.

    What has the whole contract of `ImageGenerator` is returned as it is. Raises as `open` does.
    """
    own = f"{getattr(found, '__module__', '')}:{getattr(found, '__qualname__', '')}"
    named = name or (own if not own.endswith(":") else type(found).__name__)
    instance = not inspect.isclass(found) and not inspect.isroutine(found)
    # The source says which instance it is only where the instance itself says the rest.
    source = type(found) if instance and getattr(found, "identity", None) is not None else found
    return _opened(named, found, given, source, context)


def is_generator(found: object) -> bool:
    """Return whether an object has the whole contract; no property of it is evaluated."""
    if inspect.isclass(found):
        return False
    missing = object()
    return all(
        inspect.getattr_static(found, name, missing) is not missing for name in GENERATOR_CONTRACT
    )


def _opened(
    name: str, found: Any, given: Mapping[str, Any], source: object, context: GeneratorContext
) -> ImageGenerator:
    options = build(PythonGeneratorOptions, given, f"python:{name}")
    made = _made(name, found)
    if not is_generator(made):
        return PythonGenerator(name, made, options, source, context.task.spec)
    if given:
        raise UsageError(
            f"python:{name} is a whole generator, which says itself what it is: leave out "
            f"-M {next(iter(given))}."
        )
    generator: ImageGenerator = made
    return generator


def _made(name: str, found: Any) -> Any:
    """Return the object or function that makes images, calling a class or factory once."""
    if inspect.isclass(found) or (not hasattr(found, "generate") and _needs_nothing(found)):
        kind = "class" if inspect.isclass(found) else "function"
        with as_model_error(f"python:{name}: the {kind} cannot be called without arguments"):
            found = found()
    if hasattr(found, "generate"):
        return found
    if hasattr(found, "forward") and hasattr(found, "parameters"):
        raise UsageError(
            f"python:{name} is a torch module, which says not how it is sampled; give {_FORMS}, or "
            f"its weights as state_dict:FILE with a sampler."
        )
    if not callable(found) or inspect.isclass(found):
        raise UsageError(f"python:{name} is of type {type(found).__name__}; give {_FORMS}.")
    if not _takes_three(found):
        raise UsageError(f"python:{name} is called as {inspect.signature(found)}; give {_FORMS}.")
    return found


def _needs_nothing(found: Any) -> bool:
    return callable(found) and not _takes_three(found) and _binds(found)


def _takes_three(found: Any) -> bool:
    return _binds(found, None, None, None)


def _binds(found: Any, *arguments: Any) -> bool:
    try:
        inspect.signature(found).bind(*arguments)
    except TypeError:
        return False
    except ValueError:  # compiled code without a signature
        return len(arguments) == 3
    return True


def _chosen(given: Any, made: object, name: str, default: Any) -> Any:
    declared = getattr(made, name, None)
    return given if given is not None else default if declared is None else declared


def _check_classes(name: str, classes: Any) -> None:
    if classes is not None and (type(classes) is not int or classes < 0):
        raise UsageError(f"python:{name}: classes={classes!r} is not 0 or more.")


def _size(text: str) -> tuple[int, ...]:
    parts = text.lower().split("x")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        raise UsageError(f"size={text!r} is not HEIGHTxWIDTHxCHANNELS, as in 32x32x3.")
    return tuple(map(int, parts))


def _spec(declared: Any, classes: int, name: str) -> ImageSpec:
    if isinstance(declared, ImageSpec):
        return ImageSpec(declared.height, declared.width, declared.channels, classes)
    try:
        height, width, channels = (int(part) for part in declared)
    except (TypeError, ValueError):
        raise UsageError(
            f"python:{name}: spec={declared!r} is no ImageSpec and not height, width, channels."
        ) from None
    return ImageSpec(height, width, channels, classes)
