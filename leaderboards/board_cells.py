"""What stands in the cells of a board's tables, in plain text: headings, values, marks."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from rbench.leaderboards.entries import Column, Entry, Figure, Group, Ranked
from rbench.leaderboards.headline import COLUMNS
from rbench.leaderboards.image_numbers import (
    interval_text,
    settings_text,
    spread_text,
    value_text,
)
from rbench.leaderboards.protocol_words import is_published
from rbench.leaderboards.report_text import short_name
from rbench.leaderboards.tables import NOTHING, interval_of, value_of

_Text: TypeAlias = Callable[[Entry], str]
"""A cell of an entry; "" where there is nothing to say."""

_Columns: TypeAlias = Sequence[tuple[str, _Text]]

_COMMON = ("n", "no answer", "errors", "evaluations", "settings", "origin", "source")
"""Columns that can be said once, where all lines say the same in them."""

_NEGATIVE = re.compile(r"(?<![\w.+-])-(?=\.?\d)")
_DECIMAL = re.compile(r"-?\d*\.(\d+)")

INTERVAL = "95 % interval"

TIED, YOUNGER, SELF_REPORTED = "†", "‡", "§"
EXPLAINED = {
    TIED: "cannot be told apart from the first (chance ruled out at 5 % over all pairs, Holm)",
    YOUNGER: "released after the data set was published, and may have been trained on it",
    SELF_REPORTED: "self-reported: the figures are its sender's; those who keep this table did "
    "not run it",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a table: a text a heading, the marks of its headline and of its model."""

    ranked: Ranked
    cells: tuple[str, ...]
    first: bool
    tied: bool
    younger: bool

    @property
    def self_reported(self) -> bool:
        """Whether the figures are the word of whoever sent them."""
        return self.ranked.entry.origin == "self-reported"


@dataclass(frozen=True, slots=True)
class Table:
    """A group as a table; `left` columns of text stand before the numbers, `tail` after them.

    `below` are the entries without a rank, `marked` the column of the headline; `columns` says
    which figures stand in which columns.
    """

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    below: tuple[Line, ...]
    left: int
    tail: int
    marked: int
    columns: Mapping[int, Column]


def group_table(group: Group, most: int | None = None) -> Table:
    """Return the table of a group, with at most `most` columns of further numbers."""
    entries = [ranked.entry for ranked in (*group.ranked, *group.below)]
    others = main_columns(group)[1:][:most]
    headline = group.columns[0] if group.columns else None
    numbers, words = _optional(entries, _NUMBERS), _optional(entries, _WORDS)
    spread = any(_of(entry, headline).spread is not None for entry in entries)
    headings = (
        "tier", "model",
        heading(group, headline), INTERVAL, *(["spread"] if spread else []),
        *(heading(group, column) for column in others),
        "n", *(name for name, _ in (*numbers, *words)), "origin",
        "source" if entries and entries[0].source else "run",
    )  # fmt: skip
    best = [ranked for ranked in group.ranked if ranked.best]
    top = {_of(best[0].entry, headline).value} if best else set()

    def line(ranked: Ranked) -> Line:
        entry = ranked.entry
        figure = _of(entry, headline)
        cells = (
            place(ranked), model_text(entry),
            figure_text(entry, headline), _interval(entry, figure),
            *([spread_text(_row(figure))] if spread else []),
            *(figure_text(entry, column) for column in others),
            NOTHING if figure.n is None else str(figure.n),
            *(text(entry) or NOTHING for _, text in (*numbers, *words)), entry.origin,
            whence(entry),
        )  # fmt: skip
        first = ranked.best and figure.value in top
        return Line(ranked, cells, first, ranked.best and not first, entry.after_data)

    at = {4 + spread + i: column for i, column in enumerate(others)}
    return Table(
        headings=headings,
        lines=tuple(map(line, group.ranked)),
        below=tuple(map(line, group.below)),
        left=2,
        tail=2 + len(words),
        marked=2,
        columns=at if headline is None else {2: headline, **at},
    )


