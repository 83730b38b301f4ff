"""What differs between two boards: every change is found once, with both values and its size."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rbench.errors import DataError, RunDirectoryError, UsageError
from rbench.leaderboards.board import build_board
from rbench.leaderboards.board_table_json import board_json
from rbench.leaderboards.entries import Entry
from rbench.leaderboards.kept.changes import withdraw
from rbench.leaderboards.kept.diff import BoardDiff, board_diff
from rbench.leaderboards.kept.diff_text import diff_json, diff_md
from rbench.leaderboards.kept.sides import Side, read_side
from rbench.leaderboards.kept.store import KeptFolder
from tests.leaderboards.board_entries import COLUMN, entry, figure, published
from tests.leaderboards.kept.kept_runs import LATER, added, honest


def side(tmp_path: Path, name: str, *entries: Entry) -> Side:
    file = tmp_path / f"{name}.json"
    file.write_text(board_json(build_board(entries)), encoding="utf-8")
    return replace(read_side(str(file)), name=name)


def difference(tmp_path: Path, old: list[Entry], new: list[Entry]) -> BoardDiff:
    return board_diff(side(tmp_path, "old", *old), side(tmp_path, "new", *new))


def told(diff: BoardDiff) -> list[tuple[Any, ...]]:
    return [(c.kind, c.model, c.what, c.old, c.new) for c in diff.changes]


def test_a_board_does_not_differ_from_itself(tmp_path: Path) -> None:
    entries = [entry("a"), entry("b", None), published()]
    diff = difference(tmp_path, entries, entries[::-1])
    assert not diff.differs and diff.same == 3
    assert diff_md(diff) == "No difference between old and new: 3 entries."


def test_entries_that_came_and_went_are_named(tmp_path: Path) -> None:
    diff = difference(tmp_path, [entry("a"), entry("b")], [entry("b"), entry("c")])
    assert [line.model for line in diff.added] == ["c"]
    assert [line.model for line in diff.removed] == ["a"]
    assert diff.changes == () and diff.differs and diff.same == 1


def test_swapping_the_sides_swaps_what_is_told(tmp_path: Path) -> None:
    old, new = [entry("a", 0.5), entry("b")], [entry("a", 0.25), entry("c")]
    there, back = difference(tmp_path, old, new), difference(tmp_path, new, old)
    assert (there.added, there.removed) == (back.removed, back.added)
    for one, other in zip(there.changes, back.changes, strict=True):
        assert (one.old, one.new) == (other.new, other.old)
        assert one.by == (None if other.by is None else -other.by)


def test_a_changed_figure_has_both_values_and_by_how_much(tmp_path: Path) -> None:
    old = entry("a", figures={COLUMN: figure(0.5, 0.05)})
    new = entry("a", figures={COLUMN: figure(0.75, None, n=401)})
    diff = difference(tmp_path, [old], [new])
    changes = {change.what: change for change in diff.changes}
    value = changes["overall accuracy"]
    assert (value.old, value.new, value.by, value.unit) == (0.5, 0.75, 0.25, "fraction")
    assert changes["overall accuracy: n"].by == 1
    assert (changes["overall accuracy: ci_low"].old, changes["overall accuracy: ci_low"].by) == (
        0.45,
        None,
    )
    text = diff_md(diff)
    assert "## Changed figures" in text and "+0.25" in text


def test_the_smallest_change_is_seen_and_can_be_told_apart(tmp_path: Path) -> None:
    diff = difference(tmp_path, [entry("a", 0.1, None)], [entry("a", 0.1 + 1e-16, None)])
    (row,) = [line for line in diff_md(diff).splitlines() if "| overall accuracy  " in line]
    cells = [cell.strip() for cell in row.split("|")]
    assert cells[4] != cells[5]


def test_a_figure_that_came_went_or_lost_its_value_is_told(tmp_path: Path) -> None:
    extra = ("math", "accuracy")
    with_it = entry("a", figures={COLUMN: figure(), extra: figure(0.25)})
    without = entry("a", figures={COLUMN: figure()})
    assert told(difference(tmp_path, [without], [with_it])) == [
        ("figure", "a", "math accuracy", "not there", 0.25)
    ]
    assert told(difference(tmp_path, [with_it], [without])) == [
        ("figure", "a", "math accuracy", 0.25, "not there")
    ]


def test_a_changed_status_and_the_tiers_that_follow_are_told(tmp_path: Path) -> None:
    old = [entry("a", 0.9), entry("b", 0.1)]
    new = [replace(old[0], status="withdrawn", history=("gone",)), old[1]]
    assert told(difference(tmp_path, old, new)) == [
        ("status", "a", "status", "complete", "withdrawn"),
        ("tier", "a", "tier", 1, None),
        ("tier", "b", "tier", 2, 1),
    ]


def test_another_protocol_or_origin_under_one_key_is_told(tmp_path: Path) -> None:
    old, new = entry("a", origin="re-run"), entry("a", origin="self-reported", protocol_id="bbbb")
    assert told(difference(tmp_path, [old], [new])) == [
        ("about", "a", "protocol_id", "aaaaaaaaaaaa", "bbbb"),
        ("about", "a", "origin", "re-run", "self-reported"),
    ]
    at_hand = entry("a", origin="run")
    assert not difference(tmp_path, [old], [at_hand]).differs


def test_names_are_text_in_the_tables_and_json_holds_all(tmp_path: Path) -> None:
    name = "<b>|x|</b> \u202e汉"
    diff = difference(tmp_path, [entry("a", 0.5)], [entry("a", 0.75), entry(name, key="k|<i>")])
    text = diff_md(diff)
    assert "<b>" not in text.replace("\\<b\\>", "") and "\\|x\\|" in text and "\u202e" not in text
    values = json.loads(diff_json(diff))
    assert values["schema"] == "rbench-leaderboard-diff/1" and values["differs"]
    assert values["added"][0]["model"] == name
    assert values["changes"][0]["by"] == 0.25


def test_a_kept_leaderboard_and_its_runs_do_not_differ_until_something_is_done(
    tmp_path: Path,
) -> None:
    folder = KeptFolder.made(tmp_path / "board")
    runs = [honest(tmp_path / "runs", name, skill) for name, skill in (("a", 0.9), ("b", 0.1))]
    for run in runs:
        added(run, folder)

    def now() -> BoardDiff:
        return board_diff(read_side(str(folder.path)), read_side(str(tmp_path / "runs")))

    assert not now().differs and now().same == 2
    first = folder.known()[0]
    withdraw(folder, first, reason="r", today=LATER)
    assert ("status", "withdrawn", "complete") in [(c.kind, c.old, c.new) for c in now().changes]
    shutil.rmtree(runs[1])
    assert [line.key.partition("/")[2] for line in now().removed] == [runs[1].name]
    assert now().added == ()


def test_a_damaged_file_is_a_difference(tmp_path: Path) -> None:
    folder = KeptFolder.made(tmp_path / "board")
    file = folder.file_of(added(honest(tmp_path / "runs"), folder).key)
    file.write_text("{")
    diff = board_diff(read_side(str(folder.path)), read_side(str(folder.path)))
    assert diff.differs and "## Cannot be read" in diff_md(diff)


def test_published_figures_count_only_between_exported_boards(tmp_path: Path) -> None:
    assert difference(tmp_path, [published()], []).differs
    KeptFolder.made(tmp_path / "board")
    exported = side(tmp_path, "old", published())
    assert not board_diff(exported, read_side(str(tmp_path / "board"))).differs


def test_what_is_no_board_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not there"):
        read_side(str(tmp_path / "none"))
    with pytest.raises(RunDirectoryError, match="there is no run"):
        read_side(str(tmp_path))
    file = tmp_path / "board.json"
    for text, message in (
        ("{", "is not JSON"),
        ("[]", "has schema None"),
        ('{"schema": "rbench-leaderboard/9"}', "'rbench-leaderboard/9', and this rbench reads"),
        ('{"schema": "rbench-leaderboard/1"}', "is no board"),
        ('{"schema": "rbench-leaderboard/1", "tasks": {"t": [7]}}', "is no board"),
    ):
        file.write_text(text)
        with pytest.raises(DataError, match=message):
            read_side(str(file))
