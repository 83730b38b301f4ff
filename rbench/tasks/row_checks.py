"""What every row of a data set is checked for, and the sentences that say what was found."""

from collections.abc import Iterator, Sequence

from rbench.errors import DataError
from rbench.harness.cards import Card, Column
from rbench.harness.data import Loaded, SourceRow
from rbench.harness.pictures.intake import BrokenPicture, StoredPicture
from rbench.harness.types import Json

_SHOWN_FAULTS = 10


def value_faults(row: SourceRow, card: Card) -> Iterator[str]:
    """Yield what is wrong with the values of a row: a phrase with the column and the value."""
    for name, column in card.columns.items():
        if name not in row.columns:
            if column.required:
                yield f"column {name!r}: it is missing in this row"
            continue
        value = row.columns[name]
        blank = value is None or (isinstance(value, str) and not value.strip())
        if isinstance(value, BrokenPicture):
            yield f"column {name!r}: {value.reason}"
        elif blank and not column.nullable:
            yield f"column {name!r}: {show(value)} is blank"
        elif value is not None and not _fits(value, column):
            yield f"column {name!r}: {show(value)} is not {' or '.join(column.types)}"


def _fits(value: Json, column: Column) -> bool:
    if isinstance(value, StoredPicture):
        return "image" in column.types
    if isinstance(value, str):
        return "text" in column.types
    # pandas writes whole numbers as floats where a column has gaps.
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return whole and not isinstance(value, bool) and "integer" in column.types


def raise_faults(faults: Sequence[str]) -> None:
    """Raise `DataError` with the faults, one a line, where there are any."""
    if len(faults) == 1:
        raise DataError(faults[0])
    if faults:
        listed = "".join(f"\n  {fault}" for fault in faults[1:_SHOWN_FAULTS])
        raise DataError(f"{faults[0]} And {len(faults) - 1} more:{listed}")


def check_hash(content: str, loaded: Loaded, card: Card) -> list[str]:
    """Compare the content's hash with the card's, where it has one and all subsets are there.

    Another one is a warning for a folder; elsewhere it raises `DataError`.
    """
    complete = set(loaded.rows) == set(card.subsets)
    if not card.content_sha256 or not complete or content == card.content_sha256:
        return []
    sentence = (
        f"{card.name}: the content hash is {content} where the card says {card.content_sha256}."
    )
    if loaded.source != "folder":
        raise DataError(sentence)
    return [sentence]


def where(row: SourceRow) -> str:
    """Return file and row, for messages."""
    return f"{row.file}, row {row.row}"


def show(value: Json) -> str:
    """Return a value for messages, cut to 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
