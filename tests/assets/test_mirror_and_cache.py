"""Where a file is looked for, and what is held against it."""

import hashlib
import os
from pathlib import Path

import pytest

from rbench.assets import fetch, find, trust, verification, verify
from rbench.assets.records import record_path
from rbench.errors import AssetError
from tests.assets.made import CONTENT, SHA256, made


def put(folder: Path, content: bytes = CONTENT) -> Path:
    path = folder / made().name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "mirror"
    folder.mkdir()
    monkeypatch.setenv("RBENCH_ASSETS", str(folder))
    return folder


@pytest.fixture
def hashings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    seen: list[Path] = []
    whole = verification.sha256_of

    def counted(path: Path, progress: object = None) -> str:
        seen.append(path)
        return whole(path)

    monkeypatch.setattr(verification, "sha256_of", counted)
    return seen


def test_the_mirror_comes_before_the_cache(mirror: Path, cache: Path) -> None:
    put(cache / "assets")
    assert fetch(made(), offline=True) == cache / "assets" / made().name
    path = put(mirror)
    assert fetch(made(), offline=True) == path
    place = find(made())
    assert place is not None and place.where == "mirror"


def test_offline_and_absent_is_one_sentence_that_says_what_to_do() -> None:
    with pytest.raises(AssetError) as raised:
        fetch(made(), offline=True)
    assert str(raised.value) == (
        "the weights of A is not on this machine and --offline forbids fetching it: set "
        "RBENCH_ASSETS to a folder that holds weights/a/weights.bin "
        "(from https://nowhere.invalid/weights.bin)."
    )


def test_a_mirror_that_is_no_folder_is_refused_and_not_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cache: Path
) -> None:
    put(cache / "assets")
    monkeypatch.setenv("RBENCH_ASSETS", str(tmp_path / "mirrror"))
    with pytest.raises(AssetError, match="mirrror', and there is no such folder"):
        fetch(made(), offline=True)


def test_a_wrong_file_in_the_mirror_is_refused_with_both_hashes_and_left_there(
    mirror: Path,
) -> None:
    path = put(mirror, b"something else")
    other = hashlib.sha256(b"something else").hexdigest()
    with pytest.raises(AssetError, match=rf"{other} and .* {SHA256}; replace the file by"):
        fetch(made(), offline=True)
    assert path.read_bytes() == b"something else"


def test_a_file_of_the_wrong_size_is_refused_before_it_is_hashed(
    mirror: Path, hashings: list[Path]
) -> None:
    put(mirror, CONTENT[:-1])
    with pytest.raises(AssetError, match=r"has 699999 bytes and .* must have 700000"):
        fetch(made(size=700_000), offline=True)
    assert hashings == []


@pytest.mark.parametrize("where", ["mirror", "cache"])
def test_a_file_is_hashed_once_until_it_changes(
    where: str, mirror: Path, cache: Path, hashings: list[Path]
) -> None:
    path = put(mirror if where == "mirror" else cache / "assets")
    for _ in range(3):
        fetch(made(), offline=True)
    assert hashings == [path]
    bad = bytes([CONTENT[0] ^ 1]) + CONTENT[1:]
    path.write_bytes(bad)
    os.utime(path, ns=(1, 1))
    with pytest.raises(AssetError, match=hashlib.sha256(bad).hexdigest()):
        fetch(made(), offline=True)


def test_verifying_hashes_always(mirror: Path, hashings: list[Path]) -> None:
    path = put(mirror)
    fetch(made(), offline=True)
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    path.write_bytes(bytes([CONTENT[0] ^ 1]) + CONTENT[1:])
    os.utime(path, ns=times)
    assert fetch(made(), offline=True) == path  # what verify is for
    verdict = verify(made())
    assert (verdict.state, verdict.path) == ("bad", path)
    assert SHA256 in verdict.why
    assert hashings == [path, path]


def test_verdicts_are_ok_bad_or_absent(mirror: Path) -> None:
    assert verify(made()).state == "absent"
    put(mirror)
    assert (verify(made()).state, verify(made()).sha256) == ("ok", SHA256)


def test_what_the_user_mirrors_of_unknown_hash_is_taken_as_it_is(mirror: Path) -> None:
    for content in (b"one", b"two"):
        path = put(mirror, content)
        assert fetch(made(sha256=None), offline=True) == path
        assert verify(made(sha256=None)).sha256 == hashlib.sha256(content).hexdigest()
    assert trust(made(sha256=None)) == "unknown"


def test_a_cached_file_of_unknown_hash_is_remembered_and_another_is_refused(cache: Path) -> None:
    asset = made(sha256=None)
    path = put(cache / "assets")
    assert trust(asset) == "unknown"
    fetch(asset, offline=True)
    assert trust(asset) == "first fetch"
    path.write_bytes(b"another")
    with pytest.raises(AssetError, match=f"at its first fetch .* had {SHA256}") as raised:
        fetch(asset, offline=True)
    assert str(record_path(asset)) in str(raised.value)
    record_path(asset).unlink()
    assert fetch(asset, offline=True) == path


def test_another_address_is_another_first_fetch(cache: Path) -> None:
    path = put(cache / "assets")
    fetch(made(sha256=None), offline=True)
    path.write_bytes(b"another")
    moved = made("https://elsewhere.invalid/w.bin", sha256=None)
    assert fetch(moved, offline=True) == path


@pytest.mark.parametrize("content", ["", "[]", "{}", "\0"])
def test_a_damaged_record_is_named(cache: Path, content: str) -> None:
    put(cache / "assets")
    record_path(made()).write_text(content)
    with pytest.raises(AssetError, match=r"is damaged .*: remove it"):
        fetch(made(), offline=True)


def test_a_cache_that_cannot_be_written_only_costs_time(
    mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hashings: list[Path]
) -> None:
    path = put(mirror)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path / "file" / "below"))
    for _ in range(2):
        assert fetch(made(), offline=True) == path
    assert hashings == [path, path]
