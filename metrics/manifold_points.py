"""Two sets of features as points of one frame: centred, scaled, in blocks, equal rows known."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from rbench.errors import DataError, UsageError
from rbench.metrics.arrays import is_tensor

Vector: TypeAlias = npt.NDArray[np.float64]
Indices: TypeAlias = npt.NDArray[np.intp]
Precision: TypeAlias = "type[np.float32] | type[np.float64]"

_MOST_DIMENSIONS = 1_000_000
_MOST_ROWS = 2048
_FEWEST_ROWS = 16
_CHUNK_BYTES = 2**24


@dataclass(frozen=True, slots=True)
class Frame:
    """Points are ``(x - centre) * scale``: norms at most 1, `scale` a power of 2."""

    centre: Vector
    scale: float


@dataclass(frozen=True, slots=True)
class Points:
    """One set of features (n, d) in a frame that it shares with another.

    Attributes:
        features: from `as_matrix`; never copied whole.
        frame: of both sets.
        squares: (n,) float64, |point|^2 of what `block` gives in float32.
        identity: (n,), equal for rows that are equal in all values, in this and the other set.
    """

    features: Any
    frame: Frame
    squares: Vector
    identity: Indices

    def __len__(self) -> int:
        return len(self.features)

    @property
    def dimension(self) -> int:
        """Return d."""
        return int(self.features.shape[1])

    def block(self, start: int, stop: int, precision: Precision) -> Any:
        """Return points in `precision`; a tensor, in float64, for features on an accelerator."""
        return _moved(self.features[start:stop], self.frame, precision)

    def gather(self, rows: Indices, precision: Precision) -> Any:
        """Return the points of some rows, as `block` does."""
        return _moved(_pick(self.features, rows), self.frame, precision)

    def exact(self, rows: Indices) -> Vector:
        """Return some rows as they were given, float64, on the CPU."""
        picked = _pick(self.features, rows)
        if is_tensor(picked):
            picked = picked.double().cpu().numpy()
        wide: Vector = picked.astype(np.float64, copy=False)
        return wide


def joint_points(real: Any, fake: Any) -> tuple[Points, Points]:
    """Return two matrices from `as_matrix` as points around the mean of the real ones.

    Raises `DataError` for values whose squares float64 does not hold, and `UsageError` for more
    than a million dimensions, beyond which float32 products say nothing.
    """
    if real.shape[1] > _MOST_DIMENSIONS:
        raise UsageError(f"{real.shape[1]} dimensions: at most {_MOST_DIMENSIONS} are supported.")
    centre = _mean(real)
    sides = (real, fake)
    with np.errstate(over="ignore"):
        largest = max(float(_squares(side, Frame(centre, 1.0), np.float64).max()) for side in sides)
    if not math.isfinite(largest):
        raise DataError("The features are too large: their squares overflow float64.")
    exponent = math.ceil(math.log2(largest) / 2) if largest > 0 else 0
    frame = Frame(centre, 2.0**-exponent)
    identities = _identities(real, fake)
    first, second = (
        Points(side, frame, _squares(side, frame, np.float32), numbers)
        for side, numbers in zip(sides, np.split(identities, [len(real)]), strict=True)
    )
    return first, second


def products(rows: Any, columns: Any, out: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the products of two blocks as (rows, columns), in the flat buffer `out`."""
    shape = (len(rows), len(columns))
    result = out[: shape[0] * shape[1]].reshape(shape)
    if is_tensor(rows):
        result[...] = (rows @ columns.T).cpu().numpy()
    else:
        np.matmul(rows, columns.T, out=result)
    return result


def squares_of(block: Any) -> Vector:
    """Return |point|^2 of the rows of a block, float64."""
    if is_tensor(block):
        squares: Vector = (block * block).sum(dim=1).cpu().numpy()
        return squares
    wide = block.astype(np.float64, copy=False)
    squares = np.einsum("ij,ij->i", wide, wide)
    return squares


def spans(n: int, length: int) -> Iterator[tuple[int, int]]:
    """Return (start, stop) of consecutive parts of at most `length`."""
    for start in range(0, n, length):
        yield start, min(start + length, n)


