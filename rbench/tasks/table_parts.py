"""What the tables of questions share: rows of proportions, of repeats, and what errors leave."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from rbench.harness.outcomes import count_outcomes
from rbench.harness.types import Item, Row, Sample
from rbench.metrics.intervals import Estimate, bootstrap_mean, clustered_proportion
from rbench.metrics.repeated_answers import pass_at_k

BOOTSTRAP_SEED = 0
"""The bootstrap of an error bar does not depend on the run's seed: one run, one interval."""


@dataclass(frozen=True, slots=True)
class TableParts:
    """Makes rows of one task. Errored samples leave bounds, or count as wrong if tolerated."""

    task: str
    tolerate_errors: bool

    def proportion(self, subset: str, metric: str, samples: Sequence[Sample], kind: str) -> Row:
        """Average one kind of value; a sample without it (errored) counts as 0.

        Every question weighs the same, however often it was asked: where that differs, its
        answers are averaged first.
        """
        return self.row(subset, metric, samples, clustered_proportion(clusters(samples, kind)))

    def row(self, subset: str, metric: str, samples: Sequence[Sample], estimate: Estimate) -> Row:
        """Make a row of an estimate in which errored samples count as 0."""
        counts = count_outcomes(samples)
        errored, n = counts["errored"], len(samples)
        row = Row(
            self.task,
            subset,
            metric,
            value=estimate.value,
            n=n,
            clusters=estimate.clusters,
            ci_low=estimate.low,
            ci_high=estimate.high,
            ci_method=estimate.method,
            low=estimate.value,
            high=estimate.value,
            note=estimate.note,
            **counts,
        )
        if not errored or estimate.value is None:
            return row
        row = replace(row, high=min(1.0, estimate.value + _share_errored(samples)))
        if self.tolerate_errors:
            return replace(row, note=f"{errored} of {n} samples errored and count as wrong")
        return without_value(row, f"{errored} of {n} samples errored: only bounds can be given")

    def chance(
        self, subset: str, samples: Sequence[Sample], answers: Callable[[Item], int], of: str
    ) -> Row:
        """Return what a uniform guess scores among `answers(item)` answers; `of` names them."""
        items = {s.item.id: s.item for s in samples}.values()
        value = sum(1 / answers(item) for item in items) / len(items)
        return Row(
            self.task,
            subset,
            "chance",
            value=value,
            n=len(items),
            clusters=len({item.cluster for item in items}),
            low=value,
            high=value,
            higher_is_better=None,
            note=f"exact: one over the number of {of}, averaged",
        )

    def over_repeats(
        self,
        subset: str,
        samples: Sequence[Sample],
        majority_correct: Callable[[Sequence[Sample]], float],
    ) -> list[Row]:
        """Return majority and pass@k where every question was asked equally often, not once."""
        by_item: dict[str, list[Sample]] = {}
        for sample in samples:
            by_item.setdefault(sample.item.id, []).append(sample)
        asked = {len(group) for group in by_item.values()}
        repeats = max(asked)
        if repeats < 2:
            return []
        ks = sorted({1 << i for i in range(1, repeats.bit_length())} | {repeats})
        metrics: Mapping[str, Callable[[Sequence[Sample]], float]] = {
            f"majority@{repeats}": majority_correct,
            **{f"pass@{k}": partial(_pass_at, k) for k in ks},
        }
        rows = []
        for metric, value_of in metrics.items():
            if len(asked) > 1:
                row = self.row(subset, metric, samples, bootstrap_mean([], seed=0))
                rows.append(without_value(row, "questions were asked unequally often"))
                continue
            grouped: dict[str, list[float]] = {}
            for group in by_item.values():
                grouped.setdefault(group[0].item.cluster, []).append(value_of(group))
            estimate = bootstrap_mean(list(grouped.values()), seed=BOOTSTRAP_SEED)
            row = self.row(subset, metric, samples, estimate)
            if row.errored:
                # One errored sample can turn a whole question, so the bounds do not hold.
                row = replace(row, low=None, high=None)
                if self.tolerate_errors:
                    row = replace(row, note=f"{row.errored} samples errored and gave no answer")
            rows.append(row)
        return rows


def without_value(row: Row, note: str) -> Row:
    """Return the row with neither value nor interval, and why."""
    return replace(row, value=None, ci_low=None, ci_high=None, note=note)


def clusters(samples: Sequence[Sample], kind: str) -> list[list[float]]:
    """Group the values by cluster; of questions asked unequally often, their means."""
    by_item: dict[str, list[float]] = {}
    cluster_of: dict[str, str] = {}
    for sample in samples:
        by_item.setdefault(sample.item.id, []).append(sample.score.values.get(kind, 0.0))
        cluster_of[sample.item.id] = sample.item.cluster
    even = len({len(values) for values in by_item.values()}) == 1
    grouped: dict[str, list[float]] = {}
    for item, values in by_item.items():
        grouped.setdefault(cluster_of[item], []).extend(
            values if even else [sum(values) / len(values)]
        )
    return list(grouped.values())


def is_right(sample: Sample) -> bool:
    """Return whether the headline grader says that the answer is right."""
    return sample.score.values.get("correct") == 1


def _share_errored(samples: Sequence[Sample]) -> float:
    """Return how far the errored samples can raise a mean in which questions weigh the same."""
    by_item: dict[str, list[bool]] = {}
    for sample in samples:
        by_item.setdefault(sample.item.id, []).append(sample.score.outcome == "errored")
    shares = [sum(errored) / len(errored) for errored in by_item.values()]
    return sum(shares) / len(shares)


def _pass_at(k: int, group: Sequence[Sample]) -> float:
    return pass_at_k(len(group), sum(map(is_right, group)), k)
