"""Where assets lie: the mirror folder that the user fills, and the cache that rbench fills."""

import os
from pathlib import Path

from rbench.assets.asset import Asset
from rbench.errors import AssetError


def cache_folder() -> Path:
    """Return rbench's cache folder, which need not exist yet.

    `RBENCH_CACHE` names it; otherwise it is the user's cache folder of this platform.
    """
    given = os.environ.get("RBENCH_CACHE")
    if given:
        return Path(given).expanduser()
    import platformdirs

    return platformdirs.user_cache_path("rbench", appauthor=False)


def mirror_folder() -> Path | None:
    """Return the folder that `RBENCH_ASSETS` names, or None where it is not set.

    Raises `AssetError` where there is no such folder: a misspelt mirror must not be fetched past.
    """
    given = os.environ.get("RBENCH_ASSETS")
    if not given:
        return None
    folder = Path(given).expanduser()
    if not folder.is_dir():
        raise AssetError(f"RBENCH_ASSETS is {given!r}, and there is no such folder.")
    return folder


def cached_path(asset: Asset) -> Path:
    """Return where the cache holds an asset of a plain address, or would hold it."""
    return cache_folder() / "assets" / asset.name


def how_to_mirror(asset: Asset) -> str:
    """Return what to do without a network, as the end of a sentence."""
    return f"set RBENCH_ASSETS to a folder that holds {asset.name}"
