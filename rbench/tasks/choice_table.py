"""The table of a multiple choice run: accuracy per language, their mean, chance, agreement."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rbench.harness.types import Item, Row, Sample
from rbench.metrics.intervals import clustered_proportion
from rbench.metrics.repeated_answers import majority_correct
from rbench.tasks.table_parts import TableParts, is_right, without_value


def choice_rows(task: str, samples: Sequence[Sample], *, tolerate_errors: bool) -> list[Row]:
    """Return the rows of these samples.

    Subsets come first (``en``, ``zh``), then ``mean``, their plain mean as the published table
    has it, then ``level:...`` and ``subject:...`` over all languages, then how two languages
    agree (``en+zh``). Errored samples leave bounds instead of a value, or count as wrong where
    they are tolerated.
    """
    table = _Table(task, tolerate_errors)
    subsets = list(dict.fromkeys(s.item.subset for s in samples))
    by_subset = {name: [s for s in samples if s.item.subset == name] for name in subsets}
    rows = [row for name in subsets for row in table.group(name, by_subset[name])]
    if len(subsets) > 1:
        rows += table.mean(rows, samples, subsets)
    for column in ("level", "subject"):
        for value in dict.fromkeys(s.item.data.get(column) for s in samples):
            if value is not None:
                group = [s for s in samples if s.item.data.get(column) == value]
                rows.append(table.proportion(f"{column}:{value}", "accuracy", group, "correct"))
    if len(subsets) == 2:
        rows += table.agreement(by_subset[subsets[0]], by_subset[subsets[1]])
    return rows


@dataclass(frozen=True, slots=True)
class _Table(TableParts):
    def group(self, subset: str, samples: Sequence[Sample]) -> list[Row]:
        """Return accuracy by every reading, chance, and the numbers over repeats."""
        read = (kind for s in samples if s.score.outcome == "scored" for kind in s.score.values)
        kinds = list(dict.fromkeys(["correct", *read]))
        return [
            *(self.proportion(subset, _metric(kind), samples, kind) for kind in kinds),
            self.chance(subset, samples, _options, "options"),
            *self.over_repeats(subset, samples, _majority_correct),
        ]

    def mean(
        self, rows: Sequence[Row], samples: Sequence[Sample], subsets: Sequence[str]
    ) -> list[Row]:
        """Return the plain mean over the subsets, with an interval that knows of the twins."""
        questions = [{s.item.cluster for s in samples if s.item.subset == name} for name in subsets]
        paired = all(other == questions[0] for other in questions)
        means = []
        for pooled in self.group("mean", samples):
            parts = [r for r in rows if r.metric == pooled.metric and r.subset in subsets]
            if len(parts) < len(subsets):
                continue
            means.append(pooled if paired else _plain_mean(pooled, parts))
        return means

    def agreement(self, first: Sequence[Sample], second: Sequence[Sample]) -> list[Row]:
        """Return how two languages of one question agree; repeats are paired by number."""
        names = first[0].item.subset, second[0].item.subset
        twins = {(s.item.cluster, s.repeat): s for s in second}
        pairs = [
            (s, twins[s.item.cluster, s.repeat])
            for s in first
            if (s.item.cluster, s.repeat) in twins
        ]
        whole = [p for p in pairs if all(s.score.outcome != "errored" for s in p)]
        # A tolerated error counts as wrong; otherwise its pair is left out and said to be lost.
        known = pairs if self.tolerate_errors else whole
        lost = len(pairs) - len(known)
        measures: dict[str, Callable[[Sample, Sample], bool]] = {
            "both right": lambda a, b: is_right(a) and is_right(b),
            f"only {names[0]} right": lambda a, b: is_right(a) and not is_right(b),
            f"only {names[1]} right": lambda a, b: is_right(b) and not is_right(a),
            "neither right": lambda a, b: not is_right(a) and not is_right(b),
            "same letter": lambda a, b: (
                a.score.answer is not None and a.score.answer == b.score.answer
            ),
        }
        rows = []
        for metric, holds in measures.items() if pairs else ():
            groups: dict[str, list[float]] = {}
            for a, b in known:
                groups.setdefault(a.item.cluster, []).append(float(holds(a, b)))
            estimate = clustered_proportion(list(groups.values()))
            row = Row(
                self.task,
                "+".join(names),
                metric,
                value=estimate.value,
                n=len(pairs),
                clusters=estimate.clusters,
                ci_low=estimate.low,
                ci_high=estimate.high,
                ci_method=estimate.method,
                scored=len(known),
                errored=lost,
                higher_is_better=None,
                note=estimate.note,
            )
            rows.append(
                without_value(row, f"{lost} of {len(pairs)} pairs errored") if lost else row
            )
        return rows


def _metric(kind: str) -> str:
    name, _, variant = kind.partition("/")
    base = {"correct": "accuracy", "strict": "accuracy/strict"}[name]
    return f"{base}/{variant}" if variant else base


def _plain_mean(pooled: Row, parts: Sequence[Row]) -> Row:
    """Return the mean of subsets that hold different questions: value and bounds, no interval."""

    def mean(values: Sequence[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return sum(known) / len(known) if len(known) == len(values) else None

    return replace(
        without_value(pooled, "plain mean of subsets that hold different questions"),
        value=mean([part.value for part in parts]),
        low=mean([part.low for part in parts]),
        high=mean([part.high for part in parts]),
    )


def _options(item: Item) -> int:
    return len(item.data["options"])


def _majority_correct(group: Sequence[Sample]) -> float:
    return float(majority_correct([s.score.answer for s in group], group[0].item.data["gold"]))
