"""Runs of questions tested on their samples."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest, ttest_1samp

import rbench
from rbench.harness.saved_run import SavedRun
from rbench.harness.types import Call, Reply
from rbench.leaderboards import question_pairs
from rbench.leaderboards.answers import kept_answers, read_answers
from rbench.leaderboards.question_pairs import QuestionPairs, p_of_pair
from rbench.leaderboards.run_entries import run_entries
from tests.harness.fakes import Scripted


def answering(right: Callable[[int], bool]) -> Scripted:
    """Return a model that answers the questions of those numbers right."""

    def reply(call: Call) -> Reply:
        number = int(call.item.id.rpartition("/")[2])
        gold = str(call.item.data["gold"])
        return Reply(text=f"ANSWER: {gold if right(number) else 'ABCDEF'[gold == 'A']}")

    return Scripted(reply)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[SavedRun]:
    """Return runs that are right on 1 to 10, on 1 to 8, and on none of 24 questions."""
    found: list[SavedRun] = []
    for last in (10, 8, 0):
        model = answering(lambda number, last=last: number <= last)  # type: ignore[misc]
        model.settings = {"last": last}
        folder = tmp_path_factory.mktemp("runs")
        (run,) = rbench.evaluate("rbench-t-mini/en", model=model, limit=24, out=folder)
        assert isinstance(run, SavedRun)
        found.append(run)
    return found


def test_the_p_values_of_runs_are_those_of_mcnemar(runs: list[SavedRun]) -> None:
    fresh = [SavedRun(run.path) for run in runs]
    entries = {entry.settings["last"]: entry for entry in run_entries(fresh)}
    pairs = [(entries[10], entries[8]), (entries[10], entries[0]), (entries[8], entries[0])]
    expected = [binomtest(0, k, 0.5).pvalue for k in (2, 10, 8)]
    assert QuestionPairs(fresh).p_values(pairs) == pytest.approx(expected, rel=1e-12)
    # Runs that are open already give the same.
    assert QuestionPairs(runs).p_values(pairs) == pytest.approx(expected, rel=1e-12)


def test_a_run_whose_samples_do_not_give_its_value_is_not_tested(runs: list[SavedRun]) -> None:
    from dataclasses import replace

    first, second, _ = run_entries(runs)
    assert first.headline is not None
    other = replace(first.figures[first.headline], value=0.123)
    edited = replace(first, figures={first.headline: other})
    assert QuestionPairs().p_values([(edited, second)]) == [None]


def test_entries_without_a_run_are_not_tested(runs: list[SavedRun]) -> None:
    from dataclasses import replace

    first, second, _ = run_entries(runs)
    assert QuestionPairs().p_values([(replace(first, path=None), second)]) == [None]
    gone = replace(first, path="no/such/folder")
    assert QuestionPairs().p_values([(gone, second)]) == [None]


def test_many_runs_are_read_through_the_cache(
    runs: list[SavedRun], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(question_pairs, "_MANY", 2)
    first, second, _ = run_entries([SavedRun(run.path) for run in runs])
    before = QuestionPairs().p_values([(first, second)])
    assert len(list((tmp_path / "cache/answers").iterdir())) == 2
    monkeypatch.setattr("rbench.leaderboards.answers.read_answers", lambda path: None)
    assert QuestionPairs().p_values([(first, second)]) == before


def test_the_cache_is_left_when_the_run_changes_and_mended_when_damaged(
    runs: list[SavedRun], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path / "cache"))
    copy = tmp_path / "run"
    shutil.copytree(runs[0].path, copy)
    kept = kept_answers(str(copy))
    assert kept is not None and kept.values.sum() == 10
    (file,) = (tmp_path / "cache/answers").iterdir()
    file.write_text("[[")
    again = kept_answers(str(copy))
    assert again is not None and (again.values == kept.values).all()
    lines = (copy / "calls.jsonl").read_bytes().splitlines(keepends=True)
    (copy / "calls.jsonl").write_bytes(b"".join(lines[1:]))
    fewer = kept_answers(str(copy))
    assert fewer is not None and fewer.values.sum() == 9


def test_a_folder_that_is_no_run_has_no_answers(tmp_path: Path) -> None:
    assert read_answers(str(tmp_path)) is None
    assert kept_answers(str(tmp_path)) is None


def test_single_questions_are_tested_exactly() -> None:
    differences = np.array([1.0] * 7 + [-1.0] * 2 + [0.0] * 11)
    expected = binomtest(2, 9, 0.5).pvalue
    assert p_of_pair(differences, np.arange(20)) == pytest.approx(expected, rel=1e-12)


def test_clusters_of_equal_size_are_tested_by_t_of_their_means() -> None:
    rng = np.random.default_rng(3)
    means = rng.normal(0.2, 0.5, 40)
    differences = np.repeat(means, 2) + np.tile([0.1, -0.1], 40)
    expected = ttest_1samp(means, 0.0).pvalue
    assert p_of_pair(differences, np.repeat(np.arange(40), 2)) == pytest.approx(expected, rel=1e-9)


def test_few_clusters_never_claim_more_than_flipping_their_signs() -> None:
    differences = np.array([0.5, 0.5, 0.5, 0.5, 0.5, 0.0])
    assert p_of_pair(differences, np.array([0, 0, 1, 1, 2, 2])) >= 2**-2
    assert p_of_pair(np.full(6, 0.5), np.array([0, 0, 1, 1, 2, 2])) == 2**-2


def test_no_difference_and_a_single_cluster_say_nothing() -> None:
    assert p_of_pair(np.zeros(6), np.arange(6)) == 1.0
    assert p_of_pair(np.full(6, 0.5), np.zeros(6, dtype=np.intp)) == 1.0


@pytest.mark.parametrize(("count", "size"), [(12, 1), (60, 1), (12, 2), (60, 2)])
def test_equal_models_are_rarely_told_apart(count: int, size: int) -> None:
    rng = np.random.default_rng(count + size)
    clusters = np.repeat(np.arange(count), size)
    rejected, draws = 0, 2000
    for _ in range(draws):
        hard = np.repeat(rng.uniform(size=count), size)
        first, second = (rng.uniform(size=count * size) < hard for _ in range(2))
        rejected += p_of_pair(first.astype(float) - second, clusters) <= 0.05
    # 5 % of 2,000 is 100; three standard deviations of a binomial above it are 129.
    assert rejected <= 129
    assert count == 12 or rejected > 10
