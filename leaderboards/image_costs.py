"""What image generators cost, as tables show it."""

from collections.abc import Mapping

from rbench.harness.types import Json
from rbench.leaderboards.image_numbers import factors_text
from rbench.leaderboards.report_text import seconds_text
from rbench.leaderboards.tables import NOTHING, Results

_LARGE = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_BYTES = ((1024**3, "GiB"), (1024**2, "MiB"))


COST_HEADINGS = (
    "steps x calls x rows", "parameters", "FLOPs/image", "s/image at batch 1", "images/s",
    "at batch", "peak memory", "device",
)  # fmt: skip


def cost_cells(run: Results, measured: Mapping[str, Json]) -> list[str]:
    """Return the cells of a run's line in a cost table, below `COST_HEADINGS`."""
    speed, memory = measured.get("images_per_second"), measured.get("peak_memory_bytes")
    batch = measured.get("best_batch")
    return [
        factors_text(run),
        parameters_text(measured.get("parameters") or {}),
        large(measured.get("flops_per_image")),
        time_text(measured.get("seconds_per_image_at_batch_1")),
        NOTHING if speed is None else plain(speed),
        NOTHING if batch is None else str(batch),
        NOTHING if memory is None else bytes_text(memory),
        device_text(measured),
    ]


def parameters_text(parameters: Mapping[str, Json]) -> str:
    """Show parameters by role: ``560 k``, ``676 M + decoder 49 M``."""
    ordered = sorted(parameters.items(), key=lambda item: item[0] != "network")
    parts = [("" if role == "network" else f"{role} ") + large(n) for role, n in ordered]
    return " + ".join(parts) or NOTHING


def large(value: float | None) -> str:
    """Show a count with three digits and a unit prefix: ``1.23 G``."""
    if value is None:
        return NOTHING
    for size, prefix in _LARGE:
        if abs(value) >= 0.9995 * size:
            return f"{plain(value / size)} {prefix}"
    return plain(value)


def plain(value: float) -> str:
    """Show a number with three digits, never with an exponent: ``12300``, ``0.0123``."""
    if value == 0:
        return "0"
    return f"{value:.0f}" if abs(value) >= 99.95 else f"{value:.3g}"


def time_text(seconds: float | None) -> str:
    """Show a duration in the unit that suits it."""
    return NOTHING if seconds is None else seconds_text(seconds)


def bytes_text(count: float) -> str:
    """Show memory: ``412 MiB``. What is smaller than 1 MiB is lost in the noise of measuring."""
    for size, unit in _BYTES:
        if count >= 0.9995 * size:
            return f"{plain(count / size)} {unit}"
    return "< 1 MiB"


def device_text(measured: Mapping[str, Json]) -> str:
    """Show the device, with its threads on a CPU."""
    threads = measured.get("threads")
    device = str(measured.get("device") or NOTHING)
    return device if not threads else f"{device}, {threads} thread{'s' * (threads > 1)}"
