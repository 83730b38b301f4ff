"""Verifying a run of images: its results from the kept features, and every hash on the way."""

import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

from rbench.errors import AssetError, DataError, RbenchError, RunDirectoryError
from rbench.harness.images.merge import merge
from rbench.harness.images.plan import ENGINE, ImageCell
from rbench.harness.images.saved_image_run import SavedImageRun
from rbench.harness.run_directory import RunDirectory
from rbench.harness.types import Json
from rbench.harness.verify import plan_checks
from rbench.harness.verify.checks import RESULTS, Check, differs, unchecked, verified
from rbench.harness.verify.guarded import each_guarded, guarded
from rbench.harness.verify.json_differences import Difference, json_differences
from rbench.harness.verify.made_with import other_arithmetic
from rbench.harness.verify.question_run import different_results, file_task
from rbench.harness.verify.row_label import row_label
from rbench.harness.verify.shard_checks import images_of, index_of

ROUNDING = 1e-6
"""The largest relative difference of a number that other arithmetic explains: distances are
differences of large sums, whose last digits are the machine's."""

_MOST = {"samples": 10**8, "repeats": 10**3}


class ImageChecks:
    """The checks of one run of images. Nothing is written into it, sampled, or fetched.

    A task that is a file's code is restored only with `run_files`: the run may be a stranger's.
    """

    def __init__(
        self,
        run: SavedImageRun,
        plan: Mapping[str, Json],
        results: Mapping[str, Json] | None,
        *,
        run_files: bool,
    ) -> None:
        self._run, self._plan, self._results = run, plan, results
        self._run_files = run_files

    def checks(self) -> Iterator[Check]:
        """Yield the checks, those of the plan first and that of results.json last."""
        plan, run = self._plan, self._run
        readable = guarded("plan", self._read_plan)
        if readable is not None:
            yield readable
            yield unchecked(RESULTS, "not computed again: plan.json cannot be read")
            return
        whole = ImageCell.from_json(plan)
        yield from each_guarded(
            ("run id", lambda: plan_checks.folder(run.path, plan, whole.run_id)),
            ("answer key", lambda: _answer_key(plan)),
            ("protocol", self._protocol),
            ("images", lambda: images_of(run.shards, whole)),
            ("neighbours", lambda: _neighbours(run.path / "neighbours.npz")),
        )
        unfit = guarded("task", self._restore)
        if unfit is not None:
            yield unfit
            yield unchecked(RESULTS, "not computed again: the task cannot be restored")
            return
        yield from each_guarded(
            ("index", lambda: index_of(run.shards, whole, run.task)),
            (RESULTS, self._recompute),
        )

    def _read_plan(self) -> None:
        whole = ImageCell.from_json(self._plan)
        _check_counts(whole.selection, "plan.json")
        if self._results is not None:
            _check_counts(self._results.get("selection"), "results.json")

    def _protocol(self) -> Check | None:
        """Check the plan's protocol and score key, which `rbench score` writes, by the results."""
        if self._results is None or "protocol_id" not in self._plan:
            return None
        names = ("protocol", "protocol_id", "score_key")
        stands = {name: self._plan.get(name) for name in names}
        found = list(json_differences(stands, {name: self._results.get(name) for name in names}))
        if found:
            return differs("protocol", "plan.json says another than results.json", found)
        return verified("protocol", str(self._plan["protocol_id"]))

    def _restore(self) -> Check | None:
        entry = self._run.cell.task_entry
        if ".py@" in entry and not self._run_files:
            return unchecked("task", file_task(entry))
        try:
            _ = self._run.task
        except (RunDirectoryError, DataError) as error:
            return unchecked("task", str(error).rstrip("."))
        return None

    def _recompute(self) -> Check:
        results = self._results
        again = json.loads(json.dumps(self._merged()))
        if results is None:
            made = again["outcomes"]["scored"]
            wanted = made + again["outcomes"]["errored"]
            return unchecked(
                RESULTS,
                f"there is no results.json: the run is not finished, {made} of {wanted} samples "
                f"are made; the same command goes on",
            )
        found = list(json_differences(results, again, label=row_label))
        text = f"{len(again['rows'])} rows come out again{self._remarks(again)}"
        if not found:
            return verified(RESULTS, text)
        other = other_arithmetic(self._run.directory)
        if other and all(_rounding(one) for one in found):
            largest = max(one.relative or 0.0 for one in found)
            return verified(
                RESULTS, f"{text}, {len(found)} of them to a relative {largest:.1e} ({other})"
            )
        return different_results(found)

    def _merged(self) -> dict[str, Json]:
        """Measure the features again, with the temporary files of that outside of the run."""
        run = self._run
        with TemporaryDirectory(prefix="rbench-verify-") as folder:
            beside = RunDirectory(Path(folder))
            (beside.path / "shards").symlink_to((run.path / "shards").resolve())
            try:
                return merge(beside, run.cell, run.task, offline=True, device=None)
            except RbenchError as error:
                text = str(error).replace(str(beside.path), str(run.path))
                # What lies outside of the run: statistics, weights, real images.
                outside = isinstance(error, AssetError | DataError)
                raise (AssetError if outside else RunDirectoryError)(text) from error

    def _remarks(self, again: Mapping[str, Json]) -> str:
        text = ""
        missing = again["outcomes"]["errored"]
        if missing:
            text += f"; the run is incomplete: {missing} samples are not there"
        planned, held = ImageCell.from_json(self._plan), again["selection"]
        if planned.selection != held:
            text += f"; they are of {held['samples']} samples, the plan is of {planned.samples}"
        return text


def _answer_key(plan: Mapping[str, Json]) -> Check:
    names = ("asked", "identity", "settings", "batch", "shard", "threads", "seed")
    hashed = {name: plan[name] for name in names}
    # Samples of an older engine are other samples, in a folder of their own.
    found = [
        plan_checks.answer_key(plan, {**hashed, "engine": engine})
        for engine in range(ENGINE, 0, -1)
    ]
    return next((check for check in found if check.outcome != "differs"), found[0])


def _neighbours(path: Path) -> Check | None:
    """Check the pictures that a report shows beside the samples by their own checksums."""
    if not path.exists():
        return None
    try:
        with ZipFile(path) as file:
            damaged = file.testzip()
    except (BadZipFile, NotImplementedError, OSError, RuntimeError, EOFError, zlib.error) as error:
        return differs("neighbours", f"neighbours.npz cannot be read: {error}")
    if damaged is not None:
        return differs("neighbours", f"neighbours.npz is damaged: {damaged}")
    return None


def _check_counts(selection: Json, name: str) -> None:
    counts = selection if isinstance(selection, dict) else {}
    for word, most in _MOST.items():
        count = counts.get(word)
        if type(count) is not int or not 1 <= count <= most:
            raise RunDirectoryError(f"{name}: {word}={count!r} is no count.")


def _rounding(difference: Difference) -> bool:
    return (
        difference.path.startswith("rows[")
        and difference.relative is not None
        and difference.relative <= ROUNDING
    )
