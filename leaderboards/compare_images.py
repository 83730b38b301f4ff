"""Two runs of image generators, measured again at equal counts: the differences of their numbers.

Sample i of both runs starts from the same noise where the seeds are the same; then what the noise
does to both cancels (`paired_jackknife`). The real images are the same for both and are taken as
given. `compare_runs` imports this when it is needed: it needs numpy and what measures images.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from rbench.errors import DataError, UsageError, nearest
from rbench.harness.images.comparison import BLOCKS, Work, prepare
from rbench.harness.images.generated import available
from rbench.harness.images.image_rows import SetOfRows
from rbench.harness.images.merge import gathered
from rbench.harness.images.pinned_threads import merge_threads, pinned_threads
from rbench.harness.images.scratch import scratch_folder
from rbench.harness.images.shard_features import kept_features
from rbench.harness.images.task import Evaluator
from rbench.harness.images.wanted import wanted_features
from rbench.harness.types import Json
from rbench.leaderboards.compared import Compared
from rbench.leaderboards.image_protocols import difference_text
from rbench.leaderboards.measured_without import Measured, Number, job_metric, measured_without
from rbench.metrics.frechet.paired_jackknife import PairedDistances, SetPair, paired_jackknife

if TYPE_CHECKING:
    from rbench.harness.images.saved_image_run import SavedImageRun

_OF_THE_COUNT = ("samples", "repeats")


def compare_images(
    first: "SavedImageRun",
    second: "SavedImageRun",
    names: tuple[str, str],
    *,
    metric: str | None,
    level: float,
) -> list[Compared]:
    """Return a comparison of every number called `metric`; of the one that ranks without.

    Both are measured on as many samples of as many sets, by the evaluators that both runs had
    under one protocol. Raises `DataError` where there is no such evaluator or too few samples,
    `UsageError` for a metric that there is not, `AssetError` for statistics or weights that
    cannot be had offline.
    """
    wanted = first.task.headline if metric is None else metric
    evaluators = _evaluators(first, second, names, wanted)
    samples, repeats = _in_common(first, second, names)
    pair = _Pair(first, second, names, level, samples, repeats)
    found: list[Compared] = []
    # Not in a run's folder: runs of others may be compared that nobody here may write to.
    with TemporaryDirectory(prefix="rbench-compare-") as scratch:
        work = Work(Path(scratch), None, True, None)
        for evaluator in evaluators[:1] if metric is None else evaluators:
            numbers = pair.measured(evaluator, wanted, work)
            chosen = list(numbers)[:1] if metric is None else list(numbers)
            found += [pair.compared(evaluator, numbers[number]) for number in chosen]
    return found


_Sets = list[tuple[Measured, Measured]]
"""A number of both runs, set by set."""


@dataclass(frozen=True, slots=True)
class _Pair:
    first: "SavedImageRun"
    second: "SavedImageRun"
    names: tuple[str, str]
    level: float
    samples: int
    repeats: int

    def measured(self, evaluator: Evaluator, metric: str, work: Work) -> Mapping[Number, _Sets]:
        """Measure both runs, whole and without each block."""
        task = replace(self.first.task, evaluators=(evaluator,))
        wanted = wanted_features(task)
        runs = self.first, self.second
        kept = [kept_features(run.shards, wanted, self.samples, self.repeats) for run in runs]
        largest = max(one.representation.dimension(o) for one in wanted for o in one.outputs)
        found: dict[Number, _Sets] = {}
        with pinned_threads(merge_threads(largest)):
            comparison = prepare(
                task,
                evaluator,
                {kind: one.identity for kind, one in kept[0].items()},
                samples=self.samples,
                repeats=self.repeats,
                work=work,
            )
            for repeat in range(self.repeats):
                sides = []
                for run, own, name in zip(runs, kept, self.names, strict=True):
                    with scratch_folder(work.scratch) as folder:
                        stores = gathered(run.shards, wanted, own, repeat, self.samples, folder)
                        sides.append(measured_without(comparison, stores, metric, name))
                for number, one in sides[0].items():
                    found.setdefault(number, []).append((one, sides[1][number]))
        return found

    def compared(self, evaluator: Evaluator, sets: _Sets) -> Compared:
        """Return what the sets say of one number."""
        same_noise = self._same_noise()
        said = paired_jackknife(
            [
                SetPair(float(a.row.result), float(b.row.result), a.without, b.without)
                for a, b in sets
            ],
            same_noise=same_noise,
            level=self.level,
        )
        row = sets[0][0].row
        shown = SetOfRows(self.first.cell.task, evaluator.name, 0, self.samples, "").row(row)
        interval = said.interval
        how = "paired" if same_noise else "unpaired"
        return Compared(
            task=self.first.cell.task,
            on=f"{evaluator.name}, {row.on}",
            metric=row.metric,
            unit=shown.unit,
            higher_is_better=shown.higher_is_better,
            first=self.names[0],
            second=self.names[1],
            first_run=self.first.results["run_id"],
            second_run=self.second.results["run_id"],
            first_value=said.first,
            second_value=said.second,
            difference=said.difference,
            low=None if interval is None else interval.low,
            high=None if interval is None else interval.high,
            level=self.level,
            method="" if interval is None else interval.method,
            standard_error=said.standard_error,
            test=f"t of the block jackknife, {how}",
            p_value=said.p_value,
            n=self.samples,
            clusters=sum(len(a.without.sizes) for a, _ in sets) * (1 if same_noise else 2),
            notes=tuple(self._notes(same_noise, _of_bias(row.metric, said))),
        )

    def _same_noise(self) -> bool:
        """Whether sample i of both runs started from the same noise and condition."""
        if self.first.cell.seed != self.second.cell.seed:
            return False
        indices = (
            [run.shards.index(r, self.samples) for run in (self.first, self.second)]
            for r in range(self.repeats)
        )
        return all(np.array_equal(one, other) for one, other in indices)

    def _notes(self, same_noise: bool, note: str) -> Iterator[str]:
        sets = "" if self.repeats == 1 else f" in each of {self.repeats} sets"
        yield (
            f"{self.samples} images{sets} of every run are measured. Intervals cover their "
            f"sampling, not the bias of finite n."
        )
        if not same_noise:
            seeds = f"{self.first.cell.seed} and {self.second.cell.seed}"
            yield (
                f"{self.names[0]} and {self.names[1]} did not start from the same noise and labels "
                f"(seeds {seeds}): they are taken as independent, which sees less."
            )
        for run, name in zip((self.first, self.second), self.names, strict=True):
            if run.results["status"] != "complete":
                missing = run.results["outcomes"]["errored"]
                yield f"{name} is incomplete: {missing} images are missing."
        asked = self.first.cell.protocol_samples
        if self.samples < asked:
            yield (
                f"{self.samples} images are fewer than the {asked} of the protocol: distances come "
                f"out larger, and which model is better may depend on it."
            )
        if note:
            yield note


def _of_bias(metric: str, said: PairedDistances) -> str:
    if said.interval is None:
        return f"{said.note[0].upper()}{said.note[1:]}." if said.note else ""
    if job_metric(metric) not in ("frechet", "fdr"):
        return ""
    return f"Without the bias of finite n, to first order, A - B is {said.bias_corrected:+.3g}."


def _evaluators(
    first: "SavedImageRun", second: "SavedImageRun", names: tuple[str, str], metric: str
) -> list[Evaluator]:
    """Return the evaluators that both runs had under one protocol, for this metric alone."""
    protocols = [_protocols(run) for run in (first, second)]
    common = [one for one in first.task.evaluators if all(one.name in p for p in protocols)]
    same = [one for one in common if protocols[0][one.name] == protocols[1][one.name]]
    if not same:
        why = "; ".join(
            f"{one.name}: {difference_text([p[one.name] for p in protocols])}" for one in common
        )
        raise DataError(
            f"{names[0]} and {names[1]} on {first.cell.task} cannot be compared: no evaluator "
            f"measured both alike ({why or 'they share none'})."
        )
    found = [one for one in same if job_metric(metric) in one.metrics]
    if not found:
        known = _known(same, first.results["rows"])
        raise UsageError(f"--metric {metric!r} is none of these runs{nearest(metric, known)}")
    return [replace(one, metrics=(job_metric(metric),)) for one in found]


def _protocols(run: "SavedImageRun") -> dict[str, dict[str, Json]]:
    """Return the protocols by evaluator, without the counts: these are made equal."""
    return {
        name: {k: v for k, v in one["protocol"].items() if k not in _OF_THE_COUNT}
        for name, one in run.results.get("protocols", {}).items()
    }


def _known(evaluators: Sequence[Evaluator], rows: Sequence[Mapping[str, Json]]) -> list[str]:
    names = {one.name for one in evaluators}
    metrics = dict.fromkeys(row["metric"] for row in rows if row["evaluator"] in names)
    return [name for name in metrics if name != "frechet-infinity"]


def _in_common(
    first: "SavedImageRun", second: "SavedImageRun", names: tuple[str, str]
) -> tuple[int, int]:
    """Return how many samples of a set, and how many sets, both runs have."""
    there = [available(run.shards, run.cell) for run in (first, second)]
    samples = min(one.samples for one in there)
    if samples < 2 * BLOCKS:
        raise DataError(
            f"{names[0]} and {names[1]} have {samples} images of {first.cell.task} in common: "
            f"{2 * BLOCKS} are needed for a jackknife over {BLOCKS} blocks."
        )
    return samples, min(one.repeats for one in there)
