"""A group of a board as the table of a page: cells with what sorts them, links, notes."""

import re
from dataclasses import dataclass

from markupsafe import Markup

from rbench.leaderboards.board_cells import (
    Line,
    group_table,
    main_columns,
    model_text,
    remarks,
    whose,
)
from rbench.leaderboards.entries import Column, Entry, Group
from rbench.leaderboards.report_text import visible
from rbench.leaderboards.site.addresses import Addresses
from rbench.leaderboards.site.column_words import STRUCTURE, better_words, metric_words
from rbench.leaderboards.site.interval_bars import Scale, bar, scale_of
from rbench.leaderboards.tables import NOTHING

_NUMBER = re.compile(r"-?\d[\d,\u202f]*(?:\.\d+)?(?:e-?\d+)?")
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)([KMBT])\b")
_FACTORS = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
_PRODUCT = re.compile(r"\d+(?:x\d+)+")
_AMOUNTS = ("tier", "n", "no answer", "errors", "evaluations", "spread", "parameters")


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: `words` explain it; `first` is the direction in which a first click sorts."""

    name: str
    words: str
    numeric: bool
    first: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a place: `sort` is a number as text, "" where the text sorts."""

    text: str
    sort: str
    bar: Markup
    link: str | None


@dataclass(frozen=True, slots=True)
class ShownLine:
    """An entry: `notes` are the numbers of its remarks, the rest is what filters ask."""

    cells: tuple[Cell, ...]
    mark: str
    younger: bool
    notes: tuple[int, ...]
    origin: str
    status: str
    weights: str
    key: str


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A group as it stands on a page."""

    id: str
    protocol_id: str
    title: str
    differs: tuple[str, ...]
    published: bool
    headings: tuple[Heading, ...]
    lines: tuple[ShownLine, ...]
    below: tuple[ShownLine, ...]
    scale: Scale | None
    why: str
    remarks: tuple[tuple[str, str], ...]
    """Whose, and what; the n-th is note n."""

    tied: bool
    younger: bool


def shown_table(group: Group, places: Addresses, linked: frozenset[str]) -> ShownTable:
    """Return the table of a group.

    `linked` are the folders of run pages that there are.
    """
    table = group_table(group)
    everyone = (*group.ranked, *group.below)
    headline = group.columns[0] if group.columns else None
    columns = [headline, *main_columns(group)[1:]] if headline else []
    spread = "spread" in table.headings
    at: dict[int, Column] = {}
    for i, column in enumerate(columns):
        if column is not None:
            at[table.marked + (0 if i == 0 else i + 1 + spread)] = column
    said = [*remarks(group), *_histories(group)]
    scale = scale_of(group, headline)

    def shown(line: Line) -> ShownLine:
        entry = line.ranked.entry
        return ShownLine(
            cells=tuple(
                Cell(
                    text=text,
                    sort=_sort(entry, text, at.get(i), table.headings[i]),
                    bar=bar(scale, line.ranked, headline, _bar_words(line, table.marked))
                    if i == table.marked + 1
                    else Markup(""),
                    link=_link(entry, i, len(line.cells), places, linked),
                )
                for i, text in enumerate(line.cells)
            ),
            mark="best" if line.first else "tied" if line.tied else "",
            younger=line.younger,
            notes=tuple(
                i for i, (_, names) in enumerate(said, 1)
                if line.cells[1] in names and whose(names, len(everyone)) != "All"
            ),
            origin=entry.origin,
            status=entry.status,
            weights={True: "open", False: "closed", None: "not known"}[entry.info.open_weights],
            key=entry.key,
        )  # fmt: skip

    lines, below = tuple(map(shown, table.lines)), tuple(map(shown, table.below))
    return ShownTable(
        id=f"g-{group.protocol_id}",
        protocol_id=group.protocol_id,
        title=table_title(group),
        differs=group.differs,
        published=bool(everyone) and everyone[0].entry.origin == "published",
        headings=tuple(_heading(group, name, at.get(i)) for i, name in enumerate(table.headings)),
        lines=lines,
        below=below,
        scale=scale,
        why=_why(group),
        remarks=tuple((whose(names, len(everyone)), sentence) for sentence, names in said),
        tied=any(line.tied for line in table.lines),
        younger=any(line.younger for line in (*table.lines, *table.below)),
    )


def table_title(group: Group) -> str:
    """Return the title of a table on the page of its task."""
    return group.title.removeprefix(f"{group.task}, ")


def amount(text: str) -> float | None:
    """Return the number that a text begins with: ``675M`` is 6.75e8, ``250x2`` is 500."""
    found = _AMOUNT.match(text)
    if found:
        return float(found[1]) * _FACTORS[found[2]]
    if product := _PRODUCT.match(text):
        total = 1.0
        for factor in product[0].split("x"):
            total *= float(factor)
        return total
    number = _NUMBER.match(text)
    return float(number[0].replace(",", "").replace("\u202f", "")) if number else None


def _sort(entry: Entry, text: str, column: Column | None, name: str) -> str:
    value = None
    if column is not None:
        figure = entry.figures.get(column)
        value = None if figure is None else figure.value
    elif name in _AMOUNTS:
        value = amount(text)
    return "" if value is None else f"{value:.10g}"


def _heading(group: Group, name: str, column: Column | None) -> Heading:
    if column is not None:
        words = " ".join(filter(None, [metric_words(column), better_words(group, column)]))
        first = "ascending" if "↓" in name else "descending"
        return Heading(name, words, True, first)
    numeric = name in _AMOUNTS
    first = "descending" if name in ("n", "released") else "ascending"
    return Heading(name, STRUCTURE.get(name, ""), numeric, first)


def _bar_words(line: Line, at: int) -> str:
    value, interval = line.cells[at : at + 2]
    return visible(
        f"{value}, interval {interval}" if interval != NOTHING else f"{value}, no interval"
    )


def _link(
    entry: Entry, i: int, cells: int, places: Addresses, linked: frozenset[str]
) -> str | None:
    if i == cells - 1 and entry.source is not None:
        return safe_link(entry.source.url)
    folder = places.run(entry)
    if i in (1, cells - 1) and folder in linked and folder is not None:
        return f"{folder.partition('/')[2]}/index.html"
    return safe_link(entry.info.link) if i == 1 else None


def safe_link(address: str | None) -> str | None:
    """Return an address that a click may follow: of the web, else None."""
    return address if address and re.match(r"https?://", address) else None


def _why(group: Group) -> str:
    """Return why ranked entries have no tier, where that is so."""
    reasons: dict[str, list[str]] = {}
    for ranked in group.ranked:
        if ranked.tier is None and ranked.why:
            reasons.setdefault(ranked.why, []).append(model_text(ranked.entry))
    everyone = len(group.ranked)
    return " ".join(
        reason if len(names) == everyone else f"{', '.join(names)}: {reason}"
        for reason, names in reasons.items()
    )


def _histories(group: Group) -> list[tuple[str, tuple[str, ...]]]:
    found: dict[str, list[str]] = {}
    for ranked in (*group.ranked, *group.below):
        for sentence in ranked.entry.history:
            found.setdefault(sentence, []).append(model_text(ranked.entry))
    return [(sentence, tuple(names)) for sentence, names in found.items()]
