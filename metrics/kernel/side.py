"""One set of features as the kernels see it: centred, with one number a row beside the products.

Both kernels need x.y of features with a large common mean, where float32 products err, and err
alike for equal values: by 1e-6 of x.y on average over all pairs, not only each. So products are
taken of centred rows, which are small and of both signs, and what the centre adds is put back in
float64, as a sum of one number for x and one for y.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from rbench.metrics.arrays import is_tensor

Vector: TypeAlias = npt.NDArray[np.float64]

_CHUNK_BYTES = 2**24


@dataclass(frozen=True, slots=True)
class Side:
    """One set of n rows.

    Attributes:
        features: (n, d), from `as_matrix`; never copied whole.
        prepare: turns some rows into what the products are taken of: same shape, in the precision
            of the features, or in float64 for a tensor.
        extras: (n,) float64, what the kernel needs of every row beside the products; a tensor
            where the features are one.
    """

    features: Any
    prepare: Callable[[Any], Any]
    extras: Any

    def __len__(self) -> int:
        return len(self.features)

    @property
    def dimension(self) -> int:
        """Return d."""
        return int(self.features.shape[1])

    @property
    def item_bytes(self) -> int:
        """Return the bytes of one product."""
        return 8 if is_tensor(self.features) else int(self.features.dtype.itemsize)

    def block(self, start: int, stop: int) -> Any:
        """Return the prepared rows from `start` to `stop`."""
        return self.prepare(self.features[start:stop])


def make_side(features: Any, prepare: Callable[[Any], Any], extra: Callable[[Any], Any]) -> Side:
    """Return the side, with `extra` of every block of prepared rows as its extras."""
    parts = [extra(wide(prepare(rows))) for rows in chunks(features)]
    if is_tensor(features):
        import torch

        return Side(features, prepare, torch.cat(parts))
    return Side(features, prepare, np.concatenate(parts))


def mean_of(features: Any, directed: Callable[[Any], Any]) -> Vector:
    """Return the mean row of ``directed(rows)``, float64 rows."""
    total: Vector = np.zeros(features.shape[1])
    for rows in chunks(features):
        part = directed(wide(rows)).sum(axis=0)
        total += part.cpu().numpy() if is_tensor(part) else part
    return total / len(features)


def off_centre(rows: Any, centre: Vector) -> Any:
    """Return float64 `rows` less `centre`."""
    if is_tensor(rows):
        import torch

        return rows - torch.from_numpy(centre).to(rows.device)
    return rows - centre


def times(rows: Any, vector: Vector) -> Any:
    """Return the products of float64 `rows` with one vector, (n,)."""
    if is_tensor(rows):
        import torch

        return rows @ torch.from_numpy(vector).to(rows.device)
    return rows @ vector


def squares(rows: Any) -> Any:
    """Return |x|^2 of float64 `rows`, (n,)."""
    if is_tensor(rows):
        return (rows * rows).sum(dim=1)
    return np.einsum("ij,ij->i", rows, rows)


def wide(rows: Any) -> Any:
    """Return `rows` in float64, without a copy where they are."""
    return rows.double() if is_tensor(rows) else rows.astype(np.float64, copy=False)


def chunks(features: Any) -> list[Any]:
    """Return views of consecutive rows, some MiB each."""
    height = max(1, _CHUNK_BYTES // (8 * features.shape[1]))
    return [features[start : start + height] for start in range(0, len(features), height)]
