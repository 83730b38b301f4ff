"""`ImageTask`: what is generated, how many, and against what it is measured, by whose protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rbench.assets import Asset
from rbench.errors import UsageError
from rbench.harness.images.types import ImageSpec, LabelPolicy, Quantisation
from rbench.harness.types import Json
from rbench.metrics.images import ImageSource
from rbench.metrics.representations.representation import Representation


@dataclass(frozen=True, slots=True)
class RealSet:
    """A set of real images: a path that `open_images` reads, what it is, and its labels.

    `labels` is the class of every image in order, None where unknown.
    """

    name: str
    split: str
    path: Path
    reading: Mapping[str, Any] = field(default_factory=dict)
    labels: tuple[int, ...] | None = field(default=None, repr=False)

    def open(self) -> ImageSource:
        """Return the images, (h, w, 3) uint8 each."""
        from rbench.metrics.images import open_images

        return open_images(self.path, **self.reading)


@dataclass(frozen=True, slots=True)
class Reference:
    """What an evaluator compares with.

    Attributes:
        name: a short word for the protocol: ``ADM train``, ``JiT train``, ``digits train``.
        split: of the real images: ``train``, ``validation``, ``test``, or None where unsaid.
        asset: published statistics or a reference batch; None where `real` is used.
        real: images; with an `asset` of statistics they serve the metrics that need samples.
        file: statistics that the user named, in place of the asset.
        by_representation: statistics for single representations, by name.
        validation: statistics of held-out images, by representation, for FDr.
        given: whether the user named some of it in place of what the protocol has.
    """

    name: str
    split: str | None
    asset: Asset | None = None
    real: RealSet | None = None
    file: Path | None = None
    by_representation: Mapping[str, Asset | Path] = field(default_factory=dict)
    validation: Mapping[str, Asset | Path] = field(default_factory=dict)
    given: bool = False


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Whose protocol: the metrics, on which representations, against which reference.

    Attributes:
        name: as in ``-T evaluators=adm,jit``.
        summary: one line for a reader.
        metrics: names of `metrics.evaluation.jobs.METRICS`.
        reference: what is compared with.
        preset: a peer's protocol of `metrics.presets`, None without one.
        representations: where no preset names them: names, ``name:output``, or objects.
        options: keyword arguments per metric.
        departures: in what the samples are made otherwise than for its published numbers.
    """

    name: str
    summary: str
    metrics: tuple[str, ...]
    reference: Reference
    preset: str | None = None
    representations: tuple[str | Representation, ...] = ()
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    departures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageTask:
    """One benchmark of image generation, ready to run.

    Attributes:
        name, version, summary: as in the registry.
        spec: size, channels and classes of the images.
        samples: the protocol's count; fewer are marked as not comparable.
        labels: how conditions are chosen.
        quantise: from floats to bytes.
        evaluators: the chosen ones; the first is the headline.
        headline: (metric, on) of the number that ranks.
        keep_images: how many images of every set are kept: all, the first 256, none.
        real: the training set and others by split, where they are here: ``train``, ``test``.
        state: what `restore` needs beside the plan.
        warnings: what a reader must know.
    """

    name: str
    version: str
    summary: str
    spec: ImageSpec
    samples: int
    labels: LabelPolicy
    quantise: Quantisation
    evaluators: tuple[Evaluator, ...]
    headline: str = "frechet"
    keep_images: int | None = None
    real: Mapping[str, RealSet] = field(default_factory=dict)
    state: Mapping[str, Json] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def real_set(self, split: str) -> RealSet:
        """Return the real images of `split`. Raises `UsageError` where they are not here."""
        if split not in self.real:
            known = ", ".join(self.real) or "none"
            raise UsageError(
                f"{self.name} has no real images of the split {split!r} here (known: {known}); "
                f"give them with --data DIR."
            )
        return self.real[split]
