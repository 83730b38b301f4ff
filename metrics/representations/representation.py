"""`Representation`: a network (or any function) that turns images into features, and what it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from rbench.assets import Asset
from rbench.errors import UsageError
from rbench.metrics.representations.preprocess import Preprocess

if TYPE_CHECKING:
    import torch

Network: TypeAlias = "Callable[[torch.Tensor], Mapping[str, torch.Tensor]]"
"""Takes (batch, 3, height, width) preprocessed inputs in `precision`, returns each output as
(batch, dimension)."""

Precision = Literal["float32", "float64", "bfloat16-autocast"]


@dataclass(frozen=True, slots=True)
class Weights:
    """What the loaded network is: `sha256` of its weights (None where unknown) and their source."""

    sha256: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Representation:
    """A way to turn images into features.

    Attributes:
        name: the name it is known by, ``inception-v3`` or ``fdr/dinov2-l``.
        outputs: dimension of every named output: ``{"pool": 2048, "logits": 1008}``. Declared,
            never found out with a dummy image; the first is the default.
        preprocess: the declared steps from image to input.
        load: ``load(device, precision, offline)`` returns the network, ready for inference, and
            what its weights are. Called once per extractor. Raises `AssetError`.
        precision: of the network's arithmetic.
        batch: images forwarded together, always: the last batch is padded, so that the features
            of an image never depend on the batch size that somebody asked for.
        assets: the files it needs, for ``rbench assets``.
        source: the paper or code that defines it.
        check: ``check(inputs, first)`` is shown the inputs (n, 3, height, width) as they come in,
            `first` the number of the first one; it raises `DataError`, naming the image, for one
            that this representation is not for. None accepts all.
    """

    name: str
    outputs: Mapping[str, int]
    preprocess: Preprocess
    load: "Callable[[torch.device, Precision, bool], tuple[Network, Weights]]"
    precision: Precision = "float32"
    batch: int = 32
    assets: tuple[Asset, ...] = ()
    source: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    check: "Callable[[torch.Tensor, int], None] | None" = None

    def __post_init__(self) -> None:
        if not self.outputs or any(d < 1 for d in self.outputs.values()):
            raise UsageError(f"{self.name} must declare its outputs with their dimensions.")
        if self.batch < 1:
            raise UsageError(f"{self.name} has batch={self.batch}: give 1 or more.")

    def with_preprocess(self, preprocess: Preprocess) -> "Representation":
        """Return the same network behind other steps."""
        return replace(self, preprocess=preprocess)

    def dimension(self, output: str) -> int:
        """Return the dimension of `output`. Raises `UsageError` for one it does not have."""
        if output not in self.outputs:
            raise UsageError(
                f"{self.name} has no output {output!r}; it has {', '.join(self.outputs)}."
            )
        return self.outputs[output]
