"""Adding runs: each once, verified, under its own name."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import rbench
from rbench.errors import DataError, RunDirectoryError
from rbench.harness.open_run import open_run
from rbench.harness.run_directory import RunDirectory
from rbench.harness.verify.checks import Check, Verification
from rbench.leaderboards.kept import take_in
from rbench.leaderboards.kept.fingerprints import replies_sha256
from rbench.leaderboards.kept.read import kept_entries
from rbench.leaderboards.kept.store import KeptFolder
from rbench.leaderboards.run_entries import run_entries
from tests.leaderboards.compare_runs import run_of
from tests.leaderboards.kept.kept_runs import DAY, added, contents, edited, honest, unfinished
from tests.leaderboards.tampering import copied, files_of, line_in, set_in


@pytest.fixture
def folder(tmp_path: Path) -> KeptFolder:
    return KeptFolder.made(tmp_path / "board")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return honest(tmp_path_factory.mktemp("runs"))


def test_a_kept_run_is_the_entry_of_the_run_with_its_origin_and_history(
    folder: KeptFolder, run: Path
) -> None:
    before = files_of(run)
    done = added(run, folder)
    assert done.changed and done.warnings == ()
    assert done.sentence == f"{done.key}: taken in as re-run, verified."
    assert files_of(run) == before
    (kept,) = kept_entries(folder).entries
    (own,) = run_entries([open_run(run)])
    assert (kept.key, kept.figures, kept.headline) == (own.key, own.figures, own.headline)
    assert (kept.protocol, kept.protocol_id) == (own.protocol, own.protocol_id)
    assert (kept.costs, kept.date, kept.status) == (own.costs, own.date, "complete")
    assert (kept.origin, kept.path) == ("re-run", None)
    assert kept.history == (f"{DAY}: taken in as re-run, verified.",)


def test_the_same_run_on_the_same_day_gives_the_same_bytes(tmp_path: Path, run: Path) -> None:
    first, second = (KeptFolder.made(tmp_path / name) for name in ("one", "two"))
    added(run, first)
    added(run, second)
    assert contents(first) == contents(second)


def test_no_question_and_no_reply_is_kept(folder: KeptFolder, run: Path) -> None:
    added(run, folder)
    text = "".join(content.decode() for content in contents(folder).values())
    items = [json.loads(line) for line in (run / "items.jsonl").read_text().splitlines()]
    assert items
    for item in items:
        assert json.dumps(item["data"]["question"], ensure_ascii=False)[1:40] not in text
    assert "ANSWER:" not in text and str(run.parent) not in text


def test_a_run_that_is_kept_already_changes_nothing(folder: KeptFolder, run: Path) -> None:
    added(run, folder)
    before = contents(folder)
    again = added(run, folder, today="2030-01-01", origin="self-reported")
    assert not again.changed and "is kept already, with these results" in again.sentence
    assert contents(folder) == before


def test_a_run_of_one_id_with_other_results_must_supersede(
    folder: KeptFolder, tmp_path: Path
) -> None:
    run = honest(tmp_path / "runs", limit=2)
    added(run, folder)
    before = contents(folder)
    assert honest(tmp_path / "runs", limit=4) == run
    with pytest.raises(DataError, match=r"other results.*rbench leaderboard supersede .* --reason"):
        added(run, folder)
    assert contents(folder) == before


def test_what_differs_from_its_files_is_refused_however_it_is_called(
    folder: KeptFolder, run: Path, tmp_path: Path
) -> None:
    forged = copied(run, tmp_path)
    set_in("results.json", "rows", 0, "value", to=1.0)(forged)
    for origin in ("re-run", "re-scored", "self-reported"):
        with pytest.raises(DataError, match=r"not taken in: .* differs"):
            added(forged, folder, origin=origin)
    assert folder.known() == []


def test_what_cannot_be_verified_comes_in_as_self_reported_only(
    folder: KeptFolder, run: Path, tmp_path: Path
) -> None:
    half = copied(run, tmp_path)
    (half / "results.json").unlink()
    for origin in ("re-run", "re-scored"):
        with pytest.raises(DataError, match=r"cannot be verified.*--as self-reported"):
            added(half, folder, origin=origin)
    assert "not verified" in added(half, folder, origin="self-reported").sentence
    (entry,) = kept_entries(folder).entries
    assert entry.origin == "self-reported"
    assert any("Self-reported" in note and "cannot be verified" in note for note in entry.notes)


def test_an_incomplete_run_is_kept_below_the_line_and_only_if_asked_for(
    folder: KeptFolder, tmp_path: Path
) -> None:
    run = unfinished(tmp_path / "runs")
    with pytest.raises(DataError, match=r"is incomplete: 5 of 6 samples are scored.*--incomplete"):
        added(run, folder)
    added(run, folder, incomplete=True)
    (entry,) = kept_entries(folder).entries
    assert entry.status == "incomplete"


def test_the_same_replies_under_another_name_are_named(folder: KeptFolder, tmp_path: Path) -> None:
    first = added(honest(tmp_path, "one", skill=2.0), folder)
    second = added(honest(tmp_path, "two", skill=2.0), folder)
    assert first.warnings == () and second.changed
    (warning,) = second.warnings
    assert f"the very same as those of {first.key}" in warning
    entries = {entry.key: entry for entry in kept_entries(folder).entries}
    assert first.key in entries[second.key].history[-1]
    assert len(entries[first.key].history) == 1
    assert added(honest(tmp_path, "three", skill=0.3), folder).warnings == ()


def test_the_same_replies_of_the_same_model_count_once(folder: KeptFolder, tmp_path: Path) -> None:
    first, second = (run_of("baseline/first", tmp_path, limit=2, seed=seed).path for seed in (0, 1))
    assert first.name != second.name
    key = added(first, folder).key
    with pytest.raises(DataError, match=f"adds nothing: {key}, of the same model and protocol"):
        added(second, folder)
    assert folder.known() == [key]


def test_another_seed_of_the_same_model_is_named(folder: KeptFolder, tmp_path: Path) -> None:
    paths = [run_of("baseline/uniform", tmp_path, limit=4, seed=seed).path for seed in (0, 1)]
    first, second = (added(path, folder) for path in paths)
    said = f"another run of the same model, settings and protocol as {first.key}"
    assert first.warnings == () and second.warnings == (f"{second.key}: {said}.",)
    assert said in str(folder.find(second.key).history[-1])
    other = run_of("baseline/uniform", tmp_path, limit=4, repeats=2, seed=2).path
    assert added(other, folder).warnings == ()


@pytest.mark.parametrize("name", ["../../evil/x", "/etc/x", "a/.hidden", "one", "a/b/c", "a\n/b"])
def test_an_id_that_is_no_name_of_a_file_is_refused(folder: KeptFolder, name: str) -> None:
    with pytest.raises(DataError, match="cannot be kept"):
        folder.file_of(name)


def test_what_is_no_run_is_refused(folder: KeptFolder, tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="is not a run"):
        added(tmp_path, folder)


def test_adding_to_a_folder_of_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"")
    with pytest.raises(DataError, match="not empty and no kept leaderboard"):
        KeptFolder.made(tmp_path)
    with pytest.raises(DataError, match=r"holds no kept.json; `rbench leaderboard add RUN --to"):
        KeptFolder.existing(tmp_path)


def test_a_damaged_file_of_the_same_id_is_not_written_over(folder: KeptFolder, run: Path) -> None:
    file = folder.file_of(added(run, folder).key)
    file.write_text("<<<<<<< ours")
    with pytest.raises(DataError, match="is not JSON"):
        added(run, folder)
    assert file.read_text() == "<<<<<<< ours"


def test_a_run_whose_kept_file_was_changed_by_hand_is_not_called_kept(
    folder: KeptFolder, run: Path
) -> None:
    file = folder.file_of(added(run, folder).key)
    edited(file, lambda content: content.update(date="2020-01-01"))
    with pytest.raises(DataError, match="was changed by hand"):
        added(run, folder)


def test_adds_at_the_same_time_all_arrive(tmp_path: Path) -> None:
    runs = [honest(tmp_path / "runs", f"m{i}", 0.2 + 0.2 * i, limit=2) for i in range(3)]
    code = (
        "import sys; from rbench.cli import main; "
        "sys.exit(main(['leaderboard', 'add', sys.argv[1], '--to', sys.argv[2]]))"
    )
    board = tmp_path / "board"
    at_work = [subprocess.Popen([sys.executable, "-c", code, str(run), str(board)]) for run in runs]
    assert [process.wait() for process in at_work] == [0, 0, 0]
    folder = KeptFolder.existing(board)
    assert len(folder.known()) == 3 and kept_entries(folder).faults == ()
    assert not [name for name in contents(folder) if "/." in name or name.startswith(".")]


def test_a_folder_of_hidden_files_is_empty(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".under-way").write_text("of another process")
    assert KeptFolder.made(tmp_path).known() == []
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", ".under-way", "kept.json"]


def test_a_folder_is_made_on_a_file_system_without_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, target: str) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refused)
    assert KeptFolder.made(tmp_path).known() == []
    assert [path.name for path in tmp_path.iterdir()] == ["kept.json"]


def test_of_two_that_make_a_folder_the_second_leaves_the_file_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = KeptFolder.made(tmp_path).path / "kept.json"
    (tmp_path / "quiz").mkdir()
    before, is_file = marker.stat().st_ino, Path.is_file
    looks: list[Path] = []

    def blind_at_first(path: Path) -> bool:
        looks.append(path)
        return len(looks) > 1 and is_file(path)

    monkeypatch.setattr(Path, "is_file", blind_at_first)
    KeptFolder.made(tmp_path)
    assert looks[0] == marker and marker.stat().st_ino == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.json", "quiz"]


def test_a_changed_reply_changes_the_fingerprint_and_a_changed_time_does_not(
    run: Path, tmp_path: Path
) -> None:
    def fingerprint(path: Path) -> str | None:
        return replies_sha256(RunDirectory(path))

    slow, other = copied(run, tmp_path / "slow"), copied(run, tmp_path / "other")
    line_in("calls.jsonl", 0, "reply", "seconds", to=99.0)(slow)
    line_in("calls.jsonl", 0, "reply", "text", to="ANSWER: J")(other)
    assert fingerprint(run) == fingerprint(slow) != fingerprint(other)
    shutil.rmtree(slow)
    assert fingerprint(slow) is None


def test_a_run_that_is_written_while_it_is_verified_is_refused(
    folder: KeptFolder, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = copied(run, tmp_path)
    real = take_in.verify_run

    def meanwhile(path: Path, *, run_task_file: bool) -> Verification:
        verification = real(path, run_task_file=run_task_file)
        line_in("calls.jsonl", 0, "reply", "text", to="ANSWER: J")(busy)
        return verification

    monkeypatch.setattr(take_in, "verify_run", meanwhile)
    with pytest.raises(DataError, match="changed while it was verified"):
        added(busy, folder)
    assert folder.known() == []


def test_a_run_of_images_is_kept_with_the_hash_of_its_features(
    folder: KeptFolder, tmp_path: Path
) -> None:
    (made,) = rbench.evaluate(
        "digits", model="baseline/noise", limit=40, costs=False, out=tmp_path / "runs"
    )
    done = added(made.path, folder)
    kept = folder.find(done.key)
    assert kept.replies_sha256 is not None and set(kept.files) == {
        "plan.json",
        "results.json",
        "shards/",
    }
    assert [(e.key, e.figures, e.status) for e in kept_entries(folder).entries] == [
        (e.key, e.figures, e.status) for e in run_entries([made])
    ]
    assert not added(made.path, folder).changed


@pytest.mark.parametrize(
    "place_and_value",
    [
        (("schema_version",), 99),
        (("rows",), 7),
        (("rows", 0, "value"), "best"),
        (("run_id",), "../../evil"),
        (("run_id",), 7),
        (("outcomes",), []),
        (("protocol",), "none"),
    ],
)
def test_results_that_no_table_can_show_are_not_taken_in(
    folder: KeptFolder,
    run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place_and_value: tuple[tuple[str | int, ...], object],
) -> None:
    unchecked = Verification("", "", (Check("results", "unchecked", "not here"),))
    monkeypatch.setattr(take_in, "verify_run", lambda path, run_task_file: unchecked)
    odd = copied(run, tmp_path)
    place, value = place_and_value
    set_in("results.json", *place, to=value)(odd)
    with pytest.raises((DataError, RunDirectoryError)):
        added(odd, folder, origin="self-reported", incomplete=True)
    assert folder.known() == [] and len(contents(folder)) == 1
