"""Every kind of page in a real browser: axe-core, contrast, and what does not need colour."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from tests.leaderboards.site.axe import violations
from tests.leaderboards.site.contrast import faint
from tests.leaderboards.site.looks import emulate, open_sample, show, widen

LOOKS = {"light, wide": ("light", 1280), "dark, phone": ("dark", 390)}
KINDS = (
    "index", "task", "systems", "data sets", "data card", "image card", "protocol", "run",
    "image run", "report", "image report",
)  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_every_text_has_contrast(
    looks: webdriver.Chrome, pages: Mapping[str, Path], kind: str, look: str
) -> None:
    scheme, width = LOOKS[look]
    emulate(looks, prefers_color_scheme=scheme)
    widen(looks, width)
    show(looks, pages[kind], unfold=True)
    assert violations(looks, colours=scheme == "light") == []
    assert faint(looks) == []
    assert looks.execute_script("return document.documentElement.scrollWidth") <= width


def test_axe_finds_nothing_in_unfolded_filters(
    looks: webdriver.Chrome, pages: Mapping[str, Path]
) -> None:
    widen(looks, 390)
    show(looks, pages["task"], unfold=True)
    looks.find_element(By.CSS_SELECTOR, ".unfold").click()
    assert violations(looks) == [] and faint(looks) == []
    assert looks.execute_script("return document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_in_an_open_sample(
    looks: webdriver.Chrome, pages: Mapping[str, Path], look: str
) -> None:
    scheme, width = LOOKS[look]
    emulate(looks, prefers_color_scheme=scheme)
    widen(looks, width)
    show(looks, pages["run"], unfold=True)
    open_sample(looks)
    assert violations(looks) == []
    assert faint(looks) == []


def test_axe_and_contrast_do_find_what_is_wrong(
    looks: webdriver.Chrome, pages: Mapping[str, Path]
) -> None:
    show(looks, pages["index"], unfold=True)
    looks.execute_script("document.querySelector('h1').remove()")
    looks.execute_script(
        "const p = document.createElement('p'); p.textContent = 'pale'; p.className = 'pale';"
        "document.querySelector('main').append(p); p.style.setProperty('color', '#999')"
    )
    assert any(text.startswith("page-has-heading-one") for text in violations(looks))
    assert any(text.endswith(": pale") for text in faint(looks))


@pytest.mark.parametrize("width", [390, 768])
def test_dialogs_fit_the_screen(
    looks: webdriver.Chrome, pages: Mapping[str, Path], width: int
) -> None:
    widen(looks, width)
    show(looks, pages["run"])
    open_sample(looks)
    looks.find_element(By.CSS_SELECTOR, "#parts .picture").click()
    for dialog in ("sample", "zoom"):
        box = looks.execute_script(
            f"return document.getElementById('{dialog}').getBoundingClientRect()"
        )
        assert box["left"] >= 0 and box["right"] <= width
        assert box["top"] >= 0 and box["bottom"] <= 900


@pytest.mark.parametrize("kind", ["task", "run", "image run", "report", "image report"])
def test_nothing_moves(looks: webdriver.Chrome, pages: Mapping[str, Path], kind: str) -> None:
    show(looks, pages[kind], unfold=True)
    moving = (
        "return [...document.querySelectorAll('*')].map((e) => getComputedStyle(e)).filter((s) =>"
        " s.transitionDuration !== '0s' || s.animationName !== 'none' ||"
        " s.scrollBehavior !== 'auto').length"
    )
    assert looks.execute_script(moving) == 0


def test_standing_is_told_without_colour(
    looks: webdriver.Chrome, pages: Mapping[str, Path]
) -> None:
    show(looks, pages["task"], unfold=True)
    best = looks.find_element(By.CSS_SELECTOR, "tr.best th").text
    near = looks.find_element(By.CSS_SELECTOR, "tr.tied th").text
    assert "★" in best and "†" not in best and "†" in near and "★" not in near
    assert looks.find_element(By.CSS_SELECTOR, "tbody.line").text.startswith("Not ranked:")
    assert "published" in looks.find_element(By.ID, "others").text


def test_outcomes_are_told_without_colour(
    looks: webdriver.Chrome, pages: Mapping[str, Path]
) -> None:
    show(looks, pages["run"], unfold=True)
    marks = {cell.text for cell in looks.find_elements(By.CSS_SELECTOR, "[class^=mark-]")}
    assert marks == {"✓ right", "✗ wrong"}
    open_sample(looks)
    assert looks.find_element(By.CSS_SELECTOR, "#parts tr.gold .marks").text == "key, chosen"


def test_forced_colours_keep_texts_and_drawings(
    looks: webdriver.Chrome, pages: Mapping[str, Path]
) -> None:
    emulate(looks, forced_colors="active", prefers_color_scheme="dark")
    for kind in ("task", "report"):
        show(looks, pages[kind], unfold=True)
        assert faint(looks) == []
    key = (
        "return [...document.querySelectorAll('.key i')].map((i) =>"
        " getComputedStyle(i).backgroundColor)"
    )
    colours = looks.execute_script(key)
    assert len(set(colours)) > 1
