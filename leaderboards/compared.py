"""What comparing runs gives: one `Compared` for every pair of runs and every number compared."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from rbench.harness.types import Json
from rbench.metrics.paired import PairCounts

PLANNED = (0.01, 0.02, 0.05)
"""Differences of fractions that the power is told for: 1, 2 and 5 points."""

POWER = 0.8
"""What the sample sizes are for."""


@dataclass(frozen=True, slots=True)
class Attrition:
    """What two runs do not have in common, and what it leaves open.

    Attributes:
        errored_first, errored_second: samples that errored; they are left out of both runs.
        not_asked_first, not_asked_second: samples that an unfinished run has not asked yet.
        alone_first, alone_second: questions that only this run was to be asked.
        lost: questions that both were to be asked, of which nothing could be paired.
        low, high: what the difference would be if all errored samples had been wrong for the first
            and right for the second, and the other way round; None where none errored, or where
            the values are not between 0 and 1.
    """

    errored_first: int = 0
    errored_second: int = 0
    not_asked_first: int = 0
    not_asked_second: int = 0
    alone_first: int = 0
    alone_second: int = 0
    lost: int = 0
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """How likely a comparison like this sees a `difference`, and what it takes to see it.

    `needed` is how many questions, or images a set, have a power of 80 %.
    """

    difference: float
    power: float
    needed: int


@dataclass(frozen=True, slots=True)
class Compared:
    """One number of two runs, compared.

    Attributes:
        task, on, metric: what is compared; `on` is the subset of the questions, or evaluator and
            representation of images.
        unit: of the values: ``fraction``, ``distance``, ``score``, ``ratio``.
        first, second: names of the two models, told apart.
        first_run, second_run: ids of their runs.
        first_value, second_value: over what both have.
        difference: first minus second, with its interval `low` to `high` at `level` by `method`.
            It is not widened for the number of comparisons.
        standard_error: of the difference; None where there is no interval.
        test, p_value: two-sided, of no difference; None where there is no test.
        n: questions, or images a set. clusters: independent units behind them.
        counts: on how many questions both, one or neither is right.
        odds_ratio, cohens_h: sizes of the effect, where the values are right and wrong.
        attrition: what was left out; None for images.
        notes: sentences that a reader must know.
        adjusted_p: p after Holm over all comparisons of one call.
        outlook: of the difference found (first, where it is not 0), then of 1, 2 and 5 points.
    """

    task: str
    on: str
    metric: str
    unit: str
    higher_is_better: bool
    first: str
    second: str
    first_run: str
    second_run: str
    first_value: float | None
    second_value: float | None
    difference: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    standard_error: float | None
    test: str
    p_value: float | None
    n: int
    clusters: int
    counts: PairCounts | None = None
    odds_ratio: float | None = None
    cohens_h: float | None = None
    attrition: Attrition | None = None
    notes: tuple[str, ...] = ()
    adjusted_p: float | None = None
    outlook: tuple[Outlook, ...] = ()

    @property
    def better(self) -> Literal["first", "second"] | None:
        """Which run is better, if the test says so after Holm's correction."""
        if self.adjusted_p is None or self.difference is None or not self.difference:
            return None
        if self.adjusted_p > 1 - self.level + 1e-12:
            return None
        return "first" if (self.difference > 0) == self.higher_is_better else "second"


@dataclass(frozen=True, slots=True)
class ComparedRuns:
    """All comparisons of one call.

    Attributes:
        comparisons: in the order of tasks, numbers and pairs.
        level: of the intervals; 1 - level is the chance of any false "better" among all.
        tests: how many p-values Holm's correction is over.
        notes: what could not be compared, and why.
    """

    comparisons: tuple[Compared, ...]
    level: float
    tests: int
    notes: tuple[str, ...] = ()

    def to_json(self) -> Mapping[str, Json]:
        """Return all of it as JSON values."""
        return {
            "level": self.level,
            "tests": self.tests,
            "correction": "holm",
            "comparisons": [{**asdict(one), "better": one.better} for one in self.comparisons],
            "notes": list(self.notes),
        }
