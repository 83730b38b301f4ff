"""`InceptionScore`: the inception score inside a training loop."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from rbench.errors import DataError
from rbench.metrics.classes.computing_on import computing_on
from rbench.metrics.classes.metric import Metric
from rbench.metrics.classes.options import given_options
from rbench.metrics.classes.rows import Rows
from rbench.metrics.classes.source import Given, choose_source
from rbench.metrics.inception import InceptionScoreResult, Variant, inception_score

if TYPE_CHECKING:
    import torch


class InceptionScore(Metric):
    """The inception score of generated images; `inception_score` says what the options mean.

    It keeps all logits, n * classes * 4 bytes. Which images share a split depends on their order.

    Args:
        representation: see `FrechetDistance`; needs logits.
        output: which one holds the logits; by default ``logits_unbiased``, else ``logits``.
        dimension: number of classes, for logits without a representation.
        preset: a peer's protocol; options given here go before its own.
        variant, splits, seed, level: of `inception_score`.
        device: of the network; None takes CUDA where there is one.
        offline: never fetch weights.
    """

    roles: ClassVar[tuple[str, ...]] = ("fake",)

    def __init__(
        self,
        representation: Given = "auto",
        *,
        output: str | None = None,
        dimension: int | None = None,
        preset: str | None = None,
        variant: Variant | None = None,
        splits: int | None = None,
        seed: int | None = None,
        level: float = 0.95,
        device: "torch.device | str | None" = None,
        offline: bool = False,
    ) -> None:
        source = choose_source(
            "inception-score",
            representation,
            output=output,
            dimension=dimension,
            preset=preset,
            device=device,
            offline=offline,
        )
        super().__init__(source, None, device)
        self.options = given_options(
            source.options, {"variant": variant, "splits": splits, "seed": seed, "level": level}
        )

    def update(self, images: Any) -> Self:
        """Add a batch of generated images, as `FrechetDistance.update`, and return self."""
        self._add_images("fake", images)
        return self

    def update_features(self, logits: Any) -> Self:
        """Add logits, (n, classes), in place of images, and return self."""
        self._add_features("fake", logits)
        return self

    def compute(self) -> InceptionScoreResult:
        """Return the score. Raises `DataError` for fewer images than splits."""
        kept = self._settled().get("fake")
        if not isinstance(kept, Rows) or not kept.n:
            raise DataError("There are no fake samples yet: call update(images) first.")
        with computing_on(self._compute_device()) as moved:
            result = inception_score(moved(kept.array()), **self.options)
        finished: InceptionScoreResult = self._finished(result)
        return finished

    def _nothing(self, role: str, dimension: int) -> Rows:
        return Rows(dimension)

    def _restored(self, role: str, state: Mapping[str, Any], dimension: int) -> Rows:
        return Rows.from_state(state, dimension)
