"""Images in a folder and the folders below it."""

import os
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rbench.errors import DataError
from rbench.metrics.images.listing import Fetch, ImageFiles
from rbench.metrics.images.naming import (
    as_bytes,
    extension,
    is_hidden,
    is_image,
    no_images,
    other_kind,
    shown,
)
from rbench.metrics.images.policy import Unreadable


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """Files below a folder."""

    root: str
    names: tuple[str, ...]

    @contextmanager
    def opened(self) -> Iterator[Fetch]:
        """Give a function that returns the bytes of the file with an index."""

        def fetch(index: int) -> bytes:
            try:
                return Path(self.root, self.names[index]).read_bytes()
            except OSError as error:
                raise Unreadable(f"cannot be opened: {error.strerror}") from error

        yield fetch


def list_folder(path: Path) -> ImageFiles:
    """List the images below a folder, sorted by the bytes of their relative posix paths.

    Links to files and folders are followed; a link to a folder that it lies in is not. Hidden
    files and folders and files with other extensions are skipped and counted. A broken link named
    like an image stays in the list, so that reading refuses it by name.
    Raises `DataError` for a folder that cannot be listed, without images, or with images and tars.
    """
    skipped: Counter[str] = Counter()
    found = sorted(_walk(path, skipped), key=lambda item: as_bytes(item[0]))
    if not found:
        raise no_images(str(path), skipped)
    if skipped[".tar"]:
        raise DataError(
            f"{shown(str(path))} holds both {len(found)} images and {skipped['.tar']} tars: "
            f"give a folder with one kind, or the tars themselves."
        )
    names = tuple(name for name, _ in found)
    sizes = tuple(size for _, size in found)
    return ImageFiles(
        "folder", str(path), names, sizes, FolderFiles(str(path), names), dict(skipped)
    )


def tars_in(path: Path) -> list[Path]:
    """Return the tars of a folder that holds tars and no image, in bytewise order; else none."""
    skipped: Counter[str] = Counter()
    tars: list[str] = []
    for name, _ in _walk(path, skipped, ".tar"):
        if is_image(name):
            return []
        tars.append(name)
    return [path / name for name in sorted(tars, key=as_bytes)]


def _walk(root: Path, skipped: Counter[str], also: str = "") -> Iterator[tuple[str, int]]:
    top = root.stat()
    todo = [("", frozenset({(top.st_dev, top.st_ino)}))]
    while todo:
        folder, above = todo.pop()
        for entry in _entries(root / folder):
            name = folder + entry.name
            if is_hidden(entry.name):
                skipped["hidden"] += 1
                continue
            status: os.stat_result | None
            try:
                status = entry.stat()
            except OSError:
                # Gone, forbidden, or a link to nothing: reading will say which.
                status = None
            if status is not None and stat.S_ISDIR(status.st_mode):
                here = (status.st_dev, status.st_ino)
                if here in above:
                    skipped["links to a folder above"] += 1
                else:
                    todo.append((name + "/", above | {here}))
            elif not is_image(name) and (not also or extension(name) != also):
                skipped[other_kind(name)] += 1
            elif status is not None and not stat.S_ISREG(status.st_mode):
                skipped["not regular files"] += 1
            else:
                yield name, 0 if status is None else status.st_size


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise DataError(
            f"the folder {shown(str(folder))} cannot be listed: {error.strerror}."
        ) from error
