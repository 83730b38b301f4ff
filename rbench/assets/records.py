"""What is remembered of an asset: its hash at the first fetch, and the files already hashed.

One small JSON file beside the cached file, ``.NAME.json``:

    {"address": "https://...", "first_sha256": "..." or null,
     "hashed": {"/path/of/a/file": {"size": 1, "mtime_ns": 2, "sha256": "..."}}}

A file whose size and time of change are those remembered is not hashed again: weights of 2 GB
would cost seconds at every start.
"""

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from rbench.assets.asset import Asset
from rbench.assets.folders import cached_path
from rbench.errors import AssetError


@dataclass(frozen=True, slots=True)
class Hashed:
    """The hash that a file had while it had this size (bytes) and time of change."""

    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Record:
    """What is remembered: the hash of the first fetch, if it matters, and hashes by path."""

    first_sha256: str | None = None
    hashed: dict[str, Hashed] = field(default_factory=dict)

    def sha256_of(self, path: Path) -> str | None:
        """Return the remembered hash, or None if the file was changed since, or never hashed."""
        known = self.hashed.get(str(path.resolve()))
        now = path.stat()
        if known is None or (known.size, known.mtime_ns) != (now.st_size, now.st_mtime_ns):
            return None
        return known.sha256

    def with_hash(self, path: Path, sha256: str) -> "Record":
        """Return the record with this file's hash in it."""
        now = path.stat()
        new = Hashed(now.st_size, now.st_mtime_ns, sha256)
        return Record(self.first_sha256, {**self.hashed, str(path.resolve()): new})


def record_path(asset: Asset) -> Path:
    """Return where the record of an asset lies."""
    path = cached_path(asset)
    return path.with_name(f".{path.name}.json")


def read_record(asset: Asset) -> Record:
    """Return what is remembered; nothing where the address is another by now.

    Raises `AssetError` for a record that cannot be read.
    """
    path = record_path(asset)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["address"] != asset.address:
            return Record()
        hashed = {name: Hashed(**known) for name, known in content["hashed"].items()}
        return Record(content["first_sha256"], hashed)
    except (FileNotFoundError, NotADirectoryError):
        return Record()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AssetError(f"{path} is damaged ({error}): remove it.") from error


def write_record(asset: Asset, record: Record) -> bool:
    """Keep a record; return False where the cache cannot be written, which only costs time."""
    path = record_path(asset)
    content = {
        "address": asset.address,
        "first_sha256": record.first_sha256,
        "hashed": {
            name: {"size": h.size, "mtime_ns": h.mtime_ns, "sha256": h.sha256}
            for name, h in record.hashed.items()
        },
    }
    new = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        new.replace(path)
    except OSError:
        with suppress(OSError):
            new.unlink()
        return False
    return True
