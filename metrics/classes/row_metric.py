"""`RowMetric`: a metric between two sets that needs all their features."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rbench.metrics.classes.computing_on import computing_on
from rbench.metrics.classes.paired_metric import PairedMetric
from rbench.metrics.classes.reference import FeaturesGiven, open_features
from rbench.metrics.classes.rows import Rows
from rbench.metrics.classes.source import Given, choose_source


class RowMetric(PairedMetric):
    """A metric that keeps every feature, in CPU memory: n * d * 4 bytes a role.

    Where the network or `device` is on an accelerator, `compute` moves them there at once.
    """

    _metric: str

    def __init__(
        self,
        representation: Given,
        output: str | None,
        dimension: int | None,
        reference: FeaturesGiven,
        preset: str | None,
        device: Any,
        offline: bool,
        force: bool,
    ) -> None:
        source = choose_source(
            self._metric,
            representation,
            output=output,
            dimension=dimension,
            preset=preset,
            device=device,
            offline=offline,
        )
        super().__init__(source, open_features(reference, source, force=force), device)

    def _nothing(self, role: str, dimension: int) -> Rows:
        return Rows(dimension)

    def _restored(self, role: str, state: Mapping[str, Any], dimension: int) -> Rows:
        return Rows.from_state(state, dimension)

    @contextmanager
    def _features(self) -> Iterator[tuple[Any, Any]]:
        """Yield the real and the fake features where to compute, safe from autocast."""
        real, fake = self._pair()
        assert isinstance(fake, Rows)
        ours = real.array() if isinstance(real, Rows) else self._given()
        with computing_on(self._compute_device()) as moved:
            yield moved(ours), moved(fake.array())

    def _given(self) -> Any:
        assert self.reference is not None
        return self.reference.features
