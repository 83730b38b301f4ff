"""The loader on the hub: a loopback server answers for it, and nothing else is asked.

Each scenario is a process of its own, because the hub's libraries read the environment at import.
"""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from rbench.harness.cards import load_card
from tests.harness.choice_files import both, write_folder

ROWS = 5
REVISION = str(load_card("rbench-t").revision)
ROOT = Path(__file__).parents[2]

# argv: a list of steps; prints per step what came, and every address that was reached for.
DRIVER = """
import json, os, sys, time
from dataclasses import replace
from rbench.errors import RbenchError
from rbench.harness.data import load_rows
from tests.harness.choice_files import small_card

reached = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        reached.append(str(arguments[-1] if event == "socket.connect" else arguments[0]))
sys.addaudithook(watch)

results = []
for step in json.loads(sys.argv[1]):
    reached.clear()
    if step.get("impatient"):
        time.sleep = lambda seconds: None
    if "cwd" in step:
        os.chdir(step["cwd"])
    card = replace(small_card(step.get("rows", 5)), **step.get("card", {}))
    result = {}
    try:
        loaded = load_rows(card, offline=step["offline"])
        result["rows"] = {n: [dict(r.columns) for r in rows] for n, rows in loaded.rows.items()}
        result |= {"source": loaded.source, "revision": loaded.revision}
    except RbenchError as error:
        result["error"] = str(error)
    from huggingface_hub import constants
    result |= {
        "reached": list(reached),
        "datasets": "datasets" in sys.modules,
        "still_offline": constants.HF_HUB_OFFLINE or "HF_HUB_OFFLINE" in os.environ,
    }
    if result["datasets"]:
        import datasets
        result["still_offline"] = result["still_offline"] or datasets.config.HF_HUB_OFFLINE
    results.append(result)
print(json.dumps(results))
"""


