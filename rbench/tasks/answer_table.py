"""The table of open questions: accuracy by grader, chance, drawings, agreement of the graders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rbench.harness.types import Item, Outcome, Row, Sample
from rbench.metrics.intervals import clustered_proportion
from rbench.metrics.kappa import cohen_kappa
from rbench.metrics.repeated_answers import majority
from rbench.tasks.finish import unanswered
from rbench.tasks.grading import reading_of, wants_drawing
from rbench.tasks.table_parts import BOOTSTRAP_SEED, TableParts, is_right

OVERALL = "overall"
_MATH = "math"


def answer_rows(
    task: str, samples: Sequence[Sample], *, judged: bool, draw: bool, tolerate_errors: bool
) -> list[Row]:
    """Return the rows of these samples.

    Subsets, the categories, come first; then ``overall``, the micro mean over all questions as
    the published table has it; ``overall without math``, where there is math and something
    else; then the groups ``level:`` and ``kind:``, and, where there are several, ``language:``
    and ``picture:with`` and ``without``. `judged` adds ``accuracy/rule``, ``accuracy/judge`` and
    how the two agree; `draw` says that drawings were asked for. What could not be graded leaves
    bounds instead of a value. Where errors are tolerated, those of the headline's grader count as
    wrong; those of another grader never do, since their share was held against no limit.
    """
    table = _Table(task, tolerate_errors, judged, draw)
    subsets = list(dict.fromkeys(s.item.subset for s in samples))
    rows: list[Row] = []
    for name in subsets:
        rows += table.whole(name, [s for s in samples if s.item.subset == name])
    rows += table.whole(OVERALL, samples) if samples else []
    if _MATH in subsets and len(subsets) > 1:
        rest = [s for s in samples if s.item.subset != _MATH]
        rows += table.whole(f"{OVERALL} without {_MATH}", rest)
    for name, value_of in _GROUPS.items():
        values = {v: None for s in samples if (v := value_of(s.item)) is not None}
        for value in sorted(values) if len(values) > 1 or name in _ALWAYS else ():
            group = [s for s in samples if value_of(s.item) == value]
            rows += table.group(f"{name}:{value}", group)
    return rows


def _data(column: str) -> Callable[[Item], str | None]:
    return lambda item: item.data.get(column)


_GROUPS: dict[str, Callable[[Item], str | None]] = {
    "level": _data("level"),
    "language": _data("language"),
    "kind": _data("kind"),
    "picture": lambda item: "with" if item.blobs else "without",
}
# Their rows are compared between runs, one of which may have a single value.
_ALWAYS = frozenset({"level", "kind"})


@dataclass(frozen=True, slots=True)
class _Table(TableParts):
    judged: bool
    draw: bool

    def whole(self, subset: str, samples: Sequence[Sample]) -> list[Row]:
        """Return all that is known of a subset."""
        rows = self.group(subset, samples)
        if self.judged:
            for name in ("rule", "judge"):
                graded = [_by(s, name) for s in samples]
                strict = self if name == "judge" else replace(self, tolerate_errors=False)
                rows.append(strict.proportion(subset, f"accuracy/{name}", graded, "correct"))
            rows += self.agreement(subset, samples)
        headline = [_by(s, "correct") for s in samples]
        return [*rows, *self.over_repeats(subset, headline, _majority_right)]

    def group(self, subset: str, samples: Sequence[Sample]) -> list[Row]:
        """Return accuracy, chance where it is known of all, and the drawings."""
        headline = [_by(s, "correct") for s in samples]
        rows = [self.proportion(subset, "accuracy", headline, "correct")]
        if all(map(_answers, (s.item for s in samples))):
            rows.append(self.chance(subset, samples, _answers, "answers to choose from"))
        drawn = [_by(s, "drawing") for s in samples if self.draw and wants_drawing(s.item)]
        if drawn:
            strict = replace(self, tolerate_errors=False)
            rows.append(strict.proportion(subset, "drawing", drawn, "correct"))
        return rows

    def agreement(self, subset: str, samples: Sequence[Sample]) -> list[Row]:
        """Return how judge and rule agree, over the replies that both of them graded.

        A reply that the judge was not shown, such as one cut by length, is none of them.
        """
        shown = [s for s in samples if any(ask.role == "judge" for ask in s.asks)]
        both = [s for s in shown if {"rule", "judge"} <= s.score.values.keys()]
        lost = len(shown) - len(both)
        groups: dict[str, list[tuple[float, float]]] = {}
        for sample in both:
            values = sample.score.values
            pair = values["judge"], values["rule"]
            groups.setdefault(sample.item.cluster, []).append(pair)
        pairs = list(groups.values())
        estimates = {
            "agreement": clustered_proportion([[float(a == b) for a, b in g] for g in pairs]),
            "kappa": cohen_kappa(pairs, seed=BOOTSTRAP_SEED),
        }
        lacking = f"{lost} of {len(shown)} lack a grade" if lost else ""
        return [
            Row(
                self.task,
                subset,
                metric,
                value=estimate.value,
                n=len(both),
                clusters=estimate.clusters,
                ci_low=estimate.low,
                ci_high=estimate.high,
                ci_method=estimate.method,
                scored=len(both),
                errored=lost,
                unit="kappa" if metric == "kappa" else "fraction",
                higher_is_better=None,
                note="; ".join(filter(None, [lacking, estimate.note])),
            )
            for metric, estimate in estimates.items()
        ]


def _by(sample: Sample, name: str) -> Sample:
    """Return the sample as one grader sees it: errored where its grade could not be had."""
    score = sample.score
    value = score.values.get(name)
    if value is None:
        return replace(sample, score=replace(score, outcome="errored", values={}, answer=None))
    outcome = _outcome(sample, name)
    return replace(sample, score=replace(score, outcome=outcome, values={"correct": value}))


def _outcome(sample: Sample, name: str) -> Outcome:
    """Return how a sample ended for a grader that gave a grade: each looks for another thing."""
    reply = sample.reply
    if name in ("correct", "judge") or reply is None or unanswered(reply) is not None:
        return "scored" if sample.score.outcome == "errored" else sample.score.outcome
    there = bool(reply.blobs) if name == "drawing" else reading_of(reply.text).answer is not None
    return "scored" if there else "no_answer"


def _answers(item: Item) -> int:
    """Return how many answers a guess has to draw from; 0 where that is not known."""
    return len(item.data.get("choices") or item.data.get("options") or ())


def _majority_right(group: Sequence[Sample]) -> float:
    """Return whether the answer given most often, letter for letter, was graded as right."""
    most = majority([s.score.answer for s in group])
    return float(any(is_right(s) for s in group if most is not None and s.score.answer == most))
