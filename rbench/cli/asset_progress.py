"""What is shown of an asset that is fetched or hashed, on stderr: a bar, or a line now and then."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rbench.assets import Asset, Progress, fetch
from rbench.assets.progress import Step

_SECONDS_BETWEEN_LINES = 10.0
_VERBS: dict[Step, str] = {"fetch": "fetching", "verify": "verifying"}


@contextmanager
def shown(name: str) -> Iterator[Progress]:
    """Show the progress of one asset while the block runs, and what rbench notes meanwhile."""
    notes = logging.StreamHandler(sys.stderr)
    notes.setFormatter(logging.Formatter("note: %(message)s"))
    logger = logging.getLogger("rbench")
    before = logger.handlers, logger.level, logger.propagate
    logger.handlers, logger.propagate = [notes], False
    logger.setLevel(logging.INFO)
    try:
        if sys.stderr.isatty():
            with _bar(name) as progress:
                yield progress
        else:
            yield _lines(name)
    finally:
        logger.handlers, logger.propagate = before[0], before[2]
        logger.setLevel(before[1])


def fetch_shown(asset: Asset) -> Path:
    """Return the asset's verified file, with its progress on stderr. Raises `AssetError`."""
    with shown(asset.name) as progress:
        return fetch(asset, progress=progress)


@contextmanager
def _bar(name: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.progress import (
        Progress as Bar,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        rows = {
            step: bar.add_task(f"{verb} {name.rpartition('/')[2]}", visible=False, start=False)
            for step, verb in _VERBS.items()
        }

        def progress(step: Step, done: int, total: int | None) -> None:
            row = bar.tasks[rows[step]]
            if not row.started:
                # What an earlier run fetched says nothing about this run's speed.
                bar.reset(rows[step], total=total, completed=done, visible=True)
            bar.update(rows[step], completed=done, total=total)

        yield progress


def _lines(name: str) -> Progress:
    due = time.monotonic() + _SECONDS_BETWEEN_LINES

    def progress(step: Step, done: int, total: int | None) -> None:
        nonlocal due
        if time.monotonic() < due:
            return
        due = time.monotonic() + _SECONDS_BETWEEN_LINES
        of = "" if total is None else f" of {total / 1e6:.1f}"
        print(f"{_VERBS[step]} {name}: {done / 1e6:.1f}{of} MB", file=sys.stderr, flush=True)

    return progress
