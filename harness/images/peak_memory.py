"""How much memory was in use at most: of an accelerator, or of this process."""

import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Protocol

_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")


class PeakMeter(Protocol):
    """`note` says what is measured."""

    note: str

    def reset(self) -> None:
        """Begin anew."""
        ...

    def peak(self) -> int | None:
        """Return the most bytes since the last `reset`; None where that cannot be had."""
        ...


def peak_meter(device: str) -> PeakMeter:
    """Return the meter for a torch device."""
    if device.startswith("cuda"):
        return _OnCuda(device)
    return _Resident()


class _OnCuda:
    note = "peak_memory_bytes: what torch had allocated on the device, weights included"

    def __init__(self, device: str) -> None:
        self._device = device

    def reset(self) -> None:
        import torch

        # A batch that did not fit leaves its pieces behind.
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(self._device)

    def peak(self) -> int | None:
        import torch

        return int(torch.cuda.max_memory_allocated(self._device))


class _Resident:
    """Growth over what was resident when the meter was made, at the first `reset`.

    What an allocator keeps stays resident: later batches show no less than earlier ones.
    """

    note = (
        "peak_memory_bytes: growth of the process's resident memory; what was loaded before is "
        "not in it"
    )

    def __init__(self) -> None:
        self._start: int | None = None

    def reset(self) -> None:
        if self._start is None:
            _reset_high_water_mark()
            self._start = _high_water_mark()

    def peak(self) -> int | None:
        return None if self._start is None else _high_water_mark() - self._start


def _reset_high_water_mark() -> None:
    """Let the mark fall to what is resident now, where Linux allows it.

    Elsewhere the mark is the highest of the whole process, and growth below it goes unseen.
    """
    with suppress(OSError):
        _RESET.write_text("5")


def _high_water_mark() -> int:
    with suppress(OSError):
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
