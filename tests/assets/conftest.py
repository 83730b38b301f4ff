from collections.abc import Iterator
from pathlib import Path

import pytest

from rbench.assets import download
from tests.assets.loopback import Loopback, serving


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serving() as state:
        yield state


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, no mirror, no proxy, and no pauses."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("RBENCH_CACHE", str(folder))
    monkeypatch.delenv("RBENCH_ASSETS", raising=False)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(download, "FIRST_PAUSE_SECONDS", 0.0)
    return folder
