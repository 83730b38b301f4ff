"""Withdrawing and superseding: the entry stays, with its history, and no longer ranks."""

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

from rbench.errors import DataError, UsageError
from rbench.leaderboards.board import build_board
from rbench.leaderboards.entries import Entry
from rbench.leaderboards.kept.changes import supersede, withdraw
from rbench.leaderboards.kept.read import kept_entries
from rbench.leaderboards.kept.record import KeptRun
from rbench.leaderboards.kept.store import MARKER, KeptFolder
from tests.leaderboards.compare_runs import run_of, skilled
from tests.leaderboards.kept.kept_runs import DAY, LATER, added, contents, edited, honest


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs")
    for name, skill in (("clever", 0.7), ("slow", 0.3)):
        honest(out, name, skill)
    return out / "rbench-t-mini"


@pytest.fixture
def folder(tmp_path: Path, runs: Path) -> KeptFolder:
    made = KeptFolder.made(tmp_path / "board")
    for run in sorted(runs.iterdir()):
        added(run, made)
    return made


def entry(folder: KeptFolder, key: str) -> Entry:
    (found,) = [one for one in kept_entries(folder).entries if one.key == key]
    return found


def test_a_withdrawn_entry_stays_below_the_line_with_its_reason(folder: KeptFolder) -> None:
    first, second = folder.known()
    withdraw(folder, first, reason="the prompt held\n the answer", today=LATER)
    found = entry(folder, first)
    assert found.status == "withdrawn" and found.figures
    assert found.history == (
        f"{DAY}: taken in as re-run, verified.",
        f"{LATER}: withdrawn: the prompt held the answer.",
    )
    ((group,),) = build_board(kept_entries(folder).entries).groups.values()
    assert [ranked.entry.key for ranked in group.ranked] == [second]
    assert [(ranked.entry.key, ranked.why) for ranked in group.below] == [
        (first, found.history[-1])
    ]


def test_a_superseded_entry_names_what_stands_in_its_place(folder: KeptFolder) -> None:
    old, new = folder.known()
    supersede(folder, old, new, reason="Better seed.", today=LATER)
    assert entry(folder, old).status == "superseded"
    assert entry(folder, old).history[-1] == f"{LATER}: superseded by {new}: Better seed."
    assert entry(folder, new).status == "complete"
    assert entry(folder, new).history[-1] == (
        f"{LATER}: stands in the place of {old}: Better seed."
    )


def test_a_run_of_the_same_id_supersedes_under_a_key_of_its_own(tmp_path: Path) -> None:
    folder = KeptFolder.made(tmp_path / "board")
    run = honest(tmp_path / "runs", limit=2)
    old = added(run, folder).key
    honest(tmp_path / "runs", limit=4)
    supersede(folder, old, str(run), reason="all questions", today=LATER)
    assert len(folder.known()) == 2
    (new,) = set(folder.known()) - {old}
    assert new.startswith(f"{old}~")
    assert entry(folder, old).status == "superseded" and entry(folder, new).status == "complete"
    assert entry(folder, old).protocol["samples"] == 4
    assert entry(folder, new).protocol["samples"] == 8
    assert not added(run, folder).changed


def test_history_is_only_ever_added_to(folder: KeptFolder) -> None:
    old, new = folder.known()
    before = entry(folder, old).history
    supersede(folder, old, new, reason="one", today=LATER)
    between = entry(folder, old).history
    withdraw(folder, old, reason="two", today=LATER)
    after = entry(folder, old).history
    assert between[: len(before)] == before and after[: len(between)] == between
    assert entry(folder, old).status == "withdrawn"


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_a_change_needs_a_reason(folder: KeptFolder, reason: str) -> None:
    old, new = folder.known()
    before = contents(folder)
    for change in (
        lambda: withdraw(folder, old, reason=reason, today=LATER),
        lambda: supersede(folder, old, new, reason=reason, today=LATER),
    ):
        with pytest.raises(UsageError, match="--reason is empty"):
            change()
    assert contents(folder) == before


