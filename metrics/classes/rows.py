"""`Rows`: features kept as they are, for the metrics that need them all."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from rbench.errors import DataError
from rbench.metrics.arrays import as_matrix, is_tensor

Array = npt.NDArray[Any]


class Rows:
    """The rows of features in the order in which they came, in CPU memory.

    float32 takes n * d * 4 bytes; features that come in float64 stay float64. What is added is
    copied, so the caller may write over its own.
    """

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._pieces: list[Array] = []

    @property
    def n(self) -> int:
        """Rows so far."""
        return sum(len(piece) for piece in self._pieces)

    def add(self, features: Any) -> None:
        """Append (n, d). Raises `DataError` as `as_matrix` does; nothing is added then."""
        values = as_matrix(features, dimension=self.dimension, least=0)
        if is_tensor(values):
            values = values.cpu().numpy()
        if len(values):
            self._pieces.append(np.array(values, order="C"))

    def merge(self, other: "Rows") -> "Rows":
        """Return the rows of both, these first."""
        both = Rows(self.dimension)
        both._pieces = [*self._pieces, *other._pieces]
        return both

    def with_rows(self, features: Any) -> "Rows":
        """Return these rows and then `features`; these do not change."""
        more = Rows(self.dimension)
        more.add(features)
        return self.merge(more)

    def on(self, device: Any) -> "Rows":
        """Return these rows: they stay in CPU memory wherever the metric is."""
        return self

    def array(self) -> Array:
        """Return (n, d), joined once and kept joined."""
        if not self._pieces:
            return np.empty((0, self.dimension), np.float32)
        if len(self._pieces) > 1:
            self._pieces = [np.concatenate(self._pieces)]
        return self._pieces[0]

    def to_state(self) -> dict[str, Any]:
        """Return tensors to save, which share their memory with these rows."""
        import torch

        return {"rows": torch.from_numpy(self.array())}

    @classmethod
    def from_state(cls, state: Mapping[str, Any], dimension: int) -> "Rows":
        """Return the rows of `to_state`. Raises `DataError` for anything else."""
        if not is_tensor(state.get("rows")):
            raise DataError("The state holds no rows of features.")
        rows = cls(dimension)
        rows.add(state["rows"])
        return rows
