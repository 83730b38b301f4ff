"""A site made from runs by the command line: their pages, linked from tables and to each other."""

import json
import re
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.command import Command

from rbench.cli import main
from rbench.leaderboards.make_board import make_board
from rbench.leaderboards.site import write_site
from tests.leaderboards.compare_runs import run_of, skilled


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs")
    for name, skill in (("good", 0.9), ("poor", 0.3)):
        run_of(skilled(name, skill), out, limit=12)
    return out


@pytest.fixture(scope="module")
def site(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "new"
    assert main(["leaderboard", str(runs), "--format", "html", "-o", str(folder)]) == 0
    return folder


def test_every_run_has_a_page_that_its_row_links_to(site: Path, runs: Path) -> None:
    text = (site / "rbench-t-mini" / "index.html").read_text()
    folders = sorted(path.parent.name for path in runs.rglob("results.json"))
    assert len(folders) == 2
    for folder in folders:
        assert text.count(f'href="{folder}/index.html"') == 2  # at the model and at the run
        assert (site / "rbench-t-mini" / folder / "index.html").is_file()


def test_a_run_page_knows_the_other_runs_of_its_task(site: Path, runs: Path) -> None:
    first, second = sorted(path.parent.name for path in runs.rglob("results.json"))
    page = (site / "rbench-t-mini" / first / "index.html").read_text()
    found = re.search(r'<script type="application/json" id="run">(.*?)</script>', page)
    assert found is not None
    assert [other["folder"] for other in json.loads(found[1])["others"]] == [f"../{second}"]


def test_runs_that_are_not_on_the_board_get_no_page(runs: Path, tmp_path: Path) -> None:
    write_site(make_board(task="rbench-v").board, [], tmp_path)
    assert not (tmp_path / "rbench-t-mini").exists()


def test_the_command_is_on_the_page_and_keeps_publishable(runs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    arguments = ["leaderboard", str(runs), "--format", "html", "-o", str(folder), "--publishable"]
    assert main(arguments) == 0
    text = (folder / "rbench-t-mini" / "index.html").read_text()
    assert f"rbench leaderboard {runs} --format html -o {folder} --publishable" in text


@pytest.fixture(scope="module")
def kept_site(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of a kept leaderboard: the first run is withdrawn, the second self-reported."""
    kept = tmp_path_factory.mktemp("kept") / "board"
    first, second = sorted(path.parent for path in runs.rglob("results.json"))
    assert main(["leaderboard", "add", str(first), "--to", str(kept)]) == 0
    reported = ["leaderboard", "add", str(second), "--as", "self-reported", "--to", str(kept)]
    assert main(reported) == 0
    key = f"rbench-t-mini/{first.name}"
    assert main(["leaderboard", "withdraw", key, "--reason", "A bug <b>.", "--in", str(kept)]) == 0
    site = kept.parent / "site"
    arguments = ["leaderboard", str(runs), "--kept", str(kept), "--format", "html", "-o", str(site)]
    assert main(arguments) == 0
    return site / "rbench-t-mini"


def test_the_page_of_a_run_says_what_became_of_it(kept_site: Path) -> None:
    gone, reported = (p.read_text() for p in sorted(kept_site.glob("*/index.html")))
    history = gone.partition('aria-labelledby="became"')[2].partition("</ol>")[0]
    assert history.index("taken in as re-run, verified") < history.index("A bug &lt;b&gt;.")
    assert "<strong>This run is withdrawn.</strong>" in gone and "Self-reported" not in gone
    assert "<strong>Self-reported.</strong>" in reported and "This run is" not in reported
    assert "taken in as self-reported" in reported


def test_the_page_of_a_run_at_hand_has_no_history(site: Path, runs: Path) -> None:
    for folder in (path.parent.name for path in runs.rglob("results.json")):
        text = (site / "rbench-t-mini" / folder / "index.html").read_text()
        assert "became" not in text and "Self-reported" not in text


def test_the_table_of_a_kept_leaderboard_says_it_too(kept_site: Path) -> None:
    text = (kept_site / "index.html").read_text()
    assert "A bug &lt;b&gt;." in text.partition("History of the entries")[2]
    assert "Not ranked: withdrawn." in text


def test_from_a_table_a_link_leads_to_a_run(browser: webdriver.Chrome, site: Path) -> None:
    folders = {path.name for path in (site / "rbench-t-mini").iterdir() if path.is_dir()}
    browser.get((site / "rbench-t-mini" / "index.html").as_uri())
    browser.find_element(By.CSS_SELECTOR, "tbody.ranked th.model a").click()
    assert browser.current_url.removesuffix("/index.html").rpartition("/")[2] in folders
    assert browser.find_element(By.TAG_NAME, "h1").is_displayed()
    assert browser.execute(Command.GET_LOG, {"type": "browser"})["value"] == []
