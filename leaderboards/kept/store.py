"""The folder of a kept leaderboard: the only code that touches it.

DIR/
kept.json                  says what the folder is; locked while something is written
<task>/<model>-<key>.json  one run each (see record.py)

Whatever else lies there, such as a rendered table, is left alone.
"""

import fcntl
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rbench.errors import DataError, UsageError, nearest
from rbench.leaderboards.kept.record import SCHEMA, KeptRun, kept_run

MARKER = "kept.json"

_KEY = re.compile(r"[\w+][\w.~+@ -]{0,199}/[\w+][\w.~+@ -]{0,199}")


class KeptFolder:
    """A kept leaderboard, opened with `existing` or `made`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def existing(cls, path: Path | str) -> "KeptFolder":
        """Open a kept leaderboard. Raises `DataError` for a folder that is none."""
        folder = cls(Path(path))
        marker = folder.path / MARKER
        if not marker.is_file():
            raise DataError(
                f"{folder.path} is no kept leaderboard: it holds no {MARKER}; "
                f"`rbench leaderboard add RUN --to {folder.path}` makes one."
            )
        _check_marker(marker)
        return folder

    @classmethod
    def made(cls, path: Path | str) -> "KeptFolder":
        """Open a kept leaderboard, or make one where nothing is yet.

        Raises `DataError` for a folder that holds something else.
        """
        folder = cls(Path(path))
        marker = folder.path / MARKER
        if not marker.is_file():
            # Hidden files are those of version control, and of another process that makes it now.
            held = folder.path.is_dir() and any(
                not path.name.startswith(".") for path in folder.path.iterdir()
            )
            if held and not marker.is_file():  # looked at again: another process may have made it
                raise DataError(
                    f"{folder.path} is not empty and no kept leaderboard: give a new folder."
                )
            folder.path.mkdir(parents=True, exist_ok=True)
            content = json.dumps({"schema": SCHEMA}) + "\n"
            # Whoever comes second leaves the file of the first, on which that one may hold a lock.
            with suppress(FileExistsError):
                _write(marker, content.encode(), anew=True)
        return cls.existing(path)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder for this process; another one that writes is waited for."""
        with (self.path / MARKER).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def known(self) -> list[str]:
        """Return the keys of all kept runs, sorted."""
        found = (f"{file.parent.name}/{file.stem}" for file in self.path.glob("*/*.json"))
        return sorted(key for key in found if _KEY.fullmatch(key))

    def read(self, key: str) -> KeptRun:
        """Return a kept run. Raises `DataError` where its file is damaged or misplaced."""
        file = self.file_of(key)
        run = kept_run(file.read_bytes(), str(file))
        if run.key != key:
            raise DataError(f"{file} holds the entry {run.key!r}: move it to its own name.")
        return run

    def find(self, key: str) -> KeptRun:
        """Return the kept run that a person names, to be changed.

        ``@EVALUATOR`` at the end, as in the lines of runs of images, names the whole run. Raises
        `UsageError` for an unknown key, `DataError` for one whose file was changed by hand.
        """
        known = self.known()
        key = key if key in known else key.rpartition("@")[0] or key
        if key not in known:
            hint = nearest(key, known) if known else "; it is empty."
            raise UsageError(f"{self.path} keeps no {key!r}{hint}")
        run = self.read(key)
        if not run.intact:
            raise DataError(
                f"{self.file_of(key)} was changed by hand: it has not the hash that it names; "
                f"restore it from version control first."
            )
        return run

    def all(self) -> "tuple[list[KeptRun], list[str]]":
        """Return the kept runs, sorted by key, and a sentence for every file that is damaged."""
        found, faults = [], []
        for key in self.known():
            try:
                found.append(self.read(key))
            except DataError as error:
                faults.append(str(error))
        return found, faults

    def write(self, run: KeptRun) -> None:
        """Write the file of a kept run whole or not at all; hold the folder."""
        _write(self.file_of(run.key), run.to_bytes())

    def file_of(self, key: str) -> Path:
        """Return the file of a key. Raises `DataError` for a key that is no name of a file."""
        if not _KEY.fullmatch(key):
            raise DataError(f"{key!r} cannot be kept: it is no id of a run, as in task/model-1a2b.")
        return self.path / f"{key}.json"


def _check_marker(marker: Path) -> None:
    try:
        content = json.loads(marker.read_bytes())
    except (ValueError, RecursionError):
        content = None
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != SCHEMA:
        raise DataError(
            f"{marker} has schema {schema!r}, and this rbench reads {SCHEMA!r}; use the rbench "
            f"that wrote it, or restore the file."
        )


def _write(file: Path, content: bytes, *, anew: bool = False) -> None:
    """Write a file whole or not at all; with `anew` raise `FileExistsError` where there is one."""
    file.parent.mkdir(exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        Path(temporary).chmod(0o644)
        if anew:
            _link(file, temporary)
        else:
            Path(temporary).replace(file)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _link(file: Path, target: str) -> None:
    try:
        file.hardlink_to(target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links, such as that of a memory stick
        Path(target).replace(file)
