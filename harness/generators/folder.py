"""`folder:DIR`: samples that were made elsewhere, from a folder, zip, npz, npy or tar."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rbench.errors import UsageError
from rbench.harness.generators.context import GeneratorContext
from rbench.harness.images.types import ImageSpec, SampleBatch, Values
from rbench.harness.options import build, option
from rbench.harness.types import Json
from rbench.harness.weights_hash import file_sha256

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from rbench.metrics.images import ImageSource


@dataclass(frozen=True, slots=True)
class FolderOptions:
    """How the images are read. None is left out: sample i is image i."""

    batch: int = option(64, "images read together")
    alpha: Literal["refuse", "drop", "white", "black"] = option(
        "refuse", "of transparent images: refuse, keep the colours, or blend on white or black"
    )
    sixteen_bit: Literal["refuse", "scale"] = option("refuse", "of images with 16 bits a channel")
    orientation: Literal["as-stored", "apply"] = option(
        "as-stored", "of images that EXIF says to turn"
    )
    key: str = option("arr_0", "the array of an npz")


class FolderSamples:
    """Ready-made samples: sample i is image i, in the order of the names.

    Labels and noise play no part. Its identity is a hash of the files' bytes and names, wherever
    they lie. Raises `DataError`, naming sample and image, for one that cannot be read or differs
    in size.
    """

    Options = FolderOptions

    values: Values = "uint8"
    clips = False
    networks: Mapping[str, Any] = {}

    def __init__(
        self,
        source: "ImageSource",
        task_spec: ImageSpec,
        batch: int,
        identity: Mapping[str, Json] | None = None,
    ) -> None:
        """Read the first image of `source`; its identity is derived where none is given."""
        from rbench.harness.generators.ready_images import ReadyImages

        if batch < 1:
            raise UsageError(f"batch={batch}: give 1 or more.")
        self._source = source
        self._images = ReadyImages(source, task_spec.channels)
        self._given = identity
        self.batch = batch
        self.finite: int | None = len(source)
        self.spec: ImageSpec | None = ImageSpec(
            self._images.height, self._images.width, task_spec.channels, task_spec.classes
        )
        self.settings: Mapping[str, Json] = {}

    @classmethod
    def open(
        cls, name: str, given: Mapping[str, Any], context: GeneratorContext
    ) -> "FolderSamples":
        """List the images and read the first. Raises `DataError`, or `UsageError` for options."""
        from rbench.metrics.images import open_images

        options = build(FolderOptions, given, f"folder:{name}")
        source = open_images(
            Path(name).expanduser(),
            alpha=options.alpha,
            sixteen_bit=options.sixteen_bit,
            orientation=options.orientation,
            key=options.key,
        )
        return cls(source, context.task.spec, options.batch)

    @cached_property
    def identity(self) -> Mapping[str, Json] | None:
        """The hash of what was read, and how; all files are read for it, once."""
        if self._given is not None:
            return self._given
        return {
            "adapter": "folder",
            "count": len(self._source),
            "content_sha256": _content_sha256(self._source),
            "reading": dict(self._source.policy.to_json()),
        }

    def generate(self, batch: SampleBatch) -> "npt.NDArray[np.uint8]":
        """Return the images of `batch`, uint8 (n, h, w, c)."""
        return self._images.at(batch.indices)

    def close(self) -> None:
        """Close what is open for reading."""
        self._images.close()


def _content_sha256(source: "ImageSource") -> str:
    """Return a hash of the bytes of all files, with the names that give the order.

    Names and sizes would not do: other samples may well be of the same size, as in a BMP.
    """
    from rbench.metrics.images.folders import tars_in
    from rbench.metrics.images.naming import as_bytes
    from rbench.metrics.images.shard_patterns import expand

    root = Path(source.path)
    if source.kind == "folder":
        files = {name: root / name for name in source.names}
    elif root.is_dir():
        files = {tar.name: tar for tar in tars_in(root)}
    else:
        files = {tar.name: tar for tar in ([root] if root.exists() else expand(source.path))}
    total = hashlib.sha256()
    for name, file in files.items():
        total.update(as_bytes(name) + b"\0" + file_sha256(file).encode() + b"\n")
    return total.hexdigest()