def block_rows(dimension: int, block_bytes: int) -> int:
    """Return the rows b for which float32 products b b and three blocks (b, d) fit.

    Raises `UsageError` where `block_bytes` does not hold 16.
    """
    half = 1.5 * dimension
    rows = int(math.sqrt(half**2 + block_bytes / 4) - half) if block_bytes > 0 else 0
    if rows < _FEWEST_ROWS:
        least = math.ceil(4 * ((_FEWEST_ROWS + 1 + half) ** 2 - half**2))
        raise UsageError(
            f"block_bytes={block_bytes} is too small for {dimension} dimensions: give at least "
            f"{least}."
        )
    return min(rows, _MOST_ROWS)


def _moved(rows: Any, frame: Frame, precision: Precision) -> Any:
    if is_tensor(rows):
        import torch

        centre = torch.from_numpy(frame.centre).to(rows.device)
        return (rows.double() - centre) * frame.scale
    if precision is np.float32 and rows.dtype == np.float32:
        # The centre is a float32 number then, so this rounds once.
        moved = rows - frame.centre.astype(np.float32)
        moved *= np.float32(frame.scale)
        return moved
    wide = rows.astype(np.float64)
    wide -= frame.centre
    wide *= frame.scale
    return wide.astype(precision, copy=False)


def _pick(features: Any, rows: Indices) -> Any:
    if is_tensor(features):
        import torch

        return features[torch.from_numpy(rows).to(features.device)]
    return features[rows]


def _chunk_rows(dimension: int) -> int:
    return max(1, _CHUNK_BYTES // (8 * dimension))


def _mean(features: Any) -> Vector:
    total = np.zeros(features.shape[1])
    for start, stop in spans(len(features), _chunk_rows(features.shape[1])):
        part = features[start:stop]
        if is_tensor(part):
            total += part.double().sum(dim=0).cpu().numpy()
        else:
            total += part.sum(axis=0, dtype=np.float64)
    mean: Vector = total / len(features)
    with np.errstate(over="ignore"):
        short = mean.astype(np.float32).astype(np.float64)
    # Beyond float32 the features are float64 and are moved in float64.
    return np.where(np.isfinite(short), short, mean)


def _squares(features: Any, frame: Frame, precision: Precision) -> Vector:
    parts = [
        squares_of(_moved(features[start:stop], frame, precision))
        for start, stop in spans(len(features), _chunk_rows(features.shape[1]))
    ]
    return np.concatenate(parts)


def _identities(real: Any, fake: Any) -> Indices:
    """Return numbers for the different rows of both sets together.

    A checksum finds the rows that may have an equal; only those are hashed in full.
    """
    checksums = np.concatenate([_checksums(side) for side in (real, fake)])
    _, inverse, counts = np.unique(checksums, return_inverse=True, return_counts=True)
    identities = inverse.astype(np.intp).reshape(-1)
    following = len(counts)
    names: dict[bytes, int] = {}
    for row in np.flatnonzero(counts[identities] > 1):
        side, own = (real, row) if row < len(real) else (fake, row - len(real))
        words = _words(side[own : own + 1])
        name = blake2b(words.tobytes(), digest_size=16).digest()
        identities[row] = names.setdefault(name, following + len(names))
    return identities


def _words(rows: Any) -> npt.NDArray[np.uint64]:
    """Return the bits of the values as float64; 0 and -0 have the same."""
    values = rows.double().cpu().numpy() if is_tensor(rows) else rows.astype(np.float64)
    values += 0.0
    return np.ascontiguousarray(values).view(np.uint64)


def _checksums(features: Any) -> npt.NDArray[np.uint64]:
    dimension = features.shape[1]
    weights = np.random.Generator(np.random.Philox(0)).integers(
        2**63, size=dimension, dtype=np.uint64
    )
    weights |= np.uint64(1)
    # Low bits of float32 values are all 0 as float64: folding brings the high ones down.
    parts = []
    for start, stop in spans(len(features), _chunk_rows(dimension)):
        words = _words(features[start:stop])
        words ^= words >> np.uint64(29)
        parts.append((words * weights).sum(axis=1, dtype=np.uint64))
    return np.concatenate(parts)
