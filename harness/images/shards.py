"""The shards of a run: `RUN/shards/`, one folder for each, which is whole or not there.

shards/r000-00003/     set 0, shard 3
    index.npy          index, seed and label (-1: none) of every sample, in order
    meta.json          seconds, evaluations, what was clipped: see sampling.py
    images.npy         the first samples as the extractors saw them, as many as are kept
    features/<key>/    <output>.npy float32 (n, d), about.json: the extractor's identity
"""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rbench.errors import RunDirectoryError
from rbench.harness.images.plan import Unit
from rbench.harness.images.wanted import has_hash
from rbench.harness.types import Json

INDEX = np.dtype([("index", np.int64), ("seed", np.int64), ("label", np.int64)])
"""A line of index.npy. `seed` is what generators with a random source of their own were given."""

_UNFINISHED = "."


class Shard:
    """The folder of one shard: a finished one, or one that is being written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def rows(self) -> int:
        """How many samples it holds; 0 where it is not there, or is being replaced just now."""
        lines = self._index_if_there()
        return 0 if lines is None else len(lines)

    @property
    def kept(self) -> int:
        """How many of its first samples are kept as images."""
        return len(_load(self.path / "images.npy")) if self._has("images.npy") else 0

    def index(self) -> npt.NDArray[Any]:
        """Return index, seed and label of its samples."""
        return _load(self.path / "index.npy")

    def images(self) -> npt.NDArray[Any]:
        """Return the kept images, a memory map (k, h, w, c): uint8, or float32 in [0, 1]."""
        return _load(self.path / "images.npy")

    def meta(self) -> dict[str, Json]:
        """Return what was noted of it."""
        found: dict[str, Json] = _read_json(self.path / "meta.json")
        return found

    def outputs(self, key: str) -> set[str]:
        """Return the outputs whose features it holds."""
        return {file.stem for file in (self.path / "features" / key).glob("*.npy")}

    def features(self, key: str, output: str) -> npt.NDArray[Any]:
        """Return features, a memory map (rows, d)."""
        return _load(self.path / "features" / key / f"{output}.npy")

    def identity(self, key: str) -> dict[str, Json]:
        """Return the identity of the extractor behind features."""
        found: dict[str, Json] = _read_json(self.path / "features" / key / "about.json")
        return found

    def write_meta(self, meta: Mapping[str, Json]) -> None:
        """Write meta.json whole."""
        _replace(self.path / "meta.json", json.dumps(meta, indent=1).encode())

    def write_features(
        self,
        key: str,
        identity: Mapping[str, Json],
        features: Mapping[str, npt.NDArray[np.float32]],
    ) -> None:
        """Add outputs of one extractor, each whole; other outputs of it stay."""
        folder = self.path / "features" / key
        folder.mkdir(parents=True, exist_ok=True)
        known = self.identity(key)["outputs"] if (folder / "about.json").exists() else {}
        about = {**identity, "outputs": {**known, **identity["outputs"]}}
        _replace(folder / "about.json", json.dumps(about, indent=1).encode())
        for output, values in features.items():
            unfinished = folder / f"{_UNFINISHED}{output}.npy.tmp"
            with unfinished.open("wb") as file:
                np.save(file, values, allow_pickle=False)
            unfinished.replace(folder / f"{output}.npy")

    def _index_if_there(self) -> npt.NDArray[Any] | None:
        if not self.path.is_dir():
            return None
        try:
            return self.index()
        except RunDirectoryError:
            # Another rank may be between the two steps of `Shards.writing`.
            if any(self.path.parent.glob(f"{_UNFINISHED}{self.path.name}.*")):
                return None
            return self.index()

    def _has(self, name: str) -> bool:
        return (self.path / name).is_file()


class Shards:
    """The shards of a run, in the folder ``RUN/shards``."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def at(self, repeat: int, number: int) -> Shard:
        """Return a shard, which need not be there."""
        return Shard(self.folder / Unit(repeat, number, 0, 0).name)

    def count(self, repeat: int) -> int:
        """Return how many samples of a set are there, from the first on without a gap."""
        return sum(shard.rows for shard in self._in_order(repeat))

    def index(self, repeat: int, n: int) -> npt.NDArray[Any]:
        """Return index, seed and label of the first `n` samples of a set, (n,) of `INDEX`.

        Raises `RunDirectoryError` where there are fewer.
        """
        parts = [shard.index()[:rows] for shard, rows in self._first(repeat, n)]
        return np.concatenate(parts) if parts else np.empty(0, INDEX)

    def features(
        self, repeat: int, n: int, key: str, output: str
    ) -> Iterator[npt.NDArray[np.float32]]:
        """Yield the features (rows, d) of the first `n` samples of a set, shard by shard.

        Raises `RunDirectoryError` where a shard lacks them.
        """
        for shard, rows in self._first(repeat, n):
            if output not in shard.outputs(key):
                raise RunDirectoryError(
                    f"{shard.path} lacks the features {output} of {key}; run the same command "
                    f"again to complete it."
                )
            found = shard.features(key, output)
            if len(found) < rows:
                raise RunDirectoryError(
                    f"{shard.path} has {len(found)} features {output} of {key} where it has "
                    f"{rows} samples; remove the folder and run the same command again."
                )
            yield found[:rows]

    def images(self, repeat: int, n: int) -> Iterator[npt.NDArray[Any]]:
        """Yield kept images (rows, h, w, c) of a set from sample 0 on, at most `n`.

        They are uint8; float32 in [0, 1] of tasks that do not quantise.
        """
        for shard in self._in_order(repeat):
            rows = min(n, shard.kept)
            if rows:
                yield shard.images()[:rows]
            n -= rows
            if rows < shard.rows or not n:
                return

    def meta(self, repeat: int, n: int) -> list[dict[str, Json]]:
        """Return what was noted of the shards that hold the first `n` samples of a set."""
        return [shard.meta() for shard, _ in self._first(repeat, n)]

    @contextmanager
    def writing(self, unit: Unit) -> Iterator[Shard]:
        """Give a folder for the shard; at the end it gets its name, after an error it goes.

        It takes the place of a shard of that name.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=self.folder, prefix=f"{_UNFINISHED}{unit.name}."))
        try:
            yield Shard(made)
            made.chmod(0o755)
            final = self.folder / unit.name
            if final.exists():
                # A folder cannot be replaced in one step. Between these two the shard is
                # missing, and would be made again.
                final.rename(self.folder / f"{made.name}.replaced")
            made.rename(final)
        finally:
            shutil.rmtree(made, ignore_errors=True)
            shutil.rmtree(self.folder / f"{made.name}.replaced", ignore_errors=True)

    def remove_unfinished(self) -> None:
        """Remove what processes that were killed left behind. Hold the run's lock."""
        for left in [*self.folder.glob(f"{_UNFINISHED}*")]:
            shutil.rmtree(left, ignore_errors=True)
        for where in ("*", "*/features/*"):
            for left in [*self.folder.glob(f"{where}/{_UNFINISHED}*")]:
                left.unlink(missing_ok=True)

    def remove_unnamed(self) -> None:
        """Remove features of functions, which may have changed since. Hold the run's lock."""
        for about in [*self.folder.glob("*/features/*/about.json")]:
            if not has_hash(_read_json(about)):
                shutil.rmtree(about.parent, ignore_errors=True)

    def _in_order(self, repeat: int) -> Iterator[Shard]:
        """Yield the shards of a set, as long as each continues the one before it."""
        number = expected = 0
        while True:
            shard = self.at(repeat, number)
            lines = shard._index_if_there()
            if lines is None or not len(lines) or int(lines["index"][0]) != expected:
                return
            yield shard
            expected += len(lines)
            number += 1

    def _first(self, repeat: int, n: int) -> Iterator[tuple[Shard, int]]:
        """Yield the shards with the first `n` samples, and how many of each these are."""
        left = n
        for shard in self._in_order(repeat):
            if left <= 0:
                return
            yield shard, min(left, shard.rows)
            left -= shard.rows
        if left > 0:
            raise RunDirectoryError(
                f"{self.folder.parent} has {n - left} samples of set {repeat}, not {n}; run the "
                f"same command again to complete it."
            )


def write_index(
    shard: Shard, indices: Sequence[int], seeds: Sequence[int], labels: Sequence[int | None]
) -> None:
    """Write index.npy."""
    lines = np.empty(len(indices), INDEX)
    lines["index"], lines["seed"] = indices, seeds
    lines["label"] = [-1 if label is None else label for label in labels]
    np.save(shard.path / "index.npy", lines, allow_pickle=False)


def _load(path: Path) -> npt.NDArray[Any]:
    try:
        found: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        return found
    except (OSError, ValueError, EOFError) as error:
        raise _damaged(path, error) from None


def _read_json(path: Path) -> Any:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(path, error) from None
    if not isinstance(found, dict) or not found:
        raise _damaged(path, ValueError("it holds no mapping"))
    return found


def _damaged(path: Path, error: Exception) -> RunDirectoryError:
    shard = next((p for p in path.parents if p.parent.name == "shards"), path.parent)
    return RunDirectoryError(
        f"{path} cannot be read ({error}); remove the folder {shard} and run the same command "
        f"again: that shard is made again."
    )


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f"{_UNFINISHED}{path.name}.tmp")
    unfinished.write_bytes(content)
    unfinished.replace(path)
