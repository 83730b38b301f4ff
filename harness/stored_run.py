"""`StoredRun`: what runs of questions and runs of images have in common on disk."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from rbench.errors import RunDirectoryError
from rbench.harness.run_directory import RunDirectory
from rbench.harness.types import Json
from rbench.harness.verify.guarded import MALFORMED


def not_of_a_run(path: Path, error: Exception) -> RunDirectoryError:
    """Return the error of files that hold something else than a run writes."""
    return RunDirectoryError(
        f"the files in {path} are not such as a run writes ({type(error).__name__}: {error}); "
        f"`rbench verify {path}` says more."
    )


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
        found = self.directory.read_results()
        self.__dict__.setdefault("intact", found is None or found[1])
        if found is not None:
            return found[0]
        try:
            return self._now()
        except MALFORMED as error:
            raise not_of_a_run(self.path, error) from error

    @cached_property
    def intact(self) -> bool:
        """Whether results.json has the hash that it names: False once a hand has changed it."""
        found = self.directory.read_results()
        return found is None or found[1]

    @abstractmethod
    def _now(self) -> Mapping[str, Json]:
        """Return the results of what is there."""
