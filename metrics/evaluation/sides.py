"""What stands on either side of a comparison: images, statistics made earlier, or both."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rbench.errors import DataError, UsageError
from rbench.metrics.images import ImageSource, looks_like_statistics, open_images
from rbench.metrics.reference_statistics import ReferenceStatistics


@dataclass(frozen=True, slots=True)
class Side:
    """One side, `role` real or fake.

    A reference batch of guided-diffusion holds both images (`arr_0`) and the statistics of the
    whole training set (`mu`, `sigma`): the Fréchet distances then use the statistics, and the
    other metrics the images, as its evaluator does.
    """

    role: str
    name: str
    images: ImageSource | None
    statistics: ReferenceStatistics | None

    def has(self, output: str, only_moments: bool) -> bool:
        """Return whether the statistics of this side hold moments, or features, of `output`."""
        if self.statistics is None:
            return False
        find = self.statistics.find if only_moments else self.statistics.find_features
        return find(output) is not None

    def describe(self) -> dict[str, Any]:
        """Return what this side is, as JSON values."""
        found: dict[str, Any] = {"role": self.role, "path": self.name}
        if self.images is not None:
            found["images"] = dict(self.images.fingerprint())
        if self.statistics is not None:
            header = self.statistics.header
            found["statistics"] = dict(header) if header else "no header: origin unknown"
        return found


def open_side(
    role: str,
    given: Path | str | ImageSource | ReferenceStatistics,
    reading: Mapping[str, Any] | None = None,
) -> Side:
    """Open what was given as the `role` side. `reading` are options of `open_images`.

    Raises `DataError` where it is neither images nor statistics.
    """
    if isinstance(given, ReferenceStatistics):
        return Side(role, given.path or "statistics", None, given)
    if not isinstance(given, str | Path):
        return Side(role, str(given.path), given, None)
    path = Path(given)
    statistics = None
    if path.suffix == ".npz" and path.is_file():
        if looks_like_statistics(path):
            statistics = ReferenceStatistics.load(path)
        if not _holds_images(path):
            return Side(role, str(path), None, statistics or ReferenceStatistics.load(path))
    elif path.suffix in (".pkl", ".pickle"):
        ReferenceStatistics.load(path)  # says why not
    return Side(role, str(path), open_images(path, **(reading or {})), statistics)


def first(side: Side, limit: int | None) -> Side:
    """Return the side with only its first `limit` images; all of them where it is None."""
    if limit is None or side.images is None:
        return side
    if limit < 1:
        raise UsageError(f"--limit {limit} leaves no image: give 1 or more.")
    if side.statistics is not None:
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
