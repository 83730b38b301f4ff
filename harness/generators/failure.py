"""One sentence for what a user's code raised: which samples, what, and where."""

import os
import sysconfig
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rbench.errors import ModelError, RbenchError

_HARNESS = str(Path(__file__).resolve().parents[1])
_LONGEST_REASON = 300
_LIBRARIES = tuple(sysconfig.get_paths()[key] for key in ("stdlib", "purelib", "platlib"))


@contextmanager
def as_model_error(what: str) -> Iterator[None]:
    """Turn what is raised inside into a `ModelError` of one sentence that begins with `what`.

    rbench's own errors and an interrupt pass through. This is the boundary to a user's code,
    which may raise anything, and may stand in another folder afterwards: a run that was named
    by a relative path would no longer be found, so the folder is put back.
    """
    before = Path.cwd()
    try:
        yield
    except RbenchError:
        raise
    except (Exception, SystemExit) as error:
        reason = short_reason(error) or "no message"
        hint = "; try a smaller -M batch" if type(error).__name__ == "OutOfMemoryError" else ""
        raise ModelError(
            f"{what}: {type(error).__name__}: {reason}{_where(error)}{hint}."
        ) from error
    finally:
        os.chdir(before)


def short_reason(error: BaseException) -> str:
    """Return what an error says on one line, cut where it goes on and on; may be empty."""
    text = " ".join(str(error).split())
    if len(text) > _LONGEST_REASON:
        return text[:_LONGEST_REASON].rsplit(" ", 1)[0].rstrip(".,;: ") + " ..."
    return text.rstrip(".")


def shown_samples(indices: Sequence[int]) -> str:
    """Return ``sample 7`` or ``samples 0 to 63``, for a message."""
    first, last = min(indices), max(indices)
    return f"sample {first}" if first == last else f"samples {first} to {last}"


def _where(error: BaseException) -> str:
    """Name the deepest line that is the user's own; failing that, the deepest of a library."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith("<") and frame.filename != __file__
    ]
    own = [frame for frame in frames if not frame.filename.startswith((*_LIBRARIES, _HARNESS))]
    frames = own or [f for f in frames if not f.filename.startswith(_HARNESS)]
    return f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
