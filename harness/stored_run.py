"""`StoredRun`: what runs of questions and runs of images have in common on disk."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from rbench.harness.run_directory import RunDirectory
from rbench.harness.types import Json


class StoredRun(ABC):
    """A finished (or interrupted) run. Nothing is asked, sampled or fetched.

    `path` is the run's folder. Everything is read when it is first looked at. Raises
    `RunDirectoryError` for a folder that is no run.
    """

    def __init__(self, path: Path | str) -> None:
        self.directory = RunDirectory.existing(path)
        self.path = self.directory.path

    def __repr__(self) -> str:
        return f"<run {self.results['run_id']}: {self.results['status']}>"

    @cached_property
    def plan(self) -> Mapping[str, Json]:
        """The content of plan.json."""
        return self.directory.read_json("plan.json") or {}

    @cached_property
    def results(self) -> Mapping[str, Json]:
        """The content of results.json; of an interrupted run, what it would be now."""
        results: Mapping[str, Json] | None = self.directory.read_results()
        return self._now() if results is None else results

    @abstractmethod
    def _now(self) -> Mapping[str, Json]:
        """Return the results of what is there."""
