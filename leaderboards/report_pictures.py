"""Pictures of questions and replies on the report page: small ones inline, whole ones beside it.

A model may have made the picture: only a copy that was decoded and drawn again stands in the page.
It stands there once, however many samples show it: where it is shown again is a link, and the
page's script puts the picture into it.
"""

import base64
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from rbench.errors import RunDirectoryError
from rbench.harness.pictures.conversion import PictureError
from rbench.harness.pictures.thumbnail import thumbnail
from rbench.harness.types import Blobs, Sample

SIDE = 192
PLAIN_SIDE = 288
PLAIN = 30_000
"""Bytes below which a picture's file is plain, such as a drawing: it stays small when larger."""
MANY = 1000
"""Pictures from which on those that are not plain are smaller, so that the page opens quickly."""
SIDE_OF_MANY = 128

_THREADS = 8  # at most; Pillow works outside the interpreter's lock


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture on the page.

    `source` is a data URL, empty where the picture cannot be shown (`why`), or where it stands
    elsewhere on the page, in the element called `id` (`again`).
    """

    href: str
    id: str
    source: str
    why: str = ""
    again: bool = False


class Thumbnails:
    """The small pictures of a run, each made once and given out whole once."""

    def __init__(self, samples: Sequence[Sample], blobs: Blobs | None) -> None:
        names = dict.fromkeys(name for sample in samples for name in _names(sample))
        self._found: dict[str, Thumbnail] = {}
        side = SIDE if len(names) < MANY else SIDE_OF_MANY
        if names and blobs is not None:
            with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as pool:
                made = pool.map(lambda name: _thumbnail(name, blobs, side), names)
                self._found = {
                    name: replace(small, id=f"t{number}")
                    for number, (name, small) in enumerate(zip(names, made, strict=True), start=1)
                }

    def of(self, names: Iterable[str]) -> list[Thumbnail]:
        """Return those of these blobs, in the order of the page: what was given is `again`."""
        return [self._next(name) for name in names if name in self._found]

    def _next(self, name: str) -> Thumbnail:
        given = self._found[name]
        if given.source:
            self._found[name] = replace(given, source="", again=True)
        return given


def _names(sample: Sample) -> Iterable[str]:
    yield from sample.item.blobs
    for reply in sample.replies:
        yield from reply.blobs


def _thumbnail(name: str, blobs: Blobs, side: int) -> Thumbnail:
    href = f"blobs/{name}"
    try:
        whole = blobs.read(name)
        content, media_type = thumbnail(whole, PLAIN_SIDE if len(whole) < PLAIN else side)
    except (PictureError, RunDirectoryError) as error:
        return Thumbnail(href, "", "", str(error))
    return Thumbnail(href, "", f"data:{media_type};base64,{base64.b64encode(content).decode()}")
