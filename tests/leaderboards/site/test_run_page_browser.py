"""The page of a run in a real browser, opened from disk: hostile text in every place."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.command import Command
from selenium.webdriver.support.ui import Select, WebDriverWait

from rbench.harness.blobs import BlobFolder
from rbench.harness.types import Reply, Sample
from rbench.leaderboards.site.folder import SiteFolder
from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.run_page import OtherRun, write_question_page
from tests.harness.picture_files import drawing, encoded
from tests.leaderboards.test_report_browser import HOSTILE, SAMPLES, make_report, sample

READY = "return document.documentElement.dataset.ready === 'yes'"


def samples(folder: Path) -> list[Sample]:
    """Return 135 samples in two pieces; the first has a picture, the fourth a hostile id."""
    blobs = BlobFolder(folder / "blobs")
    picture = blobs.write(encoded(drawing(1, (120, 80))), "png")
    first = replace(SAMPLES[0], item=replace(SAMPLES[0].item, blobs=(picture,)))
    hostile = replace(SAMPLES[3], item=replace(SAMPLES[3].item, id=HOSTILE))
    more = [sample(10 + i, "en", f"more {i}", "ABC"[i % 3], "Algebra") for i in range(130)]
    last = replace(more[-1], replies=(Reply("a rare word <b>here</b>\nANSWER: A"),))
    return [first, SAMPLES[1], SAMPLES[2], hostile, SAMPLES[4], *more[:-1], last]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    report = replace(
        make_report(), samples=samples(root), blobs=BlobFolder(root / "blobs"), model="mine"
    )
    others = [OtherRun("the other", "../other"), OtherRun("lost", "../lost")]
    theirs = [replace(s, replies=(Reply("the other's words"),)) for s in reversed(SAMPLES)]
    whole = SiteFrame("rbench leaderboard", "0.1.0", folder=SiteFolder(root / "site"))
    write_question_page(report, "demo/mine", whole, others=others)
    write_question_page(replace(report, samples=theirs), "demo/other", whole)
    write_question_page(report, "demo/public", replace(whole, publishable=True), others=others)
    return root / "site" / "demo"


@pytest.fixture
def page(browser: webdriver.Chrome, site: Path) -> Iterator[webdriver.Chrome]:
    show(browser, site / "mine")
    yield browser
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert browser.execute_script("return typeof window.__hacked") == "undefined"
    assert browser.execute(Command.GET_LOG, {"type": "browser"})["value"] == []
    for address in requested(browser):
        assert address.startswith((site.parent.as_uri(), "data:")), address


def show(page: webdriver.Chrome, folder: Path, fragment: str = "") -> None:
    page.get("about:blank")
    requested(page)
    page.get((folder / "index.html").as_uri() + fragment)
    WebDriverWait(page, 10).until(lambda p: p.execute_script(READY))


def ids(page: webdriver.Chrome) -> list[str]:
    texts = "return [...document.querySelectorAll('#rows th')].map((th) => th.innerText)"
    return list(page.execute_script(texts))


def wait_for_count(page: webdriver.Chrome, text: str) -> None:
    WebDriverWait(page, 10).until(lambda p: p.find_element(By.ID, "count").text == text)


def requested(page: webdriver.Chrome) -> list[str]:
    """Return the addresses of all requests since this was last asked."""
    log = page.execute(Command.GET_LOG, {"type": "performance"})["value"]
    events = [json.loads(entry["message"])["message"] for entry in log]
    sent = [e["params"] for e in events if e["method"] == "Network.requestWillBeSent"]
    return [params["request"]["url"] for params in sent]


def loaded(page: webdriver.Chrome) -> list[str]:
    """Return which pieces were loaded since this was last asked, as FOLDER/FILE."""
    found = [address for address in requested(page) if "/samples-" in address]
    assert all(address.startswith("file://") for address in found)
    return ["/".join(address.split("/")[-2:]) for address in found]


def open_first(page: webdriver.Chrome, number: int = 0) -> Any:
    page.find_elements(By.CSS_SELECTOR, "#rows button.open")[number].click()
    return opened(page)


def opened(page: webdriver.Chrome, parts: int = 2) -> Any:
    WebDriverWait(page, 10).until(
        lambda p: len(p.find_elements(By.CSS_SELECTOR, "#parts .part")) == parts
    )
    return page.find_elements(By.CSS_SELECTOR, "#parts .part")


def test_the_index_is_complete_and_in_pages(page: webdriver.Chrome) -> None:
    wait_for_count(page, "135 of 135 samples")
    assert len(ids(page)) == 50
    for _ in range(2):
        page.find_element(By.ID, "after").click()
    assert len(ids(page)) == 35
    assert page.find_element(By.ID, "where").text == "101 to 135"
    assert not page.find_element(By.ID, "after").is_enabled()


def test_paper_holds_every_sample(page: webdriver.Chrome) -> None:
    page.find_element(By.ID, "after").click()
    page.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert len(ids(page)) == 135 and not page.find_element(By.ID, "pages").is_displayed()
    page.execute_script("dispatchEvent(new Event('afterprint'))")
    assert len(ids(page)) == 50 and page.find_element(By.ID, "where").text == "51 to 100"


def test_only_the_index_is_loaded_until_a_sample_is_opened(page: webdriver.Chrome) -> None:
    assert loaded(page) == ["mine/samples-index.js"]
    open_first(page)
    assert loaded(page) == ["mine/samples-000.js"]
    page.find_element(By.ID, "close").click()
    open_first(page, 1)
    assert loaded(page) == []


def test_columns_are_sorted_by_keyboard(page: webdriver.Chrome) -> None:
    head = page.find_element(By.CSS_SELECTOR, "[data-name=id]")
    button = head.find_element(By.TAG_NAME, "button")
    button.send_keys(Keys.ENTER)
    assert head.get_attribute("aria-sort") == "ascending"
    assert ids(page)[1:5] == ["en/1", "en/2", "en/3", "en/10"]  # the hostile id begins with "<"
    button.send_keys(Keys.SPACE)
    assert head.get_attribute("aria-sort") == "descending"
    assert ids(page)[:2] == ["zh/2", "en/139"]


def test_what_has_no_value_is_last_both_ways(page: webdriver.Chrome) -> None:
    button = page.find_element(By.CSS_SELECTOR, "[data-name=answer] button")
    for _ in range(2):
        button.click()
        assert "en/3" not in ids(page)
    page.find_element(By.ID, "after").click()
    page.find_element(By.ID, "after").click()
    assert ids(page)[-1] == "en/3"


def test_filters_narrow_together_and_clear(page: webdriver.Chrome) -> None:
    Select(page.find_element(By.NAME, "subset")).select_by_visible_text("zh")
    wait_for_count(page, "2 of 135 samples")
    Select(page.find_element(By.NAME, "result")).select_by_visible_text("wrong")
    wait_for_count(page, "1 of 135 samples")
    assert ids(page) == ["zh/2"]
    page.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
    wait_for_count(page, "135 of 135 samples")
    Select(page.find_element(By.NAME, "outcome")).select_by_visible_text("no answer")
    wait_for_count(page, "1 of 135 samples")


def test_search_looks_at_ids_at_once_and_inside_replies_on_request(page: webdriver.Chrome) -> None:
    page.find_element(By.ID, "search").send_keys("RARE word <b>")
    wait_for_count(page, "0 of 135 samples")
    assert page.find_element(By.ID, "nothing").is_displayed()
    assert loaded(page) == ["mine/samples-index.js"]
    page.find_element(By.ID, "within").click()
    wait_for_count(page, "1 of 135 samples")
    assert ids(page) == ["en/139"]
    assert sorted(loaded(page)) == ["mine/samples-000.js", "mine/samples-001.js"]


def test_a_filter_is_in_the_address(page: webdriver.Chrome, site: Path) -> None:
    Select(page.find_element(By.NAME, "subset")).select_by_visible_text("zh")
    page.find_element(By.CSS_SELECTOR, "[data-name=answer] button").click()
    fragment = page.execute_script("return location.hash")
    show(page, site / "mine", fragment)
    assert page.find_element(By.ID, "count").text == "2 of 135 samples"
    assert page.find_element(By.CSS_SELECTOR, "[data-name=answer]").get_attribute("aria-sort")


def test_a_sample_shows_question_and_reply_side_by_side(page: webdriver.Chrome) -> None:
    question, reply = open_first(page)
    assert question.location["y"] == reply.location["y"]
    assert question.size["width"] == pytest.approx(reply.size["width"], abs=2)
    assert question.find_elements(By.CSS_SELECTOR, "math[display=block] mtable")
    assert "read as B" in reply.text and "ANSWER: B" in reply.text
    assert question.find_element(By.CSS_SELECTOR, "tr.gold.chosen th").text == "B"


def test_a_sample_is_stacked_on_a_phone(page: webdriver.Chrome) -> None:
    metrics = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    question, reply = open_first(page)
    assert reply.location["y"] >= question.location["y"] + question.size["height"]
    assert page.execute_script("return document.documentElement.scrollWidth") <= 390
    assert (
        page.execute_script("const p = document.querySelector('#parts'); return p.scrollWidth")
        <= 390
    )


def test_samples_are_read_by_keyboard_alone(page: webdriver.Chrome) -> None:
    page.find_element(By.CSS_SELECTOR, "#rows button.open").send_keys(Keys.ENTER)
    opened(page)
    page.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    title = page.find_element(By.ID, "sample-title")
    WebDriverWait(page, 10).until(lambda p: title.text == "en/2")
    page.switch_to.active_element.send_keys(Keys.ESCAPE)
    WebDriverWait(page, 10).until(lambda p: not title.is_displayed())
    assert page.switch_to.active_element.text == "en/2"


def test_the_picture_is_enlarged_and_closed_by_keyboard(page: webdriver.Chrome) -> None:
    question, _ = open_first(page)
    small = question.find_element(By.CSS_SELECTOR, ".picture img")
    width = small.size["width"]
    question.find_element(By.CSS_SELECTOR, ".picture").send_keys(Keys.ENTER)
    large = page.find_element(By.CSS_SELECTOR, "#zoom img")
    assert large.size["width"] > 2 * width > 0
    assert page.execute_script("return arguments[0].naturalWidth", large) == 120
    page.switch_to.active_element.send_keys(Keys.ESCAPE)
    WebDriverWait(page, 10).until(lambda p: not large.is_displayed())
    assert question.is_displayed()


def test_another_runs_reply_stands_beside(page: webdriver.Chrome) -> None:
    open_first(page)
    Select(page.find_element(By.ID, "beside")).select_by_visible_text("the other")
    other = opened(page, 3)[2]
    assert "the other's words" in other.text
    assert loaded(page)[-2:] == ["other/samples-index.js", "other/samples-000.js"]
    assert "beside=" in page.execute_script("return location.hash")


def test_a_question_that_the_other_run_lacks_is_said_so(page: webdriver.Chrome) -> None:
    open_first(page, 20)
    Select(page.find_element(By.ID, "beside")).select_by_visible_text("the other")
    assert "was not asked this question" in opened(page, 3)[2].text


def test_a_run_that_is_not_there_is_said_so(page: webdriver.Chrome) -> None:
    open_first(page)
    Select(page.find_element(By.ID, "beside")).select_by_visible_text("lost")
    assert "cannot be read" in opened(page, 3)[2].text
    log = page.execute(Command.GET_LOG, {"type": "browser"})["value"]
    assert len(log) == 1 and "samples-index.js" in log[0]["message"]


def test_hostile_text_is_shown_and_does_nothing(page: webdriver.Chrome) -> None:
    for number in (1, 3):
        question, reply = open_first(page, number)
        for fold in page.find_elements(By.CSS_SELECTOR, "#parts summary"):
            fold.click()
        assert "<script>window.__hacked=1</script>" in question.text
        assert "deep thought <script>" in reply.text
        markup = "#parts :is(script, iframe, svg, [onerror], [href], [style])"
        assert not page.find_elements(By.CSS_SELECTOR, markup)
        page.find_element(By.ID, "close").click()


def test_no_script_can_be_added_but_a_piece(page: webdriver.Chrome) -> None:
    refused = page.execute_script(
        "try { document.createElement('script').src = 'https://example.org/x.js'; return ''; }"
        "catch (error) { return error.name; }"
    )
    assert refused == "TypeError"
    page.execute(Command.GET_LOG, {"type": "browser"})


def test_a_publishable_page_lists_and_filters_without_questions(
    page: webdriver.Chrome, site: Path
) -> None:
    show(page, site / "public")
    wait_for_count(page, "135 of 135 samples")
    Select(page.find_element(By.NAME, "subset")).select_by_visible_text("zh")
    wait_for_count(page, "2 of 135 samples")
    assert not page.find_elements(By.CSS_SELECTOR, "#rows button")
    assert "public/samples-000.js" not in loaded(page)
