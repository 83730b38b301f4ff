"""`open_images`: one call for every place where images lie."""

import os
from collections.abc import Sequence
from pathlib import Path

from rbench.errors import DataError, UsageError
from rbench.metrics.images.array_files import list_npy, list_npz
from rbench.metrics.images.folders import list_folder, tars_in
from rbench.metrics.images.listing import Listing
from rbench.metrics.images.naming import extension, is_image, shown
from rbench.metrics.images.policy import Alpha, Damage, Orientation, ReadingPolicy, SixteenBit
from rbench.metrics.images.shard_patterns import expand, is_pattern
from rbench.metrics.images.source import ImageSource
from rbench.metrics.images.tars import list_tars
from rbench.metrics.images.zips import list_zip

_MOST_WORKERS = 4
_KINDS = "a folder, a .zip, an .npz, an .npy or webdataset .tar files"


def open_images(
    path: Path | str | Sequence[Path | str],
    *,
    alpha: Alpha = "refuse",
    unreadable: Damage = "refuse",
    sixteen_bit: SixteenBit = "refuse",
    orientation: Orientation = "as-stored",
    key: str = "arr_0",
    workers: int | None = None,
) -> ImageSource:
    """List the images of a folder, zip, npz, npy or webdataset tars; nothing is decoded yet.

    `path` may be a folder of tars, a pattern of tars (``shards-{000..009}.tar``, ``*.tar``) or a
    sequence of tars. `key` is the array of an npz. `workers` threads decode files, by default as
    many as there are processors, at most 4; the result is the same for any number. The other
    options are those of `ReadingPolicy`.
    Raises `DataError` where there are no images or the place is damaged, `UsageError` for an
    option that makes no sense.
    """
    policy = ReadingPolicy(alpha, unreadable, sixteen_bit, orientation)
    if workers is None:
        workers = min(_MOST_WORKERS, os.cpu_count() or 1)
    return ImageSource(_listing(path, key), policy, workers)


def _listing(path: Path | str | Sequence[Path | str], key: str) -> Listing:
    if not isinstance(path, (str, Path)):
        return _shards(", ".join(map(str, path)), [Path(p) for p in path])
    text, place = str(path), Path(path)
    if not place.exists() and is_pattern(text):
        return _shards(text, expand(text))
    kind = extension(place.name)
    if key != "arr_0" and kind != ".npz":
        raise UsageError(f"key={key!r} names an array of an npz, which {shown(text)} is not.")
    if place.is_dir():
        tars = tars_in(place)
        return list_tars(text, tars) if tars else list_folder(place)
    if not place.exists():
        raise DataError(f"{shown(text)} does not exist: give {_KINDS}.")
    if kind == ".npz":
        return list_npz(place, key)
    if kind == ".npy":
        return list_npy(place)
    if kind == ".zip":
        return list_zip(place)
    if kind == ".tar":
        return list_tars(text, [place])
    one = "one image" if is_image(place.name) else "not a set of images by its name"
    raise DataError(f"{shown(text)} is {one}: give {_KINDS}.")


def _shards(text: str, shards: Sequence[Path]) -> Listing:
    if not shards:
        raise UsageError("no shards were given: give at least one .tar.")
    for shard in shards:
        if not shard.is_file():
            raise DataError(f"{shown(str(shard))} is not a file: give existing .tar shards.")
        if extension(shard.name) != ".tar":
            raise UsageError(f"{shown(str(shard))} is not a .tar: only tars can be given in parts.")
    if len({shard.absolute() for shard in shards}) < len(shards):
        raise UsageError(f"a shard of {shown(text)} is given twice.")
    return list_tars(text, shards)
