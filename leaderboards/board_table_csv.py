"""A board as CSV, one line a number, safe to open in a spreadsheet."""

import csv
import io

from rbench.leaderboards.board_records import TYPES, records
from rbench.leaderboards.csv_cell import csv_cell
from rbench.leaderboards.entries import Board


def board_csv(board: Board) -> str:
    """Return the board as CSV; without entries, its header alone. No text is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(TYPES)
    for record in records(board):
        writer.writerow([csv_cell(value) for value in record.values()])
    return out.getvalue().rstrip("\n")
