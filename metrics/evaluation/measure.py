"""`measure`: from two sets of images to numbers that say what they are."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rbench.errors import DataError, UsageError
from rbench.metrics.evaluation.compute import Inputs, Row, compute
from rbench.metrics.evaluation.features import Progress, SideFeatures, extract_sides
from rbench.metrics.evaluation.jobs import NEEDS_REAL, Job, plan_jobs
from rbench.metrics.evaluation.sides import Side, first, open_side
from rbench.metrics.images import ImageSource
from rbench.metrics.presets import Preset, get_preset
from rbench.metrics.reference_statistics import ReferenceStatistics
from rbench.metrics.representations.representation import Representation

Given = Path | str | ImageSource | ReferenceStatistics


@dataclass(frozen=True, slots=True)
class Measurement:
    """The numbers of one comparison and everything that they depend on.

    Attributes:
        rows: one per number.
        sides: what was compared, by role.
        representations: identity of every extractor that ran, by name.
        preset: the peer's protocol, None without one.
        warnings: what a reader must know about the whole.
    """

    rows: tuple[Row, ...]
    sides: Mapping[str, Mapping[str, Any]]
    representations: Mapping[str, Mapping[str, Any]]
    preset: Preset | None
    warnings: tuple[str, ...]

    def __getitem__(self, metric: str) -> Row:
        """Return the first row of that metric. Raises `KeyError`."""
        for row in self.rows:
            if metric in (row.metric, row.result.metric):
                return row
        raise KeyError(metric)

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        preset = None
        if self.preset:
            preset = {
                "name": self.preset.name,
                "source": self.preset.source,
                "reference": self.preset.reference,
                "notes": list(self.preset.notes),
            }
        return {
            "schema": 1,
            "rows": [row.to_json() for row in self.rows],
            "sides": dict(self.sides),
            "representations": dict(self.representations),
            "preset": preset,
            "warnings": list(self.warnings),
        }


def measure(
    real: Given | None,
    fake: Given | None,
    metrics: Sequence[str],
    *,
    representations: Sequence[str | Representation] = (),
    preset: str | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    infinity: bool = False,
    blocks: int = 20,
    level: float = 0.95,
    limit: int | None = None,
    reading: Mapping[str, Any] | None = None,
    device: str | None = None,
    offline: bool = False,
    force: bool = False,
    keep: Path | None = None,
    progress: Progress | None = None,
) -> Measurement:
    """Measure `fake` against `real`.

    Args:
        real: images (a path or an `ImageSource`) or statistics; None where no metric needs them.
        fake: the generated images, likewise.
        metrics: names of `jobs.METRICS`, or ``all``.
        representations: names, ``name:output``, or `Representation` objects.
        preset: a peer's protocol by name, see `presets`.
        options: keyword arguments per metric, over those of the preset.
        infinity: also extrapolate Fréchet distances to infinitely many samples.
        blocks: of the jackknife of Fréchet distances; 0 for no interval.
        level: of the intervals.
        limit: only the first images of either side.
        reading: options of `open_images`.
        device: where networks run; None takes a GPU where there is one.
        offline: never fetch weights.
        force: use statistics that were made with another representation; the result says so.
        keep: a folder for the features, which are otherwise removed.
        progress: called with a label, the images done and their total.

    Raises `UsageError` for a request that makes no sense, `DataError` for images or statistics
    that cannot be used, `AssetError` for weights that cannot be had.
    """
    chosen = get_preset(preset) if preset else None
    jobs = plan_jobs(metrics, representations, chosen, options or {})
    if blocks == 1 or blocks < 0:
        raise UsageError(f"blocks={blocks} leaves nothing out: give 2 or more, or 0 for none.")
    if fake is None:
        raise UsageError("there are no generated images: give --fake.")
    if real is None and any(job.metric in NEEDS_REAL for job in jobs):
        wanting = next(job.metric for job in jobs if job.metric in NEEDS_REAL)
        raise UsageError(f"{wanting} compares with real images: give --real.")
    sides = {"fake": open_side("fake", fake, reading)}
    if real is not None:
        sides["real"] = open_side("real", real, reading)
    sides = {role: first(side, limit) for role, side in sides.items()}
    with _folder(keep) as folder:
        features = extract_sides(sides, jobs, folder, device, offline, progress)
        warnings = _mismatches(sides, jobs, features, force)
        rows = compute(jobs, Inputs(sides, features, infinity, blocks, level), warnings)
        if chosen:
            rows = [_named(row, chosen.name) for row in rows]
        return Measurement(
            tuple(rows),
            {role: _described(side, features.get(role)) for role, side in sides.items()},
            {name: one for found in features.values() for name, one in found.identities.items()},
            chosen,
            tuple(dict.fromkeys(w for found in warnings.values() for w in found)),
        )


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    import tempfile

    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="rbench-features-") as folder:
        yield Path(folder)


def _mismatches(
    sides: Mapping[str, Side],
    jobs: Sequence[Job],
    features: Mapping[str, SideFeatures],
    force: bool,
) -> dict[str, list[str]]:
    """Return the warnings of every representation. Raises `DataError` unless forced."""
    identities = {n: one for found in features.values() for n, one in found.identities.items()}
    warnings: dict[str, list[str]] = {}
    for side in sides.values():
        if side.statistics is None:
            continue
        for name in dict.fromkeys(job.representation.name for job in jobs):
            if name not in identities:
                continue
            found = side.statistics.mismatches(identities[name])
            if not found:
                continue
            text = f"{side.name} was not made with this representation: {'; '.join(found)}"
            if not side.statistics.header:
                text = f"{side.name} does not say what it was made with; taken for {name}"
            elif not force:
                raise DataError(f"{text}. Make it again, or give --force.")
            else:
                text = f"FORCED: {text}"
            warnings.setdefault(name, []).append(text)
    return warnings


def _described(side: Side, features: SideFeatures | None) -> dict[str, Any]:
    found = side.describe()
    if features is not None and features.report is not None:
        found["reading"] = features.report.to_json()
        found["summary"] = features.report.summary()
    return found


def _named(row: Row, preset: str) -> Row:
    result = replace(row.result, about={**row.result.about, "preset": preset})
    return replace(row, result=result)
