"""One shard: noise, images, features, files. Who makes it, and when, changes no bit of it."""

import hashlib
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from rbench.errors import RunDirectoryError
from rbench.harness.generators.failure import as_model_error, shown_samples
from rbench.harness.images.batches import batches, sample_batch
from rbench.harness.images.evaluations import counting
from rbench.harness.images.extraction import Extracted, Extractors, Rows, extract
from rbench.harness.images.pinned_threads import pinned_threads
from rbench.harness.images.plan import ImageCell, Unit
from rbench.harness.images.quantise import Quantised, quantise
from rbench.harness.images.shards import Shard, Shards, write_index
from rbench.harness.images.spot_check import SpotCheck, spot_check
from rbench.harness.images.task import ImageTask
from rbench.harness.images.types import ImageGenerator, SampleBatch
from rbench.harness.types import Json
from rbench.metrics.representations.exact_arithmetic import exact_arithmetic

Outcome: TypeAlias = Literal["there", "completed", "made"]
Progress: TypeAlias = Callable[[int], None]
"""Is told how many samples of the shard are done."""

_READ_AT_ONCE = 256


class ShardMaker:
    """Makes the shards of one run, one at a time, in this process.

    `threads` are those that preprocess images, beside the ones of the plan; `device` is where
    this process computes. Make shards inside `computing`, so that arithmetic and threads are
    those that the plan promises.
    """

    def __init__(
        self,
        cell: ImageCell,
        task: ImageTask,
        generator: ImageGenerator,
        extractors: Extractors,
        shards: Shards,
        *,
        threads: int = 1,
        device: str | None = None,
    ) -> None:
        self._cell = cell
        self._task = task
        self._generator = generator
        self._extractors = extractors
        self._shards = shards
        self._threads = threads
        self._stream = _side_stream(device)

    def complete(self, unit: Unit) -> bool:
        """Return whether a shard is there with all that is wanted of it."""
        shard = self._shards.at(unit.repeat, unit.number)
        rows = shard.rows
        return (
            rows >= len(unit) and not self._lacking(shard) and shard.kept >= self._keep(unit, rows)
        )

    def ensure(self, unit: Unit, progress: Progress | None = None) -> Outcome:
        """Make what is not there of a shard.

        Raises `ModelError` for a generator that fails or makes something unusable, `DataError`
        for images that a network cannot take. Then the shard stays what it was.
        """
        if self.complete(unit):
            return "there"
        shard = self._shards.at(unit.repeat, unit.number)
        rows = shard.rows
        if rows >= len(unit):
            whole = Unit(unit.repeat, unit.number, unit.start, unit.start + rows)
            if self._add_to(shard, whole, progress):
                return "completed"
            unit = whole
        self._make(unit, progress)
        return "made"

    def _lacking(self, shard: Shard) -> dict[str, set[str]]:
        """Return the outputs that a shard lacks, by key."""
        lacking = {}
        for key, extractor in self._extractors.items():
            there = shard.outputs(key)
            if there:
                _check_identity(shard, key, extractor.identity)
            lacking[key] = set(extractor.outputs) - there
        return {key: outputs for key, outputs in lacking.items() if outputs}

    def _keep(self, unit: Unit, rows: int) -> int:
        """Return how many of the first images of a shard are to be kept."""
        wanted = self._task.keep_images
        return rows if wanted is None else min(max(0, wanted - unit.start), rows)

    def _make(self, unit: Unit, progress: Progress | None) -> None:
        with self._shards.writing(unit) as shard:
            source = self._source(unit, shard.path / "images.npy")
            with closing(iter(source)) as images:
                found = self._extract(images, self._extractors, unit, progress)
            write_index(shard, range(unit.start, unit.stop), source.seeds, source.labels)
            for key, features in found.features.items():
                shard.write_features(key, self._extractors[key].identity, features)
            shard.write_meta(source.meta(found.seconds))

    def _add_to(self, shard: Shard, unit: Unit, progress: Progress | None) -> bool:
        """Add features and images that a shard lacks; False where its images came out otherwise.

        They are computed from the kept images, where all of them are kept; otherwise the same
        noise gives the same images, of a generator that is deterministic.
        """
        wanted = {key: self._extractors[key] for key in self._lacking(shard)}
        meta = shard.meta()
        if shard.kept == len(unit):
            made = self._extract(_pieces(shard.images()), wanted, unit, progress)
        else:
            again = shard.path / f".images.{time.monotonic_ns()}.tmp"
            source = self._source(unit, again)
            try:
                with closing(iter(source)) as images:
                    made = self._extract(images, wanted, unit, progress)
                if source.sha256 != meta["images_sha256"]:
                    return False
                if self._keep(unit, len(unit)) > shard.kept:
                    again.replace(shard.path / "images.npy")
            finally:
                again.unlink(missing_ok=True)
        for key, features in made.features.items():
            shard.write_features(key, wanted[key].identity, _only(features, shard, key))
        meta["seconds"]["features"] += made.seconds
        shard.write_meta(meta)
        return True

    def _extract(
        self,
        images: Iterator[npt.NDArray[Any]],
        extractors: Extractors,
        unit: Unit,
        progress: Progress | None,
    ) -> Extracted:
        return extract(
            images, extractors, first=unit.start, threads=self._threads, progress=progress
        )

    def _source(self, unit: Unit, images: Path) -> "_Source":
        keep = self._keep(unit, len(unit))
        return _Source(self._cell, self._task, self._generator, unit, images, keep, self._stream)


