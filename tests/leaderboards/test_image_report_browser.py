"""The page of image runs in a real browser: it marks samples, fits, and runs nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.command import Command

from rbench.leaderboards.image_report import write_image_report
from rbench.leaderboards.image_shown import ShownRun
from rbench.leaderboards.report import TaskInfo
from tests.leaderboards.image_runs import neighbours, pictures, results, row, shown
from tests.leaderboards.test_report_browser import HOSTILE

TASK = TaskInfo(HOSTILE, "1", HOSTILE, HOSTILE, redistribute=False)


def runs() -> list[ShownRun]:
    models = [("zoo/flow", 9.0, 1), (HOSTILE, 1.0, 8), ("baseline/noise", 40.0, None)]
    # The column of sample sets pushes the marked values off a narrow screen.
    mean = row("frechet", 2.0, statistic="mean", repeat=None, spread=0.1)
    rows = [
        row("frechet", 3.0, repeat=1),
        mean,
        row("frechet-infinity", 1.0),
        row("frechet", 3.0, on=HOSTILE.replace("\ud800", "")),
    ]
    found = []
    for i, (model, value, steps) in enumerate(models):
        model = model.replace("\ud800", "")
        run = results(model, value, steps, warnings=[HOSTILE], run_id=f"shapes/{i}")
        run["rows"] = [{**one, "comparable": False} for one in [*run["rows"], *rows]]
        found.append(
            shown(run, images=pictures(64, seed=i), neighbours=neighbours(), command=HOSTILE)
        )
    return found


@pytest.fixture
def page(browser: webdriver.Chrome, tmp_path: Path) -> Iterator[webdriver.Chrome]:
    write_image_report(tmp_path / "report.html", runs(), TASK)
    browser.get((tmp_path / "report.html").as_uri())
    yield browser
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert browser.execute_script("return typeof window.__hacked") == "undefined"
    assert browser.execute(Command.GET_LOG, {"type": "browser"})["value"] == []
    entries = "return performance.getEntriesByType('resource').map(e => e.name)"
    assert [name for name in browser.execute_script(entries) if not name.startswith("data:")] == []


def resize(page: webdriver.Chrome, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def said(page: webdriver.Chrome) -> str:
    return page.find_element(By.CSS_SELECTOR, "#chosen output").text


def marks(page: webdriver.Chrome) -> list[tuple[int, int]]:
    """Return (column, row) of the mark in every grid."""
    script = (
        "return [...document.querySelectorAll('.here')].map((m) => {"
        "const box = m.parentElement.getBoundingClientRect(), mark = m.getBoundingClientRect();"
        "return [Math.round((mark.left - box.left) / box.width * 8),"
        " Math.round((mark.top - box.top) / box.height * 8)]})"
    )
    return [(column, line) for column, line in page.execute_script(script)]


def test_a_click_marks_the_same_sample_in_every_grid(page: webdriver.Chrome) -> None:
    picture = page.find_elements(By.CSS_SELECTOR, "#samples .picture")[1]
    page.execute_script(
        "const p = arguments[0], b = p.getBoundingClientRect();"
        "p.dispatchEvent(new MouseEvent('click', {clientX: b.left + b.width * 0.45,"
        " clientY: b.top + b.height * 0.3, bubbles: true}))",
        picture,
    )
    assert marks(page) == [(3, 2)] * 3
    assert said(page) == "Sample 19 is marked in every grid."


def test_samples_are_reached_by_keys_and_by_buttons(page: webdriver.Chrome) -> None:
    picture = page.find_element(By.CSS_SELECTOR, "#samples .picture")
    page.execute_script("arguments[0].focus()", picture)
    keys = page.switch_to.active_element
    keys.send_keys(Keys.ARROW_RIGHT)
    keys.send_keys(Keys.ARROW_RIGHT)
    keys.send_keys(Keys.ARROW_DOWN)
    assert marks(page)[0] == (1, 1)
    keys.send_keys(Keys.ESCAPE)
    assert marks(page) == []
    page.find_element(By.CSS_SELECTOR, "#chosen .on").click()
    assert said(page) == "Sample 0 is marked in every grid."
    page.find_element(By.CSS_SELECTOR, "#chosen .clear").click()
    assert marks(page) == []


def test_images_are_there_and_tiny_ones_keep_their_pixels(page: webdriver.Chrome) -> None:
    images = page.find_elements(By.TAG_NAME, "img")
    assert len(images) == 6
    for image in images:
        width = page.execute_script("return arguments[0].naturalWidth", image)
        assert width > 0 and image.size["width"] % width == 0
        assert image.value_of_css_property("image-rendering") == "pixelated"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_no_wider_than_the_screen(page: webdriver.Chrome, width: int) -> None:
    resize(page, width)
    page.execute_script("document.querySelectorAll('details').forEach((d) => { d.open = true })")
    assert page.execute_script("return document.documentElement.scrollWidth") <= width


def test_without_scripts_everything_can_be_read(page: webdriver.Chrome, tmp_path: Path) -> None:
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    page.get((tmp_path / "report.html").as_uri())
    assert not page.find_element(By.ID, "chosen").is_displayed()
    assert len(page.find_elements(By.CSS_SELECTOR, "#samples img, #neighbours img")) == 6
    assert page.find_elements(By.CSS_SELECTOR, "#results tbody tr")[0].text.startswith("zoo/flow")


def test_a_dark_page_has_dark_plots(page: webdriver.Chrome) -> None:
    def colour(scheme: str) -> str:
        feature = {"name": "prefers-color-scheme", "value": scheme}
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        return page.find_element(By.CSS_SELECTOR, "#plots svg text").value_of_css_property("fill")

    assert colour("light") != colour("dark")
