"""The polynomial kernel (gamma x.y + coef0)^degree without its constant coef0^degree."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from rbench.errors import UsageError
from rbench.metrics.arrays import is_tensor
from rbench.metrics.kernel.side import Side, Vector, make_side, mean_of, off_centre, times, wide


@dataclass(frozen=True, slots=True)
class Polynomial:
    """(gamma x.y + coef0)^degree - coef0^degree, for sides made by `centred_sides`.

    Without the constant, values are of the size of x.y: differences of their means keep the
    digits that a constant of 1 would take. Raises `UsageError` for a degree below 1.
    """

    degree: int
    gamma: float
    coef0: float

    def __post_init__(self) -> None:
        if self.degree < 1 or self.degree != int(self.degree):
            raise UsageError(f"degree={self.degree!r}: give a whole number from 1.")
        if not (math.isfinite(self.gamma) and math.isfinite(self.coef0)):
            raise UsageError(f"gamma={self.gamma!r}, coef0={self.coef0!r}: give finite numbers.")

    def of_products(self, products: Any, x_extras: Any, y_extras: Any) -> Any:
        """Return the kernel for float64 `products`, which are overwritten (Horner's rule)."""
        products += x_extras
        products += y_extras
        products *= self.gamma
        if self.degree == 1:
            return products
        coefficients = [
            math.comb(self.degree, power) * self.coef0 ** (self.degree - power)
            for power in range(self.degree - 1, 0, -1)
        ]
        values = products + coefficients[0]
        for coefficient in coefficients[1:]:
            values *= products
            values += coefficient
        values *= products
        return values


def centred_sides(real: Any, fake: Any) -> tuple[Side, Side]:
    """Return two matrices from `as_matrix` as sides for `Polynomial`.

    With c the mean of the real features, x.y = (x - c).(y - c) + e(x) + e(y), where the extras
    are e(x) = c.(x - c) + |c|^2 / 2, taken of the rounded x - c: the result is the exact product
    of rows that are rounded to the precision of the features once.
    """
    centre = mean_of(real, lambda rows: rows)
    if not is_tensor(real) and np.float32 in (real.dtype, fake.dtype):
        # A float32 subtraction then is all that it takes, and both sides have one centre.
        centre = centre.astype(np.float32).astype(np.float64)
    half = float(centre @ centre) / 2

    def extra(rows: Any) -> Any:
        return times(rows, centre) + half

    first, second = (make_side(side, _Centring(centre), extra) for side in (real, fake))
    return first, second


@dataclass(frozen=True, slots=True)
class _Centring:
    centre: Vector

    def __call__(self, rows: Any) -> Any:
        if is_tensor(rows):
            return off_centre(wide(rows), self.centre)
        if rows.dtype == np.float32:
            return rows - self.centre.astype(np.float32)
        return rows - self.centre
