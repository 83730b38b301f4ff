"""What a site leaves in its folder: only what belongs to it, by any number of processes."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rbench.cli import main
from rbench.errors import UsageError
from rbench.harness.cards import Card, load_card
from rbench.harness.open_run import open_run
from rbench.leaderboards import run_report
from rbench.leaderboards.make_board import make_board
from rbench.leaderboards.site import Site, run_pages
from rbench.leaderboards.site.manifest import NAME, listed
from tests.leaderboards.compare_runs import run_of, skilled
from tests.leaderboards.site.boards import small_board, texts, written


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three runs, two of the same protocol."""
    out = tmp_path_factory.mktemp("runs")
    found = [run_of(skilled(name, 0.6), out, limit=3) for name in ("a", "b")]
    return [*(run.path for run in found), run_of(skilled("c", 0.6), out, limit=2).path]


def made(
    runs: list[Path],
    folder: Path,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    *,
    publishable: bool = False,
) -> Site:
    """Write the site of runs as the command line does."""
    opened = [open_run(path) for path in runs]
    site = Site(
        folder,
        "rbench leaderboard",
        opened,
        publishable=publishable,
        workers=workers,
        progress=progress,
    )
    site.write(make_board(opened, read=site.write_runs).board)
    return site


def files(folder: Path) -> set[str]:
    return set(texts(folder))


def test_the_list_names_every_file_but_itself(runs: list[Path], tmp_path: Path) -> None:
    made(runs, tmp_path)
    assert listed(tmp_path) == files(tmp_path) - {NAME}
    names = json.loads((tmp_path / NAME).read_text())["files"]
    assert names == sorted(names)


def test_pages_of_runs_that_are_gone_are_removed(runs: list[Path], tmp_path: Path) -> None:
    made(runs, tmp_path / "site")
    note = tmp_path / "site" / "rbench-t-mini" / runs[0].name / "note.txt"
    note.write_text("mine")
    made(runs[2:], tmp_path / "site")
    made(runs[2:], tmp_path / "fresh")
    assert note.read_text() == "mine"
    assert not (tmp_path / "site" / "rbench-t-mini" / runs[1].name).exists()
    note.unlink()
    assert texts(tmp_path / "site") == texts(tmp_path / "fresh")


@pytest.mark.parametrize(
    "name",
    ["../secret.html", "/secret.html", "quiz/../../secret.html", "note.txt", ".hidden.html",
     "quiz\\secret.html", "link/secret.html", "", "a/b/c/d/e.html", "folder.html"],
)  # fmt: skip
def test_a_changed_list_removes_nothing_else(name: str, tmp_path: Path) -> None:
    site = tmp_path / "site"
    written(small_board(), site)
    (tmp_path / "secret.html").write_text("secret")
    (site / "link").symlink_to(tmp_path, target_is_directory=True)
    (site / "folder.html").mkdir()
    for own in ("note.txt", ".hidden.html", "quiz\\secret.html"):
        (site / own).write_text("mine")
    absolute = str(tmp_path / "secret.html") if name.startswith("/") else name
    about = json.loads((site / NAME).read_text())
    (site / NAME).write_text(json.dumps({**about, "files": [absolute, name, 3, None]}))
    before = files(site)
    written(small_board(), site)
    assert files(site) == before and (site / "folder.html").is_dir()
    assert (tmp_path / "secret.html").read_text() == "secret"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"files": ["a.html"]}', "3", "\0"])
