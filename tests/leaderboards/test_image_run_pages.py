"""Which pages are written of image runs, and that they hold what the runs hold."""

from pathlib import Path

import pytest

import rbench
from rbench.cli.print_results import print_results
from rbench.harness.images.saved_image_run import SavedImageRun
from rbench.leaderboards.board_table_md import board_md
from rbench.leaderboards.image_runs import shown_run
from rbench.leaderboards.make_board import make_board
from rbench.leaderboards.run_report import write_reports
from tests.harness.fakes import Scripted


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[SavedImageRun]:
    models = ["baseline/noise", "baseline/train"]
    found = rbench.evaluate("digits", model=models, limit=70, out=tmp_path_factory.mktemp("runs"))
    return [run for run in found if isinstance(run, SavedImageRun)]


def test_every_run_has_a_page_and_all_of_a_task_have_one_together(
    runs: list[SavedImageRun],
) -> None:
    pages = write_reports(runs)
    together = runs[0].path.parent / "report.html"
    assert pages == [*(run.path / "report.html" for run in runs), together]
    names = ("baseline/<wbr>noise", "baseline/<wbr>train")
    assert all(name in together.read_text() for name in names)
    assert names[1] not in pages[0].read_text()
    assert write_reports(runs[:1]) == pages[:1]


def test_writing_again_gives_the_same_pages(runs: list[SavedImageRun]) -> None:
    before = [page.read_bytes() for page in write_reports(runs)]
    again = write_reports([SavedImageRun(run.path) for run in runs])
    assert [page.read_bytes() for page in again] == before


def test_a_page_shows_the_first_samples_and_what_was_measured(runs: list[SavedImageRun]) -> None:
    shown = shown_run(runs[1])
    assert shown.images.shape == (64, 8, 8, 1)
    assert (shown.images == runs[1].images(64)).all()
    assert shown.labels is None and shown.real
    assert not shown_run(runs[0]).real
    assert shown.neighbours is not None
    assert set(shown.neighbours.distances) == {0.0}
    assert (shown.neighbours.samples == shown.neighbours.neighbours).all()
    html = (write_reports(runs[1:])[0]).read_text()
    assert runs[1].results["protocol_id"] in html
    assert "70 samples where the protocol has" in html
    assert "16 of these 16 samples are training images, to the bit." in html


def test_runs_of_both_kinds_get_their_pages_tables_and_ranks(
    runs: list[SavedImageRun], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from rbench.harness.types import Reply

    answers = Scripted(lambda call: Reply(text="ANSWER: A"))
    (questions,) = rbench.evaluate("rbench-t-mini", model=answers, limit=2, out=tmp_path)
    mixed = [runs[0], questions]
    assert set(write_reports(mixed)) == {run.path / "report.html" for run in mixed}
    print_results(mixed)
    out = capsys.readouterr().out
    assert "rbench-t-mini" in out and "accuracy %" in out
    assert "digits" in out and "| frechet" in out
    board = board_md(make_board(mixed).board)
    assert "## rbench-t-mini" in board and "## digits: pixels" in board
    assert "not comparable" in board
