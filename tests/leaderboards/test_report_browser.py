"""The report page in a real browser: it filters, searches, sets formulas, and runs nothing else."""

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

from rbench.harness.types import Ask, Item, Reply, Row, Sample, Score
from rbench.leaderboards.report import Report, TaskInfo, write_report

HOSTILE = (
    "<script>window.__hacked=1</script></script></textarea></style></title>--><!--"
    '<img src=x onerror="window.__hacked=2"><svg onload="window.__hacked=3">'
    r"$\href{javascript:window.__hacked=4}{x}$ $\text{<img src=x onerror=window.__hacked=5>}$ "
    "<iframe srcdoc='<script>parent.__hacked=6</script>'></iframe> \x00 \u202e \ud800 $y"
)


def sample(number: int, language: str, question: str, answer: str | None, subject: str) -> Sample:
    options = {"A": r"$\frac{1}{2}$", "B": "两个", "C": HOSTILE}
    data = {"question": question, "options": options, "gold": "B", "subject": subject}
    item = Item(f"{language}/{number}", language, str(number), data)
    ask = Ask("model", {"messages": [{"role": "user", "content": question}]})
    if answer is None:
        reply, score = Reply("I refuse."), Score("no_answer", {"correct": 0.0}, why="no marker")
    else:
        reply = Reply(f"<think>deep thought {HOSTILE}</think>Because $x^2$.\nANSWER: {answer}")
        score = Score("scored", {"correct": float(answer == "B")}, answer)
    return Sample(item, 0, (ask,), (reply,), score)


SAMPLES = [
    sample(1, "en", r"A matrix $$\begin{pmatrix}1&2\\3&4\end{pmatrix}$$ needle", "B", "Algebra"),
    sample(2, "en", HOSTILE, "A", HOSTILE),
    sample(3, "en", "It costs $5 and $10.", None, "Algebra"),
    sample(1, "zh", "矩阵 $x$", "B", "代数"),
    sample(2, "zh", "针", "C", "代数"),
]
ROWS = [
    Row("demo", "en", "accuracy", 1 / 3, 3, 3, ci_low=0.06, ci_high=0.79),
    Row("demo", "zh", "accuracy", 0.5, 2, 2, ci_low=0.09, ci_high=0.91),
    Row("demo", "subject:代数", "accuracy", 0.5, 2, 2),
    Row("demo", "subject:Algebra", "accuracy", 0.5, 2, 2),
]


def make_report() -> Report:
    return Report(
        title=HOSTILE,
        task=TaskInfo("demo", "1", HOSTILE, "none", redistribute=False),
        model=HOSTILE,
        run_id="demo/1",
        status="incomplete",
        rows=ROWS,
        samples=SAMPLES,
        protocol={HOSTILE: HOSTILE},
        protocol_id="0123",
        settings={"temperature": 0.0},
        environment={},
        costs={},
        warnings=[HOSTILE],
        command=f"rbench evaluate demo {HOSTILE}",
        version="0.1.0",
    )


@pytest.fixture
def page(browser: webdriver.Chrome, tmp_path: Path) -> Iterator[webdriver.Chrome]:
    write_report(tmp_path / "report.html", make_report())
    browser.get((tmp_path / "report.html").as_uri())
    yield browser
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert browser.execute_script("return typeof window.__hacked") == "undefined"
    assert browser.execute(Command.GET_LOG, {"type": "browser"})["value"] == []
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0


def shown(page: webdriver.Chrome) -> list[str]:
    found = page.find_elements(By.CSS_SELECTOR, ".sample:not([hidden]) summary .id, tr.sample th")
    return [element.text for element in found if element.is_displayed()]


def wait_for_count(page: webdriver.Chrome, text: str) -> None:
    WebDriverWait(page, 10).until(lambda p: p.find_element(By.ID, "count").text == text)


def choose(page: webdriver.Chrome, name: str, text: str) -> None:
    Select(page.find_element(By.NAME, name)).select_by_visible_text(text)


def resize(page: webdriver.Chrome, width: int, height: int = 900) -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def formulas_in(page: webdriver.Chrome, selector: str) -> list[Any]:
    return page.find_elements(By.CSS_SELECTOR, f"{selector} math")


def test_all_samples_are_listed_and_counted(page: webdriver.Chrome) -> None:
    assert shown(page) == ["en/1", "en/2", "en/3", "zh/1", "zh/2"]
    assert page.find_element(By.ID, "count").text == "5 of 5 samples"
    assert len(page.find_elements(By.CSS_SELECTOR, "figure svg")) == 3


def test_filters_narrow_together_and_clear(page: webdriver.Chrome) -> None:
    choose(page, "subset", "zh")
    wait_for_count(page, "2 of 5 samples")
    choose(page, "result", "wrong")
    wait_for_count(page, "1 of 5 samples")
    assert shown(page) == ["zh/2"]
    choose(page, "outcome", "no answer")
    wait_for_count(page, "0 of 5 samples")
    assert page.find_element(By.ID, "nothing").is_displayed()
    page.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
    wait_for_count(page, "5 of 5 samples")
    choose(page, "subject", "Algebra")
    wait_for_count(page, "2 of 5 samples")
    assert shown(page) == ["en/1", "en/3"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("NEEDLE", ["en/1"]),
        ("zh/1", ["zh/1"]),
        ("I refuse", ["en/3"]),
        (r"\begin{pmatrix}", ["en/1"]),
        ("矩阵", ["zh/1"]),
        ("<script>window", ["en/1", "en/2", "en/3", "zh/1", "zh/2"]),
        ("deep thought", ["en/1", "en/2", "zh/1", "zh/2"]),
        ("not there", []),
    ],
)
def test_search_looks_at_question_reply_and_id(
    page: webdriver.Chrome, words: str, found: list[str]
) -> None:
    page.find_element(By.CSS_SELECTOR, ".sample summary").click()
    page.find_element(By.ID, "search").send_keys(words)
    wait_for_count(page, f"{len(found)} of 5 samples")
    assert shown(page) == found


