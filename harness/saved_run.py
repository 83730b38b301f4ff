"""A run read back from its folder, for tables, reports, and scoring again."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rbench.errors import RunDirectoryError, UsageError
from rbench.harness.canonical import digest
from rbench.harness.event_loop import run_to_end
from rbench.harness.grade_run import grade_run
from rbench.harness.graders import Judge
from rbench.harness.merge import merge
from rbench.harness.monitor import Monitor, Silent
from rbench.harness.plan import Cell
from rbench.harness.registry import task_type
from rbench.harness.replay import replay, wanted_samples
from rbench.harness.shown import as_shown, text_of
from rbench.harness.stored_run import StoredRun, not_of_a_run
from rbench.harness.types import Json, JudgedTask, QaTask, Row, Sample
from rbench.harness.verify.guarded import MALFORMED

if TYPE_CHECKING:
    import pandas


class SavedRun(StoredRun):
    """One finished (or interrupted) run. Nothing is asked and nothing is fetched.

    `path` is the run's folder. Everything is read when it is first looked at.
    """

    @cached_property
    def cell(self) -> Cell:
        """The plan as an object, with the selection that the results are of."""
        cell = Cell.from_json(self.plan)
        finished = (self.directory.read_json("results.json") or {}).get("selection")
        return cell if finished is None else replace(cell, selection=finished)

    @cached_property
    def task(self) -> QaTask:
        """The task as it was, from what the run kept: no data are loaded."""
        items = self.directory.read_items()
        try:
            return task_type(self.cell.task_entry).restore(items, self.cell.task_state)
        except (TypeError, KeyError) as error:
            raise RunDirectoryError(
                f"{self.path} was made by another version of the task {self.cell.task} "
                f"({error}); score it with that version, or run it again."
            ) from error

    @cached_property
    def samples(self) -> list[Sample]:
        """Every wanted sample with its prompt, reply and score, replayed from the journal."""
        try:
            wanted = wanted_samples(self.task.items, self.cell.selection)
            return list(replay(self.task, wanted, self.directory.calls()))
        except MALFORMED as error:
            raise not_of_a_run(self.path, error) from error

    @property
    def shown_samples(self) -> list[Sample]:
        """The samples with the messages that the model really saw (see shown.py)."""
        return [as_shown(sample, self.cell.asked["response"]) for sample in self.samples]

    def _now(self) -> Mapping[str, Json]:
        return self.rescored()

    @property
    def rows(self) -> list[Row]:
        """The numbers of the run."""
        names = {f.name for f in fields(Row)}
        return [Row(**{k: v for k, v in r.items() if k in names}) for r in self.results["rows"]]

    def rescored(self, max_error_rate: float | None = None) -> dict[str, Json]:
        """Score the kept replies again with the rbench at hand; return the new results.

        `max_error_rate` None keeps the run's own.
        """
        if max_error_rate is None:
            kept = self.directory.read_json("results.json") or {}
            max_error_rate = kept.get("max_error_rate", 0.0)
        scored = self.task.scored()
        cell = replace(self.cell, scored=scored, score_key=digest(scored))
        return merge(cell, self.task, self.samples, max_error_rate)

    def write_scores(
        self,
        max_error_rate: float | None = None,
        *,
        judge: Judge | None = None,
        judge_prompts: Path | None = None,
        monitor: Monitor | None = None,
    ) -> dict[str, Json]:
        """Score again and write results.json (and the score key in plan.json).

        The model is not asked. Without `judge` the verdicts of the run's own judge are used
        again; with one, it judges every reply that it has not judged yet, and is closed. Raises
        `UsageError` where the task has no judge.
        """

        async def scored() -> dict[str, Json]:
            try:
                return await self.score_again(
                    max_error_rate, judge=judge, judge_prompts=judge_prompts, monitor=monitor
                )
            finally:
                if judge is not None:
                    await judge.model.answerer.close()

        return run_to_end(scored())

    async def score_again(
        self,
        max_error_rate: float | None = None,
        *,
        judge: Judge | None = None,
        judge_prompts: Path | None = None,
        monitor: Monitor | None = None,
    ) -> dict[str, Json]:
        """Do as `write_scores`, and leave the judge open for the next run of this event loop."""
        with self.directory.lock():
            if judge is not None:
                self.__dict__["task"] = self._judged(judge, judge_prompts)
            await grade_run(self.directory, self.cell, self.task, judge, monitor or Silent())
            self.__dict__.pop("samples", None)
            results = self.rescored(max_error_rate)
            plan = {
                **self.plan,
                "scored": dict(self.task.scored()),
                "task_state": dict(self.task.state()),
                "score_key": results["score_key"],
                "protocol": results["protocol"],
                "protocol_id": results["protocol_id"],
            }
            self.directory.write_results(results)
            self.directory.write_json("plan.json", plan)
        self.__dict__["results"] = results
        self.__dict__["intact"] = True
        self.__dict__["plan"] = plan
        self.__dict__.pop("cell", None)
        return results

    def _judged(self, judge: Judge, prompts: Path | None) -> QaTask:
        if not isinstance(self.task, JudgedTask):
            raise UsageError(f"--judge: {self.cell.task} is scored without a judge.")
        return self.task.with_judge(judge.described, prompts)

    def to_pandas(self, what: Literal["rows", "samples"] = "rows") -> "pandas.DataFrame":
        """Return the rows or the samples as a data frame, one line each."""
        import pandas

        if what == "rows":
            return pandas.DataFrame([asdict(row) for row in self.rows])
        if what == "samples":
            return pandas.DataFrame([flatten(sample) for sample in self.shown_samples])
        raise UsageError(f"to_pandas({what!r}): give 'rows' or 'samples'.")


def flatten(sample: Sample) -> dict[str, Json]:
    """Return one flat record of a sample: the line of an export."""
    last = sample.reply
    messages = sample.asks[0].request.get("messages", []) if sample.asks else []
    return {
        "id": sample.item.id,
        "subset": sample.item.subset,
        "cluster": sample.item.cluster,
        "repeat": sample.repeat,
        "prompt": "\n\n".join(text_of(m["content"]) for m in messages),
        "reply": last.text if last else None,
        "reasoning": last.reasoning if last else None,
        "finish": last.finish if last else None,
        "error": last.error if last else None,
        "gold": sample.item.data.get("gold"),
        "answer": sample.score.answer,
        "outcome": sample.score.outcome,
        "why": sample.score.why,
        "pictures": list(sample.item.blobs),
        "drawings": list(last.blobs) if last else [],
        **{f"value:{name}": value for name, value in sample.score.values.items()},
        **{f"tokens:{kind}": n for kind, n in (last.usage if last else {}).items()},
    }


def find_runs(folder: Path) -> list[Path]:
    """List the runs at or below a folder, sorted. Raises `RunDirectoryError` for none."""
    if (folder / "plan.json").is_file():
        return [folder]
    found = sorted(plan.parent for plan in folder.glob("**/plan.json"))
    if not found:
        raise RunDirectoryError(f"there is no run at or below {str(folder)!r}.")
    return found
