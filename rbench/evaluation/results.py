"""`Results`: the runs of one `evaluate`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, overload

from rbench.harness.saved_run import SavedRun
from rbench.harness.types import Row

if TYPE_CHECKING:
    import pandas

    from rbench.harness.images.rows import ImageRow
    from rbench.harness.images.saved_image_run import SavedImageRun

AnyRun: TypeAlias = "SavedRun | SavedImageRun"


@dataclass(frozen=True)
class Results(Sequence["AnyRun"]):
    """The runs of one `evaluate`, in the order of tasks, then models."""

    runs: tuple[AnyRun, ...] = ()

    @overload
    def __getitem__(self, index: int) -> "AnyRun": ...
    @overload
    def __getitem__(self, index: slice) -> "Sequence[AnyRun]": ...
    def __getitem__(self, index: int | slice) -> "AnyRun | Sequence[AnyRun]":
        """Return one run, or several."""
        return self.runs[index]

    def __len__(self) -> int:
        return len(self.runs)

    def __iter__(self) -> "Iterator[AnyRun]":
        return iter(self.runs)

    @property
    def rows(self) -> "list[Row | ImageRow]":
        """The numbers of all runs."""
        return [row for run in self.runs for row in run.rows]

    @property
    def complete(self) -> bool:
        """Whether no run is incomplete: no more samples errored than were tolerated."""
        return all(run.results["status"] == "complete" for run in self.runs)

    def to_pandas(self, what: Literal["rows", "samples"] = "rows") -> "pandas.DataFrame":
        """Return the rows or the samples of all runs, with a first column `model`."""
        import pandas

        frames = []
        for run in self.runs:
            frame = run.to_pandas(what)
            frame.insert(0, "model", run.results["model"])
            frames.append(frame)
        return pandas.concat(frames, ignore_index=True) if frames else pandas.DataFrame()
