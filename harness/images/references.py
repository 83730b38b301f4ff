"""What an evaluator compares with, opened: statistics, real images, and what tells them apart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from rbench.assets import Asset, fetch, find, verify
from rbench.assets.records import read_record
from rbench.assets.verification import sha256_of
from rbench.errors import DataError
from rbench.harness.images.task import RealSet, Reference
from rbench.harness.types import Json
from rbench.metrics.evaluation.jobs import NEEDS_REAL, Job
from rbench.metrics.evaluation.sides import Side, as_statistics, open_side
from rbench.metrics.reference_statistics import ReferenceStatistics

Fetching: TypeAlias = Callable[[Asset], object]
"""Brings an absent asset in a way that a person sees."""


@dataclass(frozen=True, slots=True)
class OpenedReference:
    """One evaluator's reference.

    Attributes:
        side: the real side of its comparisons; None where no metric has one.
        validation: statistics of held-out images, by representation.
        identity: name, split and hashes, for the protocol: no paths.
        described: the same and more, for a reader: files, counts.
    """

    side: Side | None
    validation: dict[str, ReferenceStatistics] = field(default_factory=dict)
    identity: dict[str, Json] = field(default_factory=dict)
    described: dict[str, Json] = field(default_factory=dict)


def open_reference(
    reference: Reference,
    jobs: Sequence[Job],
    *,
    offline: bool,
    fetching: Fetching | None = None,
) -> OpenedReference:
    """Open a reference for `jobs`: its files are brought, read and hashed; no image is decoded.

    Raises `AssetError` for an absent asset when `offline`, `DataError` for a file that is no
    statistics and for a reference that holds nothing.
    """
    if all(job.metric not in NEEDS_REAL for job in jobs):
        return OpenedReference(None)
    identity: dict[str, Json] = {"name": reference.name, "split": reference.split}
    side = Side("real", reference.name, None, {})
    given = reference.file or reference.asset
    if given is not None:
        path, shown, identity["sha256"] = _bring(given, offline, fetching)
        opened = open_side("real", path)
        named = {name: replace(one, path=shown) for name, one in opened.statistics.items()}
        side = replace(opened, name=shown, statistics=named)
    if side.images is None and reference.real is not None:
        side = replace(side, images=reference.real.open())
        identity["images_sha256"] = side.describe()["images"]["file_list_sha256"]
    own, hashes = _all(reference.by_representation, offline, fetching)
    held, held_hashes = _all(reference.validation, offline, fetching)
    identity |= {"by_representation": hashes} if hashes else {}
    identity |= {"validation": held_hashes} if held_hashes else {}
    side = replace(side, statistics={**side.statistics, **own}).fitted(jobs)
    if side.images is None and not side.statistics:
        raise DataError(f"the reference {reference.name!r} holds neither statistics nor images.")
    described = {**identity, **side.describe()}
    del described["role"]
    return OpenedReference(side, held, identity, described)


def open_real(real: RealSet) -> Side:
    """Return a set of real images as a side without statistics."""
    return Side("real", real.name, real.open(), {})


def _all(
    given: Mapping[str, Asset | Path], offline: bool, fetching: Fetching | None
) -> tuple[dict[str, ReferenceStatistics], dict[str, str]]:
    """Return statistics by representation, and the hashes of their files."""
    found, hashes = {}, {}
    for name, one in given.items():
        path, shown, hashes[name] = _bring(one, offline, fetching)
        found[name] = replace(as_statistics(path), path=shown)
    return found, hashes


def _bring(given: Asset | Path, offline: bool, fetching: Fetching | None) -> tuple[Path, str, str]:
    """Return where a file lies, what a reader knows it by, and its sha256.

    An asset is known by its name: where it lies differs between machines.
    """
    if isinstance(given, Path):
        if not given.is_file():
            raise DataError(f"there is no file {given}.")
        return given, str(given), sha256_of(given)
    if fetching is not None and not offline and find(given) is None:
        fetching(given)
    path = fetch(given, offline=offline)
    # A file of a mirror may never have been hashed.
    found = given.sha256 or read_record(given).sha256_of(path) or verify(given).sha256
    return path, given.name, found or sha256_of(path)
