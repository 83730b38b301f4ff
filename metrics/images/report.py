"""What was seen while a set of images was read: how many, which sizes, what was converted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rbench.errors import DataError, UsageError
from rbench.metrics.images.decoded import Decoded
from rbench.metrics.images.naming import shown

_SIZES_TOLD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingReport:
    """What one pass over a set of images saw.

    Attributes:
        path: the set.
        count: images read; those left out are not among them.
        sizes: images per size, as ``"width x height"`` without the spaces; the commonest first.
        examples: the first image of every size.
        formats: images per file format: PNG against JPEG moves every metric.
        modes: images per stored mode in Pillow's words (``RGB``, ``L``, ``P``, ``RGBA``, ...).
        converted: images per conversion to 8-bit RGB.
        ignored: images per property that was not looked at (EXIF orientation, colour profile).
        skipped: files per kind that were not taken for images when the set was listed.
        unreadable: (name, reason) of every image that was left out.
    """

    path: str
    count: int
    sizes: Mapping[str, int]
    examples: Mapping[str, str]
    formats: Mapping[str, int]
    modes: Mapping[str, int]
    converted: Mapping[str, int]
    ignored: Mapping[str, int]
    skipped: Mapping[str, int]
    unreadable: tuple[tuple[str, str], ...] = ()

    def require_one_size(self) -> tuple[int, int]:
        """Return (height, width) of all images.

        Raises `DataError` where there are several sizes or no image was read.
        """
        if not self.sizes:
            raise DataError(f"no image of {shown(self.path)} was read.")
        if len(self.sizes) > 1:
            told = " and ".join(
                f"{size} ({count} images, such as {shown(self.examples[size])})"
                for size, count in list(self.sizes.items())[:2]
            )
            raise DataError(
                f"the images of {shown(self.path)} have {len(self.sizes)} sizes, most often "
                f"{told}: bring them to one size first."
            )
        width, height = next(iter(self.sizes)).split("x")
        return int(height), int(width)

    def summary(self) -> str:
        """Return one line: ``50000 images, 256x256, PNG; 12 grey repeated to 3 channels``."""
        sizes = list(self.sizes)
        size = f"{len(sizes)} sizes (most often {sizes[0]})" if len(sizes) > 1 else "".join(sizes)
        head = [f"{self.count} images", size, "/".join(self.formats)]
        notes = [
            f"{n} {what}" for part in (self.converted, self.ignored) for what, n in part.items()
        ]
        if self.unreadable:
            notes.append(f"{len(self.unreadable)} unreadable left out")
        if self.skipped:
            notes.append(f"{sum(self.skipped.values())} other files skipped")
        return "; ".join([", ".join(filter(None, head)), *notes])

    def to_json(self) -> dict[str, Any]:
        """Return the counts as JSON values: at most ten sizes, and how many sizes there are."""
        return {
            "count": self.count,
            "sizes": dict(list(self.sizes.items())[:_SIZES_TOLD]),
            "distinct_sizes": len(self.sizes),
            "formats": dict(self.formats),
            "modes": dict(self.modes),
            "converted": dict(self.converted),
            "ignored": dict(self.ignored),
            "skipped": dict(self.skipped),
            "unreadable": [[shown(name), why] for name, why in self.unreadable],
        }

    @classmethod
    def merged(cls, reports: Iterable["ReadingReport"]) -> "ReadingReport":
        """Return the report of one set from those of its parts, in the order of the parts.

        `skipped` belongs to the listing of the whole set, so it is taken once.
        Raises `UsageError` where there is no part.
        """
        parts = list(reports)
        if not parts:
            raise UsageError("no reports to merge: give at least one.")
        tally = Tally()
        for part in parts:
            for name in ("sizes", "formats", "modes", "converted", "ignored"):
                getattr(tally, name).update(getattr(part, name))
            for size, example in part.examples.items():
                tally.examples.setdefault(size, example)
            tally.count += part.count
            tally.unreadable.extend(part.unreadable)
        return tally.report(parts[0].path, parts[0].skipped)


@dataclass(slots=True)
class Tally:
    """The counts of a pass that is under way."""

    count: int = 0
    sizes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    formats: Counter[str] = field(default_factory=Counter)
    modes: Counter[str] = field(default_factory=Counter)
    converted: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    unreadable: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, image: Decoded) -> None:
        """Count one image that was read."""
        size = f"{image.pixels.shape[1]}x{image.pixels.shape[0]}"
        self.count += 1
        self.sizes[size] += 1
        self.examples.setdefault(size, name)
        self.formats[image.format] += 1
        self.modes[image.mode] += 1
        self.converted.update(image.converted)
        self.ignored.update(image.ignored)

    def report(self, path: str, skipped: Mapping[str, int]) -> ReadingReport:
        """Return the counts so far; every mapping has the largest count first."""
        return ReadingReport(
            path=path,
            count=self.count,
            sizes=_ranked(self.sizes),
            examples=dict(self.examples),
            formats=_ranked(self.formats),
            modes=_ranked(self.modes),
            converted=_ranked(self.converted),
            ignored=_ranked(self.ignored),
            skipped=_ranked(skipped),
            unreadable=tuple(self.unreadable),
        )


def _ranked(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