def test_formulas_are_set_when_a_sample_is_opened(page: webdriver.Chrome) -> None:
    assert formulas_in(page, ".sample") == []
    first, second, third = page.find_elements(By.CSS_SELECTOR, ".sample > summary")[:3]
    first.click()
    WebDriverWait(page, 10).until(lambda p: formulas_in(p, "#s1"))
    matrix = page.find_element(By.CSS_SELECTOR, "#s1 math[display=block] mtable")
    assert matrix.size["height"] > 20
    namespace = "return document.querySelector('#s1 mfrac').namespaceURI"
    assert page.execute_script(namespace) == "http://www.w3.org/1998/Math/MathML"
    second.click()
    third.click()
    WebDriverWait(page, 10).until(lambda p: formulas_in(p, "#s3"))
    assert "It costs $5 and $10." in page.find_element(By.ID, "s3").text
    hrefs = "return document.querySelectorAll('math [href], math [style], math script').length"
    assert page.execute_script(hrefs) == 0


def test_the_latex_source_can_be_shown_instead(page: webdriver.Chrome) -> None:
    page.find_element(By.CSS_SELECTOR, ".sample > summary").click()
    WebDriverWait(page, 10).until(lambda p: formulas_in(p, "#s1"))
    assert r"\begin{pmatrix}" not in page.find_element(By.ID, "s1").text
    page.find_element(By.ID, "sources").click()
    assert r"\begin{pmatrix}" in page.find_element(By.ID, "s1").text


def test_samples_open_by_keyboard_and_by_link(page: webdriver.Chrome) -> None:
    page.execute_script("document.querySelector('#s1 > summary').focus()")
    page.switch_to.active_element.send_keys(Keys.ENTER)
    assert page.find_element(By.ID, "s1").get_attribute("open") == "true"
    page.execute_script("location.hash = '#s4'")
    WebDriverWait(page, 10).until(
        lambda p: p.find_element(By.ID, "s4").get_attribute("open") == "true"
    )


@pytest.mark.parametrize("width", [390, 760, 1300])
def test_a_sample_linked_to_is_not_under_the_filters(page: webdriver.Chrome, width: int) -> None:
    resize(page, width, height=500)
    page.execute_script("location.hash = '#s3'")
    WebDriverWait(page, 10).until(
        lambda p: p.find_element(By.ID, "s3").get_attribute("open") == "true"
    )
    top, bottom, covered = page.execute_script(
        "const title = document.querySelector('#s3 > summary').getBoundingClientRect();"
        "const bar = document.querySelector('#filters').getBoundingClientRect();"
        "return [title.top, title.bottom, Math.max(0, bar.bottom)]"
    )
    assert covered <= top and bottom <= 500


@pytest.mark.parametrize("width", [390, 1000, 1300])
@pytest.mark.parametrize("value", [None, 0.99])
def test_a_headline_with_bounds_stays_on_one_line(
    page: webdriver.Chrome, tmp_path: Path, width: int, value: float | None
) -> None:
    row = Row("demo", "en", "accuracy", value, 100, 100, low=0.99, high=1.0, errored=1)
    write_report(tmp_path / "bounds.html", replace(make_report(), rows=[row]))
    resize(page, width)
    page.get((tmp_path / "bounds.html").as_uri())
    big = page.find_element(By.CSS_SELECTOR, ".big")
    assert big.text == ("99.0 to 100.0 %" if value is None else "99.0 (to 100.0) %")
    line = float(big.value_of_css_property("line-height").removesuffix("px"))
    assert big.size["height"] < 1.5 * line
    assert page.execute_script("return arguments[0].scrollWidth <= arguments[0].clientWidth", big)


def test_chosen_and_right_options_are_marked(page: webdriver.Chrome) -> None:
    page.find_elements(By.CSS_SELECTOR, ".sample > summary")[1].click()
    gold, chosen = (page.find_element(By.CSS_SELECTOR, f"#s2 tr.{x}") for x in ("gold", "chosen"))
    assert gold.text.split()[:2] == ["B", "key"]
    assert chosen.text.split()[:2] == ["A", "chosen"]


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_no_wider_than_the_screen(page: webdriver.Chrome, width: int) -> None:
    resize(page, width)
    for summary in page.find_elements(By.CSS_SELECTOR, ".sample > summary"):
        page.execute_script("arguments[0].click()", summary)
    WebDriverWait(page, 10).until(lambda p: formulas_in(p, "#s4"))
    assert page.execute_script("return document.documentElement.scrollWidth") <= width


def test_without_scripts_everything_can_be_read(page: webdriver.Chrome, tmp_path: Path) -> None:
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    page.get((tmp_path / "report.html").as_uri())
    assert len(page.find_elements(By.CSS_SELECTOR, ".sample")) == 5
    assert not page.find_element(By.ID, "filters").is_displayed()
    page.find_element(By.CSS_SELECTOR, ".sample > summary").click()
    assert r"$$\begin{pmatrix}" in page.find_element(By.ID, "s1").text


def test_a_publishable_page_filters_its_bare_samples(
    page: webdriver.Chrome, tmp_path: Path
) -> None:
    write_report(tmp_path / "public.html", replace(make_report(), title="x"), publishable=True)
    page.get((tmp_path / "public.html").as_uri())
    assert len(shown(page)) == 5
    choose(page, "result", "right")
    wait_for_count(page, "2 of 5 samples")
    assert shown(page) == ["en/1", "zh/1"]