@cache
def repository() -> dict[str, bytes]:
    """Return the files of the repository: README with configs, and one parquet file each."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    files, configs = {}, []
    for name, rows in both(ROWS).items():
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows), buffer)
        files[f"rbench-t_{name}/test-00000-of-00001.parquet"] = buffer.getvalue()
        configs.append(
            f"- config_name: rbench-t_{name}\n  data_files:\n"
            f"  - split: test\n    path: rbench-t_{name}/test-*\n"
        )
    files["README.md"] = f"---\nconfigs:\n{''.join(configs)}---\n# A test\n".encode()
    return files


class Hub(BaseHTTPRequestHandler):
    """The part of the hub's interface that `load_dataset` uses, for one dataset repository."""

    protocol_version = "HTTP/1.1"
    paths: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.split("?")[0]
        self.paths.append(path)
        status, headers, content = self.reply(path, body)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_HEAD = do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def reply(self, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if "/R-Bench/gated/" in path:
            return 403, {"X-Error-Code": "GatedRepo"}, b"{}"
        asked = re.fullmatch(
            r"(?:/api)?/datasets/R-Bench/R-Bench/(resolve|revision|tree|paths-info)/(\w+)/?(.*)",
            path,
        )
        if asked is None:
            return 404, {"X-Error-Code": "RepoNotFound"}, b"{}"
        what, revision, rest = asked.groups()
        if revision != REVISION:
            return 404, {"X-Error-Code": "RevisionNotFound"}, b"{}"
        files = repository()
        if what == "resolve":
            if rest not in files:
                return 404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": REVISION}, b""
            etag = hashlib.sha256(files[rest]).hexdigest()
            return 200, {"X-Repo-Commit": REVISION, "ETag": f'"{etag}"'}, files[rest]
        if what == "revision":
            found: Any = {"id": "R-Bench/R-Bench", "sha": REVISION, "siblings": [], "tags": []}
        elif what == "paths-info":
            found = [entry(path) for path in json.loads(body)["paths"] if path in files]
        else:
            found = [entry(path) for path in files if path.startswith(f"{rest}/")]
            if not rest:
                folders = sorted({path.split("/")[0] for path in files if "/" in path})
                found = [{"type": "directory", "path": f, "oid": "0" * 40} for f in folders]
                found.append(entry("README.md"))
        return 200, {"Content-Type": "application/json"}, json.dumps(found).encode()


def entry(path: str) -> dict[str, Any]:
    content = repository()[path]
    oid = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    return {"type": "file", "path": path, "size": len(content), "oid": oid}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    repository()
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def run(
    endpoint: str, home: Path, *steps: dict[str, Any], driver: str = DRIVER
) -> list[dict[str, Any]]:
    """Run the steps in a new process whose hub is `endpoint` and whose cache is `home`."""
    unwanted = re.compile(r"HF_|HUGGING|XDG_|TRANSFORMERS_|.*_proxy$", re.IGNORECASE)
    environment = {name: v for name, v in os.environ.items() if not unwanted.match(name)}
    environment |= {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(home),
        "HF_UPDATE_DOWNLOAD_COUNTS": "0",  # it would ask a third host
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "1",
        "PYTHONPATH": str(ROOT),
        "NO_PROXY": "127.0.0.1",
    }
    done = subprocess.run(
        [sys.executable, "-c", driver, json.dumps(steps)],
        env=environment,
        cwd=home.parent,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


@pytest.fixture(scope="module")
def filled(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """Load online into an empty cache, then twice more in the same process."""
    home = tmp_path_factory.mktemp("hub") / "home"
    online, offline = {"offline": False}, {"offline": True}
    return home, run(endpoint, home, online, offline, online)


def test_the_rows_come_from_the_hub_at_the_pinned_revision(filled: tuple[Path, Any]) -> None:
    first = filled[1][0]
    assert (first["source"], first["revision"], first["rows"]) == ("hub", REVISION, both(ROWS))
    assert first["reached"] and all("127.0.0.1" in address for address in first["reached"])
    assert not [path for path in Hub.paths if "/datasets/" in path and REVISION not in path]


def test_offline_works_where_the_libraries_are_imported_already_and_ends_with_the_load(
    filled: tuple[Path, Any],
) -> None:
    second = filled[1][1]
    assert second["rows"] == both(ROWS)
    assert second["datasets"] and second["reached"] == []
    assert not second["still_offline"]


def test_a_commit_that_is_cached_is_not_asked_for_again(filled: tuple[Path, Any]) -> None:
    third = filled[1][2]
    assert third["rows"] == both(ROWS)
    assert third["reached"] == []


def test_a_new_process_finds_the_rows_in_the_cache_offline(
    filled: tuple[Path, Any], endpoint: str
) -> None:
    (result,) = run(endpoint, filled[0], {"offline": True})
    assert (result["source"], result["revision"], result["rows"]) == ("hub", REVISION, both(ROWS))
    assert result["reached"] == [] and not result["datasets"]


def test_the_prepared_tables_of_datasets_serve_offline_but_no_other_revision(
    filled: tuple[Path, Any], endpoint: str, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(filled[0] / "datasets", home / "datasets")
    other = {"card": {"revision": "f" * 40}, "offline": True}
    right, wrong = run(endpoint, home, {"offline": True}, other)
    assert right["rows"] == both(ROWS) and right["reached"] == []
    assert f"instead of revision {'f' * 40} of R-Bench/R-Bench" in wrong["error"]
    assert REVISION in wrong["error"] and wrong["reached"] == []


def test_offline_with_an_empty_cache_fails_with_the_card_and_the_way_to_get_it(
    endpoint: str, tmp_path: Path
) -> None:
    (result,) = run(endpoint, tmp_path / "home", {"offline": True})
    assert result["error"].startswith(
        f"rbench-t: rbench-t_en of R-Bench/R-Bench at revision {REVISION} is not in the local "
        "cache, and --offline forbids the network. To get the data"
    )
    assert "--data DIR" in result["error"] and REVISION in result["error"]
    assert result["reached"] == [] and not result["still_offline"]


def test_what_the_hub_refuses_becomes_one_sentence(endpoint: str, tmp_path: Path) -> None:
    no_revision = {"card": {"revision": "e" * 40}, "offline": False}
    gated = {"card": {"hub": "R-Bench/gated"}, "offline": False}
    unknown = {"card": {"hub": "R-Bench/none"}, "offline": False}
    results = run(endpoint, tmp_path / "home", no_revision, gated, unknown)
    for result, reason in zip(results, ("e" * 40, "gated", "doesn't exist"), strict=True):
        assert "cannot be loaded from the hub (" in result["error"]
        assert reason in result["error"] and "--data DIR" in result["error"]
        assert "\n" not in result["error"]


def test_another_number_of_rows_at_the_pinned_revision_is_an_error(
    filled: tuple[Path, Any], endpoint: str
) -> None:
    (result,) = run(endpoint, filled[0], {"offline": True, "rows": ROWS + 1})
    assert "rbench-t_en has 5 rows where the card expects 6" in result["error"]


def test_without_a_network_the_sentence_says_how_to_get_the_data(tmp_path: Path) -> None:
    step = {"offline": False, "impatient": True}  # the hub's library waits between its tries
    (result,) = run("http://127.0.0.1:9", tmp_path / "home", step)
    assert "cannot be loaded from the hub (" in result["error"]
    assert "To get the data" in result["error"] and "\n" not in result["error"]


@pytest.mark.parametrize("offline", [False, True])
def test_a_folder_that_bears_the_name_of_the_repository_is_not_taken_for_it(
    endpoint: str, tmp_path: Path, offline: bool
) -> None:
    write_folder(tmp_path / "R-Bench" / "R-Bench", both(ROWS), "{config}/test-0.parquet")
    (tmp_path / "R-Bench" / "R-Bench" / "README.md").write_bytes(repository()["README.md"])
    step = {"offline": offline, "cwd": str(tmp_path)}
    (result,) = run(endpoint, tmp_path / "home", step)
    assert f"instead of revision {REVISION} of R-Bench/R-Bench, the local folder" in result["error"]
