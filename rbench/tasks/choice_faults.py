"""What can be wrong with one row of a multiple-choice data set, in words."""

import string
from collections.abc import Iterator
from unicodedata import category

from rbench.errors import DataError
from rbench.harness.cards import Card
from rbench.harness.data import SourceRow
from rbench.tasks.picture_rows import COLUMN
from rbench.tasks.row_checks import show, value_faults

_NAMES = ("index", "subject", "level")  # they stand in tables and in messages


def check_card(card: Card) -> None:
    """Raise `DataError` if the card does not declare the columns of choice questions."""
    for name in ("index", "question", "A", "B", "answer"):
        if name not in card.columns:
            raise DataError(f"the card {card.name!r} has no column {name!r}, so asks no choices.")
    for name in ("question", "answer", *string.ascii_uppercase):
        if name in card.columns and card.columns[name].types != ("text",):
            raise DataError(f"the card {card.name!r} must declare the column {name!r} as text.")
    for name in card.image_columns:
        if name != COLUMN:
            raise DataError(f"the card {card.name!r} must call its column of pictures {COLUMN!r}.")


def row_faults(row: SourceRow, card: Card) -> list[str]:
    """Return what is wrong with a row by itself: a phrase that names the column and the value."""
    return list(value_faults(row, card)) or list(_choice_faults(row))


def _choice_faults(row: SourceRow) -> Iterator[str]:
    given, letters = row.columns["answer"], "".join(options(row))
    gold = given.strip()
    for column in _NAMES:
        name = row.columns.get(column)
        if isinstance(name, str) and any(category(c) == "Cc" for c in name.strip()):
            yield f"column {column!r}: {show(name)} holds a control character"
    if len(letters) < 2:
        only = f"only {letters}" if letters else "none"
        yield f"columns 'A' to 'F': {only} is filled, and a choice needs two options"
    elif len(gold) != 1 or gold not in string.ascii_letters:
        yield f"column 'answer': {show(given)} is not one letter"
    elif gold in string.ascii_lowercase:
        yield f"column 'answer': {show(given)} is lower case; write {gold.upper()!r}"
    elif gold not in letters:
        yield f"column 'answer': {show(given)} has no option; the row has {', '.join(letters)}"


def options(row: SourceRow) -> dict[str, str]:
    """Return letter to text of the options that are not blank."""
    given = {letter: row.columns.get(letter) for letter in string.ascii_uppercase}
    return {letter: text for letter, text in given.items() if text and text.strip()}
