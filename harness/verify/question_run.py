"""Verifying a run of questions: its results from items and calls, and every hash on the way."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from rbench.errors import RunDirectoryError
from rbench.harness.journal import Entry
from rbench.harness.plan import Cell
from rbench.harness.saved_run import SavedRun
from rbench.harness.types import Item, Json
from rbench.harness.verify import blob_checks, journal_checks, plan_checks
from rbench.harness.verify.checks import RESULTS, Check, differs, unchecked, verified
from rbench.harness.verify.grade_checks import grades
from rbench.harness.verify.guarded import each_guarded, guarded
from rbench.harness.verify.json_differences import Difference, json_differences
from rbench.harness.verify.row_label import row_label

DataCheck = Callable[[SavedRun], Check]


class QuestionChecks:
    """The checks of one run of questions. Nothing is written, and no model is asked.

    `data` checks the items against the hash of the data. A task that is a file's code is restored
    only with `run_files`: the run may be a stranger's.
    """

    def __init__(
        self,
        run: SavedRun,
        plan: Mapping[str, Json],
        results: Mapping[str, Json] | None,
        *,
        data: DataCheck,
        run_files: bool,
    ) -> None:
        self._run, self._plan, self._results = run, plan, results
        self._data, self._run_files = data, run_files
        self._items: Sequence[Item] = ()
        self._entries: Sequence[Entry] = ()

    def checks(self) -> Iterator[Check]:
        """Yield the checks, those of the plan first and that of results.json last."""
        plan, run = self._plan, self._run
        readable = guarded("plan", self._read_plan)
        if readable is not None:
            yield readable
            yield self._unfit("plan.json cannot be read")
            return
        whole = Cell.from_json(plan)
        yield from each_guarded(
            ("run id", lambda: plan_checks.folder(run.path, plan, whole.run_id)),
            ("answer key", lambda: plan_checks.question_answer_key(plan)),
            ("protocol", lambda: plan_checks.protocol(plan, self._results, whole)),
        )
        for name, read in (("items", self._read_items), ("journal", self._read_journal)):
            fault = guarded(name, read)
            if fault is not None:
                yield fault
                yield self._unfit(f"the {name} cannot be read")
                return
        path = run.path / "calls.jsonl"
        yield from each_guarded(
            (
                "selection",
                lambda: plan_checks.selection(whole.selection, self._results, self._items),
            ),
            ("pictures", self._pictures),
            ("journal", lambda: journal_checks.journal(path, self._entries, self._items)),
        )
        unfit = guarded("task", self._restore)
        if unfit is not None:
            yield unfit
            yield self._unfit("the task cannot be restored")
            return
        yield from each_guarded(
            ("data", lambda: self._data(run)),
            ("prompts", lambda: plan_checks.asked(whole, run.task)),
            ("score key", lambda: plan_checks.score_key(plan, whole, run.task)),
            ("requests", lambda: journal_checks.requests(self._entries, run.samples)),
            ("grades", lambda: grades(run.task, run.samples, run.directory.blobs)),
            (RESULTS, self._recompute),
        )

    def _read_plan(self) -> None:
        plan_checks.check_selection(Cell.from_json(self._plan).selection, "plan.json")
        if self._results is not None:
            plan_checks.check_selection(self._results.get("selection"), "results.json")

    def _read_items(self) -> None:
        self._items = self._run.directory.read_items()
        if len({item.id for item in self._items}) != len(self._items):
            raise RunDirectoryError("items.jsonl holds a question more than once.")

    def _read_journal(self) -> None:
        self._entries = list(self._run.directory.entries())

    def _pictures(self) -> Check | None:
        named = blob_checks.named_blobs(self._run.cell, self._items, self._entries)
        return blob_checks.blobs(self._run.directory.blobs, named)

    def _restore(self) -> Check | None:
        entry = self._run.cell.task_entry
        if ".py@" in entry and not self._run_files:
            return unchecked("task", file_task(entry))
        try:
            _ = self._run.task
        except RunDirectoryError as error:  # the items were read before: another version
            return unchecked("task", str(error).rstrip("."))
        return None

    def _unfit(self, why: str) -> Check:
        return unchecked(RESULTS, f"not computed again: {why}")

    def _recompute(self) -> Check:
        run, results = self._run, self._results
        if results is None:
            done = journal_checks.answered(run.samples)
            return unchecked(
                RESULTS,
                f"there is no results.json: the run is not finished, {done} of "
                f"{len(run.samples)} samples are answered; the same command goes on",
            )
        again = json.loads(json.dumps(run.rescored()))
        found = list(json_differences(results, again, label=row_label))
        if found:
            return different_results(found)
        return verified(RESULTS, f"{len(again['rows'])} rows come out again{self._remarks(again)}")

    def _remarks(self, again: Mapping[str, Json]) -> str:
        text = ""
        tolerated, errored = again["max_error_rate"], again["outcomes"]["errored"]
        if again["status"] == "incomplete":
            text += f"; the run is incomplete: {errored} samples errored, so there are only bounds"
        elif errored:
            text += f"; {errored} samples errored and count as wrong (up to {tolerated:.0%} may)"
        planned = sum(Cell.from_json(self._plan).selection.values())
        held = sum(again["selection"].values())
        if planned > held:
            text += f"; they are of {held} samples, and the plan asks for {planned}"
        return text


def file_task(entry: str) -> str:
    """Return why a task of a file is not restored."""
    return (
        f"the task is code of a file, {entry}, which is not run unasked; "
        f"--run-task-file runs it, if you trust it"
    )


def different_results(found: Sequence[Difference]) -> Check:
    """Return the check of results.json that is another than what comes out."""
    count = "1 value differs" if len(found) == 1 else f"{len(found)} values differ"
    return differs(RESULTS, f"{count} from what comes out", found)
