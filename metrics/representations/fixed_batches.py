"""`FixedBatches`: forwards inputs in batches of one size, however they come in."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from rbench.errors import DataError

if TYPE_CHECKING:
    import torch

Outputs: TypeAlias = "dict[str, torch.Tensor]"


class FixedBatches:
    """Holds inputs back until there are `batch` of them, then forwards these together.

    What a network computes for a sample depends on the size of its batch, and on nothing else in
    it. With one size for all batches the features do not depend on how the images were given.
    """

    def __init__(self, forward: "Callable[[torch.Tensor], Outputs]", batch: int) -> None:
        self._forward = forward
        self._batch = batch
        self._held: list[torch.Tensor] = []
        self._ahead: Outputs | None = None

    def __len__(self) -> int:
        """Return how many inputs are held back."""
        return sum(len(inputs) for inputs in self._held)

    def push(self, inputs: "torch.Tensor") -> "Outputs | None":
        """Take (n, 3, h, w); return the features that became ready, None where there are none.

        They are those of the first inputs not returned yet. Raises `DataError` for inputs of
        another size than the ones held back.
        """
        import torch

        if not len(inputs):
            return None
        if self._held and inputs.shape[1:] != self._held[0].shape[1:]:
            old, new = ("x".join(map(str, t.shape[2:])) for t in (self._held[0], inputs))
            raise DataError(
                f"Images of size {new} after images of size {old} and a preprocess that does not "
                f"resize: give images of one size."
            )
        self._ahead = None
        if len(self) + len(inputs) < self._batch:
            # Copied, because it may be the caller's memory, used again for the next images.
            self._held.append(inputs.clone())
            return None
        whole = torch.cat([*self._held, inputs])
        ready = len(whole) - len(whole) % self._batch
        self._held = [whole[ready:].clone()] if ready < len(whole) else []
        starts = range(0, ready, self._batch)
        return _joined([self._forward(whole[i : i + self._batch]) for i in starts])

    def pending(self) -> "Outputs | None":
        """Return the features of the inputs held back, which stay held; None where there are none.

        They have the bits that they will have once their batch is full.
        """
        import torch

        if not self._held:
            return None
        if self._ahead is None:
            rest = torch.cat(self._held)
            padding = rest[-1:].expand(self._batch - len(rest), -1, -1, -1)
            found = self._forward(torch.cat([rest, padding]))
            self._ahead = {name: values[: len(rest)] for name, values in found.items()}
        return self._ahead

    def reset(self) -> None:
        """Forget the inputs held back."""
        self._held, self._ahead = [], None


def _joined(parts: Sequence[Outputs]) -> Outputs:
    import torch

    if len(parts) == 1:
        return parts[0]
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
