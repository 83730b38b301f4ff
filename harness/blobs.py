"""Pictures by name: a folder in which every file is named by the sha256 of its bytes."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from rbench.errors import RunDirectoryError

MEDIA_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
}
_NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,8}")


class BlobFolder:
    """A folder of blobs. Equal bytes are one file; what is there is never written again."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, name: str) -> bytes:
        """Return the bytes. Raises `RunDirectoryError` where they are not there, or not whole."""
        path = self.file(name)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise RunDirectoryError(f"{path} cannot be read: {error.strerror}.") from error
        if hashlib.sha256(content).hexdigest() != name.partition(".")[0]:
            raise RunDirectoryError(f"{path} does not hold what its name says; remove it.")
        return content

    def write(self, content: bytes, suffix: str) -> str:
        """Keep the bytes; return their name. Raises `RunDirectoryError`."""
        name = f"{hashlib.sha256(content).hexdigest()}.{suffix}"
        path = self.file(name)
        if not path.exists():
            try:
                self._keep(content, path)
            except OSError as error:
                raise RunDirectoryError(f"{path} cannot be written: {error.strerror}.") from error
        return name

    def _keep(self, content: bytes, path: Path) -> None:
        """Write the file whole or not at all: others may look for it at the same time."""
        self.path.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self.path, prefix=".")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)

    def file(self, name: str) -> Path:
        """Return where a blob lies. Raises `RunDirectoryError` for what is no name of one."""
        if not _NAME.fullmatch(name):
            raise RunDirectoryError(f"{name!r} is not the name of a blob.")
        return self.path / name


def media_type(name: str) -> str:
    """Return the media type of a blob by its suffix, e.g. ``image/png``."""
    return MEDIA_TYPES.get(name.rpartition(".")[2], "application/octet-stream")


class TemporaryBlobs(BlobFolder):
    """A folder of blobs that is gone with this object: what a task holds before a run does."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rbench-")
        super().__init__(Path(self._folder.name))

    def _keep(self, content: bytes, path: Path) -> None:
        """Write the file straight: nobody else knows of this folder."""
        path.write_bytes(content)
