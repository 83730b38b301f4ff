"""A board as Parquet, one row a number, with the columns and types of `board_records.TYPES`."""

import io

import pyarrow as pa
import pyarrow.parquet as pq

from rbench.leaderboards.board_records import SCHEMA, TYPES, records
from rbench.leaderboards.entries import Board
from rbench.leaderboards.report_text import visible

_ARROW = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


def board_parquet(board: Board) -> bytes:
    """Return the board as a Parquet file; its metadata hold the schema's name and the command."""
    schema = pa.schema(
        [(name, _ARROW[kind]) for name, kind in TYPES.items()],
        metadata={"rbench_schema": SCHEMA, "rbench_command": visible(board.command)},
    )
    rows = [
        {name: visible(cell) if isinstance(cell, str) else cell for name, cell in record.items()}
        for record in records(board)
    ]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), out, compression="zstd")
    return out.getvalue()
