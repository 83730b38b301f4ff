"""The few dense float64 operations behind moments and Fréchet distances, on two machines.

`Host` is scipy's LAPACK on the CPU, `Accelerator` is torch on a device with float64. Of a
symmetric matrix only the lower triangle counts: what lies above it may be anything.
"""

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from scipy.linalg import blas, eigh, lapack, svdvals

from rbench.errors import UsageError
from rbench.metrics.arrays import is_tensor, on_accelerator

if TYPE_CHECKING:
    import torch

Matrix: TypeAlias = Any
"""A float64 numpy array or torch tensor, of the machine it is used with."""

EPSILON = float(np.finfo(np.float64).eps)
_PANEL = 128


class Machine(Protocol):
    """Where the matrices live, and the operations there."""

    def rows(self, count: int, d: int) -> Matrix:
        """Return room for `count` rows of float64 values."""

    def zeros(self, d: int) -> Matrix:
        """Return a (d, d) matrix of zeros."""

    def square(self, values: Any) -> Matrix:
        """Return a copy of a (d, d) matrix in float64, on this machine."""

    def copy(self, values: Any) -> Matrix:
        """Return a copy of a vector or of rows in float64, on this machine."""

    def local(self, values: Any) -> Matrix:
        """Return rows of any dtype where this machine can read them, without a copy if it can."""

    def add_gram(self, total: Matrix, rows: Matrix, weight: float = 1.0) -> Matrix:
        """Add ``weight * rows.T @ rows`` to the lower triangle of `total` in place; return it."""

    def mirrored(self, lower: Matrix) -> Matrix:
        """Return the full symmetric matrix of a lower triangle."""

    def cholesky(self, symmetric: Matrix) -> Matrix | None:
        """Return the lower factor (zeros above), None where not positive definite to rounding."""

    def narrow_factor(self, symmetric: Matrix) -> Matrix:
        """Return F (d, r) with ``F @ F.T`` equal to a semidefinite matrix of numerical rank r."""

    def congruent_eigenvalues(self, symmetric: Matrix, lower: Matrix) -> Any:
        """Return the eigenvalues of ``lower.T @ symmetric @ lower``, ascending, as numpy."""

    def singular_values(self, a: Matrix, b: Matrix) -> Any:
        """Return the singular values of ``a.T @ b``, descending, as numpy."""

    def numpy(self, values: Matrix) -> Any:
        """Return the values as a numpy array."""


class Host:
    """LAPACK on the CPU. Square matrices are column-major, so that nothing is transposed."""

    def rows(self, count: int, d: int) -> Matrix:
        """Return a row-major array."""
        return np.empty((count, d))

    def zeros(self, d: int) -> Matrix:
        """Return a column-major array."""
        return np.zeros((d, d), order="F")

    def square(self, values: Any) -> Matrix:
        """Return a column-major copy."""
        return np.array(_to_numpy(values), dtype=np.float64, order="F")

    def copy(self, values: Any) -> Matrix:
        """Return a row-major copy."""
        return np.array(_to_numpy(values), dtype=np.float64, order="C")

    def local(self, values: Any) -> Matrix:
        """Move a tensor from its device."""
        return _to_numpy(values)

    def add_gram(self, total: Matrix, rows: Matrix, weight: float = 1.0) -> Matrix:
        """One dsyrk, in place: half the work of a product."""
        # The transpose of a row-major array is column-major: BLAS reads it without a copy.
        return blas.dsyrk(weight, rows.T, beta=1.0, c=total, lower=1, overwrite_c=1)

    def mirrored(self, lower: Matrix) -> Matrix:
        """Copy the triangle across."""
        full = np.array(lower, order="F")
        for start in range(0, len(full), _PANEL):
            stop = start + _PANEL
            corner = full[start:stop, start:stop]
            corner[:] = np.tril(corner) + np.tril(corner, -1).T
            full[start:stop, stop:] = full[stop:, start:stop].T
        return full

    def cholesky(self, symmetric: Matrix) -> Matrix | None:
        """Return LAPACK's dpotrf, where no pivot is lost in rounding."""
        factor, info = lapack.dpotrf(symmetric, lower=1, clean=1)
        if info != 0 or _is_singular(np.diagonal(factor), np.diagonal(symmetric)):
            return None
        return factor

    def narrow_factor(self, symmetric: Matrix) -> Matrix:
        """Return LAPACK's pivoted dpstrf, which stops at d * eps * the largest variance."""
        factor, pivots, rank, _ = lapack.dpstrf(symmetric, lower=1)
        if not np.diagonal(symmetric).max() > 0:
            rank = 0
        placed = np.empty((len(factor), rank), order="F")
        placed[pivots - 1] = np.tril(factor[:, :rank])
        return placed

    def congruent_eigenvalues(self, symmetric: Matrix, lower: Matrix) -> Any:
        """One dsygst (half the work of two products) and dsyev, which only reads one triangle."""
        product, _ = lapack.dsygst(symmetric, lower, itype=2, lower=1)
        return eigh(
            product,
            lower=True,
            eigvals_only=True,
            overwrite_a=True,
            check_finite=False,
            driver="ev",
        )

    def singular_values(self, a: Matrix, b: Matrix) -> Any:
        """One product and dgesdd without vectors."""
        if min(a.shape[1], b.shape[1]) == 0:
            return np.zeros(0)
        return svdvals(a.T @ b, overwrite_a=True, check_finite=False)

    def numpy(self, values: Matrix) -> Any:
        """Return the values themselves."""
        return values


