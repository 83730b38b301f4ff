"""Reads and writes npz files without pickle, and never leaves half a file."""

import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rbench.errors import DataError


def write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write `arrays` as an npz file under exactly this name, replacing it in one step.

    Raises `DataError`, naming the path, where that fails; the old file is then untouched.
    """
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=path.name, suffix=".partial", delete=False
        ) as file:
            temporary = Path(file.name)
            np.savez(file, allow_pickle=False, **arrays)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise DataError(f"{path} cannot be written: {error.strerror or error}.") from None


def read_arrays(path: Path) -> dict[str, Any]:
    """Return the arrays of an npz file. Raises `DataError`, naming the path, for any other file."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from None
    except (ValueError, AttributeError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is no npz file of plain arrays: {error}.") from None
