"""`ImageRunOptions`: how an image run is carried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rbench.errors import UsageError


@dataclass(frozen=True, slots=True)
class ImageRunOptions:
    """How to run, as on the command line.

    Attributes:
        out: the folder of all runs.
        task_entry: the task's name in the registry; empty for a task given as an object.
        task_options: what ``-T`` sets.
        model_options: what ``-M`` sets; workers open the model again with it.
        data, offline: where the data are, and whether the network may not be used.
        limit: samples of every set; None for the protocol's.
        repeats: sample sets.
        seed: of all noise.
        workers: local processes that make shards; 1 is this process.
        device: where this process computes; None is a GPU where there is one.
        fresh: put earlier samples aside.
        dry_run: plan only.
        costs: whether seconds, memory and operations of the generator are measured.
    """

    out: Path
    task_entry: str
    task_options: Mapping[str, Any] = field(default_factory=dict)
    model_options: Mapping[str, Any] = field(default_factory=dict)
    data: Path | None = None
    offline: bool = False
    limit: int | str | None = None
    repeats: int = 1
    seed: int = 0
    workers: int = 1
    device: str | None = None
    fresh: bool = False
    dry_run: bool = False
    costs: bool = True


def samples_wanted(limit: int | str | None, protocol: int) -> int:
    """Return the samples of every set. Raises `UsageError` for anything but a positive number."""
    if limit is None:
        return protocol
    text = str(limit).strip()
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise UsageError(
            f"--limit {limit!r} is not a positive number of samples; a set of images has no "
            f"part a-b."
        )
    return int(text)
