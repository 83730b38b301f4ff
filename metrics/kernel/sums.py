"""Row sums of a kernel over all pairs of samples, in blocks, in one pass and bounded memory.

The products are a GEMM in the precision of the features (float32 stays float32; on an accelerator
everything is float64). The kernel of them is evaluated and summed in float64, so that the error
of a sum is that of the products only.
"""

import math
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from rbench.errors import UsageError
from rbench.metrics.arrays import is_tensor
from rbench.metrics.kernel.side import Side, Vector

BLOCK_BYTES = 64 * 2**20
_MOST_ROWS = 2048
_FEWEST_ROWS = 16
# A strip of float64 products this long stays in the cache through all steps of the kernel.
_STRIP_BYTES = 2**19


class Kernel(Protocol):
    """A function of the products and of the extras of both sides."""

    def of_products(self, products: Any, x_extras: Any, y_extras: Any) -> Any:
        """Return the kernel for float64 `products` (rows, columns); may overwrite them.

        The extras are float64, (rows, 1) and (columns,).
        """


def within_sums(x: Side, kernel: Kernel, *, block_bytes: int = BLOCK_BYTES) -> Vector:
    """Return sum_{j != i} k(x_i, x_j) for every i, as (n,) float64.

    Every block off the diagonal is computed once and used for both halves. Raises `UsageError`
    where `block_bytes` does not hold 16 rows.
    """
    sums = np.zeros(len(x))
    spans = list(_spans(len(x), _block_rows(x, block_bytes)))
    for number, (start, stop) in enumerate(spans):
        rows, mine = x.block(start, stop), x.extras[start:stop]
        by_row, _ = _block_sums(rows, rows, mine, mine, kernel, skip_diagonal=True)
        sums[start:stop] += by_row
        for other_start, other_stop in spans[number + 1 :]:
            columns = x.block(other_start, other_stop)
            others = x.extras[other_start:other_stop]
            by_row, by_column = _block_sums(rows, columns, mine, others, kernel)
            sums[start:stop] += by_row
            sums[other_start:other_stop] += by_column
    return sums


def cross_sums(
    x: Side, y: Side, kernel: Kernel, *, block_bytes: int = BLOCK_BYTES
) -> tuple[Vector, Vector]:
    """Return sum_j k(x_i, y_j) for every i, (n,), and sum_i k(x_i, y_j) for every j, (m,).

    Raises `UsageError` where `block_bytes` does not hold 16 rows.
    """
    by_x, by_y = np.zeros(len(x)), np.zeros(len(y))
    rows_at_once = min(_block_rows(x, block_bytes), _block_rows(y, block_bytes))
    for start, stop in _spans(len(x), rows_at_once):
        rows, mine = x.block(start, stop), x.extras[start:stop]
        for other_start, other_stop in _spans(len(y), rows_at_once):
            columns = y.block(other_start, other_stop)
            others = y.extras[other_start:other_stop]
            by_row, by_column = _block_sums(rows, columns, mine, others, kernel)
            by_x[start:stop] += by_row
            by_y[other_start:other_stop] += by_column
    return by_x, by_y


def _block_rows(x: Side, block_bytes: int) -> int:
    """Return the rows b of a block for which b b products and two blocks (b, d) fit."""
    dimension, size = x.dimension, x.item_bytes
    rows = int(math.sqrt(dimension**2 + block_bytes / size)) - dimension if block_bytes > 0 else 0
    if rows < _FEWEST_ROWS:
        least = (_FEWEST_ROWS + 1 + dimension) ** 2 - dimension**2
        raise UsageError(
            f"block_bytes={block_bytes} is too small for {dimension} dimensions: give at least "
            f"{least * size}."
        )
    return min(rows, _MOST_ROWS)


def _spans(n: int, length: int) -> Iterator[tuple[int, int]]:
    for start in range(0, n, length):
        yield start, min(start + length, n)


def _block_sums(
    rows: Any,
    columns: Any,
    x_extras: Any,
    y_extras: Any,
    kernel: Kernel,
    *,
    skip_diagonal: bool = False,
) -> tuple[Vector, Vector]:
    """Return the row sums and the column sums of the kernel in one block."""
    products = rows @ columns.T
    if is_tensor(products):
        values = kernel.of_products(products, x_extras[:, None], y_extras)
        if skip_diagonal:
            values.fill_diagonal_(0.0)
        return values.sum(dim=1).cpu().numpy(), values.sum(dim=0).cpu().numpy()
    by_row, by_column = np.empty(len(rows)), np.zeros(len(columns))
    for start, stop in _spans(len(rows), max(1, _STRIP_BYTES // (8 * len(columns)))):
        strip = kernel.of_products(
            products[start:stop].astype(np.float64), x_extras[start:stop, None], y_extras
        )
        if skip_diagonal:
            here = np.arange(stop - start)
            strip[here, start + here] = 0.0
        by_row[start:stop] = strip.sum(axis=1)
        by_column += strip.sum(axis=0)
    return by_row, by_column
