"""The loader: the rows of a data set, from where its card or the user says.

A folder given by the user goes first, then the files that come with rbench, then the hub.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from rbench.errors import DataError, UsageError, nearest
from rbench.harness.blobs import TemporaryBlobs
from rbench.harness.cards import Card
from rbench.harness.local_files import find_files, missing_files
from rbench.harness.pictures.conversion import MAX_SIDE
from rbench.harness.row_files import SourceRow, read_file
from rbench.harness.types import Blobs

if TYPE_CHECKING:
    from rbench.harness.pictures.intake import PictureIntake

__all__ = ["Loaded", "Source", "SourceRow", "load_rows"]

Source: TypeAlias = Literal["hub", "folder", "package"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rows of each subset as they stand in the source, columns checked, values not yet.

    `revision` is the commit they come from, None where they do not come from the hub. `blobs`
    holds the pictures that the rows name, for as long as it lives; None where the card has none.
    """

    rows: Mapping[str, Sequence[SourceRow]]
    source: Source
    revision: str | None
    warnings: tuple[str, ...]
    blobs: Blobs | None = None


def load_rows(
    card: Card,
    *,
    data: Path | None = None,
    offline: bool = False,
    subsets: Sequence[str] | None = None,
    max_side: int = MAX_SIDE,
) -> Loaded:
    """Load the rows of a card's subsets (all, unless named).

    `data` is a folder in the layout of the hub; `offline` never touches the network. Another
    number of rows than the card expects is a warning for a folder, where subsets are legal, and
    for a card that pins no commit; elsewhere it is an error. Pictures are converted, with no side
    above `max_side` pixels; what is none stands in its row as a `BrokenPicture`. Raises
    `DataError`, and `UsageError` for an unknown subset.
    """
    names = list(dict.fromkeys(card.subsets if subsets is None else subsets))
    for name in names:
        if name not in card.subsets:
            raise UsageError(
                f"{card.name} has no subset {name!r}{nearest(name, list(card.subsets))}"
            )
    source: Source
    rows: Mapping[str, Sequence[SourceRow]]
    revision: str | None = None
    warnings: tuple[str, ...] = ()
    blobs = TemporaryBlobs() if card.image_columns else None
    if blobs is not None:
        _log.info("reading the pictures of %s", card.name)
    with _intake(blobs, max_side) as pictures:
        if data is not None:
            source, rows = "folder", {n: _from_folder(card, n, data, pictures) for n in names}
        elif card.package_files:
            source, rows = "package", {n: _from_package(card, n, pictures) for n in names}
        elif card.hub:
            from rbench.harness.hub import load_from_hub

            hub = load_from_hub(card, names, offline=offline, pictures=pictures)
            source, rows, revision, warnings = "hub", hub.rows, hub.revision, hub.warnings
        else:
            raise DataError(f"{card.name} is not on the hub. {card.obtain}")
    counts = _check_counts(card, rows, source)
    return Loaded(rows, source, revision, (*warnings, *counts), blobs)


@contextmanager
def _intake(blobs: Blobs | None, max_side: int) -> "Iterator[PictureIntake | None]":
    if blobs is None:
        yield None
        return
    from rbench.harness.pictures.intake import PictureIntake

    with PictureIntake(blobs, max_side) as pictures:
        yield pictures


def _from_folder(
    card: Card, name: str, data: Path, pictures: "PictureIntake | None"
) -> list[SourceRow]:
    folder, subset = data.expanduser(), card.subsets[name]
    files = find_files(folder, subset)
    if not files:
        raise missing_files(folder, subset, card)
    return [row for file in files for row in read_file(file, card, str(file), pictures)]


def _from_package(card: Card, name: str, pictures: "PictureIntake | None") -> list[SourceRow]:
    file = card.package_files[name]
    return read_file(card.folder / file, card, file, pictures)


def _check_counts(
    card: Card, rows: Mapping[str, Sequence[SourceRow]], source: Source
) -> tuple[str, ...]:
    warnings = []
    for name, found in rows.items():
        subset = card.subsets[name]
        if not found:
            config = f"{subset.config}, " if subset.config else ""
            raise DataError(f"{card.name}: {config}split {subset.split!r}, has no rows.")
        if len(found) != subset.rows:
            sentence = (
                f"{card.name}: {subset.name} has {len(found)} rows where the card expects "
                f"{subset.rows} ({found[0].file})."
            )
            if source == "package" or (source == "hub" and card.revision):
                raise DataError(sentence)
            warnings.append(sentence)
    return tuple(warnings)
