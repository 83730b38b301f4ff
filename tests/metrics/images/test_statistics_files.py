"""Saved statistics are told from images without reading an array."""

from pathlib import Path

import numpy as np
import pytest

from rbench.metrics.images import looks_like_statistics, open_images
from tests.metrics.images.image_files import noise

STATISTICS = {"mu": np.zeros(3), "sigma": np.eye(3)}


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        (STATISTICS, True),
        ({"ref_mu": np.zeros(3), "ref_sigma": np.eye(3)}, True),
        ({"feats": np.zeros((5, 3))}, True),
        ({"mu": np.zeros(3)}, False),
        ({"arr_0": noise(2, 3, 3, 3)}, False),
        ({"arr_0": noise(2, 3, 3, 3), "label": np.zeros(2)}, False),
        ({}, False),
    ],
)
def test_the_names_decide(tmp_path: Path, arrays: dict[str, np.ndarray], expected: bool) -> None:
    np.savez(tmp_path / "x.npz", **arrays)
    assert looks_like_statistics(tmp_path / "x.npz") is expected
    assert looks_like_statistics(str(tmp_path / "x.npz")) is expected


def test_a_reference_batch_holds_statistics_and_images(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", arr_0=noise(2, 3, 3, 3), **STATISTICS)
    assert looks_like_statistics(tmp_path / "x.npz")
    assert len(list(open_images(tmp_path / "x.npz"))) == 2


def test_what_is_no_npz_is_not_statistics(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.eye(3))
    (tmp_path / "cut.npz").write_bytes(b"PK\3\4 and so on")
    for name in ("x.npy", "cut.npz", "nowhere.npz", ""):
        assert not looks_like_statistics(tmp_path / name)
