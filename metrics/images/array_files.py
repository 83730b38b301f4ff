"""Images as the rows of one array: an npy file, or a member of an npz, streamed in chunks.

A sample batch of guided-diffusion is an npz with `arr_0`, 9.8 GB for 50,000 images of 256 x 256:
it is never loaded whole. Nothing is unpickled.
"""

import hashlib
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np

from rbench.errors import DataError
from rbench.metrics.images.array_header import ArrayHeader, read_header
from rbench.metrics.images.decoded import Decoded
from rbench.metrics.images.listing import Outcome
from rbench.metrics.images.naming import shown
from rbench.metrics.images.policy import ChoiceNeeded, ReadingPolicy
from rbench.metrics.images.samples import to_rgb8
from rbench.metrics.images.zips import open_zip

_CHUNK = 4 << 20
_SKIPPED = 1 << 18
_SAMPLED_ROWS = 64
_LOCAL_HEADER = struct.Struct("<26xHH")
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}


@dataclass(frozen=True, slots=True)
class ArrayImages:
    """The rows of a uint8 array in a file.

    Attributes:
        member: of the npz; "" for an npy file.
        at: where the array's bytes begin in the file; None where they are compressed.
        identity: what is hashed for the fingerprint besides the chosen rows.
    """

    kind: str
    path: str
    header: ArrayHeader
    member: str
    at: int | None
    identity: str
    covers: str
    skipped: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.header.shape[0]

    def name(self, index: int) -> str:
        """Return ``arr_0[17]``, or ``array[17]`` in an npy file."""
        return f"{self.member.removesuffix('.npy') or 'array'}[{index}]"

    def digest_lines(self, indices: Sequence[int]) -> Iterator[bytes]:
        """Yield a line for the whole array, then one for each chosen row."""
        yield self.identity.encode() + b"\n"
        for index in indices:
            yield b"[%d]\n" % index

    def read(
        self, indices: Sequence[int], policy: ReadingPolicy, workers: int
    ) -> Iterator[Outcome]:
        """Yield each chosen row. There is nothing to decode, so `workers` changes nothing.

        Raises `DataError` where the file ends early; where all rows of an npz are read in order,
        also where their CRC-32 is not the one the zip states.
        """
        mode = _MODES[self.header.shape[3]]
        whole = indices == range(len(self))
        with self._opened(whole) as (file, start):
            for samples in self._rows(file, start, indices):
                try:
                    pixels, steps = to_rgb8(samples, policy)
                except ChoiceNeeded as refusal:
                    yield refusal
                else:
                    yield Decoded(pixels, "array", mode, steps)
            if whole and self.member and self._more(file):
                raise self._damage("it holds more bytes than its header says")

    @contextmanager
    def _opened(self, whole: bool) -> Iterator[tuple[IO[bytes], int]]:
        try:
            # Through the zip the CRC-32 is checked; past it a part is found without reading on.
            if self.member and (whole or self.at is None):
                with open_zip(Path(self.path)) as archive, archive.open(self.member) as member:
                    yield member, self.header.start
            else:
                with Path(self.path).open("rb") as file:
                    yield file, (self.at or 0) + self.header.start
        except OSError as error:
            raise DataError(
                f"{shown(self.path)} cannot be read: {error.strerror or error}."
            ) from error

    def _rows(
        self, file: IO[bytes], start: int, indices: Sequence[int]
    ) -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
        row, most = self.header.row, max(1, _CHUNK // self.header.row)
        for first, count in _runs(indices, most):
            chunk = np.empty((count, *self.header.shape[1:]), np.uint8)
            view = chunk.data.cast("B")
            try:
                _go_to(file, start + first * row)
                filled = 0
                while filled < len(view):
                    got = file.readinto(view[filled:])  # type: ignore[attr-defined]
                    if not got:
                        raise self._damage(f"it ends in image {first + filled // row}")
                    filled += got
            except (zipfile.BadZipFile, zlib.error, EOFError) as error:
                raise self._damage(str(error)) from error
            yield from chunk

    def _more(self, file: IO[bytes]) -> bool:
        try:
            return bool(file.read(1))
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise self._damage(str(error)) from error

    def _damage(self, why: str) -> DataError:
        return DataError(f"{shown(self.path)} {self.member} is damaged: {why}.".replace("  ", " "))


def _go_to(file: IO[bytes], position: int) -> None:
    if not isinstance(file, zipfile.ZipExtFile):
        file.seek(position)
        return
    # Its own seek decompresses 16 MB at a time, and holds several copies of them.
    if position < file.tell():
        file.seek(0)
    while (ahead := position - file.tell()) > 0:
        if not file.read(min(ahead, _SKIPPED)):
            return


def _runs(indices: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """Yield (first, count) of at most `most` consecutive indices."""
    first = count = 0
    for index in indices:
        if count and index == first + count and count < most:
            count += 1
            continue
        if count:
            yield first, count
        first, count = index, 1
    if count:
        yield first, count


def list_npy(path: Path) -> ArrayImages:
    """Read the header of an npy file. Raises `DataError` unless it holds uint8 images, whole."""
    with path.open("rb") as file:
        header = read_header(file, shown(str(path)))
        size = os.fstat(file.fileno()).st_size
        if size != header.end:
            raise DataError(
                f"{shown(str(path))} has {size} bytes instead of {header.end}: it is damaged."
            )
        digest = hashlib.sha256()
        count = header.shape[0]
        for i in range(min(_SAMPLED_ROWS, count)):
            row = i * (count - 1) // max(1, min(_SAMPLED_ROWS, count) - 1)
            file.seek(header.start + row * header.row)
            digest.update(file.read(header.row))
    identity = f"uint8 {header.shape} rows sha256 {digest.hexdigest()}"
    covers = f"shape and {_SAMPLED_ROWS} rows spread over the array"
    return ArrayImages("npy", str(path), header, "", 0, identity, covers)


def list_npz(path: Path, key: str = "arr_0") -> ArrayImages:
    """Read the zip directory and the header of the array `key`.

    Raises `DataError` for a damaged zip, an array that is missing, encrypted or not of images.
    """
    member = f"{key}.npy"
    where = f"{shown(str(path))} {key}"
    with open_zip(path) as archive:
        names = archive.namelist()
        if member not in names:
            held = ", ".join(name.removesuffix(".npy") for name in names) or "nothing"
            raise DataError(
                f"{shown(str(path))} has no array {key!r}; it holds {shown(held)}: name the one "
                f"with the images as key=..."
            )
        info = archive.getinfo(member)
        try:
            with archive.open(info) as file:
                header = read_header(file, where)
        # Encryption and unknown compression: RuntimeError and a subclass of it.
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
            raise DataError(f"{where} cannot be read: {error}.") from error
    if info.file_size != header.end:
        raise DataError(
            f"{where} has {info.file_size} bytes instead of {header.end}: it is damaged."
        )
    at = None
    if info.compress_type == zipfile.ZIP_STORED:
        with path.open("rb") as raw:
            raw.seek(info.header_offset)
            name_length, extra_length = _LOCAL_HEADER.unpack(raw.read(_LOCAL_HEADER.size))
        at = info.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    identity = f"uint8 {header.shape} crc32 {info.CRC:08x}"
    return ArrayImages(
        "npz", str(path), header, member, at, identity, "shape and CRC-32 of the array"
    )
