"""What stands on either side of a comparison: images, statistics made earlier, or both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from rbench.assets import fetch
from rbench.assets.table import named as named_asset
from rbench.errors import DataError, UsageError
from rbench.metrics.evaluation.jobs import Job
from rbench.metrics.images import ImageSource, looks_like_statistics, open_images
from rbench.metrics.reference_statistics import ReferenceStatistics

Given: TypeAlias = Path | str | ImageSource | ReferenceStatistics


@dataclass(frozen=True, slots=True)
class Side:
    """One side, `role` real or fake.

    A reference batch of guided-diffusion holds both images (`arr_0`) and the statistics of the
    whole training set (`mu`, `sigma`): the Fréchet distances then use the statistics, and the
    other metrics the images, as its evaluator does. On the fake side the images go before.
    """

    role: str
    name: str
    images: ImageSource | None
    statistics: Mapping[str, ReferenceStatistics]
    """By the representation's name; under "" those that serve for any."""

    def statistics_of(self, representation: str) -> ReferenceStatistics | None:
        """Return the statistics that stand for `representation`, None without any."""
        return self.statistics.get(representation) or self.statistics.get("")

    def without_statistics(self) -> "Side":
        """Return the images alone."""
        return replace(self, statistics={})

    def fitted(self, jobs: Sequence[Job]) -> "Side":
        """Return the side with statistics only for what they fit, where images can do the rest.

        A reference batch of another evaluator serves its own network, and its images the others.
        """
        common = self.statistics.get("")
        if common is None or self.images is None:
            return self
        misfits = {
            job.representation.name
            for job in jobs
            if (moments := common.find(job.output)) is not None
            and moments.dimension != job.representation.dimension(job.output)
        }
        if not misfits:
            return self
        names = dict.fromkeys(job.representation.name for job in jobs)
        fitting = {name: common for name in names if name not in misfits}
        named = {name: one for name, one in self.statistics.items() if name}
        return replace(self, statistics={**fitting, **named})

    def has(self, representation: str, output: str, only_moments: bool) -> bool:
        """Return whether the statistics of this side hold moments, or features, of an output."""
        statistics = self.statistics_of(representation)
        if statistics is None:
            return False
        find = statistics.find if only_moments else statistics.find_features
        return find(output) is not None

    def describe(self) -> dict[str, Any]:
        """Return what this side is, as JSON values."""
        found: dict[str, Any] = {"role": self.role, "path": self.name}
        if self.images is not None:
            found["images"] = dict(self.images.fingerprint())
        if self.statistics:
            found["statistics"] = {
                name: {"path": one.path, **(one.header or {"header": "none: origin unknown"})}
                for name, one in self.statistics.items()
            }
        return found


def open_side(
    role: str,
    given: Given | None,
    reading: Mapping[str, Any] | None = None,
    references: Mapping[str, Path | str | ReferenceStatistics] | None = None,
    offline: bool = False,
) -> Side:
    """Open what was given as the `role` side, and statistics for single representations.

    A path may be ``asset:NAME``, which is fetched unless `offline`. `reading` are options of
    `open_images`. Raises `DataError` where `given` is neither images nor
    statistics, or a reference is no statistics.
    """
    named = {name: as_statistics(one) for name, one in (references or {}).items()}
    if given is None:
        return Side(role, "statistics", None, named)
    if isinstance(given, str) and given.startswith("asset:"):
        given = fetch(named_asset(given.removeprefix("asset:")), offline=offline)
    side = _open(role, given, reading)
    if role == "fake" and side.images is not None:
        return side.without_statistics()  # samples give an interval, stored moments do not
    return replace(side, statistics={**side.statistics, **named})


def as_statistics(given: Path | str | ReferenceStatistics) -> ReferenceStatistics:
    """Return statistics, read from their file where a path is given. Raises `DataError`."""
    return given if isinstance(given, ReferenceStatistics) else ReferenceStatistics.load(given)


def _open(role: str, given: Given, reading: Mapping[str, Any] | None) -> Side:
    if isinstance(given, ReferenceStatistics):
        return Side(role, given.path or "statistics", None, {"": given})
    if not isinstance(given, str | Path):
        return Side(role, str(given.path), given, {})
    path = Path(given)
    statistics: dict[str, ReferenceStatistics] = {}
    if path.suffix == ".npz" and path.is_file():
        if looks_like_statistics(path):
            statistics[""] = ReferenceStatistics.load(path)
        if not _holds_images(path):
            return Side(role, str(path), None, statistics or {"": ReferenceStatistics.load(path)})
    elif path.suffix in (".pkl", ".pickle"):
        ReferenceStatistics.load(path)  # says why not
    return Side(role, str(path), open_images(path, **(reading or {})), statistics)


def first(side: Side, limit: int | None) -> Side:
    """Return the side with only its first `limit` images; all of them where it is None."""
    if limit is None or side.images is None:
        return side
    if limit < 1:
        raise UsageError(f"--limit {limit} leaves no image: give 1 or more.")
    if side.statistics:
        raise UsageError(
            f"{side.name} holds statistics of all its images: --limit would not reach them."
        )
    return replace(side, images=side.images.subset(slice(0, limit)))


def _holds_images(path: Path) -> bool:
    import zipfile

    try:
        with zipfile.ZipFile(path) as file:
            return "arr_0.npy" in file.namelist()
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} cannot be read as npz: {error}.") from error
