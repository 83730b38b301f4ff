"""The main ways through a site, by key presses alone."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.leaderboards.site.keyboard import missed, press, tab_to
from tests.leaderboards.site.looks import show, widen


@pytest.fixture
def page(browser: webdriver.Chrome, pages: Mapping[str, Path]) -> Iterator[webdriver.Chrome]:
    show(browser, pages["task"])
    yield browser


def models(page: webdriver.Chrome) -> list[str]:
    """Return the first letters of the names in the first table."""
    names = page.find_elements(By.CSS_SELECTOR, "table.board tbody th.model")
    return [str(name.get_property("textContent"))[:1] for name in names][:5]


@pytest.mark.parametrize("kind", ["index", "task", "run", "image run", "report", "image report"])
def test_every_control_is_reached(
    page: webdriver.Chrome, pages: Mapping[str, Path], kind: str
) -> None:
    show(page, pages[kind])
    assert missed(page) == []


def test_from_the_index_to_a_task_past_the_navigation(
    page: webdriver.Chrome, pages: Mapping[str, Path]
) -> None:
    show(page, pages["index"])
    assert tab_to(page, "a").text == "Skip to the content"
    press(page, Keys.ENTER)
    assert tab_to(page, "a").text == "quiz"
    press(page, Keys.ENTER)
    WebDriverWait(page, 10).until(lambda p: p.current_url.endswith("quiz/index.html"))


def test_a_table_is_searched_filtered_and_sorted(page: webdriver.Chrome) -> None:
    tab_to(page, "[name=q]")
    press(page, *"lab/none")
    assert models(page) == []
    press(page, *[Keys.BACKSPACE] * 8)
    tab_to(page, "[name=weights]")
    press(page, "o")  # of the choices, the one that begins with it
    assert models(page) == ["a"]
    tab_to(page, "[type=reset]")
    press(page, Keys.SPACE)
    WebDriverWait(page, 10).until(lambda p: len(models(p)) == 5)
    head = tab_to(page, '[data-name="accuracy % ↑"] button')
    press(page, Keys.ENTER, Keys.SPACE)
    assert models(page) == ["c", "<", "b", "a", "d"]
    assert page.switch_to.active_element == head


def test_on_a_phone_filters_are_unfolded(
    looks: webdriver.Chrome, pages: Mapping[str, Path]
) -> None:
    widen(looks, 390)
    show(looks, pages["task"])
    tab_to(looks, ".unfold")
    press(looks, Keys.ENTER)
    tab_to(looks, "[name=q]", 1)
    press(looks, *"a/b")
    assert models(looks) == ["a"]
    assert missed(looks) == []


def test_columns_are_chosen(page: webdriver.Chrome) -> None:
    tab_to(page, ".columns > summary")
    press(page, Keys.ENTER)
    tab_to(page, '[value="parameters"]')
    press(page, Keys.SPACE, Keys.ESCAPE)
    assert page.switch_to.active_element.text == "Columns"
    head = page.find_element(By.CSS_SELECTOR, '[data-name="parameters"]')
    assert not head.is_displayed()


def test_a_note_is_followed(page: webdriver.Chrome) -> None:
    ref = tab_to(page, "a.ref")
    note = page.find_element(By.CSS_SELECTOR, str(ref.get_dom_attribute("href")))
    press(page, Keys.ENTER)
    assert page.execute_script("return arguments[0].matches(':target')", note)


def test_a_source_is_followed_out_of_a_folded_table(page: webdriver.Chrome) -> None:
    tab_to(page, "details.group > summary")
    press(page, Keys.ENTER)
    link = tab_to(page, 'a[href^="https:"]')
    assert link.is_displayed() and link.text == "arXiv 2505.16770, table 1"
    page.execute_script(
        "document.activeElement.addEventListener('click',"
        " (event) => { event.preventDefault(); window.followed = event.target.href; })"
    )
    press(page, Keys.ENTER)
    assert page.execute_script("return window.followed") == "https://arxiv.org/abs/1"


def test_a_sample_and_its_picture_are_opened_and_closed(
    page: webdriver.Chrome, pages: Mapping[str, Path]
) -> None:
    show(page, pages["run"])
    tab_to(page, "button.open")
    press(page, Keys.ENTER)
    small = (By.CSS_SELECTOR, "#parts .picture")
    WebDriverWait(page, 10).until(lambda p: p.find_elements(*small))
    picture = tab_to(page, ".picture")
    press(page, Keys.ENTER)
    assert page.find_element(By.ID, "zoom").is_displayed()
    press(page, Keys.ESCAPE)
    WebDriverWait(page, 10).until(lambda p: not p.find_element(By.ID, "zoom").is_displayed())
    assert page.switch_to.active_element == picture
    press(page, Keys.ARROW_RIGHT)
    title = page.find_element(By.ID, "sample-title")
    WebDriverWait(page, 10).until(lambda p: title.text == "en/2")
    press(page, Keys.ESCAPE)
    WebDriverWait(page, 10).until(lambda p: not title.is_displayed())
    assert page.switch_to.active_element.text == "en/2"


def test_the_focus_stays_in_an_open_sample(
    page: webdriver.Chrome, pages: Mapping[str, Path]
) -> None:
    show(page, pages["run"])
    tab_to(page, "button.open")
    press(page, Keys.ENTER)
    WebDriverWait(page, 10).until(lambda p: p.find_elements(By.CSS_SELECTOR, "#parts .part"))
    inside = (
        "return document.activeElement === document.body ||"
        " document.activeElement.closest('#sample') !== null"
    )
    for _ in range(20):
        press(page, Keys.TAB)
        assert page.execute_script(inside)
