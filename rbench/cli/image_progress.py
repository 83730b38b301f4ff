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
        self._label = ""
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
        if self._bar:
            self._bar.start()
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
            self._label, self._start, self._said = label, now, now
            if self._bar:
                self._task = self._bar.add_task(label, total=total, rate="")
        rate = done / max(now - self._start, 1e-9)
        finished = total is not None and done >= total
        if self._bar:
            self._bar.update(self._task, completed=done, rate=f"{rate:.1f}")
        elif now - self._said >= _PLAIN_SECONDS or (finished and now - self._start > 1):
            self._said = now
            of = "" if total is None else f"/{total}"
            print(f"{label}: {done}{of} images, {rate:.1f} images/s", file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        """Print a line beside the bar."""
        if self._bar:
            self._bar.console.print(text, markup=False, highlight=False)
        else:
            print(text, file=sys.stderr, flush=True)