class Accelerator:
    """torch on one device. It has no dsyrk, dsygst and dpstrf: full products and eigenvectors."""

    def __init__(self, device: "torch.device | str") -> None:
        import torch

        self.device = torch.device(device)

    def rows(self, count: int, d: int) -> Matrix:
        """Return a tensor on the device."""
        import torch

        return torch.empty((count, d), dtype=torch.float64, device=self.device)

    def zeros(self, d: int) -> Matrix:
        """Return a tensor on the device."""
        return self.rows(d, d).zero_()

    def square(self, values: Any) -> Matrix:
        """Return a copy on the device."""
        return self.copy(values)

    def copy(self, values: Any) -> Matrix:
        """Return a copy on the device."""
        import torch

        source = values if isinstance(values, torch.Tensor) else torch.from_numpy(values)
        return source.to(device=self.device, dtype=torch.float64, copy=True)

    def local(self, values: Any) -> Matrix:
        """Move to the device."""
        import torch

        source = values if isinstance(values, torch.Tensor) else torch.from_numpy(np.array(values))
        return source.to(self.device)

    def add_gram(self, total: Matrix, rows: Matrix, weight: float = 1.0) -> Matrix:
        """One addmm, in place; both triangles are filled."""
        return total.addmm_(rows.T, rows, alpha=weight)

    def mirrored(self, lower: Matrix) -> Matrix:
        """Copy the triangle across."""
        return lower.tril() + lower.tril(-1).T

    def cholesky(self, symmetric: Matrix) -> Matrix | None:
        """Return cholesky_ex's factor, where no pivot is lost in rounding."""
        import torch

        factor, info = torch.linalg.cholesky_ex(symmetric)
        if int(info) != 0:
            return None
        pivots, variances = self.numpy(factor.diagonal()), self.numpy(symmetric.diagonal())
        return None if _is_singular(pivots, variances) else factor

    def narrow_factor(self, symmetric: Matrix) -> Matrix:
        """Return the eigenvectors above d * eps * the largest eigenvalue, times its root."""
        import torch

        values, vectors = torch.linalg.eigh(symmetric)
        kept = values > len(values) * EPSILON * values[-1].clamp(min=0)
        return vectors[:, kept] * values[kept].sqrt()

    def congruent_eigenvalues(self, symmetric: Matrix, lower: Matrix) -> Any:
        """Two products and eigvalsh."""
        import torch

        return self.numpy(torch.linalg.eigvalsh(lower.T @ self.mirrored(symmetric) @ lower))

    def singular_values(self, a: Matrix, b: Matrix) -> Any:
        """One product and svdvals."""
        import torch

        return self.numpy(torch.linalg.svdvals(a.T @ b))

    def numpy(self, values: Matrix) -> Any:
        """Copy to the CPU."""
        return values.detach().cpu().numpy()


def machine_of(device: object = None, values: object = None) -> Machine:
    """Return the machine for a torch device (or its name), or the one where `values` are.

    A device without float64 (MPS) gives the CPU. Raises `UsageError` for a device that is not here.
    """
    if device is None:
        return Accelerator(values.device) if on_accelerator(values) else Host()  # type: ignore[attr-defined]
    name = str(device)
    if name == "cpu":
        return Host()
    try:
        import torch

        # An empty tensor names the device in full (cuda:0 for cuda) and shows that it is here.
        found = torch.empty(0, device=name).device
    except ImportError:
        raise UsageError(f"device={name!r} needs torch, which is not installed.") from None
    except (RuntimeError, AssertionError):
        raise UsageError(f"device={name!r} is not here: give one such as cpu or cuda:0.") from None
    return Accelerator(found) if found.type in ("cuda", "xpu") else Host()


def same_machine(a: Machine, b: Machine) -> bool:
    """Return whether matrices of `a` can be used with those of `b`."""
    return getattr(a, "device", None) == getattr(b, "device", None)


def pack(lower: Any) -> Any:
    """Return the lower triangle of a numpy matrix, column by column: d (d + 1) / 2 values."""
    d = len(lower)
    packed = np.empty(d * (d + 1) // 2)
    start = 0
    for j in range(d):
        packed[start : start + d - j] = lower[j:, j]
        start += d - j
    return packed


def unpack(packed: Any, d: int) -> Any:
    """Return the column-major matrix whose lower triangle was packed; zeros above."""
    lower = np.zeros((d, d), order="F")
    start = 0
    for j in range(d):
        lower[j:, j] = packed[start : start + d - j]
        start += d - j
    return lower


def _to_numpy(values: Any) -> Any:
    return values.detach().cpu().numpy() if is_tensor(values) else values


def _is_singular(pivots: Any, variances: Any) -> bool:
    smallest = float(pivots.min()) ** 2
    return smallest <= len(pivots) * EPSILON * float(variances.max())
