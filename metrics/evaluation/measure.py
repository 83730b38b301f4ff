"""`measure`: from two sets of images to numbers that say what they are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rbench.assets import Asset
from rbench.errors import UsageError, nearest
from rbench.metrics.evaluation.compute import Inputs, Row, compute
from rbench.metrics.evaluation.counts import check_counts
from rbench.metrics.evaluation.features import (
    Progress,
    SideFeatures,
    extract_sides,
    load_extractors,
    wanted_outputs,
)
from rbench.metrics.evaluation.jobs import NEEDS_REAL, Job, plan_jobs
from rbench.metrics.evaluation.mismatches import mismatches
from rbench.metrics.evaluation.of_preset import named
from rbench.metrics.evaluation.sides import Given, Side, as_statistics, first, open_side
from rbench.metrics.presets import Preset, get_preset
from rbench.metrics.reference_statistics import ReferenceStatistics
from rbench.metrics.representations.representation import Representation


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
    references: Mapping[str, Path | str | ReferenceStatistics] | None = None,
    validation: Mapping[str, Path | str | ReferenceStatistics] | None = None,
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
    fetching: Callable[[Asset], object] | None = None,
) -> Measurement:
    """Measure `fake` against `real`.

    Args:
        real: images (a path, ``asset:NAME`` or an `ImageSource`) or statistics; None where no
            metric needs them.
        fake: the generated images, likewise.
        metrics: names of `jobs.METRICS`, or ``all``.
        representations: names, ``name:output``, or `Representation` objects.
        preset: a peer's protocol by name, see `presets`.
        references: statistics of the real images by representation, where several are needed
            (FDr) or beside real images.
        validation: statistics of held-out real images by representation: FDr then divides by
            their distances (``normaliser="exact"``).
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
        fetching: brings weights that are absent; by default they are fetched in silence.

    Raises `UsageError` for a request that makes no sense, `DataError` for images or statistics
    that cannot be used, `AssetError` for weights that cannot be had.
    """
    chosen = get_preset(preset) if preset else None
    jobs = plan_jobs(metrics, representations, chosen, options or {})
    if blocks == 1 or blocks < 0:
        raise UsageError(f"blocks={blocks} leaves nothing out: give 2 or more, or 0 for none.")
    if fake is None:
        raise UsageError("there are no generated images: give --fake.")
    if real is None and not references and any(job.metric in NEEDS_REAL for job in jobs):
        wanting = next(job.metric for job in jobs if job.metric in NEEDS_REAL)
        raise UsageError(f"{wanting} compares with real images: give --real, or --reference.")
    _check_names(jobs, references or {}, validation or {}, options or {})
    if keep is not None and keep.exists() and any(keep.iterdir()):
        raise UsageError(f"{keep} is not empty: give --keep a new folder.")
    sides = {"fake": open_side("fake", fake, reading, offline=offline)}
    if real is not None or references:
        sides["real"] = open_side("real", real, reading, references, offline)
    sides = {role: first(side, limit).fitted(jobs) for role, side in sides.items()}
    check_counts(sides, jobs)
    wanted = wanted_outputs(sides, jobs)
    extractors = load_extractors(wanted, jobs, device, offline, fetching)
    identities = {name: extractor.identity for name, extractor in extractors.items()}
    held = {name: as_statistics(one) for name, one in (validation or {}).items()}
    # Before the images are read, which can take hours.
    warnings = mismatches([*sides.values(), Side("validation", "validation", None, held)],
                          jobs, identities, force)  # fmt: skip
    with _folder(keep) as folder:
        features = extract_sides(sides, wanted, extractors, folder, progress)
        inputs = Inputs(sides, features, infinity, blocks, level, held)
        rows = compute(jobs, inputs, warnings)
    if chosen:
        rows = [named(row, chosen, sides.get("real")) for row in rows]
    return Measurement(
        tuple(rows),
        {role: _described(side, features[role]) for role, side in sides.items()},
        identities,
        chosen,
        tuple(dict.fromkeys(w for found in warnings.values() for w in found)),
    )


def _check_names(
    jobs: Sequence[Job],
    references: Mapping[str, Any],
    validation: Mapping[str, Any],
    options: Mapping[str, Mapping[str, Any]],
) -> None:
    used = dict.fromkeys(job.representation.name for job in jobs)
    ratios = dict.fromkeys(job.representation.name for job in jobs if job.metric == "fdr")
    if validation and not ratios:
        raise UsageError("--validation is for fdr, which is not asked for.")
    if validation and options.get("fdr", {}).get("normaliser"):
        raise UsageError("--validation gives normalisers of its own: leave out --normaliser.")
    for flag, given, known in (
        ("--reference", references, used),
        ("--validation", validation, ratios),
    ):
        for name in given:
            if name not in known:
                raise UsageError(
                    f"{flag} {name!r} is none of what is measured{nearest(name, [*known])}"
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


def _described(side: Side, features: SideFeatures) -> dict[str, Any]:
    found = side.describe()
    if features.report is not None:
        found["reading"] = features.report.to_json()
        found["summary"] = features.report.summary()
    return found
