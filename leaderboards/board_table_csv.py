"""A board as CSV, one line a number, safe to open in a spreadsheet."""

import csv
import io

from rbench.leaderboards.board_records import TYPES, Cell, records
from rbench.leaderboards.entries import Board
from rbench.leaderboards.report_text import visible

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def board_csv(board: Board) -> str:
    """Return the board as CSV; without entries, its header alone.

    Text that a spreadsheet would run as a formula gets an apostrophe before it
    (OWASP, "CSV injection"); numbers stay numbers.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(TYPES)
    for record in records(board):
        writer.writerow([csv_cell(value) for value in record.values()])
    return out.getvalue().rstrip("\n")


def csv_cell(value: Cell) -> str | int | float:
    """Return what stands in a cell: numbers as they are, truth as ``true``, text neutralised."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return value
    if value.startswith(_FORMULA) and not _is_number(value):
        return "'" + visible(value)
    return visible(value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
