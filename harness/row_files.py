"""Rows out of files: parquet through pyarrow, JSON lines through json.

Neither pandas nor `datasets` is loaded, nothing is unpickled, and pyarrow only for parquet. Rows
with pictures are read a few at a time: what stays is where their pictures lie.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from rbench.errors import DataError, nearest
from rbench.harness.cards import Card
from rbench.harness.types import Json

if TYPE_CHECKING:
    from rbench.harness.pictures.intake import PictureIntake

# Of rows with pictures, which are held in memory together.
_BATCH = 16


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row as its source has it. `row` counts from 1; in JSON lines it is the line.

    In a column of pictures there is a `StoredPicture`, a `BrokenPicture` or None (see
    pictures/intake.py) in place of the bytes.
    """

    columns: Mapping[str, Json]
    file: str
    row: int


def read_file(
    file: Path | Traversable, card: Card, shown: str, pictures: "PictureIntake | None" = None
) -> list[SourceRow]:
    """Read the card's columns of one file. `shown` names it in messages.

    `pictures` takes the pictures, for cards with such columns. Raises `DataError` for a file that
    cannot be read or lacks a column that the card requires.
    """
    folder = file.parent if isinstance(file, Path) else None
    if isinstance(file, Path) and file.suffix == ".parquet":
        records = _parquet_records(file, card, shown)
    else:
        records = _json_records(file, card, shown)
    return source_rows(records, card, shown, pictures, folder)


def source_rows(
    records: Iterable[tuple[int, dict[str, Json]]],
    card: Card,
    shown: str,
    pictures: "PictureIntake | None",
    folder: Path | None,
) -> list[SourceRow]:
    """Return numbered records as rows, with their pictures taken. Paths start at `folder`."""
    columns = card.image_columns
    if not columns or pictures is None:
        return [SourceRow(values, shown, number) for number, values in records]
    rows: list[SourceRow] = []
    remaining = iter(records)
    while batch := list(islice(remaining, _BATCH)):
        for name in columns:
            holders = [values for _, values in batch if name in values]
            taken = pictures.take([values[name] for values in holders], folder)
            for values, picture in zip(holders, taken, strict=True):
                values[name] = picture
        rows += [SourceRow(values, shown, number) for number, values in batch]
    return rows


def check_columns(present: Sequence[str], card: Card, shown: str) -> None:
    """Raise `DataError` if a column that the card requires is not `present`."""
    missing = [name for name, c in card.columns.items() if c.required and name not in present]
    if missing:
        names = " and ".join(repr(name) for name in missing)
        hint = nearest(missing[0], present) if present else "; it has no columns."
        raise DataError(f"{shown} lacks the column {names} of the card {card.name!r}{hint}")


def _parquet_records(file: Path, card: Card, shown: str) -> Iterator[tuple[int, dict[str, Json]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    read = 0
    try:
        # Without its own buffering, pyarrow holds a whole row group, which may be the whole file.
        with pq.ParquetFile(file, buffer_size=1 << 16, pre_buffer=False) as parquet:
            names = parquet.schema_arrow.names
            check_columns(names, card, shown)
            wanted = [name for name in card.columns if name in names]
            size = _BATCH if card.image_columns else 1024
            for batch in parquet.iter_batches(size, columns=wanted):
                yield from enumerate(batch.to_pylist(), start=read + 1)
                read += batch.num_rows
    except (pa.ArrowException, OSError, ValueError) as error:
        if file.stat().st_size < 1024 and b"git-lfs" in file.read_bytes():
            raise DataError(
                f"{shown} is a git-lfs pointer, not data: run `git lfs pull`."
            ) from error
        raise DataError(f"{shown} cannot be read as parquet: {_one_line(error)}.") from error


def _json_records(
    file: Path | Traversable, card: Card, shown: str
) -> Iterator[tuple[int, dict[str, Json]]]:
    present: dict[str, None] = {}
    number = 0
    for number, line in _lines(file, shown):
        try:
            values = json.loads(line.decode("utf-8"))
        except ValueError as error:
            raise DataError(f"{shown}, line {number} is not JSON: {_one_line(error)}.") from error
        if not isinstance(values, dict):
            raise DataError(f"{shown}, line {number} is not a JSON object: {str(values)[:60]!r}.")
        present |= dict.fromkeys(values)
        yield number, {k: values[k] for k in card.columns if k in values}
    if number:
        check_columns(list(present), card, shown)


def _lines(file: Path | Traversable, shown: str) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank, numbered from 1."""
    try:
        with file.open("rb") as opened:
            for number, line in enumerate(opened, start=1):
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                if line.strip():
                    yield number, line
    except OSError as error:
        raise DataError(f"{shown} cannot be read: {_one_line(error)}.") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".")
