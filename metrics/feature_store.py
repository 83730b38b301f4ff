"""`FeatureStore`: features on disk, memory-mapped, for metrics that need every one of them."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from rbench.errors import DataError, UsageError
from rbench.metrics.arrays import Features, as_matrix
from rbench.metrics.linear_algebra import Host
from rbench.metrics.moments import Moments

_INDEX = "index.json"
_FORMAT = 1
_HEADER = 128
_ROWS_AT_ONCE = 4096
_DTYPES = ("float16", "float32", "float64")


class FeatureStore:
    """A folder with one ``.npy`` file (n, d) for each named output and an index.

    Made with `create`, filled with `append`, sealed with `finish`; read with `open`, where
    ``store["pool"]`` is a read-only memory map that every metric takes. As a context manager it
    finishes at the end of the block, and leaves an unfinished store behind after an error, which
    `open` refuses. The files are plain: ``numpy.load`` reads them.
    """

    def __init__(
        self,
        path: Path,
        outputs: Mapping[str, int],
        dtype: str,
        about: Mapping[str, Any],
        n: int,
        files: dict[str, BinaryIO] | None,
    ) -> None:
        self.path = path
        self.outputs = MappingProxyType(dict(outputs))
        self.dtype = dtype
        self.about = MappingProxyType(dict(about))
        self.n = n
        self._files = files

    @classmethod
    def create(
        cls,
        path: Path | str,
        outputs: Mapping[str, int],
        *,
        dtype: str = "float32",
        about: Mapping[str, Any] | None = None,
        capacity: int | None = None,
    ) -> "FeatureStore":
        """Start a store in the folder `path`, which must not exist or be empty.

        Args:
            path: of the folder.
            outputs: dimension of every named output.
            dtype: to store: float16, float32 or float64.
            about: what the features are (representation, images ...), as JSON values.
            capacity: rows to come, if known: `create` then checks that the disk has room, and
                `finish` that as many came.

        Raises `UsageError` for bad arguments, `DataError` for a folder that holds something or
        cannot be written, and for a disk too small.
        """
        folder = Path(path)
        bad = [o for o, d in outputs.items() if d < 1 or not o or Path(o).name != o]
        if bad or not outputs:
            raise UsageError(
                f"outputs={dict(outputs)!r}: give plain names with dimensions above 0."
            )
        if dtype not in _DTYPES:
            raise UsageError(f"dtype={dtype!r}: give one of {', '.join(_DTYPES)}.")
        index = {"format": _FORMAT, "n": None, "dtype": dtype, "outputs": dict(outputs)}
        index |= {"capacity": capacity, "about": dict(about or {})}
        try:
            text = json.dumps(index)
        except (TypeError, ValueError) as error:
            raise UsageError(f"about holds what JSON cannot: {error}.") from None
        with _disk(folder):
            if folder.exists() and any(folder.iterdir()):
                raise DataError(
                    f"{folder} is not empty: a feature store needs a folder of its own."
                )
            folder.mkdir(parents=True, exist_ok=True)
            row = np.dtype(dtype).itemsize * sum(outputs.values())
            if capacity is not None and shutil.disk_usage(folder).free < capacity * row:
                raise DataError(
                    f"{folder} has no room for {capacity} samples of {row} bytes: free the disk or "
                    f"choose another."
                )
            (folder / _INDEX).write_text(text, encoding="utf-8")
            files: dict[str, BinaryIO] = {}
            for output in outputs:
                files[output] = (folder / f"{output}.npy").open("wb")
                files[output].write(bytes(_HEADER))
        store = cls(folder, outputs, dtype, about or {}, 0, files)
        store._capacity = capacity
        return store

    _capacity: int | None = None
    _failed = False

    def append(self, block: Mapping[str, Features]) -> None:
        """Add rows: for every output (rows, d), numpy or torch.

        Raises `DataError` for a missing output, other shapes, NaN, values that overflow `dtype`,
        and a full disk; `UsageError` for a finished store.
        """
        if self._files is None:
            raise UsageError(f"{self.path} is finished: nothing can be appended.")
        if set(block) != set(self.outputs):
            raise DataError(
                f"{self.path} takes {', '.join(self.outputs)}, not {', '.join(block) or 'nothing'}."
            )
        rows = {}
        for output, d in self.outputs.items():
            checked = Host().local(as_matrix(block[output], output, dimension=d, least=0))
            with np.errstate(over="ignore"):
                rows[output] = np.ascontiguousarray(checked, dtype=self.dtype)
            if not np.isfinite(rows[output]).all():
                raise DataError(f"{output} has values too large for {self.dtype}.")
        counts = {output: len(values) for output, values in rows.items()}
        if len(set(counts.values())) > 1:
            raise DataError(f"The outputs of one block have different numbers of rows: {counts}.")
        try:
            with _disk(self.path):
                for output, values in rows.items():
                    self._files[output].write(values.data if values.size else b"")
        except DataError:
            # Some outputs may have rows that others lack: nothing can be trusted from here on.
            self._failed = True
            self._close()
            raise
        self.n += next(iter(counts.values()))

    def finish(self) -> "FeatureStore":
        """Seal the store and return it, ready to read. A second call does nothing.

        Raises `DataError` where fewer or more rows came than `capacity` said, and for a full disk.
        """
        if self._failed:
            raise DataError(f"{self.path} could not be written whole: compute its features again.")
        if self._files is None:
            return self
        if self._capacity is not None and self._capacity != self.n:
            self._failed = True
            self._close()
            raise DataError(f"{self.path} got {self.n} samples where {self._capacity} were said.")
        with _disk(self.path):
            for output, file in self._files.items():
                file.seek(0)
                file.write(_header(self.dtype, (self.n, self.outputs[output])))
                file.flush()
                os.fsync(file.fileno())
            index = json.loads((self.path / _INDEX).read_text(encoding="utf-8"))
            index["n"] = self.n
            partial = self.path / f"{_INDEX}.partial"
            partial.write_text(json.dumps(index), encoding="utf-8")
            partial.replace(self.path / _INDEX)
        self._close()
        return self

    @classmethod
    def open(cls, path: Path | str) -> "FeatureStore":
        """Open a finished store to read.

        Raises `DataError` for a folder that is none, is not finished, or whose files do not fit.
        """
        folder = Path(path)
        try:
            index = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
            known, n, outputs = index["format"], index["n"], index["outputs"]
            store = cls(folder, outputs, index["dtype"], index["about"], n, None)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{folder} is no feature store: {error}.") from None
        if known != _FORMAT:
            raise DataError(f"{folder} has format {known!r}; this version reads {_FORMAT}.")
        if n is None:
            raise DataError(f"{folder} was not finished: compute its features again.")
        for output in outputs:
            store[output]
        return store

    def __getitem__(self, output: str) -> npt.NDArray[Any]:
        """Return the features (n, d) of `output`, a read-only memory map.

        Raises `UsageError` for an output it does not have and before `finish`.
        """
        if output not in self.outputs:
            raise UsageError(f"{self.path} has no output {output!r}: {', '.join(self.outputs)}.")
        if self._files is not None:
            raise UsageError(f"{self.path} is still being written: finish it first.")
        file, shape = self.path / f"{output}.npy", (self.n, self.outputs[output])
        try:
            values = np.load(file, mmap_mode="r" if self.n else None, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise DataError(f"{file} cannot be read: {error}.") from None
        if values.shape != shape or values.dtype != np.dtype(self.dtype):
            raise DataError(
                f"{file} holds {values.dtype} {values.shape}, not {self.dtype} {shape}."
            )
        return values  # type: ignore[no-any-return]

    def moments(self, output: str, blocks: int = 1) -> list[Moments]:
        """Return the moments of `output` in interleaved blocks: sample i in block i mod `blocks`.

        Read in chunks; the rows are never all in memory. Raises `UsageError` for blocks < 1.
        """
        if blocks < 1:
            raise UsageError(f"blocks={blocks!r}: give 1 or more.")
        rows, d = self[output], self.outputs[output]
        step = blocks * _ROWS_AT_ONCE
        parts = []
        # Block after block: the room of one block at a time, and the disk's cache has the rows.
        for b in range(blocks):
            part = Moments(d)
            for start in range(b, self.n, step):
                part.update(np.array(rows[start : start + step : blocks]))
            parts.append(part.folded())
        return parts

    def __enter__(self) -> "FeatureStore":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.finish()
        else:
            self._close()

    def _close(self) -> None:
        files, self._files = self._files or {}, None
        for file in files.values():
            # Closing flushes: a full disk, reported already, would be reported again.
            with suppress(OSError):
                file.close()


def _header(dtype: str, shape: tuple[int, int]) -> bytes:
    """Return the npy header (version 1.0), padded to the room that was left for it."""
    description = {"descr": np.dtype(dtype).str, "fortran_order": False, "shape": shape}
    text = repr(description).encode("latin1")
    room = _HEADER - 10
    return b"\x93NUMPY\x01\x00" + room.to_bytes(2, "little") + text.ljust(room - 1) + b"\n"


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror or error}.") from None
