"""Means, spreads and minima over sample sets."""

from dataclasses import replace

import pytest
from scipy import stats

from rbench.harness.images.rows import ImageRow
from rbench.harness.images.sample_sets import over_sets

ROW = ImageRow(
    task="t", evaluator="e", metric="frechet", on="net:pool", value=2.0, n=50, ci_low=1.0,
    ci_high=3.0, ci_method="jackknife", ci_covers="sampling", note="few", comparable=False,
    protocol_id="abc", method="cholesky",
)  # fmt: skip


def rows(*values: float | None, **changes: object) -> list[ImageRow]:
    one = replace(ROW, **changes)  # type: ignore[arg-type]
    return [replace(one, value=value, repeat=i) for i, value in enumerate(values)]


def test_one_set_has_no_statistics() -> None:
    assert over_sets(rows(2.0)) == []


def test_the_mean_has_students_interval_over_sets_and_their_standard_deviation() -> None:
    values = (2.0, 2.5, 3.5)
    mean, _ = over_sets(rows(*values))
    assert (mean.statistic, mean.repeat, mean.value) == ("mean", None, pytest.approx(8 / 3))
    assert mean.spread == pytest.approx(stats.tstd(values))
    low, high = stats.t.interval(0.95, 2, 8 / 3, stats.sem(values))
    assert (mean.ci_low, mean.ci_high) == (pytest.approx(low), pytest.approx(high))
    assert "between sample sets" in mean.ci_covers
    assert mean.n == 50 and mean.note == "few; of 3 sets" and not mean.comparable


def test_the_minimum_is_labelled_and_says_that_it_is_low() -> None:
    _, least = over_sets(rows(2.0, 1.5, 3.5))
    assert (least.statistic, least.value, least.repeat) == ("minimum", 1.5, None)
    assert "set 2 of 3; some papers print it; it is lower than" in least.note
    assert least.ci_low is None and least.spread is None


def test_scores_where_higher_is_better_have_no_minimum() -> None:
    found = over_sets(rows(0.5, 0.6, metric="precision", higher_is_better=True))
    assert [row.statistic for row in found] == ["mean"]


def test_equal_sets_have_no_interval_and_say_why() -> None:
    mean, least = over_sets(rows(2.0, 2.0))
    assert mean.ci_low is None and mean.spread == 0 and "no interval over sets" in mean.note
    assert least.value == 2.0


def test_there_is_no_mean_over_a_missing_value() -> None:
    (mean,) = over_sets(rows(2.0, None, 3.0))
    assert mean.value is None and mean.note == "1 of 3 sets have no value"


def test_metrics_representations_and_evaluators_are_kept_apart() -> None:
    mixed = [
        *rows(1.0, 2.0), *rows(3.0, 5.0, on="net:logits"), *rows(10.0, 20.0, evaluator="f"),
        *rows(7.0, metric="fdr"),
    ]  # fmt: skip
    means = {(m.evaluator, m.on): m.value for m in over_sets(mixed) if m.statistic == "mean"}
    assert means == {("e", "net:pool"): 1.5, ("e", "net:logits"): 4, ("f", "net:pool"): 15}
