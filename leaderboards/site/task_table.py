"""A group of a board as the table of a page: cells with what sorts them, links, notes."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rbench.leaderboards.board_cells import (
    INTERVAL,
    Line,
    Table,
    common_columns,
    group_table,
    model_text,
    only,
    printed_as_fraction,
    with_minus,
    without_empty,
)
from rbench.leaderboards.board_remarks import History, Remark, histories, numbered, remarks
from rbench.leaderboards.entries import Column, Entry, Group
from rbench.leaderboards.protocol_words import is_published
from rbench.leaderboards.report_text import visible
from rbench.leaderboards.site.addresses import Addresses
from rbench.leaderboards.site.column_words import STRUCTURE, better_words, metric_words
from rbench.leaderboards.site.data_files import file_name
from rbench.leaderboards.site.interval_bars import Scale, bar, scale_of
from rbench.leaderboards.tables import NOTHING

_NUMBER = re.compile(r"-?\d[\d,\u202f]*(?:\.\d+)?(?:e-?\d+)?")
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)([KMBT])\b")
_FACTORS = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
_PRODUCT = re.compile(r"\d+(?:x\d+)+")
_COUNTS = ("n", "no answer", "errors", "evaluations")
_AMOUNTS = ("tier", *_COUNTS, "spread", "parameters")
_LONG_COUNT = re.compile(r"(?<![\w.,])\d{5,}(?![\w.,])")

RANKING = "Ranking"
"""The title of a table that nothing but its task describes."""

SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: `words` explain it; `first` is the direction in which a first click sorts."""

    name: str
    words: str
    numeric: bool
    first: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a place: `sort` is a number as text, "" where the text sorts.

    `whole` is what it stands for where it says that in short, or as it was printed; `notes` are
    the numbers of the remarks about it.
    """

    text: str
    sort: str
    bar: Markup
    link: str | None
    notes: tuple[int, ...] = ()
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Common:
    """What all lines say in a column, so that it stands above the table instead."""

    heading: Heading
    text: str
    link: str | None


@dataclass(frozen=True, slots=True)
class ShownLine:
    """An entry: its cells and marks; the rest is what filters ask."""

    cells: tuple[Cell, ...]
    mark: str
    younger: bool
    origin: str
    status: str
    weights: str
    key: str


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A group as it stands on a page."""

    id: str
    protocol_id: str
    file: str
    """The name of its own files beside the page, without an ending."""

    title: str
    differs: tuple[str, ...]
    published: bool
    common: tuple[Common, ...]
    headings: tuple[Heading, ...]
    lines: tuple[ShownLine, ...]
    below: tuple[ShownLine, ...]
    scale: Scale | None
    why: str
    remarks: tuple[Remark, ...]
    """The n-th is note n."""

    histories: tuple[tuple[str, History], ...]
    """With the id of each on the page."""

    dashes: bool
    unranked: str
    """Why lines stand below: ``incomplete, withdrawn``."""

    bounds: bool
    tied: bool
    younger: bool
    self_reported: bool


def shown_table(group: Group, places: Addresses, linked: frozenset[str]) -> ShownTable:
    """Return the table of a group.

    `linked` are the folders of run pages that there are.
    """
    whole = without_empty(group_table(group))
    said = remarks(group)
    about = numbered(said)
    became = {
        past.key: (f"g-{group.protocol_id}-history-{i}", past)
        for i, past in enumerate(histories(group), 1)
    }

    def link(line: Line, name: str, text: str) -> str | None:
        entry = line.ranked.entry
        if entry.key in became and (text == entry.status or name == "origin"):
            return f"#{became[entry.key][0]}"
        return _link(entry, name, places, linked)

    table, common = _without_common(group, whole, link)
    source_is_common = any(one.heading.name == SOURCE for one in common)
    headline = group.columns[0] if group.columns and INTERVAL in table.headings else None
    scale = scale_of(group, headline)

    def shown(line: Line) -> ShownLine:
        entry = line.ranked.entry
        cells = []
        for i, (name, text) in enumerate(zip(table.headings, line.cells, strict=True)):
            column = table.columns.get(i)
            short = name == SOURCE and source_is_common
            words = _bar_words(line, table.marked) if name == INTERVAL else ""
            cells.append(
                Cell(
                    text=SOURCE if short else _set(text, column, name),
                    sort=_sort(entry, text, column, name),
                    bar=bar(scale, line.ranked, headline, words) if words else Markup(""),
                    link=link(line, name, text),
                    notes=tuple(_notes(about.get(entry.key, ()), i, table)),
                    whole=text if short else _printed(entry, column),
                )
            )
        return ShownLine(
            cells=tuple(cells),
            mark="best" if line.first else "tied" if line.tied else "",
            younger=line.younger,
            origin=entry.origin,
            status=entry.status,
            weights={True: "open", False: "closed", None: "not known"}[entry.info.open_weights],
            key=entry.key,
        )

    lines, below = tuple(map(shown, table.lines)), tuple(map(shown, table.below))
    return ShownTable(
        id=f"g-{group.protocol_id}",
        protocol_id=group.protocol_id,
        file=file_name(group),
        title=table_title(group),
        differs=group.differs,
        published=all(line.origin == "published" for line in (*lines, *below)),
        common=common,
        headings=tuple(_headings(group, table)),
        lines=lines,
        below=below,
        scale=scale,
        why=_why(group),
        remarks=said,
        histories=tuple(became.values()),
        dashes=any(
            cell.text == NOTHING and not cell.bar
            for line in (*lines, *below)
            for cell in line.cells
        ),
        unranked=", ".join(dict.fromkeys(_standing(line) for line in table.below)),
        bounds=any(_has_bounds(line.ranked.entry) for line in table.below),
        tied=any(line.tied for line in table.lines),
        younger=any(line.younger for line in (*table.lines, *table.below)),
        self_reported=any(line.self_reported for line in (*table.lines, *table.below)),
    )


