"""Telling saved statistics from images, where both come as npz."""

import zipfile
from pathlib import Path

# Mean and covariance, or features, by the names that evaluators give them.
_STATISTICS = (
    {"mu", "sigma"},
    {"mu_s", "sigma_s"},
    {"ref_mu", "ref_sigma"},
    {"avg_mu", "avg_sigma"},
    {"feats"},
)


def looks_like_statistics(path: Path | str) -> bool:
    """Return whether a file is an npz that holds a mean and a covariance, or clean-fid's features.

    Reads the zip directory only. A reference batch of guided-diffusion holds statistics and
    `arr_0` images, and is statistics here; `open_images` reads its images all the same. False for
    anything that is not a zip, or does not exist.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            keys = {name.removesuffix(".npy") for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    return any(names <= keys for names in _STATISTICS)
