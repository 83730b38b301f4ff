"""`GeneratorContext`: what a generator is opened for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rbench.harness.images.task import ImageTask


@dataclass(frozen=True)
class GeneratorContext:
    """The circumstances under which a generator is opened.

    Attributes:
        task: whose images are wanted.
        device: where this process computes, ``cuda:1``; None leaves it to the generator.
        offline: whether the network may not be used.
    """

    task: "ImageTask"
    device: str | None
    offline: bool
