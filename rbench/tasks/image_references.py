"""What an evaluator compares with: published statistics, given ones, or the real images here.

Only names and places are settled here. What the files hold is looked into before anything is
sampled, by `harness.images.check_evaluators`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rbench.assets import Asset
from rbench.assets.table import named
from rbench.errors import DataError, UsageError
from rbench.harness.images.task import Evaluator, RealSet, Reference
from rbench.harness.images.wanted import evaluator_jobs
from rbench.metrics.evaluation.jobs import NEEDS_REAL, Job
from rbench.tasks.image_options import ImageTaskOptions
from rbench.tasks.image_protocol import Published

_BY_MOMENTS = ("frechet", "fdr")

# What the authors of FDr^6 call the files that hold these statistics.
_PEER_FILES: Mapping[str, str] = {
    "inception-v3": "guided_diffusion_stats",
    "fdr/convnextv2-b": "convnext_in256_t224_stats",
    "fdr/dinov2-l": "vit_large_patch14_dinov2_lvd142m_in256_t256_stats",
    "fdr/mae-l": "vit_large_patch16_224_mae_in256_t224_stats",
    "fdr/siglip2-so400m": "vit_so400m_patch16_siglip_256_v2_webli_in256_t224_stats",
    "fdr/clip-l": "vit_large_patch14_clip_224_openai_in256_t256_stats",
}


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the references of a task may come from.

    `others` are the evaluators that need nothing but what is published. `strict` demands
    references; otherwise, as for a run that is scored again, what is missing is left out.
    """

    task: str
    options: ImageTaskOptions
    real: Mapping[str, RealSet]
    others: tuple[str, ...]
    strict: bool


def find_reference(evaluator: Evaluator, published: Published, sources: Sources) -> Reference:
    """Return what `evaluator` compares with.

    A reference that the user names goes before the published one. Real images serve where there
    are no statistics, and metrics that need samples.
    Raises `UsageError` for a name that is no file or folder, `DataError` where there is nothing
    to compare with.
    """
    jobs = [job for job in evaluator_jobs(evaluator) if job.metric in NEEDS_REAL]
    files = _by_representation(jobs, sources)
    if sources.options.reference is not None:
        return _given(sources.options.reference, files, sources, published)
    replaced = published.asset is not None and not set(files).isdisjoint(published.covers)
    real = sources.real.get(published.split or "")
    missing = [
        job
        for job in jobs
        if job.representation.name not in files and not _published(job, published)
    ]
    if missing and real is None and sources.strict:
        raise DataError(_what_is_missing(evaluator, published, missing, sources))
    if all(_published(job, published) for job in jobs):
        return Reference(
            published.name,
            published.split,
            asset=published.asset,
            by_representation=files,
            given=replaced,
        )
    by_name = dict(files)
    if published.asset is not None:
        # For its own representations alone: were it a batch, its images would stand for the others.
        for name in {job.representation.name for job in jobs} & set(published.covers):
            by_name.setdefault(name, published.asset)
    return Reference(
        published.name, published.split, real=real, by_representation=by_name, given=replaced
    )


def _published(job: Job, published: Published) -> bool:
    """Return whether the published statistics serve a job."""
    if published.asset is None:
        return False
    if job.metric not in _BY_MOMENTS:
        return published.holds_images
    return job.representation.name in published.covers


def _given(
    given: str, files: Mapping[str, Path | Asset], sources: Sources, published: Published
) -> Reference:
    """Return the reference that ``-T reference=`` names: statistics, images, or both in one."""
    if given.startswith("asset:"):
        asset = named(given.removeprefix("asset:"))
        return Reference(
            f"given {asset.name}",
            None,
            asset=asset,
            by_representation=files,
            given=bool(files) or asset != published.asset,
        )
    path = Path(given)
    if sources.strict and not path.exists():
        raise UsageError(f"reference={given!r}: there is no such file or folder.")
    name = f"given {path.name}"
    if path.suffix in (".npz", ".pkl", ".pickle"):  # of a pickle, its reader says why not
        return Reference(name, None, file=path, by_representation=files, given=True)
    real = RealSet(name, "given", path)
    return Reference(name, None, real=real, by_representation=files, given=True)


def _by_representation(jobs: Sequence[Job], sources: Sources) -> dict[str, Path | Asset]:
    """Return the files of ``-T references=DIR`` that this evaluator needs, by representation."""
    if sources.options.references is None:
        return {}
    folder = Path(sources.options.references)
    if sources.strict and not folder.is_dir():
        raise UsageError(f"references={sources.options.references!r}: there is no such folder.")
    names = list(dict.fromkeys(job.representation.name for job in jobs))
    found: dict[str, Path | Asset] = {}
    for name in names:
        stems = (name, name.rpartition("/")[2], _PEER_FILES.get(name, name))
        files = [path for stem in stems if (path := folder / f"{stem}.npz").is_file()]
        if files:
            found[name] = files[0]
    if sources.strict and names and not found:
        raise DataError(
            f"{folder} holds no statistics that are named after a representation: give "
            f"{', '.join(f'{name}.npz' for name in names)}."
        )
    return found


def _what_is_missing(
    evaluator: Evaluator, published: Published, missing: Sequence[Job], sources: Sources
) -> str:
    split = published.split or "train"
    metrics = ", ".join(dict.fromkeys(job.metric for job in missing))
    labels = ", ".join(dict.fromkeys(job.label for job in missing))
    several = len({job.representation.name for job in missing}) > 1
    files = "references=DIR" if several else "reference=FILE"
    why = f" ({published.why})" if published.why else ""
    other = f"; or take -T evaluators={sources.others[0]}" if sources.others else ""
    return (
        f"{sources.task} by {evaluator.name} compares {metrics} on {labels} with "
        f"{published.name}, which is not here{why}: give its images with --data DIR ({split}/ or "
        f"{split}.npz in it), or statistics of them, as `rbench stats` makes, with "
        f"-T {files}{other}."
    )
