"""`ImageTaskEntry`: the base of the image tasks: names, a protocol, real images."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from rbench.harness.options import build
from rbench.harness.types import Json, TaskInput
from rbench.tasks.image_options import ImageTaskOptions
from rbench.tasks.image_protocol import ImageProtocol

if TYPE_CHECKING:
    from rbench.harness.images.task import ImageTask, RealSet


class ImageTaskEntry:
    """A subclass names its protocol and finds its real images.

    Attributes:
        name, version, summary: as the registry and the protocol have them.
        card: the name of its data card, see `harness.image_card`.
    """

    kind: ClassVar[Literal["images"]] = "images"
    name: ClassVar[str]
    version: ClassVar[str] = "1"
    summary: ClassVar[str]
    card: ClassVar[str]
    Options: ClassVar[type[ImageTaskOptions]] = ImageTaskOptions

    @classmethod
    def protocol(cls, options: ImageTaskOptions) -> ImageProtocol:
        """Return what is generated and who may judge it."""
        raise NotImplementedError

    @classmethod
    def real_sets(cls, data: Path | None) -> "dict[str, RealSet]":
        """Return the real images by split, from the folder or file of ``--data``.

        None are returned where `data` is None and the task brings none. Raises `DataError` for
        files that are not what the data set's are.
        """
        from rbench.tasks.image_sets.splits import find_splits

        return {} if data is None else find_splits(cls.name, data)

    @classmethod
    def load(cls, options: ImageTaskOptions, given: TaskInput) -> "ImageTask":
        """Return the task, with every reference found or named.

        Raises `DataError` where an evaluator needs real images or statistics that are not here,
        or files are damaged, `UsageError` for options that make no sense. Nothing is fetched.
        """
        from rbench.tasks.image_build import build_task
        from rbench.tasks.image_real import checked

        data = None if given.data is None else given.data.expanduser().absolute()
        real, warnings = checked(cls.card, cls.protocol(options), cls.real_sets(data))
        options = replace(
            options,
            reference=_absolute(options.reference),
            references=_absolute(options.references),
        )
        state = {"options": asdict(options), "data": None if data is None else str(data)}
        return build_task(cls, options, real, state, strict=True, warnings=warnings)

    @classmethod
    def restore(cls, state: Mapping[str, Json]) -> "ImageTask":
        """Return the task of a run, without the network; real images only where they still are."""
        from rbench.errors import DataError
        from rbench.tasks.image_build import build_task
        from rbench.tasks.image_real import checked

        options = build(cls.Options, state["options"], f"task {cls.name!r}")
        data = None if state["data"] is None else Path(state["data"])
        try:
            real, warnings = checked(cls.card, cls.protocol(options), cls.real_sets(data))
        except DataError as error:
            real, warnings = {}, (f"The real images are not here any more: {error}",)
        return build_task(cls, options, real, dict(state), strict=False, warnings=warnings)


def _absolute(path: str | None) -> str | None:
    if path is None or path.startswith("asset:"):
        return path
    return str(Path(path).expanduser().absolute())
