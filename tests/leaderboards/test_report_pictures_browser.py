"""Pictures of the report page in a real browser: drawn, linked to the whole ones, never fetched."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.command import Command
from selenium.webdriver.support.ui import WebDriverWait

from rbench.harness.blobs import BlobFolder
from rbench.harness.types import Ask, Item, Reply, Row, Sample, Score
from rbench.leaderboards.report import Report, write_report
from tests.harness.picture_files import drawing, encoded
from tests.leaderboards.test_report import report
from tests.leaderboards.test_report_browser import (
    choose,
    resize,
    shown,
    wait_for_count,
)

WIDE, TALL = 400, 250


def sample(number: int, language: str, blobs: BlobFolder, *, draws: bool = False) -> Sample:
    """Return a sample whose picture is that of the same number in the other language."""
    category, kind = (("math", "graph"), ("game", "connect_dots"))[number % 2]
    data = {
        "question": {"en": f"How many edges, {number}?", "zh": f"有几条边 {number}？"}[language],
        "gold": "7",
        "language": language,
        "level": str(number),
        "kind": kind,
    }
    blob = blobs.write(encoded(drawing(number, (WIDE, TALL))), "png")
    drawn = (blobs.write(encoded(drawing(90, (64, 48)), "JPEG"), "jpg"),) if draws else ()
    content = [{"type": "image", "index": 0}, {"type": "text", "text": data["question"]}]
    return Sample(
        Item(f"{category}/{language}/{number}", category, f"{category}/{number}", data, (blob,)),
        0,
        (Ask("model", {"messages": [{"role": "user", "content": content}]}),),
        (Reply("A needle: \\boxed{7}" if draws else "\\boxed{8}", blobs=drawn),),
        Score("scored", {"correct": float(draws)}, "7" if draws else "8"),
    )


def make_report(folder: Path) -> Report:
    blobs = BlobFolder(folder / "blobs")
    samples = [
        sample(number, language, blobs, draws=number == 2)
        for number in (1, 2, 3)
        for language in ("en", "zh")
    ]
    rows = [Row("demo", f"level:{n}", "accuracy", 0.5, 2, 1, 0.1, 0.9) for n in (1, 2, 3)]
    return report(samples=samples, blobs=blobs, rows=[*report().rows, *rows])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a page and its pictures."""
    made = tmp_path_factory.mktemp("run")
    write_report(made / "report.html", make_report(made))
    return made


@pytest.fixture
def page(browser: webdriver.Chrome, folder: Path) -> Iterator[webdriver.Chrome]:
    browser.get((folder / "report.html").as_uri())
    yield browser
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert browser.execute(Command.GET_LOG, {"type": "browser"})["value"] == []


def open_sample(page: webdriver.Chrome, number: int) -> None:
    page.execute_script(f"document.querySelector('#s{number}').scrollIntoView()")
    page.execute_script(f"document.querySelector('#s{number} > summary').click()")


def sizes(page: webdriver.Chrome, number: int) -> list[list[int]]:
    """Return the decoded width and height of every picture in a sample."""
    pictures = f"[...document.querySelectorAll('#s{number} .thumbs img')]"
    found: list[list[int]] = page.execute_script(
        f"return {pictures}.map((image) => [image.naturalWidth, image.naturalHeight])"
    )
    return found


def test_the_pictures_of_questions_and_replies_are_drawn(page: webdriver.Chrome) -> None:
    open_sample(page, 3)
    WebDriverWait(page, 10).until(lambda p: all(w > 0 for w, _ in sizes(p, 3)))
    assert sizes(page, 3) == [[288, 180], [64, 48]]
    assert page.execute_script("return performance.getEntriesByType('resource').length") == 0


def test_a_picture_shown_before_is_shown_again_yet_stands_in_the_page_once(
    page: webdriver.Chrome, folder: Path
) -> None:
    assert (folder / "report.html").read_text().count('src="data:image') == 4
    open_sample(page, 4)  # its twin was never opened
    WebDriverWait(page, 10).until(lambda p: [w > 0 for w, _ in sizes(p, 4)] == [True, True])
    assert sizes(page, 4) == [[288, 180], [64, 48]]
    ids = "return [...document.querySelectorAll('img[id]')].map((element) => element.id)"
    found = page.execute_script(ids)
    assert len(found) == len(set(found)) == 4


@pytest.mark.parametrize("number", [1, 2])
def test_a_picture_opens_the_whole_one_from_disk(
    page: webdriver.Chrome, folder: Path, number: int
) -> None:
    open_sample(page, number)
    WebDriverWait(page, 10).until(lambda p: [w > 0 for w, _ in sizes(p, number)] == [True])
    page.find_element(By.CSS_SELECTOR, f"#s{number} .thumbs a").click()
    WebDriverWait(page, 10).until(lambda p: "/blobs/" in p.current_url)
    file = Path(unquote(urlsplit(page.current_url).path))
    assert file.parent == folder / "blobs"
    whole = "const image = document.images[0]; return [image.naturalWidth, image.naturalHeight]"
    assert page.execute_script(whole) == [WIDE, TALL]


def test_without_scripts_every_picture_can_be_reached(page: webdriver.Chrome, folder: Path) -> None:
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    page.get((folder / "report.html").as_uri())
    for number in (1, 2):
        page.find_element(By.CSS_SELECTOR, f"#s{number} > summary").click()
    first, again = (page.find_element(By.CSS_SELECTOR, f"#s{n} .thumbs a") for n in (1, 2))
    assert first.find_elements(By.TAG_NAME, "img")
    assert again.text == "picture of the question"
    assert first.get_attribute("href") == again.get_attribute("href")


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("subset", "math", ["math/en/2", "math/zh/2"]),
        ("level", "3", ["game/en/3", "game/zh/3"]),
        ("language", "zh", ["game/zh/1", "math/zh/2", "game/zh/3"]),
        ("kind", "connect dots", ["game/en/1", "game/zh/1", "game/en/3", "game/zh/3"]),
        ("result", "right", ["math/en/2", "math/zh/2"]),
    ],
)
def test_samples_are_filtered_by_what_the_questions_are(
    page: webdriver.Chrome, name: str, text: str, found: list[str]
) -> None:
    choose(page, name, text)
    wait_for_count(page, f"{len(found)} of 6 samples")
    assert shown(page) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [("edges, 3", ["game/en/3"]), ("needle", ["math/en/2", "math/zh/2"]), ("边 1", ["game/zh/1"])],
)
def test_questions_and_replies_with_pictures_are_searched(
    page: webdriver.Chrome, words: str, found: list[str]
) -> None:
    page.find_element(By.ID, "search").send_keys(words)
    wait_for_count(page, f"{len(found)} of 6 samples")
    assert shown(page) == found


@pytest.mark.parametrize("width", [390, 1280])
def test_pictures_make_the_page_no_wider_than_the_screen(
    page: webdriver.Chrome, width: int
) -> None:
    resize(page, width)
    for number in range(1, 7):
        open_sample(page, number)
    WebDriverWait(page, 10).until(lambda p: all(w > 0 for w, _ in sizes(p, 6)))
    assert page.execute_script("return document.documentElement.scrollWidth") <= width
