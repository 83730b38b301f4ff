"""From the declarations of an image task to an `ImageTask` that is ready to run."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from rbench.errors import UsageError, nearest
from rbench.harness.images.task import Evaluator, ImageTask, RealSet, Reference
from rbench.harness.images.types import ImageSpec, LabelPolicy
from rbench.harness.types import Json
from rbench.tasks.image_options import ImageTaskOptions
from rbench.tasks.image_protocol import EvaluatorSpec, ImageProtocol
from rbench.tasks.image_references import Sources, find_reference

if TYPE_CHECKING:
    from rbench.tasks.image_entry import ImageTaskEntry

_FIRST = 256
_AUTO_BYTES = 256 * 10**6


def build_task(
    entry: "type[ImageTaskEntry]",
    options: ImageTaskOptions,
    real: Mapping[str, RealSet],
    state: Mapping[str, Json],
    *,
    strict: bool,
    warnings: tuple[str, ...],
) -> ImageTask:
    """Return the task of `entry`.

    `strict` demands every reference that the chosen evaluators need; without it, as for a run
    that is scored again, what is missing is left out. Raises `UsageError` for an unknown
    evaluator or options that do not go together, and what `find_reference` raises.
    """
    protocol = entry.protocol(options)
    chosen = _chosen(entry.name, protocol, options)
    if options.reference is not None and len(chosen) > 1:
        raise UsageError(
            f"reference={options.reference!r} is for one evaluator, and {len(chosen)} are chosen: "
            f"name one, or give references=DIR."
        )
    others = tuple(one.name for one in protocol.evaluators if one.needs_nothing_local)
    sources = Sources(entry.name, options, real, others, strict)
    first = chosen[0]
    spec = ImageSpec(protocol.height, protocol.width, protocol.channels, protocol.classes)
    labels = _labels(entry.name, spec, first, options)
    quantise = first.quantise if options.quantise == "protocol" else options.quantise
    said = [*warnings, *(note for one in chosen for note in one.notes)]
    departures = {one.name: _departures(one, labels, quantise, first.samples) for one in chosen}
    for name, found in departures.items():
        said += [f"Published numbers of {name} are made with {text}." for text in found]
    return ImageTask(
        name=entry.name,
        version=entry.version,
        summary=entry.summary,
        spec=spec,
        samples=first.samples,
        labels=labels,
        quantise=quantise,
        evaluators=tuple(
            replace(_evaluator(one, sources), departures=tuple(departures[one.name]))
            for one in chosen
        ),
        headline="frechet",
        keep_images=_kept(spec, first.samples, options.images),
        real=real,
        state=state,
        warnings=tuple(dict.fromkeys(said)),
    )


def _chosen(
    task: str, protocol: ImageProtocol, options: ImageTaskOptions
) -> tuple[EvaluatorSpec, ...]:
    from rbench.metrics.presets import PRESETS

    known = {one.name: one for one in protocol.evaluators}
    if options.evaluators is None:
        return protocol.evaluators[:1]
    names = [name.strip() for name in options.evaluators.split(",")]
    if names == ["all"]:
        return protocol.evaluators
    for name in names:
        if name not in known and name not in PRESETS:
            listed = list(dict.fromkeys([*known, "all", *PRESETS]))
            raise UsageError(f"{task} has no evaluator {name!r}{nearest(name, listed)}")
    first = protocol.evaluators[0]
    return tuple(known.get(name) or _of_preset(name, first) for name in dict.fromkeys(names))


def _of_preset(name: str, first: EvaluatorSpec) -> EvaluatorSpec:
    """Return a peer's preset as an evaluator of samples made for, and measured against, `first`'s.

    Its authors published no numbers of this task so, or it would stand among the task's own.
    """
    from rbench.metrics.presets import get_preset

    return EvaluatorSpec(
        name=name,
        summary=f"the preset {name} against {first.published.name}",
        metrics=tuple(get_preset(name).representations),
        published=first.published,
        preset=name,
        labels=first.labels,
        quantise=first.quantise,
        samples=first.samples,
    )


def _labels(
    task: str, spec: ImageSpec, first: EvaluatorSpec, options: ImageTaskOptions
) -> LabelPolicy:
    if not spec.classes:
        if options.labels != "protocol":
            raise UsageError(
                f"labels={options.labels!r}: the images of {task} have no classes here."
            )
        return "none"
    return first.labels if options.labels == "protocol" else options.labels


def _departures(spec: EvaluatorSpec, labels: LabelPolicy, quantise: str, samples: int) -> list[str]:
    """Return in what the samples are not made as this evaluator's published numbers are."""
    found = []
    if labels not in ("none", spec.labels):
        found.append(f"{spec.labels} labels; these samples have {labels} ones")
    if quantise != spec.quantise:
        found.append(f"quantise={spec.quantise}; these samples have quantise={quantise}")
    if samples != spec.samples:
        found.append(f"{spec.samples:,} samples; this protocol has {samples:,}")
    return found


def _kept(spec: ImageSpec, samples: int, images: str) -> int | None:
    if images == "auto":
        total = samples * spec.height * spec.width * spec.channels
        images = "all" if total <= _AUTO_BYTES else "first"
    return {"all": None, "first": _FIRST, "none": 0}[images]


def _evaluator(spec: EvaluatorSpec, sources: Sources) -> Evaluator:
    evaluator = Evaluator(
        name=spec.name,
        summary=spec.summary,
        metrics=spec.metrics,
        reference=Reference(spec.published.name, spec.published.split),
        preset=spec.preset,
        representations=tuple(
            one if isinstance(one, str) else one() for one in spec.representations
        ),
        options=spec.options,
    )
    return replace(evaluator, reference=find_reference(evaluator, spec.published, sources))
