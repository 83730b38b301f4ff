"""`Moments`: count, mean and covariance of features, in one pass and float64."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rbench.errors import DataError, UsageError
from rbench.metrics.arrays import Features, as_matrix, is_tensor
from rbench.metrics.linear_algebra import Machine, Matrix, machine_of, pack, same_machine, unpack
from rbench.metrics.moments_file import read_arrays, write_arrays
from rbench.metrics.scatter import Sums

if TYPE_CHECKING:
    import torch

BLOCK = 1024
"""Rows that are centred and added together."""

_UNKNOWN = -1


class Moments:
    """Count, mean and scatter (sum of squared deviations) of rows that come in batches.

    Rows are collected in blocks of `BLOCK`; a full block is centred by its own mean and added by
    one symmetric rank-k update. Blocks end at fixed counts, so the bits depend neither on how the
    rows were split into batches nor on reading in between. All sums are float64.

    Args:
        dimension: of a row, d.
        device: where to hold the sums: a torch device or its name. By default where the first
            features are. A device without float64 (MPS) means the CPU.
    """

    def __init__(self, dimension: int, *, device: "torch.device | str | None" = None) -> None:
        if dimension < 1:
            raise UsageError(f"dimension={dimension!r}: give 1 or more.")
        self.dimension = dimension
        self._machine: Machine | None = None if device is None else machine_of(device)
        self._settled: Sums | None = None
        self._buffer: Matrix = None
        self._waiting = 0
        self._read: Sums | None = None
        self._factor: tuple[Matrix | None] | None = None
        self._narrow: Matrix = None

    def update(self, features: Features) -> "Moments":
        """Add the rows of `features`, (n, d), numpy or torch, any real dtype; return self.

        Raises `DataError` for another shape, a NaN or an infinity (nothing is added then), and
        where the count is unknown.
        """
        rows = as_matrix(features, dimension=self.dimension, least=0)
        if self._machine is None:
            self._machine = machine_of(values=rows)
        settled = self._sums_to_change(self._machine)
        if self._buffer is None:
            self._buffer = self._machine.rows(BLOCK + 1, self.dimension)
        start = 0
        while start < len(rows):
            taken = min(BLOCK - self._waiting, len(rows) - start)
            piece = self._machine.local(rows[start : start + taken])
            self._buffer[self._waiting : self._waiting + taken] = piece
            self._waiting += taken
            start += taken
            if self._waiting == BLOCK:
                settled.add_rows(self._buffer)
                self._waiting = 0
        return self

    @property
    def n(self) -> int | None:
        """Rows so far; None for statistics that came without a count."""
        settled = self._settled
        if settled is None:
            return self._waiting
        return None if settled.n is None else settled.n + self._waiting

    @property
    def mean(self) -> Any:
        """The mean, (d,) float64, where the sums are held. Raises `DataError` without rows."""
        if self.n == 0:
            raise DataError("There are no samples yet: a mean needs 1.")
        return self.sums().mean

    @property
    def covariance(self) -> Any:
        """The covariance, (d, d) float64, divided by n - 1. Raises `DataError` below 2 rows."""
        self.require_two()
        sums = self.sums()
        full = sums.machine.mirrored(sums.matrix)
        full /= sums.divisor
        return full

    def require_two(self, name: str = "these statistics") -> None:
        """Raise `DataError`, naming `name`, where there are too few rows for a covariance."""
        if self.n is not None and self.n < 2:
            raise DataError(f"A covariance needs 2 samples; {name} have {self.n}.")

    def sums(self) -> Sums:
        """Return the sums of all rows so far, to read and not to change."""
        if self._read is None:
            machine = self._machine or machine_of("cpu")
            settled = self._settled or Sums.nothing(machine, self.dimension)
            if self._waiting:
                settled = settled.on(machine) if self._settled else settled
                settled.add_rows(machine.copy(self._buffer[: self._waiting + 1]))
            self._read = settled
        return self._read

    def factor(self) -> Any | None:
        """Return the lower Cholesky factor of the covariance, None where it is singular.

        Singular means: not positive definite, or a squared pivot within d * eps of the largest
        variance. Kept until the next `update`. Raises `DataError` below 2 rows.
        """
        if self._factor is None:
            self.require_two()
            sums = self.sums()
            # With n <= d rows the covariance has no factor; rounding could seem to give one.
            lower = None
            if self.n is None or self.n > self.dimension:
                lower = sums.machine.cholesky(sums.matrix)
            if lower is not None:
                lower /= sums.divisor**0.5
            self._factor = (lower,)
        return self._factor[0]

    def narrow_factor(self) -> Any:
        """Return F (d, r) with ``F @ F.T`` equal to the covariance, r its numerical rank.

        The Cholesky factor where there is one. Otherwise from pivoted Cholesky (on an accelerator
        from eigenvectors) cut at d * eps * the largest variance; what lies below is dropped. Kept
        until the next `update`. Raises `DataError` below 2 rows.
        """
        lower = self.factor()
        if lower is None and self._narrow is None:
            sums = self.sums()
            self._narrow = sums.machine.narrow_factor(sums.matrix) / sums.divisor**0.5
        return self._narrow if lower is None else lower

    def merge(self, other: "Moments") -> "Moments":
        """Return the moments of the rows of both. Raises `DataError` where a count is unknown."""
        return merge_all([self, other])

    def subtract(self, block: "Moments") -> "Moments":
        """Return the moments without the rows of `block`, which are among these.

        Raises `DataError` where a count is unknown or `block` has more rows.
        """
        _check_alike([self, block])
        machine = self.sums().machine
        sums = self.sums().on(machine)
        sums.take_away(_on(machine, block.sums()))
        return Moments._of(sums)

    @classmethod
    def from_statistics(
        cls, mean: Any, covariance: Any, n: int | None = None, *, factor: Any = None
    ) -> "Moments":
        """Return the moments with this mean (d,) and covariance (d, d), divided by n - 1.

        `n` is None where it is not known: distances can be had, merging cannot. `factor` is the
        lower Cholesky factor, where it is at hand. Raises `DataError` for wrong shapes, NaN or
        infinity, a covariance that is not symmetric (to 1e-6 of its largest entry) or has a
        negative variance, n < 2, and a factor whose variances are others (by 1e-6).
        """
        machine = machine_of("cpu")
        matrix = machine.square(as_matrix(covariance, "covariance"))
        row = mean[None] if is_tensor(mean) else np.asarray(mean)[None]
        centre = machine.copy(as_matrix(row, "mean"))[0]
        d = len(centre)
        if matrix.shape != (d, d):
            raise DataError(f"The mean has {d} dimensions, the covariance is {matrix.shape}.")
        if n is not None and n < 2:
            raise DataError(f"n={n!r} samples have no covariance: at least 2 are needed.")
        largest = float(np.abs(matrix).max())
        skew = float(np.abs(matrix - matrix.T).max())
        if skew > 1e-6 * largest:
            raise DataError(f"The covariance is not symmetric: entries differ by {skew:.3g}.")
        if float(np.diagonal(matrix).min()) < 0:
            raise DataError("The covariance has a negative variance.")
        if skew:
            matrix = np.asfortranarray((matrix + matrix.T) / 2)
        moments = cls._of(Sums(machine, n, centre, centre * 0.0, matrix, 1.0))
        if factor is not None:
            lower = machine.square(np.tril(as_matrix(factor, "factor", dimension=d, least=d)))
            variances = np.einsum("ij,ij->i", lower, lower)
            if not np.allclose(variances, np.diagonal(matrix), rtol=1e-6, atol=0):
                raise DataError("The factor is not that of the covariance: leave it out.")
            moments._factor = (lower,)
        return moments

    def to_arrays(self, *, factor: bool = False) -> dict[str, Any]:
        """Return everything as numpy arrays, from which `from_arrays` goes on with the same bits.

        Keys: ``n`` (settled rows, -1 for unknown), ``shift`` and ``offset`` (their sum is the
        mean), ``matrix`` (packed lower triangle) and ``divisor`` (which makes it the covariance),
        ``waiting`` (rows of the unfinished block), and ``factor`` where asked for and there is one.
        """
        machine = self._machine or machine_of("cpu")
        settled = self._settled or Sums.nothing(machine, self.dimension)
        waiting = (
            self._buffer[: self._waiting] if self._waiting else machine.rows(0, self.dimension)
        )
        arrays = {
            "n": np.array(_UNKNOWN if settled.n is None else settled.n, dtype=np.int64),
            "shift": machine.numpy(settled.shift).copy(),
            "offset": machine.numpy(settled.offset).copy(),
            "matrix": pack(machine.numpy(settled.matrix)),
            "divisor": np.array(settled.divisor),
            "waiting": machine.numpy(waiting).copy(),
        }
        lower = self.factor() if factor else None
        if lower is not None:
            arrays["factor"] = pack(machine.numpy(lower))
        return arrays

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, Any], *, device: "torch.device | str | None" = None
    ) -> "Moments":
        """Return the moments of `to_arrays`. Raises `DataError` for arrays that do not fit."""
        try:
            count, divisor = int(arrays["n"]), float(arrays["divisor"])
            shift, offset = arrays["shift"], arrays["offset"]
            packed, waiting = arrays["matrix"], arrays["waiting"]
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"These are not the arrays of moments: {error}.") from None
        d = shift.shape[0] if shift.ndim == 1 else 0
        entries = d * (d + 1) // 2
        plain = all(a.dtype == np.float64 for a in (shift, offset, packed, waiting))
        fits = (
            plain and packed.shape == (entries,) and waiting.ndim == 2 and waiting.shape[1] == d > 0
        )
        lower = arrays.get("factor")
        if not fits or count < _UNKNOWN or (lower is not None and lower.shape != (entries,)):
            raise DataError(f"The arrays of moments do not fit together: {d} dimensions.")
        if not all(np.isfinite(a).all() for a in (shift, offset, packed, divisor)):
            raise DataError("The arrays of moments hold NaN or infinity.")
        machine = machine_of("cpu" if device is None else device)
        n = None if count == _UNKNOWN else count
        matrix = machine.square(unpack(packed, d))
        moments = cls._of(
            Sums(machine, n, machine.copy(shift), machine.copy(offset), matrix, divisor)
        )
        if len(waiting):
            moments.update(waiting)
        if lower is not None:
            moments._factor = (machine.square(unpack(lower, d)),)
        return moments

    def save(self, path: Path | str, *, factor: bool = False) -> None:
        """Write an npz file (`to_arrays`, no pickle) in one step; `factor` is made if needed.

        Raises `DataError` where the file cannot be written.
        """
        write_arrays(Path(path), self.to_arrays(factor=factor))

    @classmethod
    def load(cls, path: Path | str, *, device: "torch.device | str | None" = None) -> "Moments":
        """Read what `save` wrote. Raises `DataError` for anything else."""
        return cls.from_arrays(read_arrays(Path(path)), device=device)

    def folded(self) -> "Moments":
        """Return these moments with the unfinished block added, without the room to collect one.

        For many at once: d x d values each and no more. The numbers are the same; rows that are
        added later fall into other blocks than they would have.
        """
        sums = self.sums()
        # The new object may change its sums in place: they must not be these.
        self._read = None
        return Moments._of(sums.on(sums.machine) if sums is self._settled else sums)

    def on(self, machine: Machine) -> "Moments":
        """Return these moments held on `machine`: themselves where they are there already."""
        sums = self.sums()
        if same_machine(sums.machine, machine):
            return self
        return Moments._of(_on(machine, sums))

    @classmethod
    def _of(cls, sums: Sums) -> "Moments":
        moments = cls(len(sums.shift))
        moments._machine, moments._settled = sums.machine, sums
        return moments

    def _sums_to_change(self, machine: Machine) -> Sums:
        if self._settled is None:
            self._settled = Sums.nothing(machine, self.dimension)
        if self._settled.n is None:
            raise DataError(
                "The sample count of these statistics is unknown: nothing can be added."
            )
        self._read = self._factor = self._narrow = None
        return self._settled


def merge_all(blocks: Iterable[Moments]) -> Moments:
    """Return the moments of all rows of `blocks`, merged in order in one copy.

    The same blocks in the same order give the same bits, whoever made them.
    Raises `UsageError` for no blocks, `DataError` for other dimensions or an unknown count.
    """
    parts = list(blocks)
    _check_alike(parts)
    first = parts[0].sums()
    total = first.on(first.machine)
    for part in parts[1:]:
        total.add(_on(total.machine, part.sums()))
    return Moments._of(total)


def _check_alike(parts: list[Moments]) -> None:
    if not parts:
        raise UsageError("There are no moments to merge.")
    dimensions = sorted({part.dimension for part in parts})
    if len(dimensions) > 1:
        raise DataError(f"Moments of different dimensions do not go together: {dimensions}.")
    if any(part.n is None for part in parts):
        raise DataError("The sample count of some statistics is unknown: they cannot be merged.")


def _on(machine: Machine, sums: Sums) -> Sums:
    return sums if same_machine(machine, sums.machine) else sums.on(machine)