def without_empty(table: Table) -> Table:
    """Return a table without columns that say nothing of anyone; model and headline stay."""
    lines = (*table.lines, *table.below)
    return only(
        table,
        [
            i
            for i in range(len(table.headings))
            if i in (1, table.marked) or any(line.cells[i] != NOTHING for line in lines)
        ],
    )


def common_columns(table: Table) -> Sequence[int]:
    """Return the columns in which several lines all say the same: one sentence serves for them."""
    lines = (*table.lines, *table.below)
    return [
        i for i, name in enumerate(table.headings)
        if name in _COMMON and len(lines) > 1 and len({line.cells[i] for line in lines}) == 1
    ]  # fmt: skip


def with_minus(text: str) -> str:
    """Return a text of numbers with true minus signs, as they are set: ``−0.5 – 0.5``."""
    return _NEGATIVE.sub("\u2212", text)


def only(table: Table, kept: Sequence[int]) -> Table:
    """Return a table of some of its columns, in their order; the headline's is among them."""

    def line(old: Line) -> Line:
        return replace(old, cells=tuple(old.cells[i] for i in kept))

    return Table(
        headings=tuple(table.headings[i] for i in kept),
        lines=tuple(map(line, table.lines)),
        below=tuple(map(line, table.below)),
        left=sum(i < table.left for i in kept),
        tail=sum(i >= len(table.headings) - table.tail for i in kept),
        marked=kept.index(table.marked),
        columns={kept.index(i): column for i, column in table.columns.items() if i in kept},
    )


def main_columns(group: Group) -> tuple[Column, ...]:
    """Return the columns that a table shows: of questions the subsets, and readings of the whole.

    What the others are (levels, kinds, agreement) stands in the CSV and in the JSON.
    """
    entries = [ranked.entry for ranked in (*group.ranked, *group.below)]
    if not group.columns or not _of_questions(entries[0]):
        return group.columns
    subset, metric = group.columns[0]
    parts = [c for c in group.columns if c[1] == metric and ":" not in c[0] and "+" not in c[0]]
    wholes = [c for c in parts if c[0].startswith(subset)]
    readings = [c for c in group.columns if c[0] == subset]
    return tuple(dict.fromkeys([*wholes, *parts, *readings]))


def heading(group: Group, column: Column | None) -> str:
    """Return the heading of a column with its direction: ``accuracy % ↑``, ``math % ↑``."""
    if column is None:
        return "value"
    entries = [ranked.entry for ranked in (*group.ranked, *group.below)]
    figure = next(entry.figures[column] for entry in entries if column in entry.figures)
    subset, metric = column
    if _of_questions(entries[0]):
        whole = column == group.columns[0]
        same = metric == group.columns[0][1]
        name = metric if whole else subset if same else COLUMNS.get(metric, metric)
    elif is_published(entries[0].protocol):
        alone = len({c[1] for c in group.columns}) == 1 and column != group.columns[0]
        name = subset if alone and subset else " ".join(filter(None, column))
    else:
        twins = [c for c in group.columns if c[1] == metric]
        name = metric if len(twins) == 1 else f"{metric} ({subset})"
    unit = _unit(entries[0], figure)
    return " ".join(filter(None, [name, unit, direction(figure)]))


def settings_of(entry: Entry) -> str:
    """Return what may differ between entries of one table: ``steps=32, guidance=1``."""
    return settings_text(dict(sorted(entry.settings.items())))


def direction(figure: Figure) -> str:
    """Return the arrow of what is better; empty where neither is."""
    return {True: "↑", False: "↓", None: ""}[figure.higher_is_better]


def place(ranked: Ranked) -> str:
    """Return the tier, or why there is none."""
    if ranked.tier is not None:
        return str(ranked.tier)
    return NOTHING if ranked.entry.status == "complete" else ranked.entry.status


def model_text(entry: Entry) -> str:
    """Return what to call the system, without the folders of one given by a path."""
    return short_name(entry.model)


