"""An image run read back from its folder, for tables, reports, and measuring again."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from rbench.errors import RunDirectoryError, UsageError
from rbench.harness.images.merge import merge
from rbench.harness.images.neighbours import read_neighbours
from rbench.harness.images.plan import ImageCell
from rbench.harness.images.quantise import for_the_eye
from rbench.harness.images.rows import ImageRow
from rbench.harness.images.shards import Shards
from rbench.harness.images.task import ImageTask
from rbench.harness.registry import task_type
from rbench.harness.stored_run import StoredRun
from rbench.harness.types import Json

if TYPE_CHECKING:
    import pandas

_FROM_RESULTS = ("protocol", "protocol_id", "score_key")


class SavedImageRun(StoredRun):
    """One finished (or interrupted) image run. Nothing is sampled and nothing is fetched.

    `path` is the run's folder. Everything is read when it is first looked at.
    """

    @cached_property
    def cell(self) -> ImageCell:
        """The plan as an object, with the selection that the results are of."""
        cell = ImageCell.from_json(self.plan)
        finished = (self.directory.read_json("results.json") or {}).get("selection")
        return cell if finished is None else replace(cell, **finished)

    @cached_property
    def task(self) -> ImageTask:
        """The task as it was: its real images only where they still are."""
        try:
            restored: Any = task_type(self.cell.task_entry)
            task: ImageTask = restored.restore(self.cell.task_state)
        except (TypeError, KeyError) as error:
            raise RunDirectoryError(
                f"{self.path} was made by another version of the task {self.cell.task} "
                f"({error}); score it with that version, or run it again."
            ) from error
        return task

    @cached_property
    def shards(self) -> Shards:
        """The samples' features, seeds and labels, and the images that were kept."""
        return Shards(self.path / "shards")

    def _now(self) -> Mapping[str, Json]:
        return self.rescored()

    @property
    def rows(self) -> list[ImageRow]:
        """The numbers of the run."""
        names = {f.name for f in fields(ImageRow)}
        return [
            ImageRow(**{k: v for k, v in r.items() if k in names}) for r in self.results["rows"]
        ]

    def images(self, count: int, repeat: int = 0) -> npt.NDArray[np.uint8]:
        """Return the first `count` images of a set, (k, h, w, c); fewer where fewer are kept.

        Those of tasks that do not quantise are rounded to bytes. Raises `UsageError` for a set
        that is not part of the run.
        """
        if not 0 <= repeat < self.cell.repeats:
            raise UsageError(f"repeat={repeat}: the run has {self.cell.repeats} sets, from 0.")
        kept = list(self.shards.images(repeat, count))
        if not kept:
            spec = self.cell.asked["spec"]
            return np.empty((0, spec["height"], spec["width"], spec["channels"]), np.uint8)
        return for_the_eye(np.concatenate(kept))

    @cached_property
    def neighbours(self) -> Mapping[str, npt.NDArray[Any]] | None:
        """Nearest training images of the first samples, see `write_neighbours`; None without."""
        return read_neighbours(self.path)

    def rescored(self) -> dict[str, Json]:
        """Measure the kept features again with the rbench at hand; return the new results."""
        return merge(self.directory, self.cell, self.task, offline=True, device=None)

    def write_scores(self) -> dict[str, Json]:
        """Measure again and write results.json (and protocol and score key in plan.json)."""
        with self.directory.lock():
            results = self.rescored()
            plan = {**self.plan, **{name: results[name] for name in _FROM_RESULTS}}
            self.directory.write_results(results)
            self.directory.write_json("plan.json", plan)
        self.__dict__["results"] = results
        self.__dict__["intact"] = True
        self.__dict__["plan"] = plan
        return results

    def to_pandas(self, what: Literal["rows", "samples"] = "rows") -> "pandas.DataFrame":
        """Return the rows, or the samples (index, set, seed, label), as a data frame."""
        import pandas

        if what == "rows":
            return pandas.DataFrame([asdict(row) for row in self.rows])
        if what == "samples":
            return pandas.DataFrame(self._samples())
        raise UsageError(f"to_pandas({what!r}): give 'rows' or 'samples'.")

    def _samples(self) -> list[dict[str, Json]]:
        """Return one record a sample that is there; the label is None where there is none."""
        found = []
        for repeat in range(self.cell.repeats):
            count = min(self.shards.count(repeat), self.cell.samples)
            for line in self.shards.index(repeat, count):
                label = int(line["label"])
                found.append(
                    {
                        "index": int(line["index"]),
                        "set": repeat,
                        "seed": int(line["seed"]),
                        "label": None if label < 0 else label,
                    }
                )
        return found
