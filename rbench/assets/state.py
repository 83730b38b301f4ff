"""What is known of an asset on this machine: where it lies, and whether it is what it must be."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rbench.assets.asset import Asset
from rbench.assets.fetching import find
from rbench.assets.progress import Progress
from rbench.assets.records import read_record
from rbench.assets.verification import verify_file
from rbench.errors import AssetError

Trust = Literal["known", "first fetch", "unknown"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What hashing an asset's file found; `why` is the error's sentence for a bad one."""

    asset: Asset
    state: Literal["ok", "bad", "absent"]
    path: Path | None = None
    sha256: str | None = None
    why: str = ""


def trust(asset: Asset) -> Trust:
    """Return what its content is held against: a published hash, its first fetch, or nothing."""
    if asset.sha256 is not None:
        return "known"
    return "unknown" if read_record(asset).first_sha256 is None else "first fetch"


def verify(asset: Asset, *, progress: Progress | None = None) -> Verdict:
    """Hash the asset's file, whatever is remembered of it, and say whether it is the right one.

    A file whose hash nobody states and that was never fetched by rbench is "ok" too: the verdict
    has its hash.
    """
    place = find(asset)
    if place is None:
        return Verdict(asset, "absent")
    try:
        found = verify_file(
            asset,
            place.path,
            in_mirror=place.where == "mirror",
            again=True,
            progress=progress,
        )
    except AssetError as error:
        return Verdict(asset, "bad", place.path, why=str(error))
    return Verdict(asset, "ok", place.path, found)
