"""The tables of a task as files beside its page."""

from collections.abc import Sequence
from pathlib import Path

from rbench.leaderboards.board_table_csv import board_csv
from rbench.leaderboards.board_table_json import board_json
from rbench.leaderboards.entries import Board, Group
from rbench.leaderboards.report_page import write_page


def write_data_files(folder: Path, task: str, groups: Sequence[Group], command: str) -> None:
    """Write ``table.csv`` and ``table.json``."""
    board = Board({task: groups}, command)
    write_page(folder / "table.csv", board_csv(board) + "\n")
    write_page(folder / "table.json", board_json(board) + "\n")
