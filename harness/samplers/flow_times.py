"""The times of a flow's sampler: from 1 (noise) down to 0 (data), uniform or given."""

from dataclasses import dataclass

from rbench.errors import UsageError
from rbench.harness.options import option
from rbench.harness.samplers.option_checks import falling_numbers, require_count, require_positive


@dataclass(frozen=True)
class FlowTimes:
    """The options that samplers of flows share: steps, times and the scale of the noise.

    Where `times` are given, `steps` becomes their number less one. Raises `UsageError`.
    """

    steps: int = option(1, "uniform steps from time 1 (noise) to 0 (data)")
    times: str | None = option(None, "in place of steps: falling times, such as 1,0.6,0")
    noise_scale: float = option(1.0, "the start is this times standard normal noise")

    def __post_init__(self) -> None:
        require_positive(self.sampler_name, "noise_scale", self.noise_scale)
        require_count(self.sampler_name, "steps", self.steps)
        if self.times is None:
            return
        grid = _given_times(self.sampler_name, self.times)
        # What is recorded of a run must name the steps that were taken.
        object.__setattr__(self, "steps", len(grid) - 1)

    @property
    def sampler_name(self) -> str:
        """The name of the sampler, for messages."""
        return str(getattr(type(self), "name", type(self).__name__))

    def grid(self) -> tuple[float, ...]:
        """Return the steps + 1 times, falling to 0."""
        if self.times is not None:
            return _given_times(self.sampler_name, self.times)
        return tuple((self.steps - i) / self.steps for i in range(self.steps + 1))


def _given_times(sampler: str, text: str) -> tuple[float, ...]:
    times = falling_numbers(sampler, "times", text)
    if len(times) < 2 or times[0] > 1 or times[-1] != 0:
        raise UsageError(
            f"{sampler}: times={text!r} must fall from at most 1 (noise) to 0 (data), such as "
            f"1,0.6,0."
        )
    return times
