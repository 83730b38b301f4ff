"""What a run shows while it works, on stderr: rich on a terminal, plain lines, or JSON lines."""

import json
import logging
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from rbench.harness.forecast import Forecast
from rbench.harness.loop import Counts
from rbench.harness.monitor import Monitor
from rbench.harness.pacing import PacingState

if TYPE_CHECKING:
    from rbench.harness.images.types import ImageForecast, SampleCounts

Style = Literal["rich", "plain", "json"]


class _Notes(logging.Handler):
    """Shows what rbench logs on the way, such as the loading of a model."""

    def __init__(self, monitor: Monitor) -> None:
        super().__init__()
        self._monitor = monitor

    def emit(self, record: logging.LogRecord) -> None:
        self._monitor.note(record.getMessage())


def show_log(monitor: Monitor) -> None:
    """Let the display show what rbench's modules log."""
    logger = logging.getLogger("rbench")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers = [_Notes(monitor)]


def make_monitor(style: Style | None) -> Monitor:
    """Return the display; None chooses by whether stderr is a terminal."""
    if style is None:
        style = "rich" if sys.stderr.isatty() else "plain"
    monitors: dict[Style, type[Monitor]] = {
        "rich": RichMonitor,
        "plain": PlainMonitor,
        "json": JsonMonitor,
    }
    return monitors[style]()


def forecast_text(forecast: Forecast) -> str:
    """Return the plan of a run in one line, and one for every note."""
    done = f", {forecast.done} done" if forecast.done else ""
    if forecast.done and forecast.since:
        done += f" (last worked on {forecast.since})"
    tokens = f"about {_count(forecast.tokens.input)} tokens in"
    if forecast.tokens.output is None:
        tokens += ", out unknown"
    else:
        most = "at most " if forecast.tokens.output_is == "most" else "about "
        tokens += f", {most}{_count(forecast.tokens.output)} out"
    money = "" if forecast.dollars is None else f", about ${forecast.dollars:.2f}"
    asks = f"{forecast.to_ask} to ask ({tokens}{money})" if forecast.to_ask else "nothing to ask"
    if forecast.to_grade:
        asks += f", {forecast.to_grade} to grade"
    samples = "1 sample" if forecast.samples == 1 else f"{forecast.samples} samples"
    lines = [
        f"plan: {forecast.task} on {forecast.model}: {samples}{done}, {asks}",
        f"      {forecast.path}",
        *(f"      {note}" for note in forecast.notes),
    ]
    return "\n".join(lines)


def counts_text(counts: Counts, pacing: PacingState) -> str:
    """Return the live counts: ``done 40/100 (12 resumed), no answer 1, errors 0``."""
    parts = [f"{counts.done}/{counts.total} done"]
    if counts.resumed:
        parts.append(f"{counts.resumed} resumed")
    parts += [f"{counts.no_answer} no answer", f"{counts.truncated} truncated"]
    parts.append(f"{counts.errored} errors")
    if pacing.retrying:
        since = "" if pacing.since is None else f" for {time.monotonic() - pacing.since:.0f} s"
        parts.append(f"{pacing.retrying} retrying ({pacing.last_reason}){since}")
    return ", ".join(parts)


def _count(tokens: int) -> str:
    return f"{tokens / 1000:.0f}k" if tokens >= 10_000 else str(tokens)


class _Ticker:
    """Calls a function now and then on a thread, so that showing costs the run nothing."""

    def __init__(self, seconds: float, show: Callable[[], None]) -> None:
        self._stop = threading.Event()
        self._seconds = seconds
        self._show = show
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            self._show()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


class PlainMonitor:
    """A line for the plan, and one every ten seconds."""

    _ticker: _Ticker | None = None
    _show: Callable[[], None]

    def planned(self, forecast: Forecast) -> None:
        """Print the plan."""
        self._print(forecast_text(forecast))

    def started(self, forecast: Forecast, counts: Counts, pacing: PacingState) -> None:
        """Print the counts every ten seconds and at the end."""
        self._show = lambda: self._print(f"      {counts_text(counts, pacing)}")
        self._ticker = _Ticker(10.0, self._show)

    def images_planned(self, forecast: "ImageForecast") -> None:
        """Print the plan."""
        from rbench.cli.sample_progress import image_forecast_text

        self._print(image_forecast_text(forecast))

    def images_started(self, counts: "SampleCounts") -> None:
        """Print the counts every ten seconds and at the end."""
        from rbench.cli.sample_progress import SampleProgress

        words = SampleProgress(counts)
        self._show = lambda: self._print(f"      {words.text()}")
        self._ticker = _Ticker(10.0, self._show)

    def stopped(self) -> None:
        """Print the counts for the last time."""
        if self._ticker:
            self._ticker.stop()
            self._show()
            self._ticker = None

    def note(self, text: str) -> None:
        """Print a line."""
        self._print(f"note: {text}")

    def _print(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


class JsonMonitor:
    """One JSON object a line: ``{"event": "plan" | "progress" | "stopped" | "note", ...}``."""

    _ticker: _Ticker | None = None
    _show: Callable[[str], None]

    def planned(self, forecast: Forecast) -> None:
        """Print the plan."""
        self._print("plan", asdict(forecast))

    def started(self, forecast: Forecast, counts: Counts, pacing: PacingState) -> None:
        """Print the counts every second."""
        self._show = lambda event: self._print(
            event, {**asdict(counts), "retrying": pacing.retrying, "reason": pacing.last_reason}
        )
        self._ticker = _Ticker(1.0, lambda: self._show("progress"))

    def images_planned(self, forecast: "ImageForecast") -> None:
        """Print the plan."""
        self._print("plan", asdict(forecast))

    def images_started(self, counts: "SampleCounts") -> None:
        """Print the counts every second."""
        self._show = lambda event: self._print(event, asdict(counts))
        self._ticker = _Ticker(1.0, lambda: self._show("progress"))

    def stopped(self) -> None:
        """Print the counts for the last time."""
        if self._ticker:
            self._ticker.stop()
            self._show("stopped")
            self._ticker = None

    def note(self, text: str) -> None:
        """Print a line."""
        self._print("note", {"text": text})

    def _print(self, event: str, content: dict[str, object]) -> None:
        line = json.dumps({"event": event, **content}, ensure_ascii=False)
        print(line, file=sys.stderr, flush=True)


class RichMonitor(PlainMonitor):
    """A progress bar with percentage and time left, and below it the live counts."""

    def started(self, forecast: Forecast, counts: Counts, pacing: PacingState) -> None:
        """Show the bar until `stopped`."""
        self._begin(counts, lambda: counts_text(counts, pacing))

    def images_started(self, counts: "SampleCounts") -> None:
        """Show the bar until `stopped`."""
        from rbench.cli.sample_progress import SampleProgress

        self._begin(counts, SampleProgress(counts).text)

    def _begin(self, counts: "Counts | SampleCounts", text: Callable[[], str]) -> None:
        from rich.console import Console, Group
        from rich.live import Live
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn
        from rich.text import Text

        bar = Progress(BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        row = bar.add_task("", total=counts.total)
        # A line of its own, which wraps: beside the bar the counts would squeeze it, and be cut.
        line = Text()
        self._live = Live(Group(bar, line), console=Console(stderr=True), refresh_per_second=5)

        def show() -> None:
            bar.update(row, completed=counts.done)
            line.plain = text()

        self._show = show
        show()
        self._live.start()
        self._ticker = _Ticker(0.2, show)

    def stopped(self) -> None:
        """Show the last counts and leave them standing."""
        running = self._ticker is not None
        super().stopped()
        if running:
            self._live.stop()
