"""Records in a kept leaderboard: self-reported for all to see, ranked by their protocol alone."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rbench.errors import DataError
from rbench.harness.open_run import open_run
from rbench.leaderboards.entries import Entry, Figure
from rbench.leaderboards.every_eval_ever.aggregate import aggregate
from rbench.leaderboards.every_eval_ever.kept_form import UNCHECKED
from rbench.leaderboards.kept.add import add_record
from rbench.leaderboards.kept.changes import supersede, withdraw
from rbench.leaderboards.kept.read import BY_HAND, SELF_REPORTED, kept_entries
from rbench.leaderboards.kept.store import KeptFolder
from rbench.leaderboards.make_board import make_board
from rbench.leaderboards.published_entries import published_entries
from rbench.leaderboards.run_entries import run_entries
from tests.leaderboards.every_eval_ever.made import file_of, own, stated
from tests.leaderboards.kept.kept_runs import DAY, LATER, added, contents, edited, honest


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return honest(tmp_path_factory.mktemp("runs"))


@pytest.fixture
def folder(tmp_path: Path) -> KeptFolder:
    return KeptFolder.made(tmp_path / "board")


def only(folder: KeptFolder) -> Entry:
    (entry,) = kept_entries(folder).entries
    return entry


def as_sent(run: Path, **changes: object) -> Entry:
    """Return the entry of a run as somebody else may send it."""
    (entry,) = run_entries([open_run(run)])
    return replace(entry, **changes)  # type: ignore[arg-type]


def test_a_record_is_kept_as_self_reported(tmp_path: Path, folder: KeptFolder) -> None:
    found = add_record(file_of(tmp_path, stated()), folder, today=DAY)
    entry = only(folder)
    assert found.key == entry.key and found.changed
    assert (entry.origin, entry.status) == ("self-reported", "complete")
    assert entry.notes[-1] == f"{SELF_REPORTED} {UNCHECKED}"
    assert entry.history == (f"{DAY}: taken in as self-reported, not verified.",)


def test_the_same_record_again_changes_nothing(tmp_path: Path, folder: KeptFolder) -> None:
    path = file_of(tmp_path, stated())
    add_record(path, folder, today=DAY)
    before = contents(folder)
    found = add_record(path, folder, today=LATER)
    assert not found.changed and "nothing changed" in found.sentence
    assert contents(folder) == before


def test_other_figures_under_one_name_must_supersede(tmp_path: Path, folder: KeptFolder) -> None:
    old = add_record(file_of(tmp_path, stated()), folder, today=DAY).key
    record = stated()
    record["evaluation_results"][0]["score_details"]["score"] = 0.5
    path = file_of(tmp_path, record)
    with pytest.raises(DataError, match="kept with other results"):
        add_record(path, folder, today=DAY)
    supersede(folder, old, str(path), reason="corrected", today=LATER)
    statuses = {e.status: e.figures["", "exact_match"].value for e in kept_entries(folder).entries}
    assert statuses == {"superseded": 0.625, "complete": 0.5}


def test_a_record_can_be_withdrawn_and_a_hand_is_seen(tmp_path: Path, folder: KeptFolder) -> None:
    key = add_record(file_of(tmp_path, stated()), folder, today=DAY).key
    withdraw(folder, key, reason="odd", today=LATER)
    assert only(folder).status == "withdrawn"
    edited(folder.file_of(key), lambda r: r["results"]["figures"][0].update(value=0.99))
    assert (only(folder).status, only(folder).notes[-1]) == ("not comparable", BY_HAND)


def test_a_file_that_was_made_up_is_named(tmp_path: Path, folder: KeptFolder) -> None:
    key = add_record(file_of(tmp_path, stated()), folder, today=DAY).key
    for name, value in (("figures", 3), ("info", {"age": 3}), ("headline", 7)):
        record = json.loads(folder.file_of(key).read_bytes())
        edited(folder.file_of(key), lambda r, n=name, v=value: r["results"].update({n: v}))
        assert "none that this rbench reads" in kept_entries(folder).faults[0]
        folder.file_of(key).write_text(json.dumps(record), encoding="utf-8")


def test_a_run_of_the_same_protocol_ranks_with_ours_and_stays_marked(
    tmp_path: Path, run: Path, folder: KeptFolder
) -> None:
    added(run, folder)
    sent = as_sent(run, key="rbench-t-mini/other-0000", model="openai/other")
    add_record(file_of(tmp_path, aggregate(sent)), folder, today=DAY)
    board = make_board(kept=kept_entries(folder).entries, published=False).board
    (group,) = board.groups["rbench-t-mini"]
    assert {r.entry.model: r.entry.origin for r in group.ranked} == {
        sent.model: "self-reported",
        as_sent(run).model: "re-run",
    }


def test_a_claim_of_our_task_by_others_has_a_group_of_its_own(
    tmp_path: Path, run: Path, folder: KeptFolder
) -> None:
    added(run, folder)
    record = stated(evaluation_id="rbench-t-mini/acme/m-1/1770000000")
    add_record(file_of(tmp_path, record), folder, today=DAY)
    board = make_board(kept=kept_entries(folder).entries, published=False).board
    ours, theirs = board.groups["rbench-t-mini"]
    assert [r.entry.origin for r in ours.ranked] == ["re-run"]
    assert [r.entry.origin for r in theirs.ranked] == ["self-reported"]
    assert "as stated by A leaderboard, Somebody" in theirs.title


def test_a_protocol_that_is_not_its_id_is_refused(
    tmp_path: Path, run: Path, folder: KeptFolder
) -> None:
    sent = as_sent(run, protocol={**as_sent(run).protocol, "prompt": "an easier one"})
    with pytest.raises(DataError, match="rbench_protocol_id is"):
        add_record(file_of(tmp_path, aggregate(sent)), folder, today=DAY)
    assert folder.known() == []


def test_the_record_of_a_run_that_is_kept_is_refused(
    tmp_path: Path, run: Path, folder: KeptFolder
) -> None:
    added(run, folder)
    with pytest.raises(DataError, match="kept with other results"):
        add_record(file_of(tmp_path, aggregate(as_sent(run))), folder, today=DAY)


def test_a_published_entry_of_rbench_adds_nothing(tmp_path: Path, folder: KeptFolder) -> None:
    made = published_entries("rbench-v")[0]
    with pytest.raises(DataError, match="adds nothing: it is the published entry"):
        add_record(file_of(tmp_path, aggregate(made)), folder, today=DAY)
    other = replace(made, key="published-000000000000")
    assert add_record(file_of(tmp_path, aggregate(other)), folder, today=DAY).changed


def test_the_figures_of_a_kept_record_are_those_that_went_out(
    tmp_path: Path, folder: KeptFolder
) -> None:
    figure = Figure(
        value=0.1,
        unit="fraction",
        higher_is_better=None,
        n=3,
        ci_low=0.05,
        ci_high=0.2,
        ci_method="wilson",
        errored=1,
        note="n",
        findings=("f",),
    )
    made = own(figures={("math", "chance"): figure}, headline=None)
    add_record(file_of(tmp_path, aggregate(made)), folder, today=DAY)
    assert only(folder).figures == made.figures
    assert (only(folder).protocol, only(folder).settings) == (made.protocol, made.settings)
