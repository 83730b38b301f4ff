"""The words that a display uses for runs of images: the plan, and where sampling stands."""

import time

from rbench.harness.images.types import ImageForecast, SampleCounts


def image_forecast_text(forecast: ImageForecast) -> str:
    """Return the plan of a run in one line, and one for every note."""
    sets = f" x {forecast.repeats} sets" if forecast.repeats > 1 else ""
    wanted = forecast.samples * forecast.repeats
    done = f", {forecast.done} done" if forecast.done else ""
    left = wanted - forecast.done
    grid = "1 shard" if forecast.shards == 1 else f"{forecast.shards} shards"
    todo = f"{left} to make ({grid} in all)" if left else "nothing to make"
    workers = f" by {forecast.workers} workers" if forecast.workers > 1 and left else ""
    lines = [
        f"plan: {forecast.task} on {forecast.model}: {forecast.samples} images{sets}{done}, "
        f"{todo}{workers}; measured as {', '.join(forecast.evaluators)}",
        f"      {forecast.path}",
        *(f"      {note}" for note in forecast.notes),
    ]
    return "\n".join(lines)


class SampleProgress:
    """Words for the counts of one run; knows when it began, for the rate."""

    def __init__(self, counts: SampleCounts) -> None:
        self._counts = counts
        self._start = time.monotonic()

    def text(self) -> str:
        """Return ``1500/5000 images (500 resumed), 210.3 images/s, sampling``."""
        counts = self._counts
        resumed = f" ({counts.resumed} resumed)" if counts.resumed else ""
        made = counts.done - counts.resumed
        seconds = time.monotonic() - self._start
        sampling = counts.phase == "sampling" and made > 0 and seconds > 0
        rate = f", {made / seconds:.1f} images/s" if sampling else ""
        return f"{counts.done}/{counts.total} images{resumed}{rate}, {counts.phase}"
