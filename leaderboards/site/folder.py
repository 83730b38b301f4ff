"""The folder of a site: files are written whole or not at all, and what was written is known."""

import os
from collections.abc import Iterable, Set
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

_DIGITS = 10


@dataclass(frozen=True, slots=True)
class SharedFile:
    """Style or script that pages have in common.

    Its name bears a digest of its content: a browser that keeps files never shows a page with
    the script of an earlier site, and two versions of one file never meet.
    """

    name: str
    content: bytes


def shared_file(stem: str, suffix: str, text: str) -> SharedFile:
    """Return a file named after its content, such as ``run-0123456789.js``."""
    content = text.encode()
    return SharedFile(f"{stem}-{sha256(content).hexdigest()[:_DIGITS]}.{suffix}", content)


class SiteFolder:
    """Where a site is written to. Names are relative, with slashes: ``quiz/index.html``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pictures: dict[tuple[str, str], str] = {}
        """Folder and blob -> name of the file: the pictures that were written here."""
        self._written: set[str] = set()

    @property
    def written(self) -> frozenset[str]:
        """The names of what was written, or is known to have been."""
        return frozenset(self._written)

    def write(self, name: str, content: bytes | str) -> None:
        """Write a file, in whatever folder of the site it lies.

        Others may write the same file at the same time: the last one stays, whole.
        """
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            temporary.write_bytes(content.encode() if isinstance(content, str) else content)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self._written.add(name)

    def write_once(self, name: str, content: bytes) -> None:
        """Write a file that is named after its content, unless it was written here before."""
        if name not in self._written:
            self.write(name, content)

    def take_back(self, start: str, before: Set[str]) -> None:
        """Remove what was written below `start`, but for the names of `before`."""
        for name in sorted(self._written - before):
            if name.startswith(start):
                (self.path / name).unlink(missing_ok=True)
                self._written.discard(name)
        with suppress(OSError):  # other files may be there
            (self.path / start).rmdir()

    def share(self, *files: SharedFile) -> None:
        """Write what pages have in common."""
        for file in files:
            self.write_once(file.name, file.content)

    def note(self, names: Iterable[str]) -> None:
        """Remember files that another process has written."""
        self._written.update(names)
