"""Runs as entries: figures, status, copies."""

import shutil
from pathlib import Path
from typing import Any

import pytest

import rbench
from rbench.harness.open_run import open_run
from rbench.harness.saved_run import SavedRun
from rbench.leaderboards.entries import Entry
from rbench.leaderboards.run_entries import BY_HAND, COPY, question_entry, run_entries
from tests.leaderboards.tampering import set_in


def results(**changes: Any) -> dict[str, Any]:
    """Return the results.json of a run of questions."""
    row = {
        "subset": "en", "metric": "accuracy", "value": 0.5, "n": 10, "clusters": 10,
        "ci_low": 0.2, "ci_high": 0.8, "ci_method": "wilson", "low": 0.5, "high": 0.5,
        "no_answer": 1, "truncated": 0, "errored": 0, "unit": "fraction",
        "higher_is_better": True, "note": "",
    }  # fmt: skip
    return {
        "run_id": "quiz/m-1", "status": "complete", "task": "quiz", "model": "openai/m",
        "protocol_id": "q", "protocol": {"samples": 10, "repeats": 1},
        "settings": {"temperature": 0, "top_p": None},
        "outcomes": {"scored": 9, "no_answer": 1, "truncated": 0, "errored": 0},
        "warnings": [], "rows": [row, {**row, "subset": "level:1"}, {**row, "metric": "chance"}],
        **changes,
    }  # fmt: skip


def entry_of(**changes: Any) -> Entry:
    return question_entry(results(**changes), path="runs/quiz/m-1")


def test_every_row_is_a_figure_and_settings_that_are_not_set_are_left_out() -> None:
    entry = entry_of()
    assert list(entry.figures) == [("en", "accuracy"), ("level:1", "accuracy"), ("en", "chance")]
    figure = entry.figures["en", "accuracy"]
    assert (figure.value, figure.n, figure.ci_low, figure.no_answer) == (0.5, 10, 0.2, 1)
    assert entry.settings == {"temperature": 0}
    assert (entry.key, entry.status, entry.headline) == ("quiz/m-1", "complete", ("en", "accuracy"))


def test_the_row_over_all_subsets_ranks_where_there_is_one() -> None:
    row = results()["rows"][0]
    rows = [row, {**row, "subset": "zh"}, {**row, "subset": "mean"}]
    assert entry_of(rows=rows).headline == ("mean", "accuracy")
    assert entry_of(rows=[]).headline is None


def test_what_may_not_be_ranked_says_why() -> None:
    outcomes = {"scored": 7, "no_answer": 0, "truncated": 0, "errored": 3}
    incomplete = entry_of(status="incomplete", outcomes=outcomes)
    assert incomplete.status == "incomplete"
    assert incomplete.notes == ("3 of 10 samples errored or were not asked.",)
    uneven = entry_of(protocol={"samples": 10, "repeats": [1, 2]})
    assert uneven.status == "not comparable" and "unequally often" in uneven.notes[0]


def test_a_run_without_pictures_is_called_blind_and_warnings_are_notes() -> None:
    entry = entry_of(protocol={"images": "omit"}, warnings=["Blind."])
    assert entry.model == "openai/m (blind)" and entry.notes == ("Blind.",)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SavedRun:
    (found,) = rbench.evaluate(
        "rbench-t-mini", model="baseline/first", limit=2, out=tmp_path_factory.mktemp("runs")
    )
    assert isinstance(found, SavedRun)
    return found


def test_a_run_brings_its_date_costs_and_folder(run: SavedRun) -> None:
    (entry,) = run_entries([run])
    assert entry.date.count("-") == 2 and entry.costs["calls"] == 4
    assert entry.path == str(run.path)
    assert entry.headline == ("mean", "accuracy")
    assert len(entry.figures) == len(run.results["rows"])


def test_copies_of_a_run_count_once(run: SavedRun, tmp_path: Path) -> None:
    shutil.copytree(run.path, tmp_path / "copy")
    (entry,) = run_entries([run, SavedRun(run.path), open_run(tmp_path / "copy")])
    assert COPY in entry.notes
    (once,) = run_entries([run, SavedRun(run.path)])
    assert COPY not in once.notes and once.key == entry.key


def test_results_changed_by_hand_are_not_comparable(run: SavedRun, tmp_path: Path) -> None:
    shutil.copytree(run.path, tmp_path / "copy")
    set_in("results.json", "rows", 0, "value", to=0.99)(tmp_path / "copy")
    (entry,) = run_entries([SavedRun(tmp_path / "copy")])
    assert entry.status == "not comparable" and entry.notes[-1] == BY_HAND
    (honest,) = run_entries([run])
    assert honest.status == "complete" and BY_HAND not in honest.notes
    SavedRun(tmp_path / "copy").write_scores()
    (mended,) = run_entries([SavedRun(tmp_path / "copy")])
    assert mended.figures == honest.figures and mended.status == "complete"


@pytest.mark.parametrize("content", ["{", "[]", '{"sessions": 5}', '{"sessions": [7]}'])
def test_what_stands_beside_the_results_may_be_damaged(
    run: SavedRun, tmp_path: Path, content: str
) -> None:
    shutil.copytree(run.path, tmp_path / "copy")
    for name in ("env.json", "costs.json"):
        (tmp_path / "copy" / name).write_text(content)
    (entry,) = run_entries([SavedRun(tmp_path / "copy")])
    (whole,) = run_entries([run])
    assert (entry.date, entry.figures) == ("", whole.figures)


def test_runs_of_one_id_with_other_results_are_told_apart_whatever_their_order(
    run: SavedRun, tmp_path: Path
) -> None:
    shutil.copytree(run.path, tmp_path / "other")
    other = SavedRun(tmp_path / "other")
    other.directory.write_results({**run.results, "seed": 1})
    first, second = run_entries([run, other])
    assert first.key != second.key
    assert all(e.key.startswith(f"{run.results['run_id']}~") for e in (first, second))
    assert all("Another run here has the id" in e.notes[-1] for e in (first, second))
    assert run_entries([other, run]) == (first, second)
