"""The idx format of MNIST and its successors, plain or gzipped.

Two zero bytes, a type code (8: unsigned bytes), the number of dimensions, each dimension as a
big-endian 32-bit number, then the values: http://yann.lecun.com/exdb/mnist.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rbench.errors import DataError

_UNSIGNED_BYTES = 8
_GZIP = b"\x1f\x8b"


def read_idx(path: Path, dimensions: int) -> npt.NDArray[np.uint8]:
    """Return the array of an idx file of unsigned bytes with that many dimensions.

    Raises `DataError` for a file that is not one, ends early or goes on, or is no whole gzip.
    """
    data = _bytes(path)
    start = 4 + 4 * dimensions
    if len(data) < start or data[:2] != b"\0\0":
        raise DataError(f"{path} is not an idx file: it does not begin with one's header.")
    if data[2] != _UNSIGNED_BYTES or data[3] != dimensions:
        raise DataError(
            f"{path} is an idx file of type {data[2]} with {data[3]} dimensions, not of unsigned "
            f"bytes (type 8) with {dimensions}."
        )
    shape = struct.unpack(f">{dimensions}I", data[4:start])
    wanted = start + math.prod(shape)
    if len(data) != wanted or 0 in shape:
        raise DataError(
            f"{path} holds {len(data)} bytes and its header, {' x '.join(map(str, shape))}, "
            f"says {wanted}: it is damaged."
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data.startswith(_GZIP) else data
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is not a whole gzip file: {error}.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
