"""Plain addresses, over a server on this machine that misbehaves."""

import errno
import hashlib
import os
from email.message import Message
from io import FileIO
from pathlib import Path
from urllib.request import Request

import pytest

from rbench.assets import Asset, download, fetch, transfer, trust
from rbench.errors import AssetError
from tests.assets.loopback import Act, Loopback
from tests.assets.made import CONTENT, SHA256, made


@pytest.fixture
def asset(server: Loopback) -> Asset:
    server.files["/w.bin"] = CONTENT
    return made(f"{server.address}/w.bin")


def left(cache: Path) -> set[str]:
    folder = cache / "assets/weights/a"
    return {p.name for p in folder.iterdir()} - {".weights.bin.lock", ".weights.bin.json"}


def test_a_file_is_fetched_once_and_told_of(asset: Asset, server: Loopback, cache: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    path = fetch(asset, progress=lambda *what: told.append(what))
    assert path.read_bytes() == CONTENT
    assert fetch(asset, offline=True) == path
    assert left(cache) == {"weights.bin"}
    assert server.ranges() == [""]
    fetched = [done for step, done, total in told if step == "fetch" and total == len(CONTENT)]
    assert fetched == sorted(fetched) and fetched[-1] == len(CONTENT)
    assert told[-1] == ("verify", len(CONTENT), len(CONTENT))


def test_a_cut_connection_is_continued_where_it_stopped(
    asset: Asset, server: Loopback, cache: Path
) -> None:
    server.acts = [Act(cut_after=300_000), Act(cut_after=100_000)]
    assert fetch(asset).read_bytes() == CONTENT
    assert server.ranges() == ["", "bytes=300000-", "bytes=400000-"]
    assert left(cache) == {"weights.bin"}


def test_a_later_run_continues_what_an_earlier_one_left(asset: Asset, server: Loopback) -> None:
    server.acts = [Act(cut_after=200_000), Act(status=404)]
    with pytest.raises(AssetError, match="HTTP 404"):
        fetch(asset)
    assert fetch(asset).read_bytes() == CONTENT
    assert server.ranges()[-1] == "bytes=200000-"


def test_a_server_without_ranges_sends_all_again(asset: Asset, server: Loopback) -> None:
    server.acts = [Act(cut_after=300_000), Act(ranges=False)]
    assert fetch(asset).read_bytes() == CONTENT


def test_a_file_that_changed_meanwhile_is_not_spliced(server: Loopback) -> None:
    new = bytes(reversed(CONTENT))
    server.files["/w.bin"] = CONTENT
    asset = made(f"{server.address}/w.bin", hashlib.sha256(new).hexdigest())
    server.acts = [Act(cut_after=300_000), Act(status=404)]
    with pytest.raises(AssetError):
        fetch(asset)
    server.files["/w.bin"] = new
    assert fetch(asset).read_bytes() == new
    assert server.ranges()[-1] == "bytes=300000-"


def test_a_splice_that_no_tag_prevents_is_fetched_again_in_full(
    server: Loopback, cache: Path
) -> None:
    new = bytes(reversed(CONTENT))
    server.tags = False
    server.files["/w.bin"] = CONTENT
    asset = made(f"{server.address}/w.bin", hashlib.sha256(new).hexdigest())
    server.acts = [Act(cut_after=300_000), Act(status=404)]
    with pytest.raises(AssetError):
        fetch(asset)
    server.files["/w.bin"] = new
    assert fetch(asset).read_bytes() == new
    assert server.ranges() == ["", "bytes=300000-", "bytes=300000-", ""]


def test_without_tag_and_hash_nothing_is_continued(server: Loopback) -> None:
    server.tags = False
    server.files["/w.bin"] = CONTENT
    server.acts = [Act(cut_after=300_000)]
    assert fetch(made(f"{server.address}/w.bin", sha256=None)).read_bytes() == CONTENT
    assert server.ranges() == ["", ""]


@pytest.mark.parametrize("held", [len(CONTENT), len(CONTENT) + 5])
def test_a_part_that_lacks_nothing_or_is_too_long(
    held: int, asset: Asset, server: Loopback, cache: Path
) -> None:
    part = cache / "assets/weights/a/.weights.bin.part"
    part.parent.mkdir(parents=True)
    part.write_bytes((CONTENT + b"extra")[:held])
    assert fetch(asset).read_bytes() == CONTENT
    assert len(server.asked) == (1 if held == len(CONTENT) else 2)


def test_a_rest_from_another_place_is_not_appended(asset: Asset, server: Loopback) -> None:
    server.acts = [Act(cut_after=300_000), Act(wrong_range=True)]
    assert fetch(asset).read_bytes() == CONTENT
    assert server.ranges() == ["", "bytes=300000-", ""]


def test_a_wrong_file_is_not_kept_and_both_hashes_are_named(
    asset: Asset, server: Loopback, cache: Path
) -> None:
    server.files["/w.bin"] = b"not the weights"
    found = hashlib.sha256(b"not the weights").hexdigest()
    with pytest.raises(
        AssetError, match=f"sha256 {found}, and the weights of A must have {SHA256}"
    ):
        fetch(asset)
    assert left(cache) == set()


def test_a_file_of_another_length_is_refused_before_it_is_fetched(
    server: Loopback, cache: Path
) -> None:
    server.files["/w.bin"] = CONTENT
    with pytest.raises(AssetError, match="the server's file has 700000 bytes instead of 7"):
        fetch(made(f"{server.address}/w.bin", size=7))
    assert left(cache) == set()


def test_the_first_fetch_of_an_unknown_hash_is_remembered_and_another_refused(
    server: Loopback, cache: Path
) -> None:
    asset = made(f"{server.address}/w.bin", sha256=None)
    server.files["/w.bin"] = CONTENT
    path = fetch(asset)
    assert trust(asset) == "first fetch"
    path.unlink()
    server.files["/w.bin"] = b"silently changed"
    with pytest.raises(AssetError, match=rf"must have {SHA256} \(at its first fetch:"):
        fetch(asset)
    assert not path.exists()


def test_a_length_that_nobody_states_is_read_to_the_end(asset: Asset, server: Loopback) -> None:
    server.acts = [Act(length=False)]
    assert fetch(asset).read_bytes() == CONTENT


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_overloaded_server_is_asked_again(status: int, asset: Asset, server: Loopback) -> None:
    server.acts = [Act(status=status)] * 4
    assert fetch(asset).read_bytes() == CONTENT
    assert len(server.asked) == 5


def test_the_servers_own_wish_for_a_pause_is_kept_to(
    asset: Asset, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(download.time, "sleep", pauses.append)
    server.acts = [
        Act(status=503, headers=(("Retry-After", "7"),)),
        Act(status=503, headers=(("Retry-After", "3600"),)),
    ]
    fetch(asset)
    assert pauses == [7.0, 60.0]


def test_five_failures_in_a_row_end_it(asset: Asset, server: Loopback) -> None:
    server.acts = [Act(status=503)] * 9
    with pytest.raises(AssetError, match=r"\(HTTP 503 .*\): try again, or set RBENCH_ASSETS"):
        fetch(asset)
    assert len(server.asked) == 5


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_refusal_is_not_repeated(status: int, asset: Asset, server: Loopback) -> None:
    server.acts = [Act(status=status)]
    with pytest.raises(AssetError, match=f"HTTP {status}"):
        fetch(asset)
    assert len(server.asked) == 1


def test_redirects_are_followed_and_a_cut_is_continued_through_them(
    asset: Asset, server: Loopback
) -> None:
    away = Act(status=302, headers=(("Location", "/w.bin"),))
    server.acts = [away, Act(cut_after=300_000), away]
    assert fetch(made(f"{server.address}/moved")).read_bytes() == CONTENT
    assert server.ranges() == ["", "", "bytes=300000-", "bytes=300000-"]


def test_a_page_that_came_instead_of_the_file_is_refused(server: Loopback, cache: Path) -> None:
    server.files["/w.bin"] = b"<html>please log in</html>"
    server.acts = [Act(headers=(("Content-Type", "text/html; charset=utf-8"),))]
    with pytest.raises(AssetError, match="a web page came instead"):
        fetch(made(f"{server.address}/w.bin", sha256=None))
    assert left(cache) == set()


def test_a_server_that_falls_silent_is_not_waited_for(
    asset: Asset, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "TIMEOUT_SECONDS", 0.1)
    server.acts = [Act(seconds=0.4)]
    assert fetch(asset).read_bytes() == CONTENT
    assert len(server.asked) == 2


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/w.bin", "https://nowhere.invalid/w.bin"])
def test_without_a_network_there_is_one_error_at_once(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download.time, "sleep", lambda _: pytest.fail("it waited"))
    with pytest.raises(AssetError, match=rf"cannot be fetched from {address} \(.+\): try again"):
        fetch(made(address))


def test_a_disk_that_fills_up_is_named_and_what_arrived_is_continued(
    asset: Asset, server: Loopback, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = [300_000]

    def write_all(file: FileIO, piece: bytes) -> None:
        file.write(piece[: room[0]])
        room[0] -= len(piece)
        if room[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(download, "_write_all", write_all)
        with pytest.raises(
            AssetError, match=r"No space left on device\): make room, or set RBENCH"
        ):
            fetch(asset)
    assert fetch(asset).read_bytes() == CONTENT
    assert server.ranges() == ["", "bytes=300000-"]


def test_a_disk_that_is_too_small_is_told_before_anything_is_written(
    asset: Asset, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = download.shutil.disk_usage("/")._replace(free=500_000)
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(AssetError, match=r"needs 1 MB more and .* has 0 MB free"):
        fetch(asset)
    assert left(cache) == set()


def test_a_cache_that_cannot_be_made_is_named(
    asset: Asset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path / "file"))
    with pytest.raises(AssetError, match=r"cannot be written .*: set RBENCH_CACHE to a folder"):
        fetch(asset)


def test_a_redirect_from_https_to_http_is_refused() -> None:
    redirects = transfer._SafeRedirects()
    request = Request("https://a.example/w.bin")
    for away in ("http://a.example/w.bin", "ftp://a.example/w.bin"):
        with pytest.raises(transfer.Refused, match=f"redirects to {away}, which is not https"):
            redirects.redirect_request(request, None, 302, "Found", Message(), away)
    on = redirects.redirect_request(
        request, None, 302, "Found", Message(), "https://b.example/w.bin"
    )
    assert on is not None and on.full_url == "https://b.example/w.bin"
