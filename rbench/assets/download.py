"""A plain address into a file: what was cut off is continued where it stopped.

The bytes so far lie in the part file, and beside it ``.etag`` holds what the server said they are
bytes of. A server that has another file by now, or that knows no ranges, sends all of it again.
"""

import logging
import shutil
import time
from io import RawIOBase
from pathlib import Path

from rbench.assets.asset import Asset
from rbench.assets.folders import how_to_mirror
from rbench.assets.progress import Progress
from rbench.assets.transfer import NotContinued, Refused, TransferCut, open_from
from rbench.errors import AssetError

TIMEOUT_SECONDS = 30.0
FIRST_PAUSE_SECONDS = 1.0
FAILURES_IN_A_ROW = 5
_CHUNK = 1 << 18
_log = logging.getLogger("rbench.assets")


def download(asset: Asset, part: Path, *, progress: Progress | None = None) -> None:
    """Fetch the address of an asset into `part`, and continue what `part` holds already.

    A cut or slow connection and an overloaded server are tried again, with longer and longer
    pauses; what has arrived counts. Raises `AssetError` when five tries in a row brought nothing,
    when there is no network or no such file, and when the disk is full. `part` is kept then.
    """
    failures = 0
    while True:
        before = _size(part)
        try:
            _continue(asset, part, progress)
            return
        except TransferCut as cut:
            if isinstance(cut, NotContinued):
                discard(part)
            failures = 1 if _size(part) > before else failures + 1
            if failures == FAILURES_IN_A_ROW:
                raise AssetError(_cannot(asset, str(cut))) from cut
            pause = cut.retry_after or FIRST_PAUSE_SECONDS * 2 ** (failures - 1)
            _log.info("%s: %s; trying again in %.0f s.", asset.name, cut, pause)
            time.sleep(pause)
        except Refused as refusal:
            raise AssetError(_cannot(asset, str(refusal))) from refusal


def discard(part: Path) -> None:
    """Remove a part file and what belongs to it."""
    part.unlink(missing_ok=True)
    _tag_of(part).unlink(missing_ok=True)


def _continue(asset: Asset, part: Path, progress: Progress | None) -> None:
    """Fetch what is missing. Raises `TransferCut`, `Refused` and `AssetError`."""
    held = _size(part)
    tag = _tag_of(part).read_text(encoding="utf-8") if _tag_of(part).is_file() else ""
    if held and not (tag or asset.sha256):
        held = 0  # Nothing would tell that the rest is the rest of the same file.
    with open_from(asset.address, held, tag, TIMEOUT_SECONDS) as answer:
        if answer.complete:
            return
        if answer.total is not None and asset.size not in (None, answer.total):
            raise Refused(f"the server's file has {answer.total} bytes instead of {asset.size}")
        held = answer.start
        missing = (answer.total or asset.size or 0) - held
        _check_space(asset, part, missing)
        try:
            if held == 0:
                _tag_of(part).write_text(answer.tag, encoding="utf-8")
            file = part.open("ab" if held else "wb", buffering=0)
        except OSError as error:
            raise _unwritable(part, error) from error
        with file:
            while piece := answer.read(_CHUNK):
                try:
                    _write_all(file, piece)
                except OSError as error:
                    raise _unwritable(part, error) from error
                held += len(piece)
                if progress:
                    progress("fetch", held, answer.total or asset.size)
    if answer.total is not None and held < answer.total:
        raise TransferCut(f"the connection ended after {held} of {answer.total} bytes")


def _write_all(file: RawIOBase, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[file.write(rest) :]


def _check_space(asset: Asset, part: Path, missing: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if missing > free:
        raise AssetError(
            f"{asset.what} needs {missing / 1e6:.0f} MB more and {part.parent} has "
            f"{free / 1e6:.0f} MB free: make room, or set RBENCH_CACHE to a folder on another disk."
        )


def _unwritable(part: Path, error: OSError) -> AssetError:
    return AssetError(
        f"{part} cannot be written ({error.strerror}): make room, or set RBENCH_CACHE to another "
        f"folder; what has arrived is kept and continued."
    )


def _cannot(asset: Asset, why: str) -> str:
    return (
        f"{asset.what} cannot be fetched from {asset.address} ({why}): try again, "
        f"or {how_to_mirror(asset)}."
    )


def _size(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0


def _tag_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.etag")
