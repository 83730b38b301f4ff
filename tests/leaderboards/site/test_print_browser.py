"""Pages on paper: every row and every source, nothing that only a screen can use."""

import base64
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from rbench.leaderboards.board import build_board
from rbench.leaderboards.entries import Source
from tests.leaderboards.board_entries import published
from tests.leaderboards.site.boards import many, written
from tests.leaderboards.site.contrast import faint
from tests.leaderboards.site.looks import emulate, show, widen

LANDSCAPE = 960  # pixels of 1/96 inch between the margins of a sheet on its side


@pytest.fixture(scope="module")
def long_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    board = build_board(many(1060), command="x")
    return written(board, tmp_path_factory.mktemp("long")) / "quiz" / "index.html"


def on_paper(page: webdriver.Chrome) -> None:
    """Bring the open page into the state that is printed, for a reader of dark screens."""
    widen(page, LANDSCAPE)
    emulate(page, media="print", prefers_color_scheme="dark")
    page.execute_script("dispatchEvent(new Event('beforeprint'))")


def after_link(page: webdriver.Chrome, selector: str) -> str:
    script = "return getComputedStyle(document.querySelector(arguments[0]), '::after').content"
    return str(page.execute_script(script, selector))


def test_a_dark_page_is_printed_light(looks: webdriver.Chrome, pages: Mapping[str, Path]) -> None:
    for kind in ("task", "run", "report"):
        show(looks, pages[kind])
        on_paper(looks)
        body = looks.find_element(By.TAG_NAME, "body")
        assert body.value_of_css_property("background-color") == "rgba(255, 255, 255, 1)"
        assert faint(looks) == []
        emulate(looks)


@pytest.mark.parametrize("kind", ["index", "task", "run", "image run", "report", "image report"])
def test_controls_are_left_out(
    looks: webdriver.Chrome, pages: Mapping[str, Path], kind: str
) -> None:
    show(looks, pages[kind])
    on_paper(looks)
    for control in looks.find_elements(By.CSS_SELECTOR, "nav, input, select, form button"):
        assert not control.is_displayed(), control.get_attribute("outerHTML")


def test_how_many_are_shown_is_printed(looks: webdriver.Chrome, pages: Mapping[str, Path]) -> None:
    show(looks, pages["task"])
    looks.find_element(By.NAME, "q").send_keys("best")
    on_paper(looks)
    assert looks.find_element(By.CSS_SELECTOR, "form output").text == "1 of 7 entries"


def test_the_addresses_of_sources_are_printed(
    looks: webdriver.Chrome, pages: Mapping[str, Path]
) -> None:
    show(looks, pages["task"], unfold=True)
    assert after_link(looks, 'p a[href^="https:"]') == "none"
    on_paper(looks)
    assert after_link(looks, 'p a[href^="https:"]') == '" (https://arxiv.org/abs/1)"'
    assert after_link(looks, 'td.short a[href^="https:"]') == "none"  # once, above the table


def test_a_source_has_one_line_on_a_screen_and_all_it_needs_on_paper(
    looks: webdriver.Chrome, tmp_path: Path
) -> None:
    long = Source(
        "2505.16770", "table " + 9 * "of tables ", "", "", "https://arxiv.org/abs/1", "", 1
    )
    entries = [published("A", 2.0, 1), published("B", 1.0, 2, source=long)]
    show(looks, written(build_board(entries), tmp_path) / "quiz" / "index.html")
    cell = looks.find_element(By.CSS_SELECTOR, "tr:last-child td.whence")
    assert cell.text == f"arXiv 2505.16770, {long.table.strip()}"
    size = "const c = arguments[0]; return [c.scrollWidth > c.clientWidth, c.clientHeight]"
    cut, height = looks.execute_script(size, cell)
    assert cut and height < 40
    on_paper(looks)
    assert after_link(looks, "tr:last-child td.whence a") == '" (https://arxiv.org/abs/1)"'
    cut, height = looks.execute_script(size, cell)
    assert not cut and height > 30


def test_heads_are_no_buttons_on_paper(looks: webdriver.Chrome, pages: Mapping[str, Path]) -> None:
    """Chromium leaves buttons out of a head that it repeats on the next sheet."""
    for kind in ("task", "run"):
        show(looks, pages[kind])
        on_paper(looks)
        for key in looks.find_elements(By.CSS_SELECTOR, "thead button"):
            assert key.value_of_css_property("display") == "contents"
        emulate(looks)


def test_a_long_table_is_printed_up_to_a_thousand_rows_and_says_so(
    looks: webdriver.Chrome, long_page: Path
) -> None:
    show(looks, long_page)
    looks.find_element(By.CSS_SELECTOR, '[data-turn="on"]').click()
    on_paper(looks)
    assert len(looks.find_elements(By.CSS_SELECTOR, "tbody th.model")) == 1000
    pager = looks.find_element(By.CSS_SELECTOR, ".pager")
    assert pager.is_displayed() and pager.text == "The first 1000 of 1060 entries."
    looks.execute_script("dispatchEvent(new Event('afterprint'))")
    assert len(looks.find_elements(By.CSS_SELECTOR, "tbody th.model")) == 50
    assert pager.text == "page 2 of 22, 1060 entries"


def test_wide_tables_lie_on_their_side_and_runs_stand(
    looks: webdriver.Chrome, pages: Mapping[str, Path]
) -> None:
    for kind, wide in (("task", True), ("run", False)):
        show(looks, pages[kind])
        asked = {"preferCSSPageSize": True}
        pdf = base64.b64decode(looks.execute_cdp_cmd("Page.printToPDF", asked)["data"])
        sizes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
        assert sizes and all((float(across) > float(up)) == wide for across, up in sizes)


def test_no_column_is_cut_off(looks: webdriver.Chrome, pages: Mapping[str, Path]) -> None:
    """Chromium makes a page that is too wide smaller, by half at most."""
    for kind in ("task", "systems"):
        show(looks, pages[kind], unfold=True)
        on_paper(looks)
        width = looks.execute_script("return document.documentElement.scrollWidth")
        assert width <= 2 * LANDSCAPE
        emulate(looks)
