"""Pictures of questions and replies on the report page: small ones inline, whole ones beside it.

A model may have made the picture: only a copy that was decoded and drawn again stands in the page.
"""

import base64
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rbench.errors import RunDirectoryError
from rbench.harness.pictures.conversion import PictureError
from rbench.harness.pictures.thumbnail import thumbnail
from rbench.harness.types import Blobs, Sample

_THREADS = 2  # Pillow works outside the interpreter's lock


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture on the page: `source` is a data URL, empty where it cannot be shown; see `why`."""

    href: str
    source: str
    why: str = ""


class Thumbnails:
    """The small pictures of a run, each made once."""

    def __init__(self, samples: Sequence[Sample], blobs: Blobs | None) -> None:
        names = dict.fromkeys(name for sample in samples for name in _names(sample))
        self._found: dict[str, Thumbnail] = {}
        if names and blobs is not None:
            with ThreadPoolExecutor(_THREADS) as pool:
                made = pool.map(lambda name: _thumbnail(name, blobs), names)
                self._found = dict(zip(names, made, strict=True))

    def of(self, names: Iterable[str]) -> list[Thumbnail]:
        """Return those of these blobs."""
        return [self._found[name] for name in names if name in self._found]


def _names(sample: Sample) -> Iterable[str]:
    yield from sample.item.blobs
    for reply in sample.replies:
        yield from reply.blobs


def _thumbnail(name: str, blobs: Blobs) -> Thumbnail:
    href = f"blobs/{name}"
    try:
        content, media_type = thumbnail(blobs.read(name))
    except (PictureError, RunDirectoryError) as error:
        return Thumbnail(href, "", str(error))
    return Thumbnail(href, f"data:{media_type};base64,{base64.b64encode(content).decode()}")
