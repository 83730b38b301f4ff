"""Two sets of features as points of one frame: centred, scaled, in blocks, equal rows known."""

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from rbench.errors import DataError, UsageError
from rbench.metrics.arrays import is_tensor
from rbench.metrics.manifold_copies import identities

Vector: TypeAlias = npt.NDArray[np.float64]
Indices: TypeAlias = npt.NDArray[np.intp]
Precision: TypeAlias = "type[np.float32] | type[np.float64]"

_MOST_DIMENSIONS = 1_000_000
_MOST_ROWS = 2048
_FEWEST_ROWS = 16
# Products of so many rows with a few thousand others stay in the last cache of a processor.
_TILE_ROWS = 512
# Parts of this size stay in the cache of a core; an accelerator is better served with more.
_PART_BYTES = 2**19
_LARGE_PART_BYTES = 2**24
# The frame is guessed from about so many rows a side, and kept where the largest |point|^2 of all
# is at most 1 and above this.
_GUESSED_FROM = 32
_LEAST_LARGEST = 2.0**-6
_FLOAT32_SCALE = 2.0**127


@dataclass(frozen=True, slots=True)
class Frame:
    """Points are ``(x - centre) * scale``: norms at most 1, `scale` a power of 2."""

    centre: Vector
    scale: float


@dataclass(frozen=True, slots=True)
class Points:
    """One set of features (n, d) in a frame that it shares with another.

    Attributes:
        features: from `as_matrix`.
        frame: of both sets.
        squares: (n,) float64, |point|^2 of what `block` gives in float32.
        identity: (n,), equal for rows that are equal in all values, in this and the other set.
        kept: (n, d) float32, all points, where there is room for them; else None, and blocks are
            made when asked for.
    """

    features: Any
    frame: Frame
    squares: Vector
    identity: Indices
    kept: npt.NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.features)

    @property
    def dimension(self) -> int:
        """Return d."""
        return int(self.features.shape[1])

    def block(self, start: int, stop: int, precision: Precision) -> Any:
        """Return points in `precision`; a tensor, in float64, for features on an accelerator."""
        if self.kept is not None and precision is np.float32:
            return self.kept[start:stop]
        return _block(self.features[start:stop], self.frame, precision)

    def gather(self, rows: Indices, precision: Precision) -> Any:
        """Return the points of some rows, as `block` does."""
        return _block(_pick(self.features, rows), self.frame, precision)

    def exact(self, rows: Indices) -> Vector:
        """Return some rows as they were given, float64, on the CPU."""
        picked = _pick(self.features, rows)
        if is_tensor(picked):
            picked = picked.double().cpu().numpy()
        wide: Vector = picked.astype(np.float64, copy=False)
        return wide


def joint_points(real: Any, fake: Any, *, keep: bool = False) -> tuple[Points, Points]:
    """Return two matrices from `as_matrix` as points around the mean of the real ones.

    With `keep` they hold their points in float32, except for tensors on an accelerator.

    Raises `DataError` for values whose squares float64 does not hold, and `UsageError` for more
    than a million dimensions, beyond which float32 products say nothing.
    """
    if real.shape[1] > _MOST_DIMENSIONS:
        raise UsageError(f"{real.shape[1]} dimensions: at most {_MOST_DIMENSIONS} are supported.")
    guess = _guess(real, fake, _mean(real))
    numbers = np.split(identities(real, fake), [len(real)])
    sides = [
        _points(side, guess, own, keep) for side, own in zip((real, fake), numbers, strict=True)
    ]
    largest = float(np.max([side.squares.max() for side in sides]))
    if math.isfinite(largest) and _LEAST_LARGEST < largest <= 1:
        return sides[0], sides[1]
    sides.clear()  # The points of the guess and those of the frame would not fit together.
    frame = _frame(_largest(real, fake, guess.centre), guess.centre)
    first, second = (
        _points(side, frame, own, keep) for side, own in zip((real, fake), numbers, strict=True)
    )
    return first, second


def tile_shape(points: Points, rows_at_once: int) -> tuple[int, int]:
    """Return the largest (rows, columns) of one matrix of products.

    Its size is at most that of `rows_at_once` both ways. Kept points cost nothing to take again,
    so low and wide ones are best: they stay in the cache.
    """
    if points.kept is None:
        return rows_at_once, rows_at_once
    height = min(_TILE_ROWS, rows_at_once)
    return height, rows_at_once**2 // height


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
    squares = np.matmul(wide[:, None, :], wide[:, :, None])
    return squares.reshape(-1)


def spans(n: int, length: int) -> Iterator[tuple[int, int]]:
    """Return (start, stop) of consecutive parts of at most `length`."""
    for start in range(0, n, length):
        yield start, min(start + length, n)


