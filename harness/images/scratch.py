"""A temporary folder inside a run, on the file system that has room for it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from rbench.errors import RunDirectoryError

_PREFIX = ".merging-"


@contextmanager
def scratch_folder(run: Path) -> Iterator[Path]:
    """Give an empty folder, removed at the end; those of killed processes are removed too.

    Raises `RunDirectoryError` where the run cannot be written.
    """
    for left in run.glob(f"{_PREFIX}*"):
        if not _is_alive(left.name.removeprefix(_PREFIX).partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
    try:
        folder = Path(mkdtemp(dir=run, prefix=f"{_PREFIX}{os.getpid()}-"))
    except OSError as error:
        raise RunDirectoryError(f"{run} cannot be written: {error.strerror}.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
