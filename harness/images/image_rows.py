"""From the numbers of `rbench.metrics` to the rows of an image run."""

from dataclasses import dataclass

from rbench.harness.images.rows import ImageRow
from rbench.metrics.evaluation.compute import Row
from rbench.metrics.frechet.fdr import FdrResult

_UNITS = {
    "precision": "fraction",
    "recall": "fraction",
    "coverage": "fraction",
    "density": "ratio",
    "inception-score": "score",
    "fdr": "ratio",
    "frechet-ratio": "ratio",
}
HIGHER_IS_BETTER = frozenset({"precision", "recall", "density", "coverage", "inception-score"})


@dataclass(frozen=True, slots=True)
class SetOfRows:
    """What all rows of one evaluator on one sample set have in common.

    `note` says why they are not comparable with the protocol's, "" where they are.
    """

    task: str
    evaluator: str
    repeat: int
    n: int
    protocol_id: str
    note: str = ""

    def row(self, found: Row) -> ImageRow:
        """Return one number of a metric as a row."""
        result, interval = found.result, found.result.interval
        notes = [self.note, _of_fdr(result) if isinstance(result, FdrResult) else ""]
        if interval is None:
            notes.append(f"no interval: {result.interval_note}" if result.interval_note else "")
        return ImageRow(
            task=self.task,
            evaluator=self.evaluator,
            metric=found.metric,
            on=found.on,
            value=result.value,
            n=self.n,
            repeat=self.repeat,
            ci_low=None if interval is None else interval.low,
            ci_high=None if interval is None else interval.high,
            ci_method="" if interval is None else interval.method,
            ci_covers="" if interval is None else interval.covers,
            unit=_UNITS.get(found.metric, "distance"),
            higher_is_better=found.metric in HIGHER_IS_BETTER,
            method=result.method,
            note="; ".join(filter(None, notes)),
            comparable=not self.note,
            protocol_id=self.protocol_id,
        )

    def absent(self, metric: str, on: str, why: str) -> ImageRow:
        """Return the row of a number that cannot be given."""
        return ImageRow(
            task=self.task,
            evaluator=self.evaluator,
            metric=metric,
            on=on,
            value=None,
            n=self.n,
            repeat=self.repeat,
            unit=_UNITS.get(metric, "distance"),
            higher_is_better=metric in HIGHER_IS_BETTER,
            note="; ".join(filter(None, [self.note, why])),
            comparable=not self.note,
            protocol_id=self.protocol_id,
        )


def _of_fdr(result: FdrResult) -> str:
    listed = ", ".join(f"{name} {value:.6g}" for name, value in result.normalisers.items())
    source = result.about.get("normaliser", f"{result.normaliser} normalisers")
    return f"divided by {source}: {listed}"
