"""Runs to be kept, and hands that change the files of kept leaderboards."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rbench.leaderboards.kept.add import Added, add_run
from rbench.leaderboards.kept.store import KeptFolder
from tests.leaderboards.compare_runs import ERROR, run_of, scripted, skilled

DAY = "2026-01-02"
LATER = "2026-03-04"


def honest(out: Path, name: str = "clever", skill: float = 0.6, limit: int = 4) -> Path:
    """Return a complete run."""
    return run_of(skilled(name, skill), out, limit=limit).path


def unfinished(out: Path) -> Path:
    """Return a run with an error."""
    return run_of(scripted("shaky", {("en/1", 0): ERROR}), out, limit=3).path


def added(run: Path, folder: KeptFolder, **options: Any) -> Added:
    return add_run(run, folder, **{"today": DAY, **options})


def edited(file: Path, change: Callable[[Any], None]) -> None:
    """Change a file as a careless hand does: its hash stays."""
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content), encoding="utf-8")


def contents(folder: KeptFolder) -> dict[str, bytes]:
    files = [file for file in folder.path.rglob("*") if file.is_file()]
    return {file.relative_to(folder.path).as_posix(): file.read_bytes() for file in files}
