"""What a display of a run is told."""

from typing import TYPE_CHECKING, Protocol

from rbench.harness.forecast import Forecast
from rbench.harness.loop import Counts
from rbench.harness.pacing import PacingState

if TYPE_CHECKING:
    from rbench.harness.images.types import ImageForecast, SampleCounts


class Monitor(Protocol):
    """What a display is told. It looks at `counts` and `pacing` whenever it likes."""

    def planned(self, forecast: Forecast) -> None:
        """Show the plan of a cell."""
        ...

    def started(self, forecast: Forecast, counts: Counts, pacing: PacingState) -> None:
        """Show progress from now on."""
        ...

    def images_planned(self, forecast: "ImageForecast") -> None:
        """Show the plan of a cell of images."""
        ...

    def images_started(self, counts: "SampleCounts") -> None:
        """Show progress from now on."""
        ...

    def stopped(self) -> None:
        """Show no more progress."""
        ...

    def note(self, text: str) -> None:
        """Show one line."""
        ...


class Silent:
    """Shows nothing."""

    def planned(self, forecast: Forecast) -> None:
        """Show nothing."""

    def started(self, forecast: Forecast, counts: Counts, pacing: PacingState) -> None:
        """Show nothing."""

    def images_planned(self, forecast: "ImageForecast") -> None:
        """Show nothing."""

    def images_started(self, counts: "SampleCounts") -> None:
        """Show nothing."""

    def stopped(self) -> None:
        """Show nothing."""

    def note(self, text: str) -> None:
        """Show nothing."""