def table_title(group: Group) -> str:
    """Return the title of a table on the page of its task."""
    rest = group.title.removeprefix(group.task)
    everyone = (*group.ranked, *group.below)
    if rest.startswith(", ") and not is_published(everyone[0].entry.protocol):
        return f"{RANKING}{rest}"
    return rest.lstrip(":, ") or RANKING


def grouped(text: str) -> str:
    """Return a text with counts of five digits or more in groups of three: ``50,000``."""
    return _LONG_COUNT.sub(lambda found: f"{int(found[0]):,}", text)


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


def _without_common(
    group: Group, table: Table, link: Callable[[Line, str, str], str | None]
) -> tuple[Table, tuple[Common, ...]]:
    """Take out what all lines say alike; links to sources stay, in short."""
    lines = (*table.lines, *table.below)
    headings = list(_headings(group, table))
    common: dict[int, Common] = {}
    for i in common_columns(table):
        name, text = table.headings[i], lines[0].cells[i]
        links = {link(line, name, text) for line in lines}
        if len(links) == 1 and (name == SOURCE or links == {None}):
            common[i] = Common(headings[i], _set(text, None, name), links.pop())
    kept = [i for i, name in enumerate(table.headings) if name == SOURCE or i not in common]
    return only(table, kept), tuple(common.values())


def _set(text: str, column: Column | None, name: str) -> str:
    """Return a text as it is set: true minus signs, and long counts in groups of three digits."""
    if name in _COUNTS:
        return grouped(text)
    return with_minus(text) if column is not None or name in (INTERVAL, "spread") else text


def _printed(entry: Entry, column: Column | None) -> str:
    if column is None or not printed_as_fraction(entry, column):
        return ""
    return f"printed as {entry.figures[column].printed}"


def _headings(group: Group, table: Table) -> Iterator[Heading]:
    for i, name in enumerate(table.headings):
        yield _heading(group, name, table.columns.get(i))


def _heading(group: Group, name: str, column: Column | None) -> Heading:
    if column is not None:
        words = " ".join(filter(None, [metric_words(column), better_words(group, column)]))
        first = "ascending" if "↓" in name else "descending"
        return Heading(name, words, True, first)
    numeric = name in _AMOUNTS
    first = "descending" if name in ("n", "released") else "ascending"
    return Heading(name, STRUCTURE.get(name, ""), numeric, first)


def _bar_words(line: Line, at: int) -> str:
    value, interval = map(with_minus, line.cells[at : at + 2])
    return visible(
        f"{value}, interval {interval}" if interval != NOTHING else f"{value}, no interval"
    )


def _link(entry: Entry, name: str, places: Addresses, linked: frozenset[str]) -> str | None:
    if name == SOURCE and entry.source is not None:
        return safe_link(entry.source.url)
    folder = places.run(entry)
    if name in ("model", "run") and folder in linked and folder is not None:
        return f"{folder.partition('/')[2]}/index.html"
    return safe_link(entry.info.link) if name == "model" else None


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


def _notes(said: Sequence[tuple[int, Remark]], i: int, table: Table) -> Iterator[int]:
    """Yield the numbers of the remarks about a cell; the model's are about the entry."""
    for number, remark in said:
        shown = remark.column in table.columns.values()
        about_entry = not shown and remark.whose != "All"
        if (table.headings[i] == "model" and about_entry) or (
            shown and table.columns.get(i) == remark.column
        ):
            yield number


def _standing(line: Line) -> str:
    entry = line.ranked.entry
    return "without the figure that ranks" if entry.status == "complete" else entry.status


def _has_bounds(entry: Entry) -> bool:
    figure = None if entry.headline is None else entry.figures.get(entry.headline)
    return figure is not None and figure.value is None and figure.low is not None
