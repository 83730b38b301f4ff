"""Chromium for the tests of pages."""

from collections.abc import Iterator

import pytest
from selenium import webdriver

from tests.chromium import start_chromium


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A browser for the tests of one file."""
    driver = start_chromium(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()
