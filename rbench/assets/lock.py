"""One process at a time fetches a file; the others wait and find it there."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_log = logging.getLogger("rbench.assets")


@contextmanager
def fetching_alone(path: Path) -> Iterator[bool]:
    """Hold the right to fetch the file at `path`; wait while another process holds it.

    Yields False where the file system knows no locks, so that others may be fetching too. The
    lock ends with its process, however that ends.
    """
    with path.with_name(f".{path.name}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _log.info("waiting for another process that is fetching %s.", path.name)
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:
            yield False
            return
        yield True
