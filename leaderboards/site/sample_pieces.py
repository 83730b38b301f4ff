"""The samples of a run page, in compressed pieces that the page loads when it needs them.

A page opened from disk may not fetch, but may add script files that lie beside it. So a piece is
a script of one call, ``rbenchSamples("...")``, whose only argument is gzipped JSON in base64:
whatever models wrote, no character of it is ever part of a script. Equal input gives equal bytes.

``samples-index.js`` holds the columns of the table and where the pieces begin;
``samples-000.js`` and so on hold the samples (`sample_record`) with their pictures.
"""

import base64
import gzip
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

from rbench.errors import RunDirectoryError
from rbench.harness.pictures.conversion import PictureError
from rbench.harness.pictures.thumbnail import thumbnail
from rbench.harness.types import Blobs, Json, Sample
from rbench.leaderboards.report_pictures import PLAIN, PLAIN_SIDE, SIDE
from rbench.leaderboards.site.sample_index import sample_index
from rbench.leaderboards.site.sample_record import sample_record

PIECE = 100
"""Samples in a piece, at most."""

PIECE_CHARACTERS = 2_000_000
"""Characters of JSON from which on a piece is full before."""

_LEVEL = 5  # of gzip: half the time of 6, for a tenth more bytes
_MOST_PICTURES = 4096  # kept while a site is written: runs of one task show the same ones


def write_pieces(
    samples: Sequence[Sample], folder: Path, blobs: Blobs | None, *, hide: bool
) -> None:
    """Write the samples of a page into its folder.

    With `hide` there is only the index, without anything of questions and replies.
    """
    for old in folder.glob("samples-*.js"):
        old.unlink()
    starts: list[int] = []
    with ThreadPoolExecutor(1) as pool:  # zlib works outside the interpreter's lock
        writing = []
        for start, piece in () if hide else _pieces(samples, blobs):
            path = folder / f"samples-{len(starts):03}.js"
            writing.append(pool.submit(_write, path, piece))
            starts.append(start)
        for one in writing:
            one.result()
    index = {"count": len(samples), "starts": starts, "columns": sample_index(samples, hide=hide)}
    _write(folder / "samples-index.js", json.dumps(index, separators=(",", ":")))


def _pieces(samples: Sequence[Sample], blobs: Blobs | None) -> Iterator[tuple[int, str]]:
    """Yield (number of the first sample, JSON) of every piece."""
    start, records, size, pictures = 0, [], 0, _Pictures(blobs)
    for i, sample in enumerate(samples):
        record = json.dumps(sample_record(sample, pictures.numbers), separators=(",", ":"))
        records.append(record)
        size += len(record)
        if len(records) == PIECE or size + pictures.size >= PIECE_CHARACTERS:
            yield start, _piece(records, pictures)
            start, records, size, pictures = i + 1, [], 0, _Pictures(blobs)
    if records:
        yield start, _piece(records, pictures)


def _piece(records: Sequence[str], pictures: "_Pictures") -> str:
    return f'{{"pictures":{json.dumps(pictures.shown)},"samples":[{",".join(records)}]}}'


class _Pictures:
    """The pictures of one piece, each once: ``[address, why it cannot be shown]``."""

    def __init__(self, blobs: Blobs | None) -> None:
        self.shown: list[Json] = []
        self.size = 0
        self._blobs = blobs
        self._numbers: dict[str, int] = {}

    def numbers(self, names: Sequence[str]) -> list[int]:
        """Return the numbers of the pictures of these blobs."""
        if self._blobs is None:
            return []
        for name in names:
            if name not in self._numbers:
                self._numbers[name] = len(self.shown)
                picture = _shown(name, self._blobs)
                self.shown.append(picture)
                self.size += len(picture[0])
        return [self._numbers[name] for name in names]


class _Blob:
    """A picture that equals every other of its name, whichever run's: names are hashes."""

    def __init__(self, name: str, blobs: Blobs) -> None:
        self.name = name
        self.blobs = blobs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Blob) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)


def _shown(name: str, blobs: Blobs) -> tuple[str, str]:
    """Return a picture's address and, where there is none, why."""
    try:
        return _address(_Blob(name, blobs)), ""
    except PictureError as error:
        return "", str(error)
    except RunDirectoryError:  # its message names a folder of the machine
        return "", "it is not in the run's folder"


@lru_cache(_MOST_PICTURES)
def _address(blob: _Blob) -> str:
    whole = blob.blobs.read(blob.name)
    content, media_type = thumbnail(whole, PLAIN_SIDE if len(whole) < PLAIN else SIDE)
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _write(path: Path, text: str) -> None:
    packed = bytearray(gzip.compress(text.encode(), _LEVEL, mtime=0))
    packed[9] = 255  # the system it was made on, which some versions of Python name
    path.write_text(f'rbenchSamples("{base64.b64encode(packed).decode()}");\n', newline="\n")