def refusals() -> dict[str, tuple[Callable[[KeptFolder, str, str], object], str]]:
    def act(what: Callable[..., object], *keys: str) -> object:
        return what(*keys, reason="r", today=LATER)

    return {
        "an unknown key": (
            lambda folder, old, new: act(withdraw, folder, old[:-1]),
            "keeps no .*did you mean",
        ),
        "an unknown successor": (
            lambda folder, old, new: act(supersede, folder, old, "nobody"),
            "keeps no 'nobody'",
        ),
        "itself": (lambda folder, old, new: act(supersede, folder, old, old), "itself"),
        "withdrawn twice": (
            lambda folder, old, new: [act(withdraw, folder, old) for _ in range(2)],
            "is withdrawn already. 2026-03-04: withdrawn: r.",
        ),
        "superseded twice": (
            lambda folder, old, new: [act(supersede, folder, old, new) for _ in range(2)],
            "is superseded already",
        ),
        "by a withdrawn one": (
            lambda folder, old, new: [
                act(withdraw, folder, new),
                act(supersede, folder, old, new),
            ],
            "stands for nothing",
        ),
        "in a circle": (
            lambda folder, old, new: [
                act(supersede, folder, old, new),
                act(supersede, folder, new, old),
            ],
            "stands for nothing",
        ),
    }


@pytest.mark.parametrize("case", refusals())
def test_what_makes_no_sense_is_refused(folder: KeptFolder, case: str) -> None:
    old, new = folder.known()
    do, message = refusals()[case]
    with pytest.raises(UsageError, match=message):
        do(folder, old, new)


def test_entries_of_two_tasks_do_not_stand_for_each_other(
    folder: KeptFolder, tmp_path: Path
) -> None:
    other = run_of(skilled("clever", 0.7), tmp_path, task="rbench-v-mini", limit=1).path
    key = added(other, folder).key
    with pytest.raises(UsageError, match="of the tasks rbench-v-mini and rbench-t-mini"):
        supersede(folder, folder.known()[0], key, reason="r", today=LATER)


def test_a_file_that_was_changed_by_hand_is_not_sealed_again(folder: KeptFolder) -> None:
    key, _ = folder.known()
    edited(folder.file_of(key), lambda content: content["results"].update(model="best"))
    before = contents(folder)
    with pytest.raises(DataError, match=r"was changed by hand.*restore"):
        withdraw(folder, key, reason="r", today=LATER)
    assert contents(folder) == before


def test_a_run_that_is_kept_is_named_by_its_key_to_supersede(
    folder: KeptFolder, runs: Path
) -> None:
    old, new = folder.known()
    (run,) = [run for run in runs.iterdir() if new.endswith(run.name)]
    with pytest.raises(UsageError, match=f"is kept already, with these results: name {new}"):
        supersede(folder, old, str(run), reason="r", today=LATER)


def test_whatever_is_written_is_written_while_the_folder_is_held(
    folder: KeptFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []
    real = KeptFolder.write

    def watched(self: KeptFolder, run: KeptRun) -> None:
        with (self.path / MARKER).open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held.append(run.key)
        real(self, run)

    monkeypatch.setattr(KeptFolder, "write", watched)
    old, new = folder.known()
    supersede(folder, old, new, reason="r", today=LATER)
    withdraw(folder, old, reason="r", today=LATER)
    third = added(honest(tmp_path, "third", 0.5), folder).key
    assert held == [new, old, old, third]


def test_replies_of_a_withdrawn_entry_may_come_in_under_another_id(tmp_path: Path) -> None:
    folder = KeptFolder.made(tmp_path / "board")
    first, second = (
        run_of("baseline/first", tmp_path / "runs", limit=2, seed=seed).path for seed in (0, 1)
    )
    withdraw(folder, added(first, folder).key, reason="wrong seed", today=LATER)
    assert added(second, folder).changed
