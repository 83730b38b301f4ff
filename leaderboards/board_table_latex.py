"""A board as LaTeX: a booktabs table for every protocol, to be taken into a paper."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from rbench.leaderboards.board_cells import (
    EXPLAINED,
    SELF_REPORTED,
    TIED,
    YOUNGER,
    Line,
    Table,
    common_columns,
    group_table,
    only,
    with_minus,
    without_empty,
)
from rbench.leaderboards.board_remarks import Remark, numbered, remarks
from rbench.leaderboards.cite_escape import latex, plain
from rbench.leaderboards.entries import Board, Group
from rbench.leaderboards.protocol_words import summary

MOST = 6
"""Columns of further numbers; more do not fit a page."""

LINES = 40
"""Lines of a float; more do not fit a page, so that longer tables go on in another."""

_MARKS = {TIED: r"$^{\dagger}$", YOUNGER: r"$^{\ddagger}$", SELF_REPORTED: r"$^{\S}$"}
_About: TypeAlias = Mapping[str, Sequence[tuple[int, Remark]]]
_SIGNS = {"↑": r"$\uparrow$", "↓": r"$\downarrow$", "–": "--", "…": r"\ldots{}", "−": "$-$"}
_NOTE = 1.6  # lines of a table that a remark below it takes the room of
_BROKEN = 28  # letters above which text is broken into lines

# Between tasks: LaTeX gives up where more than about a hundred tables wait for a page.
_BREAK = ("", r"\clearpage")

# Wider than the text: scaled down to it. From the manual of graphicx: \width is the content's own.
_OPEN = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"


def board_latex(board: Board) -> str:
    r"""Return the board as LaTeX, without a preamble: it wants booktabs and graphicx.

    The best is bold, what cannot be told apart from it bears a dagger. Text is escaped; letters
    outside of Latin want XeLaTeX or LuaLaTeX and a font that has them.
    """
    groups = [group for groups in board.groups.values() for group in groups]
    head = [r"% \usepackage{booktabs,graphicx}"]
    if board.command:
        head.append(f"% Made by: {plain(board.command)}")
    if any(unicodedata.bidirectional(c) in ("R", "AL") for g in groups for c in _text_of(g)):
        head.append("% Some names read from right to left: use LuaLaTeX or XeLaTeX with bidi.")
    lines = [
        line for groups in board.groups.values()
        for line in (*(part for group in groups for part in _group(group)), *_BREAK)
    ]  # fmt: skip
    return "\n".join([*head, *lines[: -len(_BREAK)]])


def _group(group: Group) -> Iterator[str]:
    table, common = _without_common(without_empty(group_table(group, most=MOST)))
    shown = set(table.columns.values())
    about = numbered([remark for remark in remarks(group) if remark.column in shown])
    every = [*table.lines, *table.below]
    ranked = len(table.lines)
    for lines in _pages(every, about):
        yield ""
        yield r"\begin{table}"
        yield r"\centering\small"
        further = _caption(group, every, common) if lines[0] is every[0] else " (continued)"
        yield rf"\caption{{{_cell(group.title)}{further}}}"
        yield r"\par\smallskip"
        yield from _tabular(table, lines, max(0, min(ranked, len(lines))), about)
        ranked -= len(lines)
        here = {pair for line in lines for pair in about.get(line.ranked.entry.key, ())}
        for number, remark in sorted(here, key=lambda pair: pair[0]):
            yield r"\par\smallskip\raggedright\footnotesize"
            yield rf"$^{{{number}}}$ {_cell(f'{remark.whose}: {remark.sentence}')}"
        yield r"\end{table}"


def _pages(lines: Sequence[Line], about: _About) -> Iterator[Sequence[Line]]:
    """Yield the lines that fit a page together with the remarks below them, each set once."""
    page: list[Line] = []
    room, below = float(LINES), set[int]()
    for line in lines:
        noted = {number for number, _ in about.get(line.ranked.entry.key, ())}
        needed = 1 + _NOTE * len(noted - below)
        if page and needed > room:
            yield page
            page, room, below = [], float(LINES), set()
            needed = 1 + _NOTE * len(noted)
        page.append(line)
        room, below = room - needed, below | noted
    yield page


def _tabular(table: Table, lines: Sequence[Line], ranked: int, about: _About) -> Iterator[str]:
    """Yield a tabular of lines, a rule after the first `ranked`."""
    yield _OPEN
    yield rf"\begin{{tabular}}{{{''.join(_column(table, i) for i in range(len(table.headings)))}}}"
    yield r"\toprule"
    yield " & ".join(map(_cell, table.headings)) + r" \\"
    yield r"\midrule"
    for i, line in enumerate(lines):
        if i == ranked > 0:
            yield r"\midrule"
        yield _row(line, table, about.get(line.ranked.entry.key, ()))
    yield r"\bottomrule"
    yield r"\end{tabular}}"


def _column(table: Table, i: int) -> str:
    """Return how a column is set: numbers to the right, text to the left, long text broken."""
    if table.left <= i < len(table.headings) - table.tail:
        return "r"
    longest = max(len(line.cells[i]) for line in (*table.lines, *table.below))
    return "l" if longest <= _BROKEN else "p{11em}"


def _row(line: Line, table: Table, said: Sequence[tuple[int, Remark]]) -> str:
    numbers = range(table.left, len(table.headings) - table.tail)
    cells = [_cell(with_minus(c) if i in numbers else c) for i, c in enumerate(line.cells)]
    name = table.headings.index("model")
    if line.first:
        cells[table.marked] = rf"\textbf{{{cells[table.marked]}}}"
    if line.tied:
        cells[table.marked] += _MARKS[TIED]
    for i, column in table.columns.items():
        noted = ",".join(str(number) for number, remark in said if remark.column == column)
        cells[i] += rf"$^{{{noted}}}$" if noted else ""
    cells[name] += _MARKS[YOUNGER] if line.younger else ""
    cells[name] += _MARKS[SELF_REPORTED] if line.self_reported else ""
    return " & ".join(cells) + r" \\"


def _without_common(table: Table) -> tuple[Table, str]:
    """Take out the columns that say the same in all lines, and return these in words."""
    lines = (*table.lines, *table.below)
    same = common_columns(table)
    words = "; ".join(f"{table.headings[i]}: {lines[0].cells[i]}" for i in same)
    return only(table, [i for i in range(len(table.headings)) if i not in same]), words


def _caption(group: Group, lines: Sequence[Line], common: str) -> str:
    """Return what follows the title: protocol, what differs, what is true of all, the marks."""
    entry = (*group.ranked, *group.below)[0].entry
    parts = [f". Protocol {group.protocol_id}: {summary(entry.protocol)}."]
    if group.differs:
        parts.append(f" Differs from the first of this task: {'; '.join(group.differs)}.")
    if common:
        parts.append(f" All: {common}.")
    why = dict.fromkeys(ranked.why for ranked in group.ranked if ranked.why)
    parts += [f" {sentence}" for sentence in why]
    text = _cell("".join(parts))
    for mark, borne in (
        (TIED, any(line.tied for line in lines)),
        (YOUNGER, any(line.younger for line in lines)),
        (SELF_REPORTED, any(line.self_reported for line in lines)),
    ):
        text += f" {_MARKS[mark]}{_cell(EXPLAINED[mark])}." if borne else ""
    return text


def _cell(text: str) -> str:
    """Return text that LaTeX prints as it is."""
    return "".join(_SIGNS.get(c, c) for c in latex(text))


def _text_of(group: Group) -> str:
    return "".join(ranked.entry.model for ranked in (*group.ranked, *group.below))
