"""`FrechetDistance`: the Fréchet distance (FID) inside a training loop."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rbench.errors import UsageError
from rbench.metrics.classes.block_moments import BlockMoments
from rbench.metrics.classes.paired_metric import PairedMetric
from rbench.metrics.classes.reference import MomentsGiven, open_moments
from rbench.metrics.classes.source import Given, choose_source
from rbench.metrics.frechet.distance import FrechetResult, frechet_distance
from rbench.metrics.frechet.jackknife import frechet_jackknife
from rbench.metrics.moments import Moments

if TYPE_CHECKING:
    import torch


class FrechetDistance(PairedMetric):
    """The Fréchet distance between real and generated images; `frechet_distance` defines it.

        metric = FrechetDistance(reference="imagenet256.npz")
        for batch in generated:
            metric.update(batch, real=False)
        print(float(metric.compute()))

    Memory does not grow with the images: (1024 + d) * d * 8 bytes for each role and block, 50 MB
    for Inception's.

    Args:
        representation: ``auto`` (the preset's, without a preset ``inception-v3``), a name such as
            ``dinov2-l`` or ``inception-v3:spatial``, a `Representation` (`of_callable` makes one
            of any module), an `Extractor` that other metrics share, or None for features only.
        output: of the representation; by default its first.
        dimension: of features without a representation; by default that of the first ones.
        reference: `ReferenceStatistics`, the path of such a file or of another evaluator's npz,
            or `Moments`, in place of real updates.
        preset: a peer's protocol by name (`rbench.metrics.presets`): it pins the steps from image
            to input, and goes into the result.
        blocks: of the generated images for `frechet_jackknife`, dealt in turn: 0 gives no
            interval; 20 gives one for the sampling of the generated images, at 20 times their
            memory and 20 more distances a `compute`.
        level: of the interval.
        device: of the network and of the sums; None takes CUDA where there is one, and for
            features the device where they are.
        offline: never fetch weights.
        force: take a reference that was made with another representation; the result says so.

    Raises `UsageError` for arguments that do not go together, `AssetError` for weights that cannot
    be had, `DataError` for a reference that does not fit.
    """

    def __init__(
        self,
        representation: Given = "auto",
        *,
        output: str | None = None,
        dimension: int | None = None,
        reference: MomentsGiven = None,
        preset: str | None = None,
        blocks: int = 0,
        level: float = 0.95,
        device: "torch.device | str | None" = None,
        offline: bool = False,
        force: bool = False,
    ) -> None:
        if blocks < 0 or blocks == 1:
            raise UsageError(f"blocks={blocks} leaves nothing out: give 2 or more, or 0 for none.")
        source = choose_source(
            "frechet",
            representation,
            output=output,
            dimension=dimension,
            preset=preset,
            device=device,
            offline=offline,
        )
        super().__init__(source, open_moments(reference, source, force=force), device)
        self.blocks = blocks
        self.level = level

    def compute(self) -> FrechetResult:
        """Return the distance. Raises `DataError` for fewer than 2 samples of a role."""
        real, fake = self._pair()
        assert isinstance(fake, BlockMoments)
        ours = real.total() if isinstance(real, BlockMoments) else self._given()
        if self.blocks and fake.n >= 2 * self.blocks:
            result = frechet_jackknife(ours, fake.blocks, level=self.level)
        else:
            note = f"{fake.n} fake samples are too few for {self.blocks} blocks"
            result = replace(
                frechet_distance(ours, fake.total()),
                interval_note=note if self.blocks else "blocks=0: not asked for",
            )
        finished: FrechetResult = self._finished(result)
        return finished

    def _given(self) -> Moments:
        assert self.reference is not None and self.reference.moments is not None
        return self.reference.moments

    def _nothing(self, role: str, dimension: int) -> BlockMoments:
        return BlockMoments(dimension, self._blocks_of(role), device=self._compute_device())

    def _restored(self, role: str, state: Mapping[str, Any], dimension: int) -> BlockMoments:
        blocks, device = self._blocks_of(role), self._compute_device()
        return BlockMoments.from_state(state, dimension, blocks, device)

    def _blocks_of(self, role: str) -> int:
        return self.blocks if self.blocks and role == "fake" else 1

    def _settings(self) -> dict[str, Any]:
        return {**super()._settings(), "blocks": self.blocks}
