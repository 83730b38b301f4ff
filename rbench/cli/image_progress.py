"""A progress bar over images, on stderr: images done, images per second, time left."""

import sys
import time
from types import TracebackType

_PLAIN_SECONDS = 10.0


class ImageProgress:
    """Shows how far the reading of images is; call it with the images done and their total.

    A bar on a terminal, a line every ten seconds elsewhere. Used as a context manager.
    """

    def __init__(self) -> None:
        self._start = self._said = time.monotonic()
        self._label, self._first = "", 0
        self._bar = None
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
            )

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]} images/s"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )

    def __enter__(self) -> "ImageProgress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()

    def __call__(self, label: str, done: int, total: int | None) -> None:
        """Show that `done` of `total` images of `label` are done."""
        now = time.monotonic()
        if label != self._label:
            # The clock starts with the first images, which waited for the network to be loaded.
            self._label, self._start, self._said, self._first = label, now, now, done
            if self._bar:
                self._bar.start()  # not earlier: weights may have a bar of their own before
                self._task = self._bar.add_task(label, total=total, rate="?")
        seconds = now - self._start
        rate = f"{(done - self._first) / seconds:.1f}" if seconds > 0 else "?"
        finished = total is not None and done >= total
        if self._bar:
            self._bar.update(self._task, completed=done, rate=rate)
        elif now - self._said >= _PLAIN_SECONDS or (finished and seconds > 1):
            self._said = now
            of = "" if total is None else f"/{total}"
            print(f"{label}: {done}{of} images, {rate} images/s", file=sys.stderr, flush=True)
