"""From an asset to a verified file: the mirror, then the cache, then its address."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rbench.assets.asset import Asset
from rbench.assets.folders import cached_path, how_to_mirror, mirror_folder
from rbench.assets.progress import Progress
from rbench.assets.verification import check_fetched, remember_fetched, verify_file
from rbench.errors import AssetError


@dataclass(frozen=True, slots=True)
class Place:
    """Where an asset's file lies."""

    path: Path
    where: Literal["mirror", "cache", "hub cache"]


def find(asset: Asset) -> Place | None:
    """Return where the asset's file lies, verified or not, or None. Asks no server."""
    mirror = mirror_folder()
    if mirror is not None and (path := mirror / asset.name).is_file():
        return Place(path, "mirror")
    if (path := cached_path(asset)).is_file():
        return Place(path, "cache")
    if asset.hub is not None:
        from rbench.assets.hub import hub_cached

        if found := hub_cached(asset.hub):
            return Place(found, "hub cache")
    return None


def fetch(asset: Asset, *, offline: bool = False, progress: Progress | None = None) -> Path:
    """Return the path of the asset's verified file, which is fetched where it is not here yet.

    Looked for in the mirror folder `RBENCH_ASSETS`, then in the cache, then at its address.
    Processes that fetch the same asset at the same time fetch it once. `offline` forbids the
    network. `progress` is told of the bytes fetched and hashed.

    Raises `AssetError`: one sentence that says what to do.
    """
    place = find(asset)
    if place is not None:
        verify_file(asset, place.path, in_mirror=place.where == "mirror", progress=progress)
        return place.path
    if offline:
        raise AssetError(
            f"{asset.what} is not on this machine and --offline forbids fetching it: "
            f"{how_to_mirror(asset)} (from {asset.address})."
        )
    if asset.hub is not None:
        from rbench.assets.hub import hub_fetch

        path = hub_fetch(asset, asset.hub)
        verify_file(asset, path, in_mirror=False, progress=progress)
        return path
    return _fetch_plain(asset, progress)


def _fetch_plain(asset: Asset, progress: Progress | None) -> Path:
    # Heavy for what most runs never need.
    from rbench.assets.lock import fetching_alone

    path = cached_path(asset)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with fetching_alone(path) as alone:
            if not path.is_file():
                _fetch_into(path, asset, alone, progress)
                return path
    except OSError as error:
        raise AssetError(
            f"{error.filename or path.parent} cannot be written ({error.strerror}): "
            f"set RBENCH_CACHE to a folder that can, or {how_to_mirror(asset)}."
        ) from error
    verify_file(asset, path, in_mirror=False, progress=progress)
    return path


def _fetch_into(path: Path, asset: Asset, alone: bool, progress: Progress | None) -> None:
    """Fetch to a part file, verify it, and only then give it its name."""
    from rbench.assets.download import discard, download

    part = path.with_name(f".{path.name}.part" if alone else f".{path.name}.{os.getpid()}.part")
    continued = part.is_file() and part.stat().st_size > 0
    download(asset, part, progress=progress)
    try:
        found = check_fetched(asset, part, progress)
    except AssetError:
        discard(part)
        if not continued:
            raise
        # The older part may have been of another file: once more, all of it.
        download(asset, part, progress=progress)
        try:
            found = check_fetched(asset, part, progress)
        except AssetError:
            discard(part)
            raise
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)
    discard(part)
    remember_fetched(asset, path, found)
