"""`rbench assets`: what it prints where, and its exit codes."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rbench.assets import Asset, table
from rbench.cli.assets import command
from rbench.cli.run_command import run_command
from tests.assets.loopback import Loopback, serving
from tests.assets.made import CONTENT, SHA256, made


@pytest.fixture(autouse=True)
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "mirror"
    folder.mkdir()
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("RBENCH_ASSETS", str(folder))
    monkeypatch.delenv("RBENCH_OFFLINE", raising=False)
    return folder


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """Serve two known assets, of which the second is wrong."""
    with serving() as state:
        state.files = {"/w.bin": CONTENT, "/bad.bin": b"bad"}
        good = made(f"{state.address}/w.bin", size=len(CONTENT))
        bad = Asset(
            "prompts/bad.bin", f"{state.address}/bad.bin", "MIT", "B", "0" * 64, kind="prompts"
        )
        monkeypatch.setattr(table, "ASSETS", {asset.name: asset for asset in (good, bad)})
        yield state


def run(*arguments: str) -> int:
    return run_command(command, "assets", arguments)


def test_the_list_says_what_is_where(mirror: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = mirror / "prompts/geneval/object_names.txt"
    path.parent.mkdir(parents=True)
    path.write_text("person\n")
    assert run("list", "--kind", "prompts") == 0
    heading, _, *rows = capsys.readouterr().out.splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in (heading, *rows)]
    assert cells[0] == ["name", "kind", "licence", "where", "sha256", "size"]
    by_name = {row[0]: row[1:] for row in cells[1:]}
    assert by_name["prompts/geneval/object_names.txt"] == [
        "prompts",
        "MIT",
        "mirror",
        "known",
        "0.0 kB",
    ]
    assert by_name["prompts/parti/PartiPrompts.tsv"] == [
        "prompts", "Apache-2.0", "absent", "known", "123.1 kB",
    ]  # fmt: skip


def test_the_list_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "PartiPrompts.tsv", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["name"] == "prompts/parti/PartiPrompts.tsv"
    assert (row["size"], row["where"], row["path"], row["trust"]) == (
        123107,
        "absent",
        None,
        "known",
    )


def test_fetching_prints_the_path_and_the_errors_of_the_others(
    server: Loopback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fetch", "bad.bin", "weights.bin") == 1
    shown = capsys.readouterr()
    path = tmp_path / "cache/assets/weights/a/weights.bin"
    assert shown.out == f"{path}\n"
    assert shown.err.startswith("rbench: ") and "0" * 64 in shown.err
    assert "Traceback" not in shown.err
    assert run("fetch", "--kind", "weights") == run("path", "weights.bin") == 0
    assert capsys.readouterr().out == f"{path}\n{path}\n"


def test_offline_and_path_use_no_network(server: Loopback) -> None:
    assert run("fetch", "--all", "--offline") == 1
    assert run("path", "weights.bin") == 1
    assert server.asked == []


def test_verifying_says_ok_bad_or_absent(
    server: Loopback, mirror: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify") == 0
    assert capsys.readouterr().out == "absent  weights/a/weights.bin\nabsent  prompts/bad.bin\n"
    assert run("verify", "weights.bin") == 1
    capsys.readouterr()
    assert run("fetch", "weights.bin") == 0
    assert run("verify", "weights.bin") == 0
    assert f"ok      weights/a/weights.bin  {SHA256}\n" in capsys.readouterr().out
    (mirror / "prompts").mkdir()
    (mirror / "prompts/bad.bin").write_bytes(b"bad")
    assert run("verify") == 1
    shown = capsys.readouterr()
    assert "bad     prompts/bad.bin\n" in shown.out
    assert "replace the file" in shown.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fetch"], "name the assets to fetch"),
        (["path"], "name the assets whose paths"),
        (["fetch", "PartiPrompts.tsv", "--all"], "not both"),
        (["list", "PartyPrompts.tsv"], "did you mean 'prompts/parti/PartiPrompts.tsv'"),
        (["mirror"], "'list', 'fetch', 'verify', 'path'"),
    ],
)
def test_what_makes_no_sense_is_said_and_exits_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_terminal_shows_a_bar_on_stderr_and_only_the_path_on_stdout(
    server: Loopback, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    assert run("fetch", "weights.bin") == 0
    assert "fetching weights.bin" in terminal.getvalue()
    assert "700.0/700.0 kB" in terminal.getvalue()
    assert capsys.readouterr().out.endswith("/weights.bin\n")
