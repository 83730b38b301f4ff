"""Noise that depends on the seed, the sample and the name of the draw, and on nothing else.

numpy's Philox-4x64 is keyed by (seed, name) and counts from (set, index): a sample gets the same
numbers in any batch, on any worker, whatever was drawn before. `torch.randn` does not promise
this: its numbers differ between CPUs and with the length of the request.

Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_LARGEST_SEED = 2**64


class Noise:
    """The noise of several samples of one set."""

    def __init__(self, seed: int, indices: Sequence[int], *, repeat: int = 0) -> None:
        """Fix seed, sample indices and the number of the sample set (`repeat`)."""
        if not 0 <= seed < _LARGEST_SEED:
            raise ValueError(f"seed={seed} is not in [0, 2^64).")
        self.seed = seed
        self.indices = tuple(indices)
        self.repeat = repeat

    def __len__(self) -> int:
        return len(self.indices)

    def normal(self, shape: Sequence[int], draw: str, dtype: Any = "f4") -> "npt.NDArray[Any]":
        """Return standard normal numbers (n, *shape), float32 or float64.

        `draw` names them: ``start``, ``step 3``. Another name gives independent numbers.
        """
        import numpy as np

        found = np.empty((len(self), *shape), dtype)
        kind = found.dtype.type
        for row, generator in zip(found, self._generators(draw), strict=True):
            generator.standard_normal(out=row, dtype=kind)
        return found

    def uniform(self, shape: Sequence[int], draw: str, dtype: Any = "f4") -> "npt.NDArray[Any]":
        """Return numbers (n, *shape) uniform in [0, 1), float32 or float64."""
        import numpy as np

        found = np.empty((len(self), *shape), dtype)
        for row, generator in zip(found, self._generators(draw), strict=True):
            generator.random(out=row, dtype=row.dtype.type)
        return found

    def integers(self, below: int, draw: str) -> "npt.NDArray[np.int64]":
        """Return one whole number in [0, below) for every sample, int64 (n,)."""
        import numpy as np

        found = [int(g.integers(below)) for g in self._generators(draw)]
        return np.array(found, np.int64)

    def _generators(self, draw: str) -> "Iterator[np.random.Generator]":
        """Yield one numpy generator again and again, moved to the place of each sample in turn."""
        import numpy as np

        name = int.from_bytes(hashlib.sha256(draw.encode()).digest()[:8], "little")
        bits = np.random.Philox(key=np.array([self.seed, name], np.uint64))
        generator = np.random.Generator(bits)
        state: Any = bits.state
        state["buffer_pos"] = 4  # empty
        counter = state["state"]["counter"]
        # The lowest word counts the blocks that a sample uses.
        counter[:] = (0, 0, self.repeat, 0)
        for index in self.indices:
            counter[1] = index
            bits.state = state
            yield generator


def sample_seeds(noise: Noise) -> tuple[int, ...]:
    """Return one whole number in [0, 2^63) for every sample, from (seed, set, index) by BLAKE2b."""
    start = f"rbench seed {noise.seed} {noise.repeat} "
    digests = (
        hashlib.blake2b(f"{start}{index}".encode(), digest_size=8).digest()
        for index in noise.indices
    )
    return tuple(int.from_bytes(digest, "little") >> 1 for digest in digests)
