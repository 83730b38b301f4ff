"""The run directory: the only code that touches `runs/`.

runs/<task>/<model>-<answer key>/
plan.json      what is asked of whom, both keys, protocol, settings
items.jsonl    the questions, once
calls.jsonl    the journal (see journal.py)
blobs/         the pictures of questions and replies, by the sha256 of their bytes
shards/        the samples of an image run (see images/shards.py), in place of these three
results.json   the rows, and their hash; nothing in it that is measured by a clock
costs.json     seconds, tokens, money
env.json       versions, machine, command line
.lock          held by the process at work
"""

import fcntl
import json
import os
import socket
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from rbench.errors import RunDirectoryError
from rbench.harness.blobs import BlobFolder
from rbench.harness.calls import Calls
from rbench.harness.canonical import json_line
from rbench.harness.journal import Entry, Journal, read_entries
from rbench.harness.plan import SCHEMA_VERSION
from rbench.harness.results_file import misfit, sealed, unsealed
from rbench.harness.types import Item, Json

_SET_ASIDE = (
    ("calls", ".jsonl"),
    ("shards", ""),
    ("results", ".json"),
    ("costs", ".json"),
    ("neighbours", ".npz"),
)


class RunDirectory:
    """The files of one run: one task and one model."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"RunDirectory({str(self.path)!r})"

    @classmethod
    def existing(cls, path: Path | str) -> "RunDirectory":
        """Open a run that is there already. Raises `RunDirectoryError` otherwise."""
        run = cls(Path(path))
        if not (run.path / "plan.json").is_file():
            raise RunDirectoryError(
                f"{run.path} is not a run: it holds no plan.json; "
                f"a run is a folder such as runs/rbench-t/<model>-<key>."
            )
        return run

    @contextmanager
    def lock(self, *, shared: bool = False) -> Iterator[None]:
        """Hold the run for this process. Raises `RunDirectoryError` naming who holds it.

        `shared` lets the other ranks of one launch in, and nobody else.
        """
        with self._lock_file(".lock") as file:
            try:
                fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "another process"
                raise RunDirectoryError(
                    f"{self.path} is being worked on by {holder}; wait for it or stop it first."
                ) from None
            file.truncate(0)
            file.write(f"process {os.getpid()} on {socket.gethostname()}")
            file.flush()
            yield
            if not shared:
                file.truncate(0)

    @contextmanager
    def merging(self) -> Iterator[bool]:
        """Give whether this rank is the one that writes the results: no other does just now."""
        with self._lock_file(".merge.lock") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def written_since(self, name: str, seconds: float) -> bool:
        """Return whether a file of the run was written after that time (of `time.time`)."""
        path = self.path / name
        return path.exists() and path.stat().st_mtime > seconds

    def _lock_file(self, name: str) -> TextIO:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            return (self.path / name).open("a+", encoding="utf-8")
        except OSError as error:
            raise RunDirectoryError(
                f"{self.path} cannot be written ({error.strerror}); choose another --out."
            ) from error

    def read_json(self, name: str) -> dict[str, Json] | None:
        """Return the content of a JSON file of the run, or None where it is not there."""
        path = self.path / name
        try:
            content: Json = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RunDirectoryError(f"{path} cannot be read: {error.strerror}.") from error
        except (ValueError, RecursionError) as error:
            why = "nested too deeply" if isinstance(error, RecursionError) else error
            raise RunDirectoryError(f"{path} is not JSON ({why}); remove it.") from error
        if not isinstance(content, dict):
            raise RunDirectoryError(f"{path} holds no mapping; remove it.")
        return content

    def read_results(self) -> tuple[dict[str, Json], bool] | None:
        """Return results.json and whether it has the hash that it names; None where it is not.

        Raises `RunDirectoryError` where it is not such as rbench writes.
        """
        content = self.read_json("results.json")
        if content is None:
            return None
        version = content.get("schema_version", SCHEMA_VERSION)
        if version != SCHEMA_VERSION:
            raise RunDirectoryError(
                f"{self.path / 'results.json'} has schema version {version!r}, and this rbench "
                f"reads {SCHEMA_VERSION}; use the rbench that made the run, or run it again."
            )
        results, intact = unsealed(content)
        wrong = misfit(results)
        if wrong:
            raise RunDirectoryError(
                f"{self.path / 'results.json'} is not what rbench writes: {wrong}; remove it, and "
                f"`rbench score {self.path}` writes it again."
            )
        return results, intact

    def write_results(self, results: Mapping[str, Json]) -> None:
        """Write results.json with its own hash, whole or not at all."""
        self.write_json("results.json", sealed(results))

    def write_json(self, name: str, value: Json) -> None:
        """Write a JSON file whole or not at all."""
        text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
            text = json.dumps(value, indent=1, allow_nan=False) + "\n"
        self._write(name, text.encode())

    def read_items(self) -> tuple[Item, ...]:
        """Return the questions of the run."""
        path = self.path / "items.jsonl"
        try:
            with path.open("rb") as file:
                records = [json.loads(line) for line in file]
            return tuple(Item(**{**r, "blobs": tuple(r["blobs"])}) for r in records)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise RunDirectoryError(
                f"{path} cannot be read ({error}); start the run over with --fresh."
            ) from error

    def write_items(self, items: Sequence[Item]) -> None:
        """Write the questions, unless they are there."""
        if not (self.path / "items.jsonl").exists():
            self._write("items.jsonl", b"".join(json_line(asdict(item)) for item in items))

    def journal(self) -> Journal:
        """Open the journal for appending; hold the lock."""
        return Journal(self.path / "calls.jsonl")

    def entries(self) -> Iterator[Entry]:
        """Yield all journalled calls in the order in which they came."""
        return read_entries(self.path / "calls.jsonl")

    def calls(self) -> Calls:
        """Return the journalled calls, to be looked up."""
        return Calls(self.entries())

    @property
    def blobs(self) -> BlobFolder:
        """The pictures of the questions and of the replies."""
        return BlobFolder(self.path / "blobs")

    def set_aside(self) -> None:
        """Move what was made and the results out of the way (`--fresh`); nothing is deleted."""
        number = 1
        while any((self.path / f"{n}.{number}{s}").exists() for n, s in _SET_ASIDE):
            number += 1
        for name, suffix in _SET_ASIDE:
            old = self.path / f"{name}{suffix}"
            if old.exists():
                old.rename(self.path / f"{name}.{number}{suffix}")

    def _write(self, name: str, content: bytes) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.path, prefix=f".{name}.")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                Path(temporary).chmod(0o644)
                Path(temporary).replace(self.path / name)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise RunDirectoryError(
                f"{self.path / name} cannot be written: {error.strerror}."
            ) from error