def test_a_list_that_is_damaged_or_not_ours_is_passed_over(text: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(text)
    (tmp_path / "a.html").write_text("mine")
    written(small_board(), tmp_path)
    assert (tmp_path / "a.html").read_text() == "mine"
    assert "index.html" in listed(tmp_path)


def test_a_publishable_site_leaves_no_sample_of_the_one_before(
    runs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept_back(name: str) -> Card:
        return replace(load_card(name), redistribute=False)

    monkeypatch.setattr(run_report, "load_card", kept_back)
    made(runs, tmp_path)
    assert sum("samples-0" in name for name in files(tmp_path)) == 3
    made(runs, tmp_path, publishable=True)
    assert not [name for name in files(tmp_path) if "samples-0" in name]
    assert sum("samples-index" in name for name in files(tmp_path)) == 3


def test_a_publishable_site_leaves_no_sample_of_one_that_was_killed(
    runs: list[Path], tmp_path: Path
) -> None:
    made(runs, tmp_path)
    (tmp_path / NAME).unlink()
    run = tmp_path / "rbench-t-mini" / runs[0].name
    (run / "samples-007.js").write_text("of a site without a list")
    (run / "mine.js").write_text("of the reader")
    made(runs, tmp_path)
    assert not (run / "samples-007.js").exists() and (run / "samples-000.js").exists()
    assert (run / "mine.js").read_text() == "of the reader"


def test_a_publishable_site_is_not_written_beside_samples_that_no_list_names(
    runs: list[Path], tmp_path: Path
) -> None:
    made(runs, tmp_path)
    (tmp_path / NAME).unlink()
    before = texts(tmp_path)
    with pytest.raises(UsageError, match=rf"{runs[0].name}/samples-000.js.* give an empty folder"):
        made(runs[1:], tmp_path, publishable=True)
    assert texts(tmp_path) == before
    made(runs, tmp_path, publishable=True)  # all of them are named now


def test_a_damaged_run_costs_its_own_page_alone(runs: list[Path], tmp_path: Path) -> None:
    copies = [Path(shutil.copytree(path, tmp_path / "runs" / path.name)) for path in runs]
    (copies[0] / "env.json").write_text('{"sessions": [{"command": 7}]}')
    site = made(copies, tmp_path / "site")
    pages = {folder.rpartition("/")[2] for folder in site.run_pages.folders}
    (fault,) = site.run_pages.faults
    assert str(copies[0]) in fault and "not such as a run writes" in fault
    assert pages == {path.name for path in copies[1:]}
    there = {path.name for path in (tmp_path / "site" / "rbench-t-mini").iterdir() if path.is_dir()}
    assert there == pages


def test_a_run_that_does_not_say_on_what_it_was_made_has_its_page(
    runs: list[Path], tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(runs[0], tmp_path / "runs" / runs[0].name))
    for content in ('{"sessions": 7}', '{"sessions": [true]}', "[]", '{"seconds": 1e999}'):
        (copy / "env.json").write_text(content)
        (copy / "costs.json").write_text(content)
        site = made([copy], tmp_path / "site")
        assert len(site.run_pages.folders) == 1 and site.run_pages.faults == ()


def test_any_number_of_processes_gives_the_same_bytes(
    runs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_pages, "MANY", 2)
    one, two = made(runs, tmp_path / "one"), made(runs, tmp_path / "two", workers=2)
    assert texts(tmp_path / "one") == texts(tmp_path / "two")
    answers = [{p: a.values.tolist() for p, a in s.run_pages.answers.items()} for s in (one, two)]
    assert answers[0] == answers[1] and set(answers[0]) == {str(path) for path in runs}


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_site_is_made_whole(
    workers: int, runs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run_pages, "MANY", 2)
    with pytest.raises(KeyboardInterrupt):
        made(runs, tmp_path / "site", workers, interrupt)
    there = files(tmp_path / "site")
    assert "index.html" not in there and any("samples-000.js" in name for name in there)
    assert listed(tmp_path / "site") == there - {NAME}
    made(runs[2:], tmp_path / "site")
    made(runs[2:], tmp_path / "fresh")
    assert texts(tmp_path / "site") == texts(tmp_path / "fresh")


def test_a_run_whose_samples_cannot_be_read_has_no_page_and_is_named(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in runs:
        shutil.copytree(path, tmp_path / "runs" / path.name)
    broken = tmp_path / "runs" / runs[0].name
    (broken / "calls.jsonl").write_text("{}\n" + (broken / "calls.jsonl").read_text())
    arguments = ["leaderboard", str(tmp_path / "runs"), "--format", "html", "-o"]
    assert main([*arguments, str(tmp_path / "site")]) == 3
    error = capsys.readouterr().err
    assert error.count("rbench: no page:") == 1 and str(broken / "calls.jsonl") in error
    task = tmp_path / "site" / "rbench-t-mini"
    assert not (task / broken.name).exists() and (task / runs[1].name / "index.html").is_file()
    assert f'href="{broken.name}/index.html"' not in (task / "index.html").read_text()


def test_an_interrupt_is_said_in_a_sentence(
    runs: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Site, "write_runs", interrupt)
    arguments = ["leaderboard", str(runs[0]), "--format", "html", "-o", str(tmp_path)]
    assert main(arguments) == 130
    assert capsys.readouterr().err == "\nrbench: leaderboard was interrupted.\n"
