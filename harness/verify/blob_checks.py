"""The pictures of a run: each holds what its name says, and none that is named is missing."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rbench.errors import RunDirectoryError
from rbench.harness.blobs import BlobFolder
from rbench.harness.journal import Entry
from rbench.harness.plan import Cell, units
from rbench.harness.types import Item
from rbench.harness.verify.checks import Check, differs, verified

_SHOWN = 3


def blobs(folder: BlobFolder, named: Iterable[str]) -> Check | None:
    """Check the pictures by the sha256 of their bytes; None where there are none at all."""
    wanted = dict.fromkeys(named)
    there = _files(folder)
    if not wanted and not there:
        return None
    faults = [*_bad_names(folder, wanted), *_other_bytes(folder, there)]
    missing = [name for name in wanted if name not in there and _is_name(folder, name)]
    faults += [f"{name} is missing" for name in missing]
    if faults:
        more = f" and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        return differs("pictures", "; ".join(faults[:_SHOWN]) + more)
    text = f"{len(wanted)} pictures by their sha256"
    unused = sum(_is_name(folder, name) for name in there.keys() - wanted.keys())
    return verified("pictures", f"{text}; {unused} more that nothing names" if unused else text)


def named_blobs(cell: Cell, items: Sequence[Item], entries: Sequence[Entry]) -> Iterator[str]:
    """Yield the pictures of the questions that may have been asked, and those of the replies."""
    asked = {item for unit in units(items, cell.selection, cell.batch) for item, _ in unit.samples}
    for item in items:
        if item.id in asked:
            yield from item.blobs
    for entry in entries:
        yield from entry.reply.blobs


def _files(folder: BlobFolder) -> dict[str, Path]:
    """Return what lies in the folder by name, without what a killed process left half written."""
    if not folder.path.is_dir():
        return {}
    return {path.name: path for path in folder.path.iterdir() if not path.name.startswith(".")}


def _is_name(folder: BlobFolder, name: str) -> bool:
    try:
        folder.file(name)
    except RunDirectoryError:
        return False
    return True


def _bad_names(folder: BlobFolder, wanted: Iterable[str]) -> list[str]:
    return [f"{name!r} is no name of a picture" for name in wanted if not _is_name(folder, name)]


def _other_bytes(folder: BlobFolder, there: dict[str, Path]) -> Iterator[str]:
    for name, path in sorted(there.items()):
        if not _is_name(folder, name):
            continue
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            yield f"{name} cannot be read: {error.strerror}"
            continue
        if found != name.partition(".")[0]:
            yield f"{name} holds bytes of sha256 {found}"
