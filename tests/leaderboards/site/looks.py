"""Pages under other looks: paper, a dark screen, a narrow one."""

from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait


def emulate(page: webdriver.Chrome, media: str = "", **features: str) -> None:
    """Show the page as on `media`, with media features: ``prefers_color_scheme="dark"``."""
    asked = [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": asked})


def widen(page: webdriver.Chrome, pixels: int) -> None:
    """Give the page a screen of that width, 900 high; a narrow one is a phone's."""
    metrics = {"width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": pixels < 500}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def show(page: webdriver.Chrome, path: Path, *, unfold: bool = False) -> None:
    """Open a page, wait for its samples, and `unfold` what is folded in it."""
    page.get("about:blank")
    page.get(path.as_uri())
    if page.find_elements(By.ID, "rows"):
        ready = "return document.documentElement.dataset.ready === 'yes'"
        WebDriverWait(page, 10).until(lambda p: p.execute_script(ready))
    if unfold:
        page.execute_script("document.querySelectorAll('details').forEach((d) => d.open = true)")


def open_sample(page: webdriver.Chrome) -> None:
    """Open the first sample of a run's page, another run's reply beside it, all unfolded."""
    page.find_element(By.CSS_SELECTOR, "#rows button.open").click()
    Select(page.find_element(By.ID, "beside")).select_by_visible_text("the other")
    parts = "#parts .part"
    WebDriverWait(page, 10).until(lambda p: len(p.find_elements(By.CSS_SELECTOR, parts)) == 3)
    page.execute_script("document.querySelectorAll('#parts details').forEach((d) => d.open = true)")
