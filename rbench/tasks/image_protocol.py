"""What an image task pins, as plain declarations: nothing heavy is imported to list the tasks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from rbench.assets import Asset

if TYPE_CHECKING:
    from rbench.metrics.representations.representation import Representation

Labels = Literal["balanced", "random"]
Quantise = Literal["round", "floor", "none"]
RepresentationGiven: TypeAlias = "str | Callable[[], Representation]"


@dataclass(frozen=True, slots=True)
class Published:
    """The real images that an evaluator's published numbers are against.

    Attributes:
        name: a short word for the protocol: ``ADM train``.
        split: of the real images, None where nobody says.
        asset: the statistics that its authors publish; None without, or in a form that is not
            read, and then real images or statistics must be given.
        covers: the representations that the asset's mean and covariance are of.
        holds_images: whether the asset also holds images, for metrics that need samples.
        why: why there is no asset, as a sentence; "" where there is nothing to say.
    """

    name: str
    split: str | None
    asset: Asset | None = None
    covers: tuple[str, ...] = ("inception-v3",)
    holds_images: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class EvaluatorSpec:
    """One evaluator of a task, before its reference is looked for.

    Attributes:
        name: as in ``-T evaluators=adm``.
        summary: one line for a reader.
        metrics: names of `metrics.evaluation.jobs.METRICS`.
        published: what its numbers are against.
        preset: of `metrics.presets`, None without one.
        representations: where the preset does not name them: names, or functions that make them.
        options: keyword arguments per metric.
        labels: how its authors choose classes.
        quantise: how its authors go from floats to bytes.
        samples: how many its authors generate.
        notes: what a reader of its numbers must know.
    """

    name: str
    summary: str
    metrics: tuple[str, ...]
    published: Published
    preset: str | None = None
    representations: tuple[RepresentationGiven, ...] = ()
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    labels: Labels = "random"
    quantise: Quantise = "round"
    samples: int = 50_000
    notes: tuple[str, ...] = ()

    @property
    def needs_nothing_local(self) -> bool:
        """Whether the published statistics serve all of its metrics."""
        by_moments = set(self.metrics) <= {"frechet", "inception-score"}
        several = "fdr" in self.metrics
        asset = self.published.asset is not None
        return asset and not several and (by_moments or self.published.holds_images)


@dataclass(frozen=True, slots=True)
class ImageProtocol:
    """What is generated, and who may judge it. The first evaluator is the task's own."""

    height: int
    width: int
    channels: int
    classes: int
    evaluators: tuple[EvaluatorSpec, ...]
