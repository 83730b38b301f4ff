"""What a generator costs: parameters, operations, seconds, throughput, memory.

Measured on `generate` alone, until the images are finished on their device: quantisation and
features are not in it. Every size of batch is warmed up first.
"""

import statistics
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rbench.errors import RbenchError
from rbench.harness.environment import processor
from rbench.harness.generators.failure import as_model_error
from rbench.harness.images.cost_counters import (
    count_flops,
    count_parameters,
    first_device,
    prepare_counting,
)
from rbench.harness.images.peak_memory import peak_meter
from rbench.harness.images.types import ImageGenerator, SampleBatch
from rbench.harness.types import Json
from rbench.metrics.arrays import is_tensor

_LARGEST = 4  # batches of the generator
_SHARE_OF_BATCH_1 = 0.25
_REPEATS_OF_BATCH_1 = 20
_REPEATS = 3


def measure_costs(
    generator: ImageGenerator,
    make_batch: Callable[[int], SampleBatch],
    *,
    seconds: float,
    device: str | None = None,
) -> dict[str, Json]:
    """Measure `generator` for about so many seconds, after it is loaded and counted.

    Args:
        generator: what is measured; ready-made samples give no numbers.
        make_batch: gives a batch of that size.
        seconds: allowed for timing, after operations were counted. A larger batch is not begun
            where it would not fit in; batch 1 is timed once in any case.
        device: where it computes, ``cuda:0``; None looks at its networks, or else its images.

    Returns the entry ``measured`` of costs.json: device, threads, parameters by role,
    flops_per_image (a multiply-add is two), seconds_per_image_at_batch_1 (median),
    best_batch, images_per_second (at that batch), by_batch, peak_memory_bytes (at that batch),
    notes. None stands for what could not be measured, and a note says why.
    """
    networks = generator.networks
    if device is None:
        device = first_device(networks) or _device_of_images(generator, make_batch)
    prepare_counting(networks)
    notes: list[str] = []
    measured: dict[str, Json] = {
        "device": _name(device),
        "threads": _threads(),
        "parameters": count_parameters(networks),
        "flops_per_image": None,
        "seconds_per_image_at_batch_1": None,
        "best_batch": None,
        "images_per_second": None,
        "by_batch": {},
        "peak_memory_bytes": None,
        "notes": notes,
    }
    if generator.finite is not None:
        notes.append("ready-made samples: there is nothing to time")
        return measured
    stopwatch = _Stopwatch(generator, make_batch, device, seconds, notes)
    measured["flops_per_image"] = stopwatch.flops()
    found = stopwatch.by_size()
    if 1 in found:
        measured["seconds_per_image_at_batch_1"] = found[1].seconds
    if found:
        rates = {size: size / timed.seconds for size, timed in found.items()}
        best = max(rates, key=rates.__getitem__)
        measured["best_batch"] = best
        measured["images_per_second"] = rates[best]
        measured["by_batch"] = {str(size): rate for size, rate in rates.items()}
        measured["peak_memory_bytes"] = found[best].peak_bytes
        notes.append(stopwatch.meter.note)
    return measured


def batch_sizes(batch: int) -> list[int]:
    """Return 1, 2, 4 ... up to four times `batch`, with `batch` itself among them."""
    doubled = (1 << k for k in range((_LARGEST * batch).bit_length()))
    return sorted({*doubled, batch})


@dataclass(frozen=True, slots=True)
class _Timed:
    """One size of batch: seconds of a call (median), and the memory in use at most."""

    seconds: float
    peak_bytes: int | None


class _Stopwatch:
    """Runs a generator at growing sizes of batch until the time is spent."""

    def __init__(
        self,
        generator: ImageGenerator,
        make_batch: Callable[[int], SampleBatch],
        device: str,
        seconds: float,
        notes: list[str],
    ) -> None:
        self._generator = generator
        self._make_batch = make_batch
        self._device = device
        self._seconds = seconds
        self._notes = notes
        self.meter = peak_meter(device)

    def flops(self) -> float | None:
        """Return the operations per image; this warms the generator up, too."""
        # Some generators refuse every size but their own.
        for size in sorted({1, self._generator.batch}):
            try:
                with as_model_error("generate raised"):
                    flops, note = count_flops(self._generator, self._make_batch(size))
            except RbenchError as error:
                note, flops = f"operations at a batch of {size}: {error}", None
            self._notes.append(note)
            if flops is not None:
                return flops
        return None

    def by_size(self) -> dict[int, _Timed]:
        """Return what was measured, by size of batch."""
        # Not earlier: the counter of operations takes seconds to be imported.
        start = time.perf_counter()
        self._deadline = start + self._seconds
        self._end_of_batch_1 = start + _SHARE_OF_BATCH_1 * self._seconds
        found: dict[int, _Timed] = {}
        own = self._generator.batch
        for size in batch_sizes(own):
            largest = max(found, default=None)
            if largest and not self._suffices(found[largest].seconds * size / largest):
                self._notes.append(f"batches of {size} and more: the time allowed was spent")
                break
            try:
                with as_model_error("generate raised"):
                    found[size] = self._time(size)
            except RbenchError as error:
                self._notes.append(f"a batch of {size}: {error}")
                if size >= own:
                    break
        return found

    def _time(self, size: int) -> _Timed:
        """Time some calls after one that warms up."""
        repeats = _REPEATS_OF_BATCH_1 if size == 1 else _REPEATS
        end = self._end_of_batch_1 if size == 1 else self._deadline
        batch = self._make_batch(size)
        self.meter.reset()
        warm_up = self._call(batch)
        seconds: list[float] = []
        if time.perf_counter() < self._deadline:
            seconds.append(self._call(batch))
        while seconds and len(seconds) < repeats and time.perf_counter() + seconds[-1] < end:
            seconds.append(self._call(batch))
        if not seconds:
            self._notes.append(f"a batch of {size} was timed once, with no warm-up of its own")
        return _Timed(statistics.median(seconds or [warm_up]), self.meter.peak())

    def _call(self, batch: SampleBatch) -> float:
        start = time.perf_counter()
        self._generator.generate(batch)
        _synchronise(self._device)
        return time.perf_counter() - start

    def _suffices(self, seconds: float) -> bool:
        # A warm-up and one call.
        return time.perf_counter() + 2 * seconds <= self._deadline


def _device_of_images(generator: ImageGenerator, make_batch: Callable[[int], SampleBatch]) -> str:
    """Return where a generator without known networks leaves its images."""
    if generator.finite is None:
        with suppress(RbenchError), as_model_error("generate raised"):
            images = generator.generate(make_batch(generator.batch))
            return str(images.device) if is_tensor(images) else "cpu"
    return "cpu"


def _name(device: str) -> str:
    if device.startswith("cuda"):
        import torch

        return str(torch.cuda.get_device_name(device))
    return processor() if device == "cpu" else device


def _threads() -> int | None:
    """Return the threads of torch, None where it is not in use."""
    torch: Any = sys.modules.get("torch")
    return None if torch is None else int(torch.get_num_threads())


def _synchronise(device: str) -> None:
    if device == "cpu":
        return
    import torch

    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
    elif device.startswith("mps"):
        torch.mps.synchronize()
