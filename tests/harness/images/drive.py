"""Runs cells of the tiny task: from tests, and as a program ``python -m`` in other processes."""

import json
import signal
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rbench.errors import RbenchError
from rbench.harness.generators.context import GeneratorContext
from rbench.harness.generators.opening import GeneratorModel, open_generator
from rbench.harness.images.plan import ImageCell
from rbench.harness.images.run_image_cell import ImageRunOptions, plan_image_cell, run_image_cell
from rbench.harness.images.shards import Shards
from rbench.harness.images.task import ImageTask
from rbench.harness.images.types import ImageForecast, SampleCounts
from rbench.harness.options import build
from rbench.harness.registry import task_type
from rbench.harness.run_directory import RunDirectory
from rbench.harness.types import TaskInput

TINY = Path(__file__).with_name("tiny.py")


@dataclass
class Watching:
    """Remembers what a display would have shown."""

    forecasts: list[ImageForecast] = field(default_factory=list)
    counts: list[SampleCounts] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stops: int = 0

    def images_planned(self, forecast: ImageForecast) -> None:
        self.forecasts.append(forecast)

    def images_started(self, counts: SampleCounts) -> None:
        self.counts.append(counts)

    def stopped(self) -> None:
        self.stops += 1

    def note(self, text: str) -> None:
        self.notes.append(text)


def real_images(folder: Path) -> Path:
    path = folder / "real.npy"
    if not path.exists():
        images = np.random.default_rng(0).integers(0, 256, (90, 4, 4, 1), np.uint8)
        np.save(path, np.repeat(images, 3, axis=3))
    return path


def opened(
    out: Path,
    model: Any = "Noisy",
    given: Mapping[str, Any] | None = None,
    **options: Any,
) -> tuple[ImageTask, GeneratorModel, ImageRunOptions]:
    """Return task, model and options; `given` are the task's options."""
    chosen = {"real": str(real_images(out)), **(given or {})}
    entry = f"{TINY}@Tiny"
    kind = task_type(entry)
    task: Any = kind.load(build(kind.Options, chosen, "tiny"), TaskInput())
    name = f"python:{TINY}@{model}" if isinstance(model, str) else model
    found = open_generator(name, {}, GeneratorContext(task, None, True))
    settings = {"task_entry": entry, "task_options": chosen, "costs": False, **options}
    return task, found, ImageRunOptions(out, **settings)


def run(
    out: Path,
    model: Any = "Noisy",
    given: Mapping[str, Any] | None = None,
    watching: Watching | None = None,
    **options: Any,
) -> RunDirectory | None:
    """Run one cell."""
    task, found, settings = opened(out, model, given, **options)
    cell = plan_image_cell(task, found, settings)
    return run_image_cell(cell, task, found, settings, watching or Watching())


def made(*arguments: Any, **options: Any) -> RunDirectory:
    """Run one cell that gives a result."""
    found = run(*arguments, **options)
    assert found is not None
    return found


def results(directory: RunDirectory) -> bytes:
    return (directory.path / "results.json").read_bytes()


def content(directory: RunDirectory) -> dict[str, bytes]:
    """Return all of the shards that must have the same bits whoever made them."""
    folder = directory.path / "shards"
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != "meta.json"]
    return {str(p.relative_to(folder)): p.read_bytes() for p in files}


def shards(directory: RunDirectory) -> Shards:
    return Shards(directory.path / "shards")


def planned(directory: RunDirectory) -> ImageCell:
    return ImageCell.from_json(directory.read_json("plan.json") or {})


def _lines(arguments: list[str]) -> Iterator[str]:
    out, model, given, options = arguments
    watching = Watching()
    try:
        run(Path(out), model, json.loads(given), watching, **json.loads(options))
    except RbenchError as error:
        yield f"{type(error).__name__}: {error}"
    yield from watching.notes


if __name__ == "__main__":
    # What runs in the background of a script begins deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for line in _lines(sys.argv[1:]):
        print(line, flush=True)
