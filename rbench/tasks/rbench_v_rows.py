"""Rows of RBench-V, validated, as items: before any model is called.

The set has no ids: a question is the n-th row of its category, so that the order of rows matters.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from rbench.errors import DataError
from rbench.harness.canonical import digest
from rbench.harness.cards import Card
from rbench.harness.data import Loaded, SourceRow
from rbench.harness.types import Item, Json
from rbench.tasks.inline_options import inline_options
from rbench.tasks.picture_rows import (
    COLUMN,
    item_content,
    picture_data,
    picture_of,
    picture_warnings,
)
from rbench.tasks.row_checks import check_hash, raise_faults, show, value_faults, where

CATEGORIES = ("math", "physics", "counting", "game")
_CATEGORY = "catagory"  # sic: so it stands in the set
_TYPES = {"question": "text", "answer": "text", _CATEGORY: "text", COLUMN: "image"}


@dataclass(frozen=True, slots=True)
class VisualData:
    """The questions of RBench-V, one category after the other, each in the order of its rows.

    `content_sha256` is the same for every file format, and of a picture depends on the bytes that
    are published, not on how they are shown.
    """

    items: tuple[Item, ...]
    content_sha256: str
    warnings: tuple[str, ...]


def visual_items(loaded: Loaded, card: Card) -> VisualData:
    """Validate the rows and return the items.

    ``Item.data`` holds ``question``, ``gold``, ``category``, ``language`` (``en``), ``options``
    (letter to text) where they stand plainly in the question, and ``picture`` (width and height
    as it is shown) where there is one. Raises `DataError` with one sentence per fault: file, row,
    column, value.
    """
    _check_card(card)
    rows = [row for part in loaded.rows.values() for row in part]
    raise_faults([f"{where(row)}, {fault}." for row in rows for fault in _faults(row, card)])
    by_category: dict[str, list[SourceRow]] = {category: [] for category in CATEGORIES}
    for row in rows:
        by_category[_category(row)].append(row)
    sources = {
        f"{category}/{number}": row
        for category, part in by_category.items()
        for number, row in enumerate(part, start=1)
    }
    items = tuple(_item(name, row) for name, row in sources.items())
    pictures = {name: picture_of(row) for name, row in sources.items()}
    content = digest([item_content(item, pictures[item.id]) for item in items])
    blind = not any(pictures.values())
    warnings = (
        *loaded.warnings,
        *([f"{card.name}: no question of these data has a picture."] if blind else []),
        *picture_warnings(card.name, pictures.values()),
        *check_hash(content, loaded, card),
    )
    return VisualData(items, content, warnings)


def _check_card(card: Card) -> None:
    for name, kind in _TYPES.items():
        if name not in card.columns or card.columns[name].types != (kind,):
            raise DataError(f"the card {card.name!r} must declare the column {name!r} as {kind}.")


def _faults(row: SourceRow, card: Card) -> Iterator[str]:
    found = list(value_faults(row, card))
    yield from found
    if not found and _category(row) not in CATEGORIES:
        given = show(row.columns[_CATEGORY])
        yield f"column {_CATEGORY!r}: {given} is none of {', '.join(CATEGORIES)}"


def _category(row: SourceRow) -> str:
    return str(row.columns[_CATEGORY]).strip().lower()


def _item(name: str, row: SourceRow) -> Item:
    category, picture = _category(row), picture_of(row)
    data: dict[str, Json] = {
        "question": row.columns["question"],
        "gold": row.columns["answer"].strip(),
        "category": category,
        "language": "en",
    }
    options = inline_options(data["question"])
    if options:
        data["options"] = options
    data |= picture_data(picture)
    blobs = () if picture is None else (picture.blob,)
    return Item(id=name, subset=category, cluster=name, data=data, blobs=blobs)
