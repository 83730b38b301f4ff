"""Several processes and threads that want the same file at the same time."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rbench.assets import Asset, fetch, lock
from tests.assets.loopback import Act, Loopback
from tests.assets.made import CONTENT, SHA256, made

CHILD = """
import sys
from rbench.assets import Asset, fetch
print(fetch(Asset("weights/a/weights.bin", sys.argv[1], "MIT", "the weights of A", sys.argv[2])))
"""


@pytest.fixture
def asset(server: Loopback) -> Asset:
    server.files["/w.bin"] = CONTENT
    return made(f"{server.address}/w.bin")


def child(asset: Asset) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, asset.address, SHA256],
        env=os.environ,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_processes_that_fetch_the_same_file_fetch_it_once(
    asset: Asset, server: Loopback, cache: Path
) -> None:
    server.seconds = 0.5
    children = [child(asset) for _ in range(3)]
    path = cache / "assets" / asset.name
    assert {c.communicate(timeout=60)[0].strip() for c in children} == {str(path)}
    assert path.read_bytes() == CONTENT
    assert server.ranges() == [""]


def test_a_killed_process_leaves_no_lock_and_its_bytes_are_continued(
    asset: Asset, server: Loopback, cache: Path
) -> None:
    server.acts = [Act(cut_after=250_000), Act(seconds=30)]
    killed = child(asset)
    part = cache / "assets/weights/a/.weights.bin.part"
    deadline = time.monotonic() + 30
    while len(server.asked) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert part.stat().st_size == 250_000
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert fetch(asset).read_bytes() == CONTENT
    assert server.ranges()[-1] == "bytes=250000-"


def test_threads_that_fetch_the_same_file_fetch_it_once(asset: Asset, server: Loopback) -> None:
    server.seconds = 0.1
    with ThreadPoolExecutor(4) as pool:
        paths = set(pool.map(fetch, [asset] * 4))
    assert paths.pop().read_bytes() == CONTENT
    assert paths == set()
    assert len(server.asked) == 1


def test_where_the_file_system_has_no_locks_everyone_fetches_for_himself(
    asset: Asset, server: Loopback, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError("no locks available")

    monkeypatch.setattr(lock.fcntl, "flock", no_locks)
    server.acts = [Act(cut_after=100_000)]
    assert fetch(asset).read_bytes() == CONTENT
    assert not list((cache / "assets/weights/a").glob("*.part*"))
    assert fcntl.flock is no_locks
