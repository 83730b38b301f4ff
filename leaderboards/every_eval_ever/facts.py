"""What a record says of a run beyond its entry: the version of rbench, and the run's results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rbench.harness.canonical import digest
from rbench.harness.verify.made_with import rbench_versions
from rbench.leaderboards.entries import Entry
from rbench.leaderboards.every_eval_ever.schema import UNKNOWN
from rbench.leaderboards.kept.record import KeptRun

if TYPE_CHECKING:
    from rbench.leaderboards.run_entries import AnyRun


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is known of the run behind an entry; nothing of a published one.

    Attributes:
        rbench: the version that the run was made with.
        taken_in_by: of a kept entry the version that took it in.
        results_sha256: of results.json as canonical JSON.
        run_id: of the run.
    """

    rbench: str = UNKNOWN
    taken_in_by: str = ""
    results_sha256: str = ""
    run_id: str = ""


class FactsOfRuns:
    """Finds the facts behind an entry: of a run at hand by its folder, of a kept one by its key."""

    def __init__(self, runs: "Sequence[AnyRun]", kept: Sequence[KeptRun]) -> None:
        self.runs: Mapping[str, AnyRun] = {str(run.path): run for run in runs}
        self._kept = {run.key: run for run in kept}

    def of(self, entry: Entry) -> RunFacts:
        """Return the facts; empty ones where no run is behind the entry."""
        run = self.runs.get(entry.path or "")
        if run is not None:
            versions = rbench_versions(run.directory)
            return RunFacts(
                rbench=versions[-1] if versions else UNKNOWN,
                results_sha256=digest(run.results),
                run_id=str(run.results["run_id"]),
            )
        kept = self._kept.get(entry.key) or self._kept.get(entry.key.rpartition("@")[0])
        if kept is None:
            return RunFacts()
        return RunFacts(
            taken_in_by=kept.rbench, results_sha256=kept.results_sha256, run_id=kept.run_id
        )
