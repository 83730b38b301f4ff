"""The samples of a run page, in compressed pieces that the page loads when it needs them.

A page opened from disk may not fetch, but may add script files that lie beside it. So a piece is
a script of one call, ``rbenchSamples("...")``, whose only argument is gzipped JSON in base64:
whatever models wrote, no character of it is ever part of a script. Equal input gives equal bytes.

``samples-index.js`` holds the columns of the table and where the pieces begin;
``samples-000.js`` and so on hold the samples (`sample_json`). Their pictures lie once for all
runs of a task in the folder ``pictures`` beside those of the runs, named after their content.
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence

from rbench.errors import RunDirectoryError
from rbench.harness.pictures.conversion import PictureError
from rbench.harness.pictures.thumbnail import thumbnail
from rbench.harness.types import Blobs, Json, Sample
from rbench.leaderboards.report_pictures import PLAIN, PLAIN_SIDE, SIDE
from rbench.leaderboards.site.folder import SiteFolder
from rbench.leaderboards.site.sample_index import sample_index
from rbench.leaderboards.site.sample_record import sample_json

PIECE = 100
"""Samples in a piece, at most."""

PIECE_CHARACTERS = 2_000_000
"""Characters of JSON from which on a piece is full before."""

PICTURES = "pictures"
"""The folder of pictures, beside the folders of a task's runs."""

_LEVEL = 2  # of gzip: a fifth of the time of 6, for a fifth more bytes
_DIGITS = 20


def write_pieces(
    samples: Sequence[Sample], place: str, out: SiteFolder, blobs: Blobs | None, *, hide: bool
) -> None:
    """Write the samples of the page whose folder on the site is `place`, such as ``quiz/run``.

    With `hide` there is only the index, without anything of questions and replies.
    """
    starts: list[int] = []
    for start, piece in () if hide else _pieces(samples, place, out, blobs):
        out.write(f"{place}/samples-{len(starts):03}.js", _packed(piece))
        starts.append(start)
    index = {"count": len(samples), "starts": starts, "columns": sample_index(samples, hide=hide)}
    out.write(f"{place}/samples-index.js", _packed(json.dumps(index, separators=(",", ":"))))


def _pieces(
    samples: Sequence[Sample], place: str, out: SiteFolder, blobs: Blobs | None
) -> Iterator[tuple[int, str]]:
    """Yield (number of the first sample, JSON) of every piece."""
    start, records, size, pictures = 0, [], 0, _Pictures(place, out, blobs)
    for i, sample in enumerate(samples):
        record = sample_json(sample, pictures.numbers)
        records.append(record)
        size += len(record)
        if len(records) == PIECE or size >= PIECE_CHARACTERS:
            yield start, _piece(records, pictures)
            start, records, size, pictures = i + 1, [], 0, _Pictures(place, out, blobs)
    if records:
        yield start, _piece(records, pictures)


def _piece(records: Sequence[str], pictures: "_Pictures") -> str:
    return f'{{"pictures":{json.dumps(pictures.shown)},"samples":[{",".join(records)}]}}'


class _Pictures:
    """The pictures of one piece: ``[address from the page, why it cannot be shown]``."""

    def __init__(self, place: str, out: SiteFolder, blobs: Blobs | None) -> None:
        self.shown: list[Json] = []
        self._folder = f"{place.rpartition('/')[0]}/{PICTURES}".lstrip("/")
        self._out = out
        self._blobs = blobs
        self._numbers: dict[str, int] = {}

    def numbers(self, names: Sequence[str]) -> list[int]:
        """Return the numbers of the pictures of these blobs."""
        if self._blobs is None:
            return []
        for name in names:
            if name not in self._numbers:
                self._numbers[name] = len(self.shown)
                self.shown.append(self._one(name, self._blobs))
        return [self._numbers[name] for name in names]

    def _one(self, name: str, blobs: Blobs) -> Json:
        """Write a picture, unless it is there; return its address and, without one, why."""
        known = self._out.pictures.get((self._folder, name))
        if known is None:
            try:
                whole = blobs.read(name)
                content, kind = thumbnail(whole, PLAIN_SIDE if len(whole) < PLAIN else SIDE)
            except PictureError as error:
                return ["", str(error)]
            except RunDirectoryError:  # its message names a folder of the machine
                return ["", "it is not in the run's folder"]
            digest = hashlib.sha256(content).hexdigest()[:_DIGITS]
            known = f"{digest}.{kind.removeprefix('image/')}"
            self._out.write_once(f"{self._folder}/{known}", content)
            self._out.pictures[self._folder, name] = known
        return [f"../{PICTURES}/{known}", ""]


def _packed(text: str) -> str:
    packed = bytearray(gzip.compress(text.encode(), _LEVEL, mtime=0))
    packed[9] = 255  # the system it was made on, which some versions of Python name
    return f'rbenchSamples("{base64.b64encode(packed).decode()}");\n'
