"""`BlockMoments`: moments in one or several blocks, dealt in turn as the rows come."""

from collections.abc import Mapping
from typing import Any

from rbench.errors import DataError
from rbench.metrics.arrays import as_matrix, is_tensor
from rbench.metrics.moments import Moments, merge_all


class BlockMoments:
    """The `Moments` of rows that are dealt to `blocks` blocks in turn, for a jackknife.

    Row i goes to block i modulo `blocks`, so blocks are of equal size whatever the number of rows
    will be, and the bits do not depend on how rows come in batches. Each block takes
    (1024 + d) * d * 8 bytes (50 MB for d = 2048); with `blocks=1` it is one `Moments`.
    """

    def __init__(self, dimension: int, blocks: int = 1, *, device: Any = None) -> None:
        self.dimension = dimension
        self.device = device
        self.blocks = [Moments(dimension, device=device) for _ in range(blocks)]

    @property
    def n(self) -> int:
        """Rows so far."""
        return sum(block.n or 0 for block in self.blocks)

    def add(self, features: Any) -> None:
        """Add (n, d). Raises `DataError` as `as_matrix` does; nothing is added then."""
        rows = as_matrix(features, dimension=self.dimension, least=0)
        many, done = len(self.blocks), self.n
        if many == 1:
            self.blocks[0].update(rows)
            return
        for i in range(min(many, len(rows))):
            self.blocks[(done + i) % many].update(rows[i::many])

    def total(self) -> Moments:
        """Return the moments of all rows."""
        return self.blocks[0] if len(self.blocks) == 1 else merge_all(self.blocks)

    def merge(self, other: "BlockMoments") -> "BlockMoments":
        """Return the moments of the rows of both, block by block."""
        both = BlockMoments(self.dimension, 0, device=self.device)
        both.blocks = [a.merge(b) for a, b in zip(self.blocks, other.blocks, strict=True)]
        return both

    def with_rows(self, features: Any) -> "BlockMoments":
        """Return the moments with `features` added; these do not change."""
        more = self.on(self.device or getattr(features, "device", None))
        more.add(features)
        return more

    def on(self, device: Any) -> "BlockMoments":
        """Return a copy with its sums on `device`; None means the CPU."""
        copied = BlockMoments(self.dimension, 0, device=device)
        for block in self.blocks:
            copied.blocks.append(Moments.from_arrays(block.to_arrays(), device=device))
        return copied

    def to_state(self) -> dict[str, Any]:
        """Return tensors to save, from which `from_state` goes on with the same bits."""
        import torch

        return {
            "blocks": [
                {name: torch.from_numpy(values) for name, values in block.to_arrays().items()}
                for block in self.blocks
            ]
        }

    @classmethod
    def from_state(
        cls, state: Mapping[str, Any], dimension: int, blocks: int, device: Any
    ) -> "BlockMoments":
        """Return the moments of `to_state`. Raises `DataError` for anything else."""
        saved = state.get("blocks")
        if not isinstance(saved, list) or len(saved) != blocks:
            raise DataError(f"The state does not hold the moments of {blocks} blocks.")
        made = cls(dimension, 0, device=device)
        for arrays in saved:
            if not isinstance(arrays, Mapping) or not all(map(is_tensor, arrays.values())):
                raise DataError("The state holds no moments, but something else.")
            plain = {name: values.numpy() for name, values in arrays.items()}
            made.blocks.append(Moments.from_arrays(plain, device=device))
        return made
