"""A board as LaTeX: a booktabs table for every protocol, to be taken into a paper."""

import unicodedata
from collections.abc import Iterator, Sequence

from rbench.leaderboards.board_cells import EXPLAINED, TIED, YOUNGER, Line, group_table
from rbench.leaderboards.cite_escape import latex, plain
from rbench.leaderboards.entries import Board, Group
from rbench.leaderboards.protocol_words import summary

MOST = 6
"""Columns of further numbers; more do not fit a page."""

_MARKS = {TIED: r"$^{\dagger}$", YOUNGER: r"$^{\ddagger}$"}
_ARROWS = {"↑": r"$\uparrow$", "↓": r"$\downarrow$", "–": "--", "…": r"\ldots{}", "†": "", "‡": ""}


def board_latex(board: Board) -> str:
    r"""Return the board as LaTeX, without a preamble: it wants ``\usepackage{booktabs}``.

    The best is bold, what cannot be told apart from it bears a dagger. Text is escaped; letters
    outside of Latin want XeLaTeX or LuaLaTeX and a font that has them.
    """
    groups = [group for groups in board.groups.values() for group in groups]
    head = [r"% \usepackage{booktabs}"]
    if board.command:
        head.append(f"% Made by: {plain(board.command)}")
    if any(unicodedata.bidirectional(c) in ("R", "AL") for g in groups for c in _text_of(g)):
        head.append("% Some names read from right to left: use LuaLaTeX or XeLaTeX with bidi.")
    return "\n".join([*head, *(line for group in groups for line in _group(group))])


def _group(group: Group) -> Iterator[str]:
    table = group_table(group, most=MOST)
    count = len(table.headings)
    columns = "".join(
        "l" if i < table.left or i >= count - table.tail else "r" for i in range(count)
    )
    yield ""
    yield r"\begin{table}"
    yield r"\centering"
    yield rf"\caption{{{_caption(group, [*table.lines, *table.below])}}}"
    yield rf"\begin{{tabular}}{{{columns}}}"
    yield r"\toprule"
    yield " & ".join(map(_cell, table.headings)) + r" \\"
    yield r"\midrule"
    for line in table.lines:
        yield _row(line, table.marked)
    if table.lines and table.below:
        yield r"\midrule"
    for line in table.below:
        yield _row(line, table.marked)
    yield r"\bottomrule"
    yield r"\end{tabular}"
    yield r"\end{table}"


def _row(line: Line, marked: int) -> str:
    cells = [_cell(cell) for cell in line.cells]
    if line.first:
        cells[marked] = rf"\textbf{{{cells[marked]}}}"
    if line.tied:
        cells[marked] += _MARKS[TIED]
    if line.younger:
        cells[1] += _MARKS[YOUNGER]
    return " & ".join(cells) + r" \\"


def _caption(group: Group, lines: Sequence[Line]) -> str:
    entry = (*group.ranked, *group.below)[0].entry
    parts = [f"{_cell(group.title)}. Protocol {_cell(group.protocol_id)}: "]
    parts.append(f"{_cell(summary(entry.protocol))}.")
    if group.differs:
        parts.append(f" Differs from the first of this task: {_cell('; '.join(group.differs))}.")
    if any(line.tied for line in lines):
        parts.append(f" {_MARKS[TIED]}{_cell(EXPLAINED[TIED])}.")
    if any(line.younger for line in lines):
        parts.append(f" {_MARKS[YOUNGER]}{_cell(EXPLAINED[YOUNGER])}.")
    why = dict.fromkeys(ranked.why for ranked in group.ranked if ranked.why)
    parts += [f" {_cell(sentence)}" for sentence in why]
    return "".join(parts)


def _cell(text: str) -> str:
    """Return text that LaTeX prints as it is."""
    return "".join(_ARROWS.get(c, c) for c in latex(text))


def _text_of(group: Group) -> str:
    return "".join(ranked.entry.model for ranked in (*group.ranked, *group.below))
