"""A sample batch far larger than memory should be can be read: it is streamed."""

import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.lib import format as npy

from rbench.metrics.images import open_images

SHAPE = (1500, 256, 256, 3)
ROW = 256 * 256 * 3


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_npz_of_295_mb_is_read_in_20_mb(tmp_path: Path, method: int) -> None:
    path = tmp_path / "samples.npz"
    with (
        zipfile.ZipFile(path, "w", method, compresslevel=1) as archive,
        archive.open("arr_0.npy", "w", force_zip64=True) as member,
    ):
        header = {"descr": "|u1", "fortran_order": False, "shape": SHAPE}
        npy.write_array_header_1_0(member, header)
        for first in range(0, SHAPE[0], 100):
            rows = np.arange(first, first + 100) % 251
            member.write(np.repeat(rows.astype(np.uint8), ROW).tobytes())
    tracemalloc.start()
    try:
        source = open_images(path)
        seen = [int(image.pixels[-1, -1, -1]) for image in source]
        last = next(iter(source.subset([1400]))).pixels
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert seen == [i % 251 for i in range(SHAPE[0])]
    assert (last == 1400 % 251).all()
    assert peak < 20e6 < SHAPE[0] * ROW / 10
