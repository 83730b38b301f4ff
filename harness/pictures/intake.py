"""Pictures of rows on their way into a folder of blobs, so that rows stay small."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

from rbench.harness.pictures.conversion import PictureError, convert
from rbench.harness.pictures.sources import picture_bytes
from rbench.harness.types import Blobs, Json

# Pillow lets go of the interpreter while it decodes; more threads hold more pixels at once.
_THREADS = 2


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture in the folder of blobs, `width` x `height` pixels as it is shown.

    `source_sha256` is the hash of the bytes in the data, `changes` what was done to them.
    """

    blob: str
    width: int
    height: int
    source_sha256: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BrokenPicture:
    """What stands in a row where a picture should be, and the reason why it is none."""

    reason: str


PictureRecord: TypeAlias = StoredPicture | BrokenPicture
"""What a row holds in place of a picture."""


class PictureIntake:
    """Converts pictures and writes them into `blobs`. A context: it holds two threads.

    Equal bytes are converted once: the languages of a question mostly share their picture.
    """

    def __init__(self, blobs: Blobs, max_side: int) -> None:
        self._blobs = blobs
        self._max_side = max_side
        self._known: dict[str, PictureRecord] = {}
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="rbench-picture")

    def __enter__(self) -> "PictureIntake":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def take(self, values: Sequence[Json], folder: Path | None) -> list[PictureRecord | None]:
        """Return a record for each value, in order; None where a row has no picture.

        `folder` is where relative paths start. Raises `RunDirectoryError` where a blob cannot be
        written.
        """
        return list(self._pool.map(lambda value: self._one(value, folder), values))

    def _one(self, value: Json, folder: Path | None) -> PictureRecord | None:
        try:
            content = picture_bytes(value, folder)
        except PictureError as error:
            return BrokenPicture(error.reason)
        if content is None:
            return None
        source = hashlib.sha256(content).hexdigest()
        if source not in self._known:
            self._known[source] = self._stored(content)
        return self._known[source]

    def _stored(self, content: bytes) -> PictureRecord:
        try:
            picture = convert(content, max_side=self._max_side)
        except PictureError as error:
            return BrokenPicture(error.reason)
        return StoredPicture(
            self._blobs.write(picture.content, picture.suffix),
            picture.width,
            picture.height,
            picture.source_sha256,
            picture.changes,
        )
