"""A site in a real browser, opened from disk: it sorts, filters, remembers, runs nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from rbench.leaderboards.board import build_board
from tests.leaderboards.site.boards import many, small_board, written


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(small_board(), tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def long_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(build_board(many(120), command="x"), tmp_path_factory.mktemp("long"))


@pytest.fixture
def page(browser: webdriver.Chrome, site: Path) -> Iterator[webdriver.Chrome]:
    yield from _quiet(browser, site / "quiz" / "index.html")


@pytest.fixture
def long_page(browser: webdriver.Chrome, long_site: Path) -> Iterator[webdriver.Chrome]:
    yield from _quiet(browser, long_site / "quiz" / "index.html")


def _quiet(browser: webdriver.Chrome, path: Path) -> Iterator[webdriver.Chrome]:
    browser.get("about:blank")  # a change of the hash alone would not load a page anew
    browser.get(path.as_uri())
    yield browser
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert browser.execute_script("return typeof window.__hacked") == "undefined"
    assert browser.execute(Command.GET_LOG, {"type": "browser"})["value"] == []
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').map((one) => one.name)"
    )
    assert all(address.startswith(path.parents[1].as_uri()) for address in loaded), loaded


def models(page: webdriver.Chrome, table: int = 0) -> list[str]:
    """Return the first letters of the names in the order of a table."""
    board = page.find_elements(By.CSS_SELECTOR, "table.board")[table]
    names = board.find_elements(By.CSS_SELECTOR, "tbody th.model")
    return [str(name.get_property("textContent"))[:1] for name in names]


def button(page: webdriver.Chrome, name: str) -> WebElement:
    return page.find_element(By.CSS_SELECTOR, f'table.board th[data-name="{name}"] button')


def said(page: webdriver.Chrome) -> str:
    return page.find_element(By.CSS_SELECTOR, "form.filters output").text


def reload(page: webdriver.Chrome) -> None:
    address = page.current_url
    page.get("about:blank")
    page.get(address)
    WebDriverWait(page, 10).until(lambda p: p.find_elements(By.CSS_SELECTOR, "table.board"))


def width(page: webdriver.Chrome, pixels: int) -> None:
    metrics = {"width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": pixels < 500}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def test_from_the_index_a_link_leads_to_the_task(page: webdriver.Chrome, site: Path) -> None:
    page.get((site / "index.html").as_uri())
    page.find_element(By.LINK_TEXT, "quiz").click()
    WebDriverWait(page, 10).until(lambda p: p.current_url.endswith("quiz/index.html"))
    assert models(page) == ["a", "b", "<", "c", "d"]


def test_a_column_is_sorted_by_keyboard(page: webdriver.Chrome) -> None:
    head = page.find_element(By.CSS_SELECTOR, 'th[data-name="accuracy % ↑"]')
    key = button(page, "accuracy % ↑")
    page.execute_script("arguments[0].focus()", key)
    assert page.execute_script("return document.activeElement === arguments[0]", key)
    key.send_keys(Keys.ENTER)  # first click: the best first
    assert head.get_attribute("aria-sort") == "descending"
    assert models(page) == ["a", "b", "<", "c", "d"]
    page.switch_to.active_element.send_keys(Keys.SPACE)
    assert head.get_attribute("aria-sort") == "ascending"
    assert models(page) == ["c", "<", "b", "a", "d"]
    page.switch_to.active_element.send_keys(Keys.ENTER)
    assert head.get_attribute("aria-sort") is None


def test_amounts_sort_by_what_they_mean_and_missing_ones_last(page: webdriver.Chrome) -> None:
    button(page, "parameters").click()
    assert models(page)[:4] == ["<", "b", "a", "c"]  # 7M, 675M, 1.5B, none
    button(page, "parameters").click()
    assert models(page)[:4] == ["a", "b", "<", "c"]


def test_equal_values_keep_their_order_both_ways(page: webdriver.Chrome) -> None:
    for _ in range(2):  # of those that are ranked there are no errors
        button(page, "errors").click()
        assert models(page) == ["a", "b", "<", "c", "d"]


def test_a_link_restores_filter_order_columns_and_page_together(
    long_page: webdriver.Chrome,
) -> None:
    key = "g-aaaaaaaaaaaa"
    hash_ = f"q=model&hide=run&sort={key}~ascending~accuracy %25 ↑&page={key}~2"
    long_page.get(f"{long_page.current_url}#{hash_}")
    reload(long_page)
    values = [
        float(str(cell.get_property("textContent")))
        for cell in long_page.find_elements(By.CSS_SELECTOR, "tbody.ranked td:nth-child(3)")
    ]
    assert len(values) == 50 and values == sorted(values)
    assert "page 2 of 3, 120 entries" in long_page.find_element(By.CSS_SELECTOR, ".pager").text
    assert not button(long_page, "run").is_displayed() and said(long_page) == "120 entries"


def test_a_history_opens_from_its_row(page: webdriver.Chrome) -> None:
    link = page.find_element(By.CSS_SELECTOR, 'a[href*="-history-"]')
    history = page.find_element(By.CSS_SELECTOR, str(link.get_dom_attribute("href")))
    assert not history.is_displayed()
    link.click()
    WebDriverWait(page, 10).until(lambda _: history.is_displayed())
    assert history.text


def test_tab_reaches_the_skip_link_first(page: webdriver.Chrome) -> None:
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert page.switch_to.active_element.text == "Skip to the content"


def test_text_filters_every_table_and_moves_no_tier(page: webdriver.Chrome) -> None:
    tier = "return [...document.querySelectorAll('tr[data-key*=\"c-\"] td')].at(0).textContent"
    before = page.execute_script(tier)
    page.find_element(By.NAME, "q").send_keys("模型")
    assert models(page) == ["c"] and said(page) == "1 of 7 entries"
    assert page.execute_script(tier) == before == "4"
    assert not page.find_element(By.CSS_SELECTOR, "details.group").is_displayed()


def test_choices_filter(page: webdriver.Chrome) -> None:
    Select(page.find_element(By.NAME, "status")).select_by_visible_text("incomplete")
    assert models(page) == ["d"]
    assert page.find_element(By.CSS_SELECTOR, "tbody.line").is_displayed()
    Select(page.find_element(By.NAME, "status")).select_by_visible_text("all")
    Select(page.find_element(By.NAME, "weights")).select_by_visible_text("open")
    assert models(page) == ["a"]
    assert not page.find_element(By.CSS_SELECTOR, "tbody.line").is_displayed()


def test_the_reader_chooses_columns(page: webdriver.Chrome) -> None:
    page.find_element(By.CSS_SELECTOR, ".columns > summary").click()
    page.find_element(By.CSS_SELECTOR, '[name="column"][value="parameters"]').click()
    assert not button(page, "parameters").is_displayed()
    assert "1.5B" not in page.find_element(By.CSS_SELECTOR, "table.board").text
    page.find_element(By.CSS_SELECTOR, '[name="column"]').send_keys(Keys.ESCAPE)
    assert not page.find_element(By.CSS_SELECTOR, ".columns fieldset").is_displayed()


def test_a_link_restores_what_was_chosen(page: webdriver.Chrome) -> None:
    button(page, "math % ↑").click()
    page.find_element(By.NAME, "q").send_keys("/ & =")
    page.find_element(By.NAME, "q").clear()
    page.find_element(By.NAME, "q").send_keys("a/b")
    page.find_element(By.CSS_SELECTOR, ".columns > summary").click()
    page.find_element(By.CSS_SELECTOR, '[name="column"][value="weights"]').click()
    reload(page)
    assert page.find_element(By.NAME, "q").get_property("value") == "a/b"
    assert models(page) == ["a"] and not button(page, "weights").is_displayed()
    head = page.find_element(By.CSS_SELECTOR, 'th[data-name="math % ↑"]')
    assert head.get_attribute("aria-sort") == "descending"
    page.find_element(By.CSS_SELECTOR, '[type="reset"]').click()
    WebDriverWait(page, 10).until(lambda p: said(p) == "7 entries")
    assert "#" not in page.current_url


@pytest.mark.parametrize("text", ["sort=x~y~z", "q=%", "page=g-aaaaaaaaaaaa~-3", "origin=<b>", "x"])
def test_a_damaged_link_does_no_harm(page: webdriver.Chrome, text: str) -> None:
    page.get(f"{page.current_url}#{text}")
    reload(page)
    assert page.find_element(By.CSS_SELECTOR, "form.filters").is_displayed()


def test_an_address_of_a_folded_table_opens_it(page: webdriver.Chrome) -> None:
    page.get(f"{page.current_url}#g-bbbbbbbbbbbb")
    WebDriverWait(page, 10).until(lambda p: p.find_element(By.ID, "g-bbbbbbbbbbbb").is_displayed())
    assert models(page, 1) == ["P", "P"]


def test_notes_are_on_the_page_and_linked_from_the_entry(page: webdriver.Chrome) -> None:
    refs = page.find_elements(By.CSS_SELECTOR, 'tr[data-key*="d-broken"] a.ref')
    notes = [page.find_element(By.CSS_SELECTOR, str(r.get_dom_attribute("href"))) for r in refs]
    assert any("200 of 400 samples errored" in note.text and note.is_displayed() for note in notes)


def test_columns_are_explained_on_hover_and_below(page: webdriver.Chrome) -> None:
    words = "1 + the number of entries that are better beyond chance."
    assert str(button(page, "tier").get_attribute("title")).startswith(words)
    details = page.find_element(By.CSS_SELECTOR, "details:has(.meanings)")
    details.find_element(By.TAG_NAME, "summary").click()
    assert words in details.text


def test_an_interval_can_be_read_without_seeing_it(page: webdriver.Chrome) -> None:
    drawing = page.find_element(By.CSS_SELECTOR, "td.interval svg")
    assert drawing.get_attribute("aria-label") == "90.0, interval 85.0 – 95.0"


@pytest.mark.parametrize("pixels", [390, 1280])
def test_the_page_is_no_wider_than_the_screen(page: webdriver.Chrome, pixels: int) -> None:
    width(page, pixels)
    for fold in page.find_elements(By.CSS_SELECTOR, "details"):
        page.execute_script("arguments[0].open = true", fold)
    assert page.execute_script("return document.documentElement.scrollWidth") <= pixels


def test_on_a_phone_only_tier_and_model_stay(page: webdriver.Chrome) -> None:
    width(page, 390)
    places = page.execute_script(
        "document.querySelector('.scroll').scrollLeft = 300;"
        "return [...document.querySelector('tbody.ranked tr').cells]"
        ".map((cell) => getComputedStyle(cell).position)"
    )
    assert places[:2] == ["sticky", "sticky"] and set(places[2:]) == {"static"}


def test_on_a_phone_the_model_alone_stays_where_nothing_has_a_tier(page: webdriver.Chrome) -> None:
    width(page, 390)
    page.get(f"{page.current_url}#g-bbbbbbbbbbbb")
    cells = page.find_elements(By.CSS_SELECTOR, "#g-bbbbbbbbbbbb tbody tr:first-child > *")
    looks = [(c.value_of_css_property("position"), c.value_of_css_property("left")) for c in cells]
    assert looks[0] == ("sticky", "0px") and "sticky" not in {place for place, _ in looks[1:]}


def test_on_a_phone_filters_are_folded_unless_one_is_set(page: webdriver.Chrome) -> None:
    search, key = (By.NAME, "q"), (By.CSS_SELECTOR, ".unfold")
    assert page.find_element(*search).is_displayed() and not page.find_element(*key).is_displayed()
    width(page, 390)
    assert not page.find_element(*search).is_displayed() and said(page) == "7 entries"
    page.find_element(*key).click()
    assert page.find_element(*key).get_attribute("aria-expanded") == "true"
    page.find_element(*search).send_keys("a/b")
    reload(page)
    assert page.find_element(*search).is_displayed() and said(page) == "1 of 7 entries"
    page.find_element(*key).click()
    assert not page.find_element(*search).is_displayed()


def test_long_tables_have_pages_of_fifty(long_page: webdriver.Chrome) -> None:
    assert len(models(long_page)) == 50
    turn = long_page.find_element(By.CSS_SELECTOR, '[data-turn="on"]')
    turn.click()
    long_page.find_element(By.CSS_SELECTOR, '[data-turn="on"]').click()
    assert len(models(long_page)) == 20
    assert "page 3 of 3, 120 entries" in long_page.find_element(By.CSS_SELECTOR, ".pager").text
    reload(long_page)
    assert len(models(long_page)) == 20
    long_page.find_element(By.NAME, "q").send_keys("model-0000")
    assert len(models(long_page)) == 10
    assert not long_page.find_element(By.CSS_SELECTOR, ".pager").is_displayed()


def test_paper_holds_every_row(long_page: webdriver.Chrome) -> None:
    long_page.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert len(models(long_page)) == 120
    long_page.execute_script("dispatchEvent(new Event('afterprint'))")
    assert len(models(long_page)) == 50


def test_without_scripts_every_row_can_be_read(long_page: webdriver.Chrome) -> None:
    long_page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    long_page.refresh()
    assert len(long_page.find_elements(By.CSS_SELECTOR, "tbody th.model")) == 120
    assert not long_page.find_element(By.CSS_SELECTOR, "form.filters").is_displayed()


@pytest.mark.parametrize("place", ["", "systems", "data", "data/rbench-v", "protocols"])
def test_the_other_pages_open_quietly(page: webdriver.Chrome, site: Path, place: str) -> None:
    width(page, 390)
    page.get((site / place / "index.html").as_uri())
    assert page.find_element(By.TAG_NAME, "h1").is_displayed()
    assert page.execute_script("return document.documentElement.scrollWidth") <= 390
