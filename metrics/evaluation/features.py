"""The features of every side: one pass over its images serves all metrics, kept on disk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rbench.assets import Asset, find
from rbench.errors import DataError
from rbench.metrics.arrays import Features, as_matrix, is_tensor
from rbench.metrics.evaluation.jobs import NEEDS_REAL, Job
from rbench.metrics.evaluation.sides import Side
from rbench.metrics.feature_store import FeatureStore
from rbench.metrics.images import ReadingReport
from rbench.metrics.moments import Moments
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.one_pass import one_pass

Progress = Callable[[str, int, int | None], None]
"""Told a label, the images done and their total."""


@dataclass(frozen=True, slots=True)
class SideFeatures:
    """The features of one side's images.

    Attributes:
        stores: by the representation's name; none for those that statistics stand for.
        report: what was seen while the images were read; None where none were.
    """

    stores: Mapping[str, FeatureStore]
    report: ReadingReport | None

    def features(self, representation: str, output: str) -> Any:
        """Return (n, d) float32, memory-mapped."""
        return self.stores[representation][output]

    def moments(self, representation: str, output: str, blocks: int) -> list[Moments]:
        """Return the moments of interleaved blocks of the images."""
        return self.stores[representation].moments(output, blocks)


Wanted = Mapping[str, Mapping[str, Mapping[str, None]]]
"""By role and representation, the outputs that must be computed from images."""


def wanted_outputs(sides: Mapping[str, Side], jobs: Sequence[Job]) -> Wanted:
    """Return what must be computed: outputs that a side has statistics of are not.

    Raises `DataError` where a side has neither.
    """
    return {role: _outputs(role, side, jobs) for role, side in sides.items()}


def load_extractors(
    wanted: Wanted,
    jobs: Sequence[Job],
    device: str | None,
    offline: bool,
    fetching: Callable[[Asset], object] | None = None,
) -> dict[str, Extractor]:
    """Return the networks that are needed, by representation, loaded once for all sides.

    `fetching` is called for a file that is absent, to bring it in a way that a person sees;
    without it the network brings its own.
    """
    representations = {job.representation.name: job.representation for job in jobs}
    extractors = {}
    for name, representation in representations.items():
        outputs = dict.fromkeys(o for found in wanted.values() for o in found.get(name, ()))
        if outputs:
            if fetching is not None and not offline:
                for asset in representation.assets:
                    if find(asset) is None:
                        fetching(asset)
            extractors[name] = Extractor(
                representation, device=device, outputs=list(outputs), offline=offline
            )
    return extractors


def extract_sides(
    sides: Mapping[str, Side],
    wanted: Wanted,
    extractors: Mapping[str, Extractor],
    folder: Path,
    progress: Progress | None,
) -> dict[str, SideFeatures]:
    """Return the features of every side by role, stored below `folder`."""
    return {
        role: _extract(side, wanted[role], extractors, folder / role, progress)
        for role, side in sides.items()
    }


def _outputs(role: str, side: Side, jobs: Sequence[Job]) -> dict[str, dict[str, None]]:
    """Return the outputs of every representation that must be computed for a side."""
    found: dict[str, dict[str, None]] = {}
    for job in jobs:
        if role == "real" and job.metric not in NEEDS_REAL:
            continue
        only_moments = job.metric in ("frechet", "fdr")
        if side.has(job.representation.name, job.output, only_moments):
            continue
        if side.images is None:
            what = f"statistics of {job.output}" if only_moments else f"features of {job.output}"
            raise DataError(
                f"{side.name} holds no {what}, which {job.metric} needs, and no images: "
                f"give the images, or statistics made with --features."
            )
        found.setdefault(job.representation.name, {})[job.output] = None
    return found


def _extract(
    side: Side,
    wanted: Mapping[str, Mapping[str, None]],
    extractors: Mapping[str, Extractor],
    folder: Path,
    progress: Progress | None,
) -> SideFeatures:
    if side.images is None or not wanted:
        return SideFeatures({}, None)
    used = [extractors[name] for name in wanted]
    stores = {
        name: FeatureStore.create(
            folder / name.replace("/", "-"),
            outputs={output: extractors[name].dimensions[output] for output in outputs},
            about={**side.describe(), "representation": extractors[name].identity},
        )
        for name, outputs in wanted.items()
    }

    def keep(extractor: Extractor, features: Mapping[str, Features]) -> None:
        name = extractor.representation.name
        stores[name].append(
            {
                # Names the image whose feature is no number, while its number is at hand.
                output: as_matrix(
                    _on_cpu(features[output]),
                    f"{side.role} features of {name}:{output}",
                    first=stores[name].n,
                )
                for output in wanted[name]
            }
        )

    total = len(side.images)

    def show(done: int) -> None:
        if progress is not None:
            progress(side.role, done, total)

    one_pass((image.pixels for image in side.images), used, keep, show)
    for store in stores.values():
        store.finish()
    opened = {name: FeatureStore.open(store.path) for name, store in stores.items()}
    return SideFeatures(opened, side.images.report)


def _on_cpu(features: Features) -> Any:
    return features.cpu().numpy() if is_tensor(features) else features  # type: ignore[union-attr]
