"""What stands in the cells of a board's tables, in plain text: headings, values, marks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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

TIED, YOUNGER = "†", "‡"
EXPLAINED = {
    TIED: "cannot be told apart from the first (chance ruled out at 5 % over all pairs, Holm)",
    YOUNGER: "released after the data set was published, and may have been trained on it",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a table: a text a heading, the marks of its headline and of its model."""

    ranked: Ranked
    cells: tuple[str, ...]
    first: bool
    tied: bool
    younger: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A group as a table; `left` columns of text stand before the numbers, `tail` after them.

    `below` are the entries without a rank, `marked` the column of the headline.
    """

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    below: tuple[Line, ...]
    left: int
    tail: int
    marked: int


def group_table(group: Group, most: int | None = None) -> Table:
    """Return the table of a group, with at most `most` columns of further numbers."""
    entries = [ranked.entry for ranked in (*group.ranked, *group.below)]
    others = main_columns(group)[1:][:most]
    headline = group.columns[0] if group.columns else None
    before, after = _optional(entries, _BEFORE), _optional(entries, _AFTER)
    spread = any(_of(entry, headline).spread is not None for entry in entries)
    headings = (
        "tier", "model", *(name for name, _ in before),
        heading(group, headline), "95 % interval", *(["spread"] if spread else []),
        *(heading(group, column) for column in others),
        "n", *(name for name, _ in after),
        "source" if entries and entries[0].source else "run",
    )  # fmt: skip
    best = [ranked for ranked in group.ranked if ranked.best]
    top = {_of(best[0].entry, headline).value} if best else set()

    def line(ranked: Ranked) -> Line:
        entry = ranked.entry
        figure = _of(entry, headline)
        cells = (
            place(ranked), model_text(entry), *(text(entry) or NOTHING for _, text in before),
            figure_text(entry, headline), _interval(entry, figure),
            *([spread_text(_row(figure))] if spread else []),
            *(figure_text(entry, column) for column in others),
            NOTHING if figure.n is None else str(figure.n),
            *(text(entry) or NOTHING for _, text in after), _whence(entry),
        )  # fmt: skip
        first = ranked.best and figure.value in top
        return Line(ranked, cells, first, ranked.best and not first, entry.after_data)

    return Table(
        headings=headings,
        lines=tuple(map(line, group.ranked)),
        below=tuple(map(line, group.below)),
        left=2,
        tail=1 + len([name for name, _ in after if name == "settings"]),
        marked=2 + len(before),
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
    """Return a value as its source prints it, or with the decimals that it bears."""
    figure = _of(entry, column)
    if figure.printed:
        return figure.printed
    if _of_questions(entry) and figure.unit == "fraction":
        return value_of({"value": figure.value, "low": figure.low, "high": figure.high})
    return value_text(_row(figure))


def remarks(group: Group) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what must be known, with the models that it is true of: findings, notes, reasons."""
    said: dict[str, dict[str, None]] = {}
    for ranked in (*group.ranked, *group.below):
        name = model_text(ranked.entry)
        for column, figure in ranked.entry.figures.items():
            for finding in figure.findings:
                where = " ".join(filter(None, column))
                said.setdefault(f"{where}: {finding}", {})[name] = None
        reasons = []
        if ranked.tier is None and ranked in group.below and ranked.why != place(ranked):
            reasons = [f"Not ranked: {ranked.why}{'' if ranked.why.endswith('.') else '.'}"]
        for note in (*ranked.entry.notes, *reasons):
            said.setdefault(note, {})[name] = None
    for sentence, names in said.items():
        yield sentence, tuple(names)


def whose(names: Sequence[str], everyone: int) -> str:
    """Name the models that a remark is of; "All" where these are more than one, and everyone."""
    return "All" if len(names) == everyone > 1 else ", ".join(names)


def _no_answer(entry: Entry) -> str:
    return _counted(_of(entry, entry.headline).no_answer)


def _errors(entry: Entry) -> str:
    return _counted(_of(entry, entry.headline).errored)


def _weights(entry: Entry) -> str:
    return {True: "open", False: "closed", None: ""}[entry.info.open_weights]


_BEFORE: Sequence[tuple[str, _Text]] = (
    ("organisation", lambda entry: entry.info.organisation or ""),
    ("released", lambda entry: entry.info.released or ""),
    ("parameters", lambda entry: entry.info.parameters or ""),
    ("weights", _weights),
)
_AFTER: Sequence[tuple[str, _Text]] = (
    ("no answer", _no_answer),
    ("errors", _errors),
    ("evaluations", lambda entry: entry.evaluations),
    ("settings", lambda entry: settings_text(dict(sorted(entry.settings.items())))),
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


def _whence(entry: Entry) -> str:
    """Return the end of a run's key, or where a published entry was read."""
    if entry.source is None:
        return entry.key.rpartition("-")[2]
    paper, source = entry.source.paper, entry.source
    place = f"arXiv {paper}" if paper[:1].isdigit() else paper
    return ", ".join(filter(None, [source.repository or place, source.table]))
