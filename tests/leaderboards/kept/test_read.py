"""Reading kept leaderboards: what was changed by hand, and what is damaged, is told."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rbench.errors import DataError
from rbench.harness.canonical import digest
from rbench.harness.open_run import open_run
from rbench.leaderboards.entries import Entry
from rbench.leaderboards.kept.read import AT_HAND, BY_HAND, beside, kept_entries
from rbench.leaderboards.kept.record import Event, KeptRun, kept_run
from rbench.leaderboards.kept.store import MARKER, KeptFolder
from rbench.leaderboards.make_board import make_board
from rbench.leaderboards.run_entries import run_entries
from tests.leaderboards.image_runs import PROTOCOL, row
from tests.leaderboards.image_runs import results as image_results
from tests.leaderboards.kept.kept_runs import DAY, added, edited, honest


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return honest(tmp_path_factory.mktemp("runs"))


@pytest.fixture
def folder(tmp_path: Path, run: Path) -> KeptFolder:
    made = KeptFolder.made(tmp_path / "board")
    added(run, made)
    return made


def only(folder: KeptFolder) -> Entry:
    (entry,) = kept_entries(folder).entries
    return entry


def the_file(folder: KeptFolder) -> Path:
    (key,) = folder.known()
    return folder.file_of(key)


def resealed(file: Path, change: Callable[[Any], None]) -> None:
    """Change a file as a skilled hand does: with a hash that fits."""

    def seal(content: Any) -> None:
        change(content)
        without = {k: v for k, v in content.items() if k not in ("schema", "sha256")}
        content["sha256"] = digest(without)

    edited(file, seal)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["results"]["rows"][0].update(value=1.0),
        lambda content: content["history"].clear() or content["history"].append(
            {"date": DAY, "what": "added", "sentence": "perfect", "reason": ""}
        ),
        lambda content: content.update(origin="re-scored"),
        lambda content: content.update(sha256="0" * 64),
        lambda content: content.pop("sha256"),
    ],
)  # fmt: skip
def test_an_entry_changed_by_hand_is_not_comparable_and_says_so(
    folder: KeptFolder, change: Callable[[Any], None]
) -> None:
    assert only(folder).status == "complete"
    edited(the_file(folder), change)
    assert only(folder).status == "not comparable" and BY_HAND in only(folder).notes
    board = make_board(kept=kept_entries(folder).entries, published=False).board
    ((group,),) = board.groups.values()
    assert group.ranked == () and len(group.below) == 1


def test_another_order_of_keys_or_spacing_is_no_change(folder: KeptFolder) -> None:
    file = the_file(folder)
    content = json.loads(file.read_text())
    file.write_text(json.dumps(dict(reversed(content.items())), indent=7))
    assert only(folder).status == "complete"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<<<<<<< ours", "is not JSON"),
        ("", "is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"schema": NaN}', "NaN is no JSON"),
        ("[]", "has schema None"),
        ('{"schema": "rbench-kept/2"}', "has schema 'rbench-kept/2', and this rbench reads"),
        ('{"schema": "rbench-kept/1"}', "no entry of a kept leaderboard"),
        ('{"schema": "rbench-kept/1", "history": [], "code": 1}', "no entry of a kept leaderboard"),
    ],
)
def test_a_damaged_file_is_named_and_the_others_are_read(
    folder: KeptFolder, text: str, message: str
) -> None:
    bad = folder.path / "rbench-t-mini" / "other-1.json"
    bad.write_text(text)
    found = kept_entries(folder)
    assert len(found.entries) == 1
    (fault,) = found.faults
    assert fault.startswith(str(bad)) and message in fault


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["results"]["rows"][0].pop("value"),
        lambda content: content["results"]["rows"][0].update(value="best"),
        lambda content: content["results"].update(rows=7),
        lambda content: content["results"].update(task=7),
        lambda content: content["results"].update(protocol=[]),
        lambda content: content["results"].update(schema_version=99),
        lambda content: content.update(origin="published"),
        lambda content: content.update(history=[]),
        lambda content: content["history"][0].update(date="yesterday"),
        lambda content: content["history"][0].update(what="praised"),
        lambda content: content.update(key="rbench-t-mini/elsewhere"),
        lambda content: content.update(intact=True, files=[]),
        lambda record: record["results"]["rows"][0].update(value=10**400),
        lambda record: record["results"]["rows"][0].update(n=2**64),
        lambda record: record["results"]["protocol"].update(metrics="frechet"),
    ],
)  # fmt: skip
def test_a_file_made_up_with_a_hash_that_fits_never_breaks_a_table(
    folder: KeptFolder, change: Callable[[Any], None]
) -> None:
    resealed(the_file(folder), change)
    found = kept_entries(folder)
    assert found.entries == () and len(found.faults) == 1


def test_a_marker_of_another_version_is_told(folder: KeptFolder) -> None:
    (folder.path / MARKER).write_text('{"schema": "rbench-kept/9"}')
    with pytest.raises(DataError, match="'rbench-kept/9', and this rbench reads 'rbench-kept/1'"):
        KeptFolder.existing(folder.path)


def test_other_files_in_the_folder_are_left_alone(folder: KeptFolder) -> None:
    (folder.path / "table.md").write_text("a table")
    (folder.path / "rbench-t-mini" / ".half-written.json").write_text("{")
    assert kept_entries(folder).faults == () and only(folder)


def test_a_kept_run_at_hand_is_one_entry_with_the_folder_of_its_samples(
    folder: KeptFolder, run: Path
) -> None:
    (at_hand,) = run_entries([open_run(run)])
    (entry,) = beside([at_hand], [only(folder)])
    assert entry == replace(only(folder), path=str(run))
    board = make_board([open_run(run)], kept=[only(folder)], published=False).board
    ((group,),) = board.groups.values()
    assert len(group.ranked) == 1


def test_a_run_at_hand_with_other_figures_stands_beside_and_says_so(
    folder: KeptFolder, run: Path
) -> None:
    (at_hand,) = run_entries([open_run(run)])
    changed = replace(at_hand, figures={})
    first, second = beside([changed], [only(folder)])
    assert first.key != second.key and AT_HAND in first.notes and second == only(folder)


def test_a_run_of_images_has_an_entry_for_every_evaluator(folder: KeptFolder) -> None:
    several = image_results(
        run_id="shapes/flow-1",
        protocols={name: {"id": "aaaa", "protocol": PROTOCOL} for name in ("pixels", "other")},
        rows=[row("frechet", 1.5), row("frechet", 2.5, evaluator="other")],
    )
    kept = KeptRun(
        key="shapes/flow-1~abcd",
        origin="re-scored",
        rbench="0",
        verification={"sentence": ""},
        files={},
        replies_sha256=None,
        results_sha256="",
        results=several,
        costs={},
        date=DAY,
        history=(Event(DAY, "added", "taken in"),),
    )
    folder.write(kept)
    keys = [entry.key for entry in kept_entries(folder).entries if entry.task == "shapes"]
    assert keys == ["shapes/flow-1~abcd@other", "shapes/flow-1~abcd@pixels"]
    assert folder.find(keys[0]).key == kept.key


def test_text_that_utf8_cannot_hold_survives(folder: KeptFolder) -> None:
    (key,) = folder.known()
    odd = folder.find(key).then(Event(DAY, "withdrawn", "withdrawn", "half \ud800 <b>|\u202e 汉"))
    assert kept_run(odd.to_bytes(), "there") == odd
