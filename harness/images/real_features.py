"""Features of real images, computed once and kept in the cache: every later run reads them.

CACHE/real-features/<extractor>-<digits>/    a `FeatureStore`; the digits are of the set of images,
how it was read, and the outputs
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

from rbench.assets import cache_folder
from rbench.errors import AssetError, DataError
from rbench.harness.canonical import digest
from rbench.harness.images.wanted import feature_key, has_hash
from rbench.harness.types import Json
from rbench.metrics.evaluation.features import SideFeatures, extract_sides, load_extractors
from rbench.metrics.evaluation.jobs import Job
from rbench.metrics.evaluation.sides import Side
from rbench.metrics.feature_store import FeatureStore
from rbench.metrics.images import ImageSource


@dataclass(frozen=True, slots=True)
class RealFeatures:
    """Features of one set of real images, and what a reader must know, by representation."""

    features: SideFeatures
    warnings: Mapping[str, Sequence[str]] = field(default_factory=dict)


def real_features(
    side: Side,
    wanted: Mapping[str, Mapping[str, None]],
    jobs: Sequence[Job],
    identities: Mapping[str, Mapping[str, Json]],
    *,
    scratch: Path,
    device: str | None,
    offline: bool,
    progress: Callable[[str], None] | None = None,
) -> RealFeatures:
    """Return the `wanted` outputs, by representation, of the images of `side`.

    Args:
        side: of real images.
        wanted: outputs by the name of a representation; see `wanted_outputs`.
        jobs: which hold the representations of those names.
        identities: of the extractors that the generated images went through, by name.
        scratch: where features go that cannot be kept, as nothing says when they change: those
            of functions without a hash of their weights.
        device: of the networks, where features are not kept yet.
        offline: whether weights may not be fetched.
        progress: told what is being done.

    Raises `DataError` for bad images, and where the weights at hand are not those that the
    generated images went through; `AssetError` for weights that cannot be had.
    """
    if side.images is None or not wanted:
        return RealFeatures(SideFeatures({}, None))
    source = _source(side.images)
    found, absent = _kept(source, wanted, identities)
    used = {name: identities[name] for name in found}
    if absent:
        extractors = load_extractors({"real": absent}, jobs, device, offline)
        here = {name: extractor.identity for name, extractor in extractors.items()}
        for name in absent:
            _check_weights(name, here[name], identities[name])
        more, absent = _kept(source, absent, here)
        found, used = {**found, **more}, {**used, **here}
    if absent:

        def show(role: str, done: int, total: int | None) -> None:
            if progress is not None:
                progress(f"features of the real images ({side.name}): {done} of {total}")

        keep = {name for name in absent if has_hash(here[name])}
        folder = _new_folder() if keep else Path(mkdtemp(dir=scratch))
        try:
            made = extract_sides({"real": side}, {"real": absent}, extractors, folder, show)
            for name, store in made["real"].stores.items():
                place = (
                    _place(source, here[name], absent[name])
                    if name in keep
                    else Path(mkdtemp(dir=scratch)) / "features"
                )
                found[name] = _moved(store, place)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    warnings = {name: _differences(name, used[name], identities[name]) for name in wanted}
    return RealFeatures(SideFeatures(found, None), warnings)


def _kept(
    source: Json,
    wanted: Mapping[str, Mapping[str, None]],
    identities: Mapping[str, Mapping[str, Json]],
) -> tuple[dict[str, FeatureStore], dict[str, Mapping[str, None]]]:
    """Return the stores that the cache has, and what of `wanted` it has not."""
    found, absent = {}, {}
    for name, outputs in wanted.items():
        identity = identities[name]
        store = _open(_place(source, identity, outputs)) if has_hash(identity) else None
        if store is None:
            absent[name] = outputs
        else:
            found[name] = store
    return found, absent


def _source(images: ImageSource) -> Json:
    """Return what tells sets of images apart: names and sizes, and the time of a single file."""
    place = Path(images.path)
    changed = place.stat().st_mtime_ns if place.is_file() else None
    return {**images.fingerprint(), "reading": images.policy.to_json(), "changed": changed}


def _place(source: Json, identity: Mapping[str, Json], outputs: Mapping[str, None]) -> Path:
    name = digest({"images": source, "outputs": sorted(outputs)})[:16]
    return _folder() / f"{feature_key(identity)}-{name}"


def _folder() -> Path:
    return cache_folder() / "real-features"


def _new_folder() -> Path:
    """Return an empty folder on the file system of the cache, so that it can be renamed."""
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        return Path(mkdtemp(dir=_folder(), prefix=".unfinished-"))
    except OSError as error:
        raise AssetError(
            f"{_folder()} cannot be written ({error.strerror}): set RBENCH_CACHE to a folder that "
            f"can."
        ) from error


def _open(place: Path) -> FeatureStore | None:
    try:
        return FeatureStore.open(place)
    except DataError:
        return None  # not there, or damaged: computed again


def _moved(store: FeatureStore, place: Path) -> FeatureStore:
    """Give finished features their name; another process may have been first."""
    try:
        store.path.rename(place)
    except OSError:
        if (known := _open(place)) is not None:
            return known
        shutil.rmtree(place, ignore_errors=True)
        store.path.rename(place)
    return FeatureStore.open(place)


def _check_weights(name: str, here: Mapping[str, Json], theirs: Mapping[str, Json]) -> None:
    hashes = here["weights"]["sha256"], theirs["weights"]["sha256"]
    if hashes[0] != hashes[1]:
        raise DataError(
            f"the weights of {name} here have sha256 {hashes[0]}, and the features of the "
            f"generated images were made with {hashes[1]}: run the same command again to make "
            f"both with the same weights."
        )


def _differences(
    name: str, here: Mapping[str, Json], theirs: Mapping[str, Json]
) -> tuple[str, ...]:
    said = [f"{k} {here[k]} and {theirs[k]}" for k in ("torch", "device") if here[k] != theirs[k]]
    if not said:
        return ()
    return (f"{name}: real and generated images went through different {', '.join(said)}.",)
