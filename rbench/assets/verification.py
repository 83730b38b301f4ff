"""Whether a file is what an asset must be."""

import hashlib
import logging
from pathlib import Path

from rbench.assets.asset import Asset
from rbench.assets.folders import cached_path, how_to_mirror
from rbench.assets.progress import Progress
from rbench.assets.records import read_record, record_path, write_record
from rbench.errors import AssetError

_CHUNK = 1 << 20
_log = logging.getLogger("rbench.assets")


def sha256_of(path: Path, progress: Progress | None = None) -> str:
    """Return the sha256 of a file's bytes, in hexadecimal, read in pieces."""
    total = path.stat().st_size
    hashed = hashlib.sha256()
    done = 0
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            hashed.update(piece)
            done += len(piece)
            if progress:
                progress("verify", done, total)
    return hashed.hexdigest()


def verify_file(
    asset: Asset,
    path: Path,
    *,
    in_mirror: bool,
    again: bool = False,
    progress: Progress | None = None,
) -> str | None:
    """Return the sha256 of an asset's file, or None where nothing says what it must be.

    The hash must be the asset's own, or else that of the first fetch, which is remembered here.
    A mirror is the user's own, so for it only the asset's own hash counts. A file that was hashed
    before and has not been changed since is not read, unless `again`.

    Raises `AssetError` that names both hashes.
    """
    _check_size(asset, path, in_mirror)
    if in_mirror and asset.sha256 is None and not again:
        return None
    record = read_record(asset)
    found = None if again else record.sha256_of(path)
    known = found is not None
    if found is None:
        found = sha256_of(path, progress)
    expected = asset.sha256 or (None if in_mirror else record.first_sha256)
    if expected is not None and found != expected:
        raise AssetError(_mismatch(asset, path, found, expected, in_mirror))
    if not known:
        record = record.with_hash(path, found)
        write_record(asset, record)
    if expected is None and not in_mirror:
        remember_first(asset, found)
    return found


def check_fetched(asset: Asset, part: Path, progress: Progress | None) -> str:
    """Return the sha256 of a file just fetched. Raises `AssetError` that names both hashes."""
    found = sha256_of(part, progress)
    first = read_record(asset).first_sha256
    if (expected := asset.sha256 or first) is not None and found != expected:
        since = "" if asset.sha256 else f" (at its first fetch: {record_path(asset)})"
        raise AssetError(
            f"{asset.address} gave a file with sha256 {found}, and {asset.what} must have "
            f"{expected}{since}; it was not kept: try again later, or {how_to_mirror(asset)}."
        )
    return found


def remember_fetched(asset: Asset, path: Path, sha256: str) -> None:
    """Remember the hash of a file that was fetched and verified."""
    write_record(asset, read_record(asset).with_hash(path, sha256))
    if asset.sha256 is None:
        remember_first(asset, sha256)


def remember_first(asset: Asset, sha256: str) -> None:
    """Remember the hash of the first fetch and say so, where no public source states one."""
    from dataclasses import replace

    record = read_record(asset)
    if record.first_sha256 is None and write_record(asset, replace(record, first_sha256=sha256)):
        _log.info("%s: first fetched with sha256 %s; another is refused.", asset.name, sha256)


def _check_size(asset: Asset, path: Path, in_mirror: bool) -> None:
    found = path.stat().st_size
    if asset.size is not None and found != asset.size:
        raise AssetError(
            f"{path} has {found} bytes and {asset.what} must have {asset.size}; "
            f"{_remedy(asset, path, in_mirror)}."
        )


def _mismatch(asset: Asset, path: Path, found: str, expected: str, in_mirror: bool) -> str:
    if asset.sha256 is not None:
        must = f"{asset.what} must have {expected}"
        return f"{path} has sha256 {found} and {must}; {_remedy(asset, path, in_mirror)}."
    return (
        f"{path} has sha256 {found}, and at its first fetch {asset.what} had {expected}; if the "
        f"change is meant, remove {record_path(asset)}."
    )


def _remedy(asset: Asset, path: Path, in_mirror: bool) -> str:
    if in_mirror:
        return f"replace the file by the one of {asset.address}"
    if path == cached_path(asset):
        return "remove the file to have it fetched again"
    return f"remove {path.resolve()} to have it fetched again"
