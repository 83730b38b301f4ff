"""From shards to results.json: a pure function of the plan, the samples' features and the task.

The same bytes come out whoever made the shards: features are read in the order of the samples,
and linear algebra runs on a fixed number of threads.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rbench.harness.images.check_evaluators import check_evaluators as check_evaluators
from rbench.harness.images.check_evaluators import too_few
from rbench.harness.images.comparison import BLOCKS, Comparison, Work, prepare
from rbench.harness.images.generated import Available, available, generated, made_apart
from rbench.harness.images.image_rows import SetOfRows
from rbench.harness.images.pinned_threads import merge_threads, pinned_threads
from rbench.harness.images.plan import ImageCell
from rbench.harness.images.protocol import score_key
from rbench.harness.images.result_warnings import result_warnings
from rbench.harness.images.rows import ImageRow
from rbench.harness.images.sample_sets import over_sets
from rbench.harness.images.scratch import scratch_folder
from rbench.harness.images.shard_features import KeptFeatures, gather, kept_features
from rbench.harness.images.shards import Shards
from rbench.harness.images.task import ImageTask
from rbench.harness.images.wanted import Kind, WantedFeatures, kind_of, wanted_features
from rbench.harness.plan import SCHEMA_VERSION
from rbench.harness.run_directory import RunDirectory
from rbench.harness.types import Json
from rbench.metrics.evaluation.compute import Row
from rbench.metrics.feature_store import FeatureStore

Say = Callable[[str], None]


def merge(
    run: RunDirectory,
    cell: ImageCell,
    task: ImageTask,
    *,
    offline: bool,
    device: str | None,
    progress: Say | None = None,
) -> dict[str, Json]:
    """Return the content of results.json.

    Every evaluator measures every whole set; of a run without one, what there is of the first.
    Features of real images are computed on `device` where they are not kept yet. `progress` is
    told what is being done.

    Raises `RunDirectoryError` for shards that lack features, `AssetError` for statistics or
    weights that cannot be had, `DataError` for a reference that does not fit.
    """
    shards = Shards(run.path / "shards")
    found = available(shards, cell)
    wanted = wanted_features(task)
    kept = kept_features(shards, wanted, found.samples, found.repeats)
    with pinned_threads(merge_threads(_largest(wanted))), scratch_folder(run.path) as scratch:
        work = Work(scratch, device, offline, progress)
        comparisons = _comparisons(task, kept, found, work)
        sets = list(_measured(shards, comparisons, wanted, kept, found, task, work, cell.run_id))
    rows = [row for one in comparisons for s in sets for row in _rows(s, one, task, found)]
    protocols = {one.evaluator.name: one.protocol for one in comparisons}
    ids = {one.evaluator.name: one.protocol_id for one in comparisons}
    missing = found.wanted - found.made
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "images",
        "run_id": cell.run_id,
        "status": "complete" if found.complete else "incomplete",
        "task": cell.task,
        "model": cell.model,
        "protocol_id": next(iter(ids.values()), ""),
        "protocol": dict(next(iter(protocols.values()), {})),
        "protocols": {
            name: {"id": ids[name], "protocol": dict(one)} for name, one in protocols.items()
        },
        "settings": dict(cell.settings),
        "identity": None if cell.identity is None else dict(cell.identity),
        "seed": cell.seed,
        "answer_key": cell.answer_key,
        "score_key": score_key(protocols),
        "samples": found.samples,
        "repeats": found.repeats,
        "protocol_samples": task.samples,
        "selection": cell.selection,
        **generated(shards, found, task.quantise),
        "outcomes": {"scored": found.made, "no_answer": 0, "truncated": 0, "errored": missing},
        "reasons": {"errored": {"not sampled yet": missing}} if missing else {},
        "representations": {one.key: dict(one.identity) for one in kept.values()},
        "references": {one.evaluator.name: one.reference.described for one in comparisons},
        "warnings": _warnings(task, comparisons, sets, found, made_apart(shards, found)),
        "rows": [asdict(row) for row in [*rows, *over_sets(rows)]],
    }


def _largest(wanted: Sequence[WantedFeatures]) -> int:
    return max((one.representation.dimension(o) for one in wanted for o in one.outputs), default=0)


_Set = tuple[int, Mapping[str, Sequence[Row]]]
"""The number of a sample set, and its numbers by evaluator."""


def _comparisons(
    task: ImageTask, kept: Mapping[Kind, KeptFeatures], found: Available, work: Work
) -> list[Comparison]:
    """Return the evaluators that there are samples enough for, ready."""
    identities = {kind: one.identity for kind, one in kept.items()}
    return [
        prepare(
            task,
            evaluator,
            identities,
            samples=found.samples,
            repeats=found.repeats,
            work=work,
        )
        for evaluator in task.evaluators
        if not too_few(evaluator, found.samples)
    ]


def _measured(
    shards: Shards,
    comparisons: Sequence[Comparison],
    wanted: Sequence[WantedFeatures],
    kept: Mapping[Kind, KeptFeatures],
    found: Available,
    task: ImageTask,
    work: Work,
    name: str,
) -> Iterator["_Set"]:
    for repeat in range(found.repeats):
        which = f" of set {repeat + 1} of {found.repeats}" if found.repeats > 1 else ""
        with scratch_folder(work.scratch) as folder:
            stores = gathered(shards, wanted, kept, repeat, found.samples, folder)
            rows = {}
            for one in comparisons:
                if work.progress is not None:
                    work.progress(f"{one.evaluator.name}: numbers{which}")
                infinity = one.extrapolated(found.samples) if _fewer(task, found) else []
                rows[one.evaluator.name] = one.rows(stores, name=name, infinity=infinity)
        yield repeat, rows


def gathered(
    shards: Shards,
    wanted: Sequence[WantedFeatures],
    kept: Mapping[Kind, KeptFeatures],
    repeat: int,
    samples: int,
    folder: Path,
) -> dict[Kind, FeatureStore]:
    """Return the features of the first `samples` of a set, a store in `folder` for each network."""
    stores = {}
    for one in wanted:
        kind = kind_of(one.representation)
        place = folder / kept[kind].key
        stores[kind] = gather(
            shards, kept[kind], one.outputs, repeat=repeat, samples=samples, folder=place
        )
    return stores


def _rows(
    measured: _Set, comparison: Comparison, task: ImageTask, found: Available
) -> list[ImageRow]:
    repeat, numbers = measured
    notes = [_other_count(task, found), comparison.other_reference]
    notes += [f"published with {text}" for text in comparison.evaluator.departures]
    common = SetOfRows(
        task=task.name,
        evaluator=comparison.evaluator.name,
        repeat=repeat,
        n=found.samples,
        protocol_id=comparison.protocol_id,
        note="; ".join(filter(None, notes)),
    )
    rows = [common.row(one) for one in numbers[comparison.evaluator.name]]
    if _fewer(task, found):
        can = comparison.extrapolated(found.samples)
        for job in comparison.jobs:
            if job.metric == "frechet" and job not in can:
                d = job.representation.dimension(job.output)
                least = max(d + 1, 2 * BLOCKS)
                why = f"{found.samples} samples are too few to extrapolate from: {least} are needed"
                rows.append(
                    common.absent("frechet-infinity", job.label, f"{why} in {d} dimensions")
                )
    return rows


def _fewer(task: ImageTask, found: Available) -> bool:
    return found.samples < task.samples


def _other_count(task: ImageTask, found: Available) -> str:
    if found.samples == task.samples:
        return ""
    return f"{found.samples} samples, not the {task.samples} of the protocol"


def _warnings(
    task: ImageTask,
    comparisons: Sequence[Comparison],
    sets: Sequence[_Set],
    found: Available,
    apart: str,
) -> list[str]:
    said = [*task.warnings, *filter(None, [apart])]
    if _fewer(task, found):
        said.append(
            f"{found.samples} samples are fewer than the {task.samples} of the protocol: distances "
            f"come out larger and compare only with those of as many; frechet-infinity estimates "
            f"what is left of them at infinitely many samples."
        )
    said += [why for e in task.evaluators if (why := too_few(e, found.samples))]
    for one in comparisons:
        name = one.evaluator.name
        if one.other_reference:
            said.append(f"{name}: {one.other_reference}.")
        said += result_warnings(name, [row for _, rows in sets for row in rows[name]])
    return list(dict.fromkeys(said))
