"""What every place of images offers: names in a fixed order, and a pass over them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from rbench.metrics.images.decoded import Decoded
from rbench.metrics.images.in_order import in_order
from rbench.metrics.images.naming import as_bytes
from rbench.metrics.images.policy import ChoiceNeeded, ReadingPolicy, Unreadable

Outcome: TypeAlias = Decoded | Unreadable | ChoiceNeeded
"""Of one image: its pixels, or why there are none."""


class Listing(Protocol):
    """The images of one place, listed but not decoded; holds no open file, so it can be pickled."""

    @property
    def kind(self) -> str:
        """``folder``, ``zip``, ``tar``, ``npz`` or ``npy``."""
        ...

    @property
    def path(self) -> str:
        """The place as it was given."""
        ...

    @property
    def skipped(self) -> Mapping[str, int]:
        """Files per kind that are not images."""
        ...

    @property
    def covers(self) -> str:
        """What `digest_lines` vouch for, in words."""
        ...

    def __len__(self) -> int: ...

    def name(self, index: int) -> str:
        """Return the name of one image."""
        ...

    def digest_lines(self, indices: Sequence[int]) -> Iterator[bytes]:
        """Yield the lines whose SHA-256 is the fingerprint of the chosen images."""
        ...

    def read(
        self, indices: Sequence[int], policy: ReadingPolicy, workers: int
    ) -> Iterator[Outcome]:
        """Yield the outcome of each chosen image, in the order of `indices`."""
        ...


Fetch: TypeAlias = Callable[[int], bytes]
"""Returns the bytes of one image file; called from several threads. Raises `Unreadable`."""


class Container(Protocol):
    """Where the bytes of image files lie."""

    def opened(self) -> AbstractContextManager[Fetch]:
        """Open it for one pass."""
        ...


@dataclass(frozen=True, slots=True)
class ImageFiles:
    """Image files in a folder, a zip or tars: `names` in reading order, `sizes` in bytes."""

    kind: str
    path: str
    names: tuple[str, ...]
    sizes: tuple[int, ...]
    container: Container
    skipped: Mapping[str, int] = field(default_factory=dict)
    covers: str = "names and sizes in bytes"

    def __len__(self) -> int:
        return len(self.names)

    def name(self, index: int) -> str:
        """Return the relative posix name of one file."""
        return self.names[index]

    def digest_lines(self, indices: Sequence[int]) -> Iterator[bytes]:
        """Yield name, NUL, size, newline for each file, sorted: the same for folder and zip."""
        yield from sorted(
            as_bytes(self.names[i]) + b"\0" + str(self.sizes[i]).encode() + b"\n" for i in indices
        )

    def read(
        self, indices: Sequence[int], policy: ReadingPolicy, workers: int
    ) -> Iterator[Outcome]:
        """Yield the outcome of each chosen file, decoded by `workers` threads."""
        # Pillow is loaded only where files are decoded: arrays are read without it.
        from rbench.metrics.images.decode import decode

        with self.container.opened() as fetch:

            def work(index: int) -> Outcome:
                try:
                    return decode(fetch(index), policy)
                except (Unreadable, ChoiceNeeded) as refusal:
                    return refusal

            yield from in_order(work, indices, workers)
