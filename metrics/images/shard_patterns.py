"""Many shards in one word: ``shards-{000..009}.tar`` and ``shards-*.tar``."""

import glob
import re
from collections.abc import Iterator
from pathlib import Path

from rbench.errors import DataError, UsageError
from rbench.metrics.images.naming import as_bytes, shown

_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")
_MOST = 1_000_000


def is_pattern(text: str) -> bool:
    """Return whether `text` holds a numeric range in braces or a wildcard."""
    return bool(_RANGE.search(text)) or glob.has_magic(text)


def expand(text: str) -> list[Path]:
    """Return the files that a pattern names: ranges in their order, wildcards in bytewise order.

    ``{000..009}`` keeps its leading zeros, as in a shell and in webdataset. Raises `DataError` for
    a shard that does not exist and a wildcard that matches nothing, `UsageError` for a range that
    runs backwards or is absurdly long.
    """
    files: list[Path] = []
    for name in _ranges(text):
        matches = sorted(glob.glob(name), key=as_bytes) if glob.has_magic(name) else [name]  # noqa: PTH207
        if not matches or not Path(matches[0]).exists():
            raise DataError(f"{shown(name)} does not exist (from {shown(text)}).")
        files.extend(map(Path, matches))
    return files


def _ranges(text: str) -> Iterator[str]:
    found = _RANGE.search(text)
    if found is None:
        yield text
        return
    first, last = found[1], found[2]
    if not 0 <= int(last) - int(first) < _MOST:
        raise UsageError(f"the range {found[0]} in {shown(text)} runs backwards or is too long.")
    for number in range(int(first), int(last) + 1):
        filled = str(number).zfill(len(first))
        yield from _ranges(text[: found.start()] + filled + text[found.end() :])
