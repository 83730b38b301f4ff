"""A site for the tests that look at every kind of page."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from selenium import webdriver

from tests.leaderboards.site.looks import emulate
from tests.leaderboards.site.whole_site import write_whole_site


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Name of a kind -> its page; see `write_whole_site`."""
    return write_whole_site(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def looks(browser: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """The browser; every look that a test gives it is taken back."""
    yield browser
    emulate(browser)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
