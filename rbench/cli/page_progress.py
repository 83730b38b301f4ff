"""A counter of pages written, on stderr, where that is a terminal and it takes long."""

import sys
import time

_PATIENCE = 2.0  # seconds


class PageProgress:
    """Shows how many pages of runs are written; call it with the pages done and their total."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` pages are written, on one line that is gone at the end."""
        if not sys.stderr.isatty() or time.monotonic() - self._start < _PATIENCE:
            return
        print(f"\r{done}/{total} run pages", end="", file=sys.stderr, flush=True)
        if done == total:
            print("\r" + " " * 40 + "\r", end="", file=sys.stderr, flush=True)
