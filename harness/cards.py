"""Data cards: one Markdown file per data set, a YAML head between ``---`` lines and prose.

The head says what the loader must find (hub id, pinned revision, subsets, columns, rows), the
prose says what the data set is, what it is not and what is known to be wrong with it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from rbench.errors import DataError, UsageError, nearest
from rbench.harness.card_head import Head

ColumnType: TypeAlias = Literal["text", "integer", "image"]


@dataclass(frozen=True, slots=True)
class Subset:
    """Where one subset lies: the hub's config and split (also its file names), and its size.

    `config` is None for the default one: the data set has splits only.
    """

    config: str | None
    split: str
    rows: int

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.config or self.split


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds. A nullable one may be null or blank; an optional one may be absent."""

    types: tuple[ColumnType, ...]
    required: bool
    nullable: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One data set, as its card declares it.

    `hub` and `revision` are None where it is not on the hub; `revision` alone is None where no
    commit is known to hold the data, and then the newest is taken. `package_files` maps a subset to
    a JSON lines file beside the card (`folder`). `obtain` tells a person how to get the data;
    `content_sha256` is the hash of the validated items (`choice_items`), None until known.
    """

    name: str
    title: str
    task: str
    hub: str | None
    revision: str | None
    subsets: Mapping[str, Subset]
    columns: Mapping[str, Column]
    licence: str
    redistribute: bool
    redistribute_reason: str
    obtain: str
    content_sha256: str | None
    package_files: Mapping[str, str]
    prose: str
    folder: Traversable

    @property
    def image_columns(self) -> tuple[str, ...]:
        """The columns that hold pictures."""
        return tuple(name for name, column in self.columns.items() if "image" in column.types)


def card_names() -> tuple[str, ...]:
    """Return the names of the built-in cards, sorted."""
    entries = files("rbench.data_cards").iterdir()
    return tuple(sorted(e.name.removesuffix(".md") for e in entries if e.name.endswith(".md")))


def load_card(name_or_path: str | Path) -> Card:
    """Return a built-in card by its name, or read the one at a path that ends in ``.md``.

    Raises `UsageError` for an unknown name, `DataError` for a card that cannot be read.
    """
    if isinstance(name_or_path, Path) or name_or_path.endswith(".md"):
        path = Path(name_or_path).expanduser()
        return _parse(_read(path, str(path)), str(path), path.parent)
    if name_or_path not in card_names():
        raise UsageError(
            f"there is no data card {name_or_path!r}{nearest(name_or_path, card_names())}"
        )
    return _built_in(name_or_path)


@cache
def _built_in(name: str) -> Card:
    folder = files("rbench.data_cards")
    where = f"data card {name}.md"
    return _parse(_read(folder / f"{name}.md", where), where, folder)


def _read(file: Traversable, where: str) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{where} cannot be read as a data card: {error}.") from error


def _parse(text: str, where: str, folder: Traversable) -> Card:
    head, prose = Head.split(text, where)
    subsets = {name: _subset(h) for name, h in head.heads("subsets").items()}
    card = Card(
        name=head.text("name"),
        title=head.text("title"),
        task=head.text("task"),
        hub=head.text_or_null("hub"),
        revision=head.text_or_null("revision"),
        subsets=subsets,
        columns={name: _column(h) for name, h in head.heads("columns").items()},
        licence=head.text("licence"),
        redistribute=head.flag("redistribute"),
        redistribute_reason=head.text("redistribute_reason"),
        obtain=head.text("obtain"),
        content_sha256=head.text_or_null("content_sha256"),
        package_files=head.texts("package_files"),
        prose=prose,
        folder=folder,
    )
    head.finish()
    if card.revision is not None and not re.fullmatch("[0-9a-f]{40}", card.revision):
        wanted = "a commit of the hub repository (40 digits of 0-9a-f), or null where none is known"
        head.fail("revision", card.revision, wanted)
    if card.package_files and set(card.package_files) != set(subsets):
        head.fail("package_files", dict(card.package_files), f"one file for each of {[*subsets]}")
    return card


def _subset(head: Head) -> Subset:
    subset = Subset(head.text_or_null("config"), head.text("split"), head.count("rows"))
    head.finish()
    return subset


def _column(head: Head) -> Column:
    declared: Any = head.text("type")
    types = tuple(declared.split(" or "))
    if not set(types) <= set(get_args(ColumnType)) or ("image" in types and len(types) > 1):
        head.fail("type", declared, "'text', 'integer', 'integer or text' or 'image'")
    column = Column(types, head.flag("required", True), head.flag("nullable", False))
    head.finish()
    return column
