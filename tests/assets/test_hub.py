"""Files of the hub, over a server on this machine that answers as the hub does."""

import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import huggingface_hub.constants
import pytest

from rbench.assets import Asset, fetch, find, trust
from rbench.errors import AssetError
from tests.assets.made import CONTENT, SHA256, made

COMMIT = "1" * 40
PATH = "/team/a/resolve/v1/model.bin"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """Serve files under the hub's paths, as long as the test runs."""
    served = {PATH: CONTENT}

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.answer(with_body=False)

        def do_GET(self) -> None:
            self.answer(with_body=True)

        def answer(self, *, with_body: bool) -> None:
            content = served.get(self.path)
            self.send_response(404 if content is None else 200)
            if content is None:
                self.send_header("X-Error-Code", "EntryNotFound")
            content = content or b""
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if with_body:
                self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


def of_hub(sha256: str | None = SHA256, path: str = "model.bin") -> Asset:
    return made(f"hf://team/a@v1/{path}", sha256)


def test_a_file_of_the_hub_is_fetched_into_the_hubs_cache_and_found_there(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    with pytest.raises(AssetError, match="--offline forbids"):
        fetch(of_hub(), offline=True)
    path = fetch(of_hub())
    assert path.read_bytes() == CONTENT
    assert path.is_relative_to(tmp_path / "hub")
    files.clear()
    assert fetch(of_hub(), offline=True) == path
    place = find(of_hub())
    assert place is not None and place.where == "hub cache"


def test_the_mirror_holds_hub_files_too(
    files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.clear()
    path = tmp_path / "mirror" / of_hub().name
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    monkeypatch.setenv("RBENCH_ASSETS", str(tmp_path / "mirror"))
    assert fetch(of_hub()) == path


def test_a_file_of_the_hub_with_another_hash_is_refused(files: dict[str, bytes]) -> None:
    files[PATH] = b"another"
    found = hashlib.sha256(b"another").hexdigest()
    with pytest.raises(AssetError, match=rf"{found} and .* {SHA256}; remove .*/blobs/"):
        fetch(of_hub())


def test_a_moving_revision_is_held_to_its_first_fetch(
    files: dict[str, bytes], cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(of_hub(sha256=None))
    assert trust(of_hub(sha256=None)) == "first fetch"
    files[PATH] = b"another"
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub2"))
    with pytest.raises(AssetError, match=f"at its first fetch .* had {SHA256}"):
        fetch(of_hub(sha256=None))


def test_a_file_that_the_hub_does_not_have_is_named(files: dict[str, bytes]) -> None:
    with pytest.raises(AssetError, match=r"https://huggingface.co/team/a has no gone.bin\): try"):
        fetch(of_hub(path="gone.bin"))


def test_a_hub_whose_name_is_not_known_is_one_error_at_once(
    files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.invalid")
    with pytest.raises(AssetError, match=r"hub.invalid cannot be reached: .*RBENCH_ASSETS"):
        fetch(of_hub())
    assert capfd.readouterr() == ("", "")
