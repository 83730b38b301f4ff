"""Images in webdataset tars: one shard or many, each sample's members side by side."""

import os
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from rbench.errors import DataError
from rbench.metrics.images.listing import Fetch, ImageFiles
from rbench.metrics.images.naming import is_hidden, is_image, no_images, other_kind, shown
from rbench.metrics.images.policy import Unreadable

_BLOCK = 512
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class TarMembers:
    """Members of tars: for each, the index of its shard, where its bytes begin, and how many."""

    shards: tuple[str, ...]
    places: tuple[tuple[int, int, int], ...]

    @contextmanager
    def opened(self) -> Iterator[Fetch]:
        """Give a function that returns the bytes of the member with an index."""
        with ExitStack() as stack:
            # One shard is open at a time: a data set may have thousands.
            current: dict[int, BinaryIO] = {}
            lock = Lock()

            def fetch(index: int) -> bytes:
                shard, offset, size = self.places[index]
                try:
                    with lock:
                        if shard not in current:
                            stack.close()
                            current.clear()
                            current[shard] = stack.enter_context(
                                Path(self.shards[shard]).open("rb")
                            )
                        current[shard].seek(offset)
                        data = current[shard].read(size)
                except OSError as error:
                    raise Unreadable(f"cannot be opened: {error.strerror}") from error
                if len(data) < size:
                    raise Unreadable(f"is cut: the tar ends after {len(data)} of {size} bytes")
                return data

            yield fetch


@dataclass(slots=True)
class _Shard:
    names: list[str] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)


def list_tars(path: str, shards: Sequence[Path]) -> ImageFiles:
    """List the images of webdataset tars, in the order of the shards and of their members.

    A name is the member's, behind the shard's where there are several shards. Members that are
    not images (labels, captions) are skipped and counted. Raises `DataError` for a damaged, cut,
    concatenated or compressed tar, for a sample with two images, and where there is no image.
    """
    skipped: Counter[str] = Counter()
    names: list[str] = []
    places: list[tuple[int, int, int]] = []
    titles = _titles(shards)
    for number, shard in enumerate(shards):
        found = _list_shard(shard, skipped)
        names.extend(titles[number] + name for name in found.names)
        places.extend((number, offset, size) for offset, size in found.places)
    if not names:
        raise no_images(path, skipped)
    container = TarMembers(tuple(map(str, shards)), tuple(places))
    sizes = tuple(size for _, _, size in places)
    return ImageFiles("tar", path, tuple(names), sizes, container, dict(skipped))


def _titles(shards: Sequence[Path]) -> list[str]:
    if len(shards) == 1:
        return [""]
    # Links are not resolved: in a hub's cache they lead to files named by their hash.
    common = os.path.commonpath([shard.absolute().parent for shard in shards])
    return [shard.absolute().relative_to(common).as_posix() + "/" for shard in shards]


def _list_shard(path: Path, skipped: Counter[str]) -> _Shard:
    found = _Shard()
    keys: dict[str, str] = {}
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                _take(member, path, found, keys, skipped)
                # The archive keeps every header it has read: a large shard has many.
                tar.members = []  # type: ignore[attr-defined]
            end = tar.offset
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise DataError(f"{shown(str(path))} is not a whole, uncompressed tar: {error}.") from error
    _check_end(path, end)
    return found


def _take(
    member: tarfile.TarInfo,
    path: Path,
    found: _Shard,
    keys: dict[str, str],
    skipped: Counter[str],
) -> None:
    name = member.name.removeprefix("./")
    if member.isdir():
        return
    if is_hidden(name):
        skipped["hidden"] += 1
    elif not is_image(name):
        skipped[other_kind(name)] += 1
    elif not member.isreg() or member.issparse():
        skipped["not regular files"] += 1
    else:
        key = _key(name)
        if key in keys:
            raise DataError(
                f"{shown(str(path))} holds two images for the sample {shown(key)}: "
                f"{shown(keys[key])} and {shown(name)}; keep the one to be measured."
            )
        keys[key] = name
        found.names.append(name)
        found.places.append((member.offset_data, member.size))


def _key(name: str) -> str:
    # webdataset's rule: the path up to the first dot of its last part.
    folder, slash, base = name.rpartition("/")
    return folder + slash + base.partition(".")[0]


def _check_end(path: Path, end: int) -> None:
    # tarfile stops without a word at a damaged header and at the end mark, whatever follows.
    with path.open("rb") as file:
        file.seek(end)
        while chunk := file.read(_CHUNK):
            if chunk.count(0) != len(chunk):
                raise DataError(
                    f"{shown(str(path))} goes on after the last member that can be read (byte "
                    f"{end}): it is damaged there, or two tars in one file."
                )
