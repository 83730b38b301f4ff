"""`rbench leaderboard --format eee`: a folder of records of Every Eval Ever."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rbench.leaderboards.entries import Board
    from rbench.leaderboards.run_entries import AnyRun


def write_records(board: "Board", runs: "Sequence[AnyRun]", kept: str | None, folder: Path) -> None:
    """Write the records of a board and say how many; what is left out is named on stderr."""
    from rbench.leaderboards.every_eval_ever.write import write_every_eval_ever
    from rbench.leaderboards.kept.store import KeptFolder
    from rbench.leaderboards.report_text import visible

    known, _ = ([], []) if kept is None else KeptFolder.existing(kept).all()
    written = write_every_eval_ever(board, folder, runs=runs, kept=known)
    for sentence in written.remarks:
        print(f"rbench: {visible(sentence)}", file=sys.stderr)
    print(f"{written.records} records and {written.sample_files} files of samples in {folder}/data")
