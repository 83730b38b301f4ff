"""Which rows of two sets of features are equal in all values."""

from hashlib import blake2b
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from rbench.metrics.arrays import is_tensor

Words: TypeAlias = npt.NDArray[np.unsignedinteger[Any]]

_PART_BYTES = 2**19
_STRETCHES, _STRETCH = 4, 32


def identities(real: Any, fake: Any) -> npt.NDArray[np.intp]:
    """Return numbers (n + m,) for the rows of both sets: equal for equal rows, 0 and -0 alike.

    A checksum over some columns finds the rows that may have an equal; only those are hashed in
    full.
    """
    short = all(not is_tensor(side) and side.dtype == np.float32 for side in (real, fake))
    checksums = np.concatenate([_checksums(side, short) for side in (real, fake)])
    _, inverse, counts = np.unique(checksums, return_inverse=True, return_counts=True)
    numbers = inverse.astype(np.intp).reshape(-1)
    following = len(counts)
    names: dict[bytes, int] = {}
    for row in np.flatnonzero(counts[numbers] > 1):
        side, own = (real, row) if row < len(real) else (fake, row - len(real))
        words = _words(side[own : own + 1], short)
        name = blake2b(words.tobytes(), digest_size=16).digest()
        numbers[row] = names.setdefault(name, following + len(names))
    return numbers


def _words(rows: Any, short: bool) -> Words:
    """Return the bits of the values as float32 or float64; 0 and -0 have the same."""
    if is_tensor(rows):
        rows = rows.double().cpu().numpy()
    values = rows.astype(np.float32 if short else np.float64)
    values += 0.0
    words: Words = np.ascontiguousarray(values).view(np.uint32 if short else np.uint64)
    return words


def _some_columns(features: Any) -> Any:
    """Return the columns that tell most rows apart: all, or four stretches of many."""
    d = features.shape[1]
    if d <= 2 * _STRETCHES * _STRETCH:
        return features
    starts = [i * (d - _STRETCH) // (_STRETCHES - 1) for i in range(_STRETCHES)]
    stretches = [features[:, start : start + _STRETCH] for start in starts]
    if is_tensor(features):
        import torch

        return torch.cat(stretches, dim=1)
    return np.concatenate(stretches, axis=1)


def _checksums(features: Any, short: bool) -> Words:
    features = _some_columns(features)
    kind: Any = np.uint32 if short else np.uint64
    dimension = features.shape[1]
    weights = np.random.Generator(np.random.Philox(0)).integers(
        2 ** (31 if short else 63), size=dimension, dtype=kind
    )
    weights |= kind(1)
    height = max(1, _PART_BYTES // (8 * dimension))
    sums = np.empty(len(features), kind)
    for start in range(0, len(features), height):
        words = _words(features[start : start + height], short)
        # The low bits of round values are all 0: folding brings the high ones down.
        words ^= words >> kind(15 if short else 29)
        words *= weights
        sums[start : start + height] = words.sum(axis=1, dtype=kind)
    return sums