def figure_text(entry: Entry, column: Column | None) -> str:
    """Return a value as its source prints it, or with the decimals that it bears.

    What a source prints as a fraction stands in the unit of its column: 94.4 for 0.944.
    """
    figure = _of(entry, column)
    if printed_as_fraction(entry, column) and figure.value is not None:
        return f"{figure.value:.{max(0, _decimals(figure.printed) - 2)}f}"
    if figure.printed:
        return figure.printed
    if _of_questions(entry) and figure.unit == "fraction":
        return value_of({"value": figure.value, "low": figure.low, "high": figure.high})
    return value_text(_row(figure))


def printed_as_fraction(entry: Entry, column: Column | None) -> bool:
    """Return whether a source prints a percentage as a fraction; 0 is one beside others."""
    figure = _of(entry, column)
    beside = any(map(_is_fraction, entry.figures.values()))
    zero = figure.value == 0 and figure.unit == "%" and _decimals(figure.printed) > 0
    return _is_fraction(figure) or (zero and beside)


def _is_fraction(figure: Figure) -> bool:
    if figure.unit != "%" or not figure.value or _decimals(figure.printed) == 0:
        return False
    return math.isclose(100 * float(figure.printed), figure.value, rel_tol=1e-6)


def _decimals(printed: str) -> int:
    found = _DECIMAL.fullmatch(printed)
    return len(found[1]) if found else 0


def _no_answer(entry: Entry) -> str:
    return _counted(_of(entry, entry.headline).no_answer)


def _errors(entry: Entry) -> str:
    return _counted(_of(entry, entry.headline).errored)


def _weights(entry: Entry) -> str:
    return {True: "open", False: "closed", None: ""}[entry.info.open_weights]


_NUMBERS: Sequence[tuple[str, _Text]] = (
    ("no answer", _no_answer),
    ("errors", _errors),
    ("evaluations", lambda entry: entry.evaluations),
    ("parameters", lambda entry: entry.info.parameters or ""),
)
_WORDS: Sequence[tuple[str, _Text]] = (
    ("organisation", lambda entry: entry.info.organisation or ""),
    ("released", lambda entry: entry.info.released or ""),
    ("weights", _weights),
    ("settings", lambda entry: settings_of(entry)),
)


def _optional(entries: Sequence[Entry], columns: Sequence[tuple[str, _Text]]) -> _Columns:
    """Return the columns that say something of any entry."""
    return [(name, text) for name, text in columns if any(text(entry) for entry in entries)]


def _counted(count: int | None) -> str:
    return "" if count is None else str(count)


def _of(entry: Entry, column: Column | None) -> Figure:
    """Return a figure of an entry; one without a value where it has none."""
    missing = Figure(None, "", None)
    return missing if column is None else entry.figures.get(column, missing)


def _of_questions(entry: Entry) -> bool:
    return not is_published(entry.protocol) and "evaluator" not in entry.protocol


def _unit(entry: Entry, figure: Figure) -> str:
    if figure.unit == "fraction":
        return "%" if _of_questions(entry) else ""
    return figure.unit if figure.unit not in ("distance", "score", "ratio", "kappa") else ""


def _interval(entry: Entry, figure: Figure) -> str:
    if _of_questions(entry) and figure.unit == "fraction":
        return interval_of({"ci_low": figure.ci_low, "ci_high": figure.ci_high})
    return interval_text(_row(figure))


def _row(figure: Figure) -> dict[str, float | str | None]:
    """Return a figure as the formatting of image rows reads it."""
    return {
        "value": figure.value,
        "unit": figure.unit,
        "ci_low": figure.ci_low,
        "ci_high": figure.ci_high,
        "spread": figure.spread,
    }


def whence(entry: Entry) -> str:
    """Return the end of a run's key, or where a published entry was read."""
    if entry.source is None:
        return entry.key.rpartition("-")[2]
    paper, source = entry.source.paper, entry.source
    place = f"arXiv {paper}" if paper[:1].isdigit() else paper
    return ", ".join(filter(None, [source.repository or place, source.table]))
