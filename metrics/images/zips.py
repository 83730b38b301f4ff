"""Images in a zip file."""

import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rbench.errors import DataError
from rbench.metrics.images.listing import Fetch, ImageFiles
from rbench.metrics.images.naming import (
    as_bytes,
    is_hidden,
    is_image,
    no_images,
    other_kind,
    shown,
)
from rbench.metrics.images.policy import Unreadable

_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class ZipMembers:
    """Members of a zip file."""

    path: str
    names: tuple[str, ...]

    @contextmanager
    def opened(self) -> Iterator[Fetch]:
        """Give a function that returns the bytes of the member with an index."""
        with open_zip(Path(self.path)) as archive:

            def fetch(index: int) -> bytes:
                try:
                    return archive.read(self.names[index])
                # Unknown compression: NotImplementedError, a RuntimeError.
                except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
                    raise Unreadable(f"is damaged in the zip: {error}") from error

            yield fetch


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open a zip for reading. Raises `DataError` for a file that is none, or cut."""
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DataError(f"{shown(str(path))} is not a whole zip file: {error}.") from error


def list_zip(path: Path) -> ImageFiles:
    """List the images of a zip, sorted by the bytes of their names, as in a folder.

    Raises `DataError` for a damaged or encrypted zip, for two members of one name, and where
    there is no image.
    """
    skipped: Counter[str] = Counter()
    images: dict[str, int] = {}
    with open_zip(path) as archive:
        for member in archive.infolist():
            if member.is_dir():
                continue
            if is_hidden(member.filename):
                skipped["hidden"] += 1
            elif not is_image(member.filename):
                skipped[other_kind(member.filename)] += 1
            elif member.flag_bits & _ENCRYPTED:
                raise DataError(
                    f"{shown(str(path))} is encrypted ({shown(member.filename)}): give it unpacked "
                    f"or without a password."
                )
            elif member.filename in images:
                raise DataError(
                    f"{shown(str(path))} holds two members named {shown(member.filename)}."
                )
            else:
                images[member.filename] = member.file_size
    if not images:
        raise no_images(str(path), skipped)
    names = tuple(sorted(images, key=as_bytes))
    sizes = tuple(images[name] for name in names)
    return ImageFiles("zip", str(path), names, sizes, ZipMembers(str(path), names), dict(skipped))