def block_rows(dimension: int, block_bytes: int) -> int:
    """Return the rows b for which float32 products b b and three blocks (b, d) fit.

    Raises `UsageError` where `block_bytes` does not hold 16.
    """
    rows = _rows_in(dimension, block_bytes)
    if rows < _FEWEST_ROWS:
        half = 1.5 * dimension
        least = math.ceil(4 * ((_FEWEST_ROWS + 1 + half) ** 2 - half**2))
        raise UsageError(
            f"block_bytes={block_bytes} is too small for {dimension} dimensions: give at least "
            f"{least}."
        )
    return rows


def room_to_keep(dimension: int, n: int, m: int, block_bytes: int) -> int:
    """Return the bytes that (n, d) and (m, d) points in float32 take, 0 where that is too much.

    Too much is what leaves less than a tile's height of rows for the blocks.
    """
    taken = 4 * dimension * (n + m)
    enough = min(_TILE_ROWS, max(n, m))
    return taken if _rows_in(dimension, block_bytes - taken) >= enough else 0


def _rows_in(dimension: int, block_bytes: int) -> int:
    half = 1.5 * dimension
    rows = int(math.sqrt(half**2 + block_bytes / 4) - half) if block_bytes > 0 else 0
    return min(rows, _MOST_ROWS)


def _guess(real: Any, fake: Any, centre: Vector) -> Frame:
    """Return a frame that some samples of both sets fit in with room to spare."""
    some, others = (side[:: max(1, len(side) // _GUESSED_FROM)] for side in (real, fake))
    return _frame(min(2 * _largest(some, others, centre), sys.float_info.max), centre)


def _largest(real: Any, fake: Any, centre: Vector) -> float:
    """Return the largest |x - centre|^2."""
    with np.errstate(over="ignore", invalid="ignore"):
        frame = Frame(centre, 1.0)
        largest = float(np.max([_squares(side, frame, np.float64).max() for side in (real, fake)]))
    if not math.isfinite(largest):
        raise DataError("The features are too large: their squares overflow float64.")
    return largest


def _frame(largest: float, centre: Vector) -> Frame:
    exponent = math.ceil(math.log2(largest) / 2) if largest > 0 else 0
    return Frame(centre, 2.0**-exponent)


def _points(features: Any, frame: Frame, identity: Indices, keep: bool) -> Points:
    """Return points, whose squares are not finite where `frame` is far too small."""
    with np.errstate(over="ignore", invalid="ignore"):
        if not keep or is_tensor(features):
            return Points(features, frame, _squares(features, frame, np.float32), identity)
        kept = np.empty(features.shape, np.float32)
        squares = np.empty(len(features))
        for start, stop in spans(len(features), _part_rows(features)):
            part = _moved(features[start:stop], frame, np.float32, kept[start:stop])
            squares[start:stop] = squares_of(part)
    return Points(features, frame, squares, identity, kept)


def _block(rows: Any, frame: Frame, precision: Precision) -> Any:
    if is_tensor(rows):
        return _moved(rows, frame, precision)
    block = np.empty(rows.shape, precision)
    for start, stop in spans(len(rows), _part_rows(rows)):
        _moved(rows[start:stop], frame, precision, block[start:stop])
    return block


def _moved(rows: Any, frame: Frame, precision: Precision, out: Any = None) -> Any:
    """Return rows as points, in `out` where given (not for a tensor)."""
    if is_tensor(rows):
        import torch

        centre = torch.from_numpy(frame.centre).to(rows.device)
        return (rows.double() - centre) * frame.scale
    if precision is rows.dtype.type is np.float32 and frame.scale < _FLOAT32_SCALE:
        # The centre is a float32 number then, so this rounds once.
        moved = np.subtract(rows, frame.centre.astype(np.float32), out=out)
        moved *= np.float32(frame.scale)
        return moved
    wide = rows.astype(np.float64)
    wide -= frame.centre
    wide *= frame.scale
    if out is None:
        return wide.astype(precision, copy=False)
    out[...] = wide
    return out


def _pick(features: Any, rows: Indices) -> Any:
    if is_tensor(features):
        import torch

        return features[torch.from_numpy(rows).to(features.device)]
    return features[rows]


def _part_rows(features: Any) -> int:
    size = _LARGE_PART_BYTES if is_tensor(features) else _PART_BYTES
    return max(1, size // (8 * int(features.shape[1])))


def _mean(features: Any) -> Vector:
    total = np.zeros(features.shape[1])
    for start, stop in spans(len(features), _part_rows(features)):
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
    return _in_parts(lambda some: squares_of(_moved(some, frame, precision)), features)


def _in_parts(work: Callable[[Any], Vector], features: Any) -> Vector:
    """Return what `work` gives for parts of the rows, one after the other."""
    parts = spans(len(features), _part_rows(features))
    return np.concatenate([work(features[start:stop]) for start, stop in parts])
