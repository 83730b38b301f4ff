"""A board as Markdown: read in a terminal, pasted into an issue."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from rbench.leaderboards.board_cells import (
    EXPLAINED,
    SELF_REPORTED,
    TIED,
    YOUNGER,
    Line,
    Table,
    group_table,
    without_empty,
)
from rbench.leaderboards.board_remarks import Remark, histories, numbered, remarks
from rbench.leaderboards.cite_escape import plain
from rbench.leaderboards.entries import Board, Group
from rbench.leaderboards.protocol_words import summary

_ISOLATE, _END = "\u2068", "\u2069"
_MARKUP = re.compile(r"([\\`*_\[\]<>|#&~$])")


def board_md(board: Board) -> str:
    """Return the board: for every protocol of a task a table, what differs, and what to know.

    Text of runs and sources is shown as it is, never as markup; what reads from right to left
    stands alone, so that it does not turn the cells beside it.
    """
    parts = [_group(group) for groups in board.groups.values() for group in groups]
    if parts and board.command:
        parts.append(f"Made by: {_code(board.command)}")
    return "\n\n".join(parts)


def _group(group: Group) -> str:
    table = without_empty(group_table(group))
    entry = next(iter((*group.ranked, *group.below))).entry
    parts = [f"## {escape(group.title)}"]
    parts.append(f"Protocol {group.protocol_id}: {escape(summary(entry.protocol))}.")
    if group.differs:
        parts.append(
            "Differs from the first of this task:\n\n"
            + "\n".join(f"- {escape(difference)}" for difference in group.differs)
        )
    said = remarks(group)
    lines = [*table.lines, *table.below]
    about = numbered(said)
    rows = [_row(line, table, about.get(line.ranked.entry.key, ())) for line in lines]
    parts.append(_table([*map(escape, table.headings)], rows, table.left, table.tail))
    parts += _explained(group, lines)
    if said:
        parts.append(
            "\n".join(
                f"{i}. {escape(remark.whose)}: {escape(remark.sentence)}"
                for i, remark in enumerate(said, 1)
            )
        )
    # That an entry was taken in, and nothing since, its origin says.
    if became := [one for one in histories(group) if len(one.sentences) > 1]:
        past = (f"- {escape(one.name)}: {escape(' '.join(one.sentences))}" for one in became)
        parts.append("\n".join(["History:", "", *past]))
    return "\n\n".join(parts)


def _row(line: Line, table: Table, said: Sequence[tuple[int, Remark]]) -> list[str]:
    """Return the cells of a line; a figure bears the numbers of the remarks about it."""
    marked = table.marked
    cells = [escape(cell) for cell in line.cells]
    if line.first:
        cells[marked] = f"**{cells[marked]}**"
    if line.tied:
        cells[marked] += f" {TIED}"
    for i, column in table.columns.items():
        for number, remark in said:
            cells[i] += f" \\[{number}\\]" if remark.column == column else ""
    name = table.headings.index("model")
    cells[name] += f" {YOUNGER}" if line.younger else ""
    if line.self_reported:
        cells[name] += f" {SELF_REPORTED}"
        cells[table.headings.index("origin")] = f"**{line.ranked.entry.origin}**"
    return cells


def _explained(group: Group, lines: Sequence[Line]) -> Iterator[str]:
    for mark, borne in (
        (TIED, any(line.tied for line in lines)),
        (YOUNGER, any(line.younger for line in lines)),
        (SELF_REPORTED, any(line.self_reported for line in lines)),
    ):
        if borne:
            yield f"{mark} {EXPLAINED[mark]}."
    why = dict.fromkeys(ranked.why for ranked in group.ranked if ranked.why)
    yield from (escape(sentence) for sentence in why)


def escape(text: str) -> str:
    """Return text as one line that Markdown shows as it is, in the direction it is written."""
    shown = _MARKUP.sub(r"\\\1", plain(text))
    if any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in shown):
        return f"{_ISOLATE}{shown}{_END}"
    return shown


def _code(text: str) -> str:
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{fence} {plain(text)} {fence}" if "`" in text else f"`{plain(text)}`"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], left: int, tail: int) -> str:
    """Return an aligned table; wide letters count two."""
    text = {*range(left), *range(len(headings) - tail, len(headings))}
    widths = [max(3, *(width(row[i]) for row in [headings, *rows])) for i in range(len(headings))]

    def line(cells: Sequence[str]) -> str:
        parts = [
            cell + " " * room if i in text else " " * room + cell
            for i, cell in enumerate(cells)
            for room in [widths[i] - width(cell)]
        ]
        return "| " + " | ".join(parts) + " |"

    rule = ["-" * w if i in text else "-" * (w - 1) + ":" for i, w in enumerate(widths)]
    return "\n".join([line(headings), line(rule), *map(line, rows)])


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(
        0
        if unicodedata.combining(c) or c in (_ISOLATE, _END)
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )
