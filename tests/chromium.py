"""Chromium without a window, for the tests and the benchmarks of pages."""

import shutil
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Chromium(webdriver.Chrome):
    """Comes back when the whole page is there, for which chromedriver does not always wait.

    Seen where the machine is busy: pages from disk were half read, with scripts off above all.
    """

    def get(self, url: str) -> None:
        """Open a page."""
        super().get(url)
        self._wait()

    def refresh(self) -> None:
        """Open the page again."""
        super().refresh()
        self._wait()

    def _wait(self) -> None:
        state = "return document.readyState"
        WebDriverWait(self, 20).until(lambda page: page.execute_script(state) == "complete")


def start_chromium(profile: Path, *, logs: bool = True) -> webdriver.Chrome:
    """Start Chromium on an empty `profile`.

    With `logs`, what its console says and what it asks for is kept.
    """
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    assert chromium and chromedriver, "install chromium and chromium-driver for the pages"
    options = Options()
    options.binary_location = chromium
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    if logs:
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return Chromium(options=options, service=Service(chromedriver))