class _Source:
    """The images of one shard, as they are made; what is noted of them is known at the end."""

    def __init__(
        self,
        cell: ImageCell,
        task: ImageTask,
        generator: ImageGenerator,
        unit: Unit,
        path: Path,
        keep: int,
        stream: Any,
    ) -> None:
        self._cell = cell
        self._task = task
        self._generator = generator
        self._unit = unit
        self._path = path
        self._keep = keep
        self._stream = stream
        self.seeds: list[int] = []
        self.labels: list[int | None] = []
        self._hash = hashlib.sha256()
        self._clipped = self._values = 0
        self._seconds = 0.0
        self._evaluations: dict[str, Json] = {}
        self._spot_check: SpotCheck | None = None

    @property
    def sha256(self) -> str:
        """The hash of all images of the shard, as the extractors saw them."""
        return self._hash.hexdigest()

    def __iter__(self) -> Generator[npt.NDArray[Any], None, None]:
        done = 0
        with _ImageFile(self._path, self._keep) as file, counting(self._networks()) as count:
            for batch, rows in batches(self._cell, self._task, self._unit):
                start = time.perf_counter()
                made = self._generate(batch, keep=rows)
                count.batch_done(len(batch))
                self._clipped += made.clipped
                self._values += made.total
                file.write(made.images[: max(0, self._keep - done)])
                self._hash.update(made.images.data)
                self.seeds += batch.seeds[:rows]
                self.labels += batch.labels[:rows]
                if done == 0:
                    first = made.images[:1]
                done += rows
                self._seconds += time.perf_counter() - start
                yield made.images
            self._evaluations = count.to_json()
        if self._unit.repeat == 0 and self._unit.number == 0:
            self._spot_check = spot_check(self._generator, self._again, first)

    def meta(self, seconds: float) -> dict[str, Json]:
        """Return what is noted of the shard; `seconds` are those of its features."""
        return {
            "samples": len(self._unit),
            "seconds": {"sampling": self._seconds, "features": seconds},
            "device": _device_name(self._stream),
            "torch": str(_torch().__version__),
            "evaluations": self._evaluations,
            "clipped": self._clipped,
            "values": self._values,
            "images_sha256": self.sha256,
            "spot_check": None if self._spot_check is None else asdict(self._spot_check),
        }

    def _networks(self) -> Mapping[str, Any]:
        with as_model_error("the generator's networks cannot be had"):
            networks = self._generator.networks
        if self._stream is not None:
            # They may have been loaded just now, on the stream of everything else.
            self._stream.wait_stream(_torch().cuda.default_stream(self._stream.device))
        return networks

    def _again(self, indices: tuple[int, ...]) -> npt.NDArray[Any]:
        batch = sample_batch(self._cell, self._task, indices, self._unit.repeat)
        return self._generate(batch, keep=None).images

    def _generate(self, batch: SampleBatch, *, keep: int | None) -> Quantised:
        what = f"the generator failed at {shown_samples(batch.indices)}"
        with as_model_error(what), _on(self._stream):
            images = self._generator.generate(batch)
            return quantise(
                images,
                self._generator.values,
                self._task.quantise,
                clips=self._generator.clips,
                spec=self._task.spec,
                indices=batch.indices,
                keep=keep,
            )


class _ImageFile:
    """An npy file (k, h, w, c) that is written batch by batch; none where k is 0."""

    def __init__(self, path: Path, rows: int) -> None:
        self._path = path
        self._rows = rows
        self._file: BinaryIO | None = None

    def __enter__(self) -> "_ImageFile":
        return self

    def __exit__(self, *failure: object) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, images: npt.NDArray[Any]) -> None:
        """Append images (n, h, w, c)."""
        if not len(images):
            return
        if self._file is None:
            self._file = self._path.open("wb")
            header = np.lib.format.header_data_from_array_1_0(images)
            header["shape"] = (self._rows, *images.shape[1:])
            np.lib.format.write_array_header_1_0(self._file, header)
        self._file.write(images.data)


@contextmanager
def computing(threads: int) -> Iterator[None]:
    """Compute with so many CPU threads, in full float32, without gradients unless asked for."""
    import torch

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    # Around all of the run: features in another thread rely on settings that are the process's.
    # Out of inference mode: nothing can be differentiated in it, not even by weights that were
    # loaded in it, and a generator may guide itself by a gradient.
    with (
        pinned_threads(threads),
        exact_arithmetic(device, "float32"),
        torch.inference_mode(False),
        torch.no_grad(),
    ):
        yield


def _pieces(images: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    for start in range(0, len(images), _READ_AT_ONCE):
        yield np.array(images[start : start + _READ_AT_ONCE])


def _only(features: Rows, shard: Shard, key: str) -> Rows:
    """Return the outputs that the shard lacks."""
    there = shard.outputs(key)
    return {output: values for output, values in features.items() if output not in there}


def _check_identity(shard: Shard, key: str, identity: Mapping[str, Json]) -> None:
    about = shard.identity(key)
    if {**about, "outputs": None} != {**identity, "outputs": None}:
        raise RunDirectoryError(
            f"{shard.path / 'features' / key} holds features of another network than {key}; "
            f"remove that folder and run the same command again."
        )


def _torch() -> Any:
    import torch

    return torch


def _side_stream(device: str | None) -> Any:
    """Return a stream of its own for the generator, so that a GPU can do both at once."""
    torch = _torch()
    if not torch.cuda.is_available() or torch.device(device or "cuda").type != "cuda":
        return None
    return torch.cuda.Stream(torch.device(device or "cuda"))


def _on(stream: Any) -> Any:
    return nullcontext() if stream is None else _torch().cuda.stream(stream)


def _device_name(stream: Any) -> str:
    return "cpu" if stream is None else str(_torch().cuda.get_device_name(stream.device))
