"""A board as JSON: everything that is known of every entry, under a schema of its own."""

import json

from rbench.leaderboards.board_records import board_values
from rbench.leaderboards.entries import Board


def board_json(board: Board) -> str:
    """Return the board as JSON; text that UTF-8 cannot hold is escaped."""
    values = board_values(board)
    text = json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(values, indent=1, allow_nan=False)
    return text
