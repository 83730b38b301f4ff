"""What ranks a run of questions, sample by sample: read from its journal, and kept for next time.

Reading a run means to replay and grade it: a fifth of a second for 1,000 samples, and much for
200 runs. So what came of it can be kept in rbench's cache, by the bytes that it came from.
"""

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rbench.assets import cache_folder
from rbench.errors import RbenchError
from rbench.harness.canonical import digest
from rbench.harness.open_run import open_run
from rbench.harness.saved_run import SavedRun
from rbench.harness.types import QaTask
from rbench.leaderboards.compare_samples import samples_of

if TYPE_CHECKING:
    import numpy.typing as npt

    Vector = npt.NDArray[np.float64]

_FILES = ("plan.json", "items.jsonl", "calls.jsonl", "results.json")


@dataclass(frozen=True, slots=True)
class Answers:
    """How right every sample is, in the order of (question, repeat): float64 (n,), 0 to 1.

    `asked` are these, `clusters` the names of what belongs together. A sample that errored has 0,
    as in the value that ranks a run whose errors are tolerated.
    """

    asked: tuple[tuple[str, int], ...]
    clusters: tuple[str, ...]
    values: "Vector"


def answers_of(run: SavedRun) -> Answers:
    """Return the answers of a run. Raises `RunDirectoryError` where it cannot be read."""
    found = samples_of(run, "correct")
    cluster = {item.id: item.cluster for item in run.task.items}
    return _answers(
        sorted(
            (item, repeat, cluster[item], 0.0 if isinstance(value, str) else value)
            for item, repeats in found.items()
            for repeat, value in repeats.items()
        )
    )


def read_answers(path: str) -> Answers | None:
    """Return the answers of the run in a folder; None where its samples cannot be read."""
    try:
        run = open_run(Path(path))
        if not isinstance(run, SavedRun):
            return None
        run.__dict__["task"] = shared_task(run)
        return answers_of(run)
    except (RbenchError, OSError):
        return None  # the table stands on results.json; the test then has the intervals alone


def kept_answers(path: str) -> Answers | None:
    """Return the answers of the run in a folder from the cache, else read and keep them."""
    try:
        file = _cached(Path(path))
    except OSError:
        return None
    try:
        return _answers(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        found = read_answers(path)
        if found is not None:
            _keep(file, found)
        return found


_restored: dict[str, QaTask] = {}


def shared_task(run: SavedRun) -> QaTask:
    """Return the task of a run; runs of one protocol bring the same questions, read once.

    Only that of the last run is kept. Raises `RunDirectoryError` where it cannot be read.
    """
    items = sha256((run.path / "items.jsonl").read_bytes()).hexdigest()
    key = digest([items, run.cell.task_entry, run.cell.task_state])
    if key not in _restored:
        _restored.clear()  # runs come sorted by their protocols: one is enough
        _restored[key] = run.task
    return _restored[key]


def _answers(lines: Sequence[tuple[str, int, str, float]]) -> Answers:
    return Answers(
        asked=tuple((item, repeat) for item, repeat, _, _ in lines),
        clusters=tuple(cluster for _, _, cluster, _ in lines),
        values=np.array([value for _, _, _, value in lines], dtype=np.float64),
    )


def _cached(run: Path) -> Path:
    """Return where the answers of a run are kept: another file if anything of it changes."""
    content = [sha256((run / name).read_bytes()).hexdigest() for name in _FILES]
    return cache_folder() / "answers" / f"{digest(content)}.json"


def _keep(file: Path, answers: Answers) -> None:
    lines = [
        [item, repeat, cluster, value]
        for (item, repeat), cluster, value in zip(
            answers.asked, answers.clusters, answers.values.tolist(), strict=True
        )
    ]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(lines, out)
        Path(temporary).replace(file)
    except OSError:
        pass  # a cache that cannot be written only costs time
