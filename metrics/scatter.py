"""The sums behind `Moments`: how a block of rows, or another set's sums, is added or taken away.

With n rows of mean m and scatter S = sum (x - m)(x - m)^T, two disjoint sets join as

    n = n1 + n2,   m = m1 + (n2 / n) (m2 - m1),   S = S1 + S2 + (n1 n2 / n) (m2 - m1)(m2 - m1)^T

(Chan, Golub and LeVeque 1983, "Algorithms for Computing the Sample Variance", equation 1.5).
"""

import math
from dataclasses import dataclass

import numpy as np

from rbench.errors import DataError
from rbench.metrics.linear_algebra import Machine, Matrix


@dataclass(slots=True)
class Sums:
    """What is known of a set of rows, held on `machine`.

    `shift` + `offset` is the mean: `shift` is that of the first rows, subtracted from all, so that
    a mean far from 0 costs no digits. `matrix` / `divisor` is the covariance; of `matrix` only the
    lower triangle counts. `matrix` is the scatter and `divisor` is n - 1, except for statistics
    that came as a covariance. `n` is None where they came without a count.
    """

    machine: Machine
    n: int | None
    shift: Matrix
    offset: Matrix
    matrix: Matrix
    divisor: float

    @classmethod
    def nothing(cls, machine: Machine, d: int) -> "Sums":
        """Return the sums of no rows."""
        zero = machine.copy(np.zeros(d))
        return cls(machine, 0, zero, zero, machine.zeros(d), -1.0)

    @property
    def mean(self) -> Matrix:
        """The mean, (d,)."""
        return self.shift + self.offset

    def on(self, machine: Machine) -> "Sums":
        """Return a copy held on `machine`, which can be changed without changing these."""
        return Sums(
            machine,
            self.n,
            machine.copy(self.shift),
            machine.copy(self.offset),
            machine.square(self.matrix),
            self.divisor,
        )

    def add_rows(self, rows: Matrix) -> None:
        """Add all rows but the last, whose place is needed; `rows` is written over."""
        before, block = self._as_scatter(), len(rows) - 1
        values = rows[:block]
        if before == 0:
            self.shift = values.mean(0)
            self.offset = self.shift * 0.0
        values -= self.shift
        centre = values.mean(0)
        values -= centre
        step = centre - self.offset
        rows[block] = step * math.sqrt(before * block / (before + block))
        # The last row is the correction for the means: it goes along in the same update.
        self.matrix = self.machine.add_gram(self.matrix, rows)
        self.offset = self.offset + step * (block / (before + block))
        self._count(before + block)

    def add(self, other: "Sums") -> None:
        """Add disjoint sums of the same machine."""
        a, b = self._as_scatter(), other._as_scatter()
        if b == 0:
            return
        self.matrix += other.matrix
        if a == 0:
            self.shift, self.offset = other.shift, other.offset
        else:
            step = self._step_to(other)
            self.matrix = self.machine.add_gram(self.matrix, step[None], a * b / (a + b))
            self.offset = self.offset + step * (b / (a + b))
        self._count(a + b)

    def take_away(self, part: "Sums") -> None:
        """Undo `add`. Raises `DataError` where `part` has more rows than there are."""
        n, b = self._as_scatter(), part._as_scatter()
        rest = n - b
        if rest < 0:
            raise DataError(f"A block of {b} samples cannot be taken away from {n}.")
        if rest == 0:
            self.matrix *= 0.0
        elif b:
            back = self._step_to(part) * (b / rest)
            self.offset = self.offset - back
            self.matrix -= part.matrix
            self.matrix = self.machine.add_gram(
                self.matrix, self._step_to(part)[None], -(b * rest / n)
            )
        self._count(rest)

    def _step_to(self, other: "Sums") -> Matrix:
        return (other.shift - self.shift) + (other.offset - self.offset)

    def _count(self, n: int) -> None:
        self.n, self.divisor = n, n - 1.0

    def _as_scatter(self) -> int:
        """Return n, with `matrix` as the scatter. Raises `DataError` where n is unknown."""
        if self.n is None:
            raise DataError(
                "The sample count of these statistics is unknown, so nothing can be added to them "
                "or taken away: give n."
            )
        if self.divisor != self.n - 1.0:
            self.matrix = self.matrix * ((self.n - 1.0) / self.divisor)
            self._count(self.n)
        return self.n
