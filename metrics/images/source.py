"""`ImageSource`: a set of images to read in order, whole or in part, as often as needed."""

import hashlib
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rbench.errors import DataError, UsageError
from rbench.metrics.images.decoded import Decoded, Pixels
from rbench.metrics.images.listing import Listing
from rbench.metrics.images.naming import shown
from rbench.metrics.images.policy import ReadingPolicy, Unreadable
from rbench.metrics.images.report import ReadingReport, Tally


@dataclass(frozen=True, slots=True)
class SourceImage:
    """One image: its `name` in the set and its `pixels`, (height, width, 3) uint8 RGB."""

    name: str
    pixels: Pixels


class ImageSource:
    """A set of images, or a part of one, listed but not decoded.

    Every iteration reads it again, in the same order. It holds no open file and can be pickled,
    so that each worker process reads its own `subset`.
    """

    def __init__(
        self,
        listing: Listing,
        policy: ReadingPolicy,
        workers: int,
        indices: Sequence[int] | None = None,
    ) -> None:
        if workers < 1:
            raise UsageError(f"workers={workers}: give 1 or more.")
        self._listing = listing
        self._policy = policy
        self._workers = workers
        self._indices: Sequence[int] = range(len(listing)) if indices is None else indices
        self._tally: Tally | None = None

    @property
    def path(self) -> str:
        """The place as it was given."""
        return self._listing.path

    @property
    def kind(self) -> str:
        """``folder``, ``zip``, ``tar``, ``npz`` or ``npy``."""
        return self._listing.kind

    @property
    def policy(self) -> ReadingPolicy:
        """The choices made for images that are not plain 8-bit RGB."""
        return self._policy

    @property
    def names(self) -> tuple[str, ...]:
        """The names in reading order; rows of an array are called ``arr_0[17]``."""
        return tuple(map(self._listing.name, self._indices))

    @property
    def skipped(self) -> Mapping[str, int]:
        """Files per kind that lie in the place and are not images."""
        return self._listing.skipped

    def __len__(self) -> int:
        """Return the number of images listed; reading may leave out unreadable ones."""
        return len(self._indices)

    def subset(self, part: slice | Iterable[int]) -> "ImageSource":
        """Return the images at `part`, positions in this source, in the order given.

        Only the chosen ones are read: ``source.subset(slice(rank, None, world))``. In a compressed
        npz those before them must be decompressed, and going backwards starts from the beginning.
        Raises `UsageError` for a position that does not exist.
        """
        if isinstance(part, slice):
            chosen: Sequence[int] = self._indices[part]
        else:
            positions = [operator.index(p) for p in part]
            outside = [p for p in positions if not 0 <= p < len(self)]
            if outside:
                raise UsageError(
                    f"position {outside[0]} is outside the {len(self)} images of "
                    f"{shown(self.path)}: give 0 to {len(self) - 1}."
                )
            chosen = tuple(self._indices[p] for p in positions)
        return ImageSource(self._listing, self._policy, self._workers, chosen)

    def __iter__(self) -> Iterator[SourceImage]:
        """Yield the images in order; files are decoded by threads, the same for any number.

        Raises `DataError`, naming the image, for one that is unreadable (unless such are skipped)
        or needs a choice that was not made.
        """
        tally = self._tally = Tally()
        outcomes = self._listing.read(self._indices, self._policy, self._workers)
        for position, (index, outcome) in enumerate(zip(self._indices, outcomes, strict=True)):
            name = self._listing.name(index)
            if isinstance(outcome, Decoded):
                tally.add(name, outcome)
                yield SourceImage(name, outcome.pixels)
                continue
            if isinstance(outcome, Unreadable):
                if self._policy.unreadable == "skip":
                    tally.unreadable.append((name, str(outcome)))
                    continue
                hint = (
                    ". Replace or remove it, or choose unreadable='skip' to leave such images out "
                    "and count them."
                )
            else:
                hint = ""
            raise DataError(
                f"image {position + 1} of {len(self)} in {shown(self.path)}, {shown(name)}, "
                f"{outcome}{hint}"
            ) from outcome

    @property
    def report(self) -> ReadingReport:
        """What the latest iteration has seen so far. Raises `UsageError` before the first."""
        if self._tally is None:
            raise UsageError(f"{shown(self.path)} has not been read: iterate over it first.")
        return self._tally.report(self.path, self.skipped)

    def require_one_size(self) -> tuple[int, int]:
        """Return (height, width) of the images that the latest iteration read.

        Raises `DataError`, with the two commonest sizes and an example of each, for several.
        """
        return self.report.require_one_size()

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the set without decoding it.

        ``count``, ``kind``, ``file_list_sha256`` and ``covers``, which says what the hash is over:
        sorted names and sizes of files (so a folder, its zip and its tar agree), shape and CRC-32
        of the array in an npz, shape and 64 rows of an npy. The pixels themselves are not hashed.
        """
        digest = hashlib.sha256()
        for line in self._listing.digest_lines(self._indices):
            digest.update(line)
        return {
            "count": len(self),
            "file_list_sha256": digest.hexdigest(),
            "kind": self.kind,
            "covers": self._listing.covers,
        }
