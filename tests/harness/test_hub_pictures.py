"""A set with pictures whose card pins no commit: the newest is taken, named, and kept for later."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from functools import cache
from http.server import ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.harness.picture_files import visual_rows, write_rows
from tests.harness.test_hub_data import Hub, run

ROWS = 9
NEWEST = "a" * 40
SPLITS = ("full", "math", "game")

DRIVER = """
import json, sys
from dataclasses import replace
from rbench.errors import RbenchError
from rbench.harness.data import load_rows
from rbench.tasks.rbench_v_rows import visual_items
from tests.harness.picture_files import expecting

reached = []
sys.addaudithook(lambda event, arguments: reached.append(1) if event == "socket.connect" else None)
results = []
for step in json.loads(sys.argv[1]):
    reached.clear()
    result = {}
    try:
        card = expecting("rbench-v", step.get("rows", 9))
        card = replace(card, revision=step.get("revision"))
        loaded = load_rows(card, offline=step["offline"])
        data = visual_items(loaded, card)
        result = {"ids": [item.id for item in data.items], "hash": data.content_sha256}
        result |= {"revision": loaded.revision, "warnings": loaded.warnings}
        result["pictures"] = [len(loaded.blobs.read(b)) for item in data.items for b in item.blobs]
    except RbenchError as error:
        result["error"] = str(error)
    results.append({**result, "reached": len(reached), "datasets": "datasets" in sys.modules})
print(json.dumps(results))
"""


@cache
def repository() -> dict[str, bytes]:
    """Return the files: one parquet file for each split, as `datasets` writes them, and README."""
    rows, files, lines = visual_rows(ROWS), {}, []
    with TemporaryDirectory() as folder:
        for split in SPLITS:
            part = [r for r in rows if split in ("full", r["catagory"].lower())]
            file = Path(folder) / f"{split}.parquet"
            write_rows(file, part)
            files[f"data/{split}-00000-of-00001.parquet"] = file.read_bytes()
            lines.append(f"  - split: {split}\n    path: data/{split}-*\n")
    image = "  - name: image\n    dtype: image\n"
    text = "".join(
        f"  - name: {name}\n    dtype: string\n" for name in ("question", "answer", "catagory")
    )
    head = (
        f"---\ndataset_info:\n  features:\n{text}{image}"
        f"configs:\n- config_name: default\n  data_files:\n{''.join(lines)}---\n"
    )
    files["README.md"] = f"{head}# A test\n".encode()
    return files


def entry(path: str) -> dict[str, Any]:
    content = repository()[path]
    oid = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    return {"type": "file", "path": path, "size": len(content), "oid": oid}


class VisualHub(Hub):
    """The same interface for a repository of splits, which also answers without a commit."""

    def reply(self, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        files = repository()
        asked = re.fullmatch(
            r"(?:/api)?/datasets/R-Bench/R-Bench-V(?:/(resolve|revision|tree|paths-info)/(\w+)/?(.*))?",
            path,
        )
        if asked is None or asked[2] not in (None, "main", NEWEST):
            return 404, {"X-Error-Code": "RevisionNotFound"}, b"{}"
        what, _, rest = asked.groups()
        if what == "resolve":
            if rest not in files:
                return 404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": NEWEST}, b""
            etag = hashlib.sha256(files[rest]).hexdigest()
            return 200, {"X-Repo-Commit": NEWEST, "ETag": f'"{etag}"'}, files[rest]
        if what in (None, "revision"):
            found: Any = {"id": "R-Bench/R-Bench-V", "sha": NEWEST, "siblings": [], "tags": []}
        elif what == "paths-info":
            found = [entry(path) for path in json.loads(body)["paths"] if path in files]
        else:
            found = [entry(path) for path in files if path.startswith(f"{rest}/") or not rest]
            if not rest:
                found.append({"type": "directory", "path": "data", "oid": "0" * 40})
        return 200, {"Content-Type": "application/json"}, json.dumps(found).encode()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    repository()
    with ThreadingHTTPServer(("127.0.0.1", 0), VisualHub) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def filled(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """Load online into an empty cache, then offline in the same process."""
    home = tmp_path_factory.mktemp("hub") / "home"
    return home, run(endpoint, home, {"offline": False}, {"offline": True}, driver=DRIVER)


def test_the_newest_commit_is_taken_and_named(filled: tuple[Path, Any]) -> None:
    first = filled[1][0]
    assert first["revision"] == NEWEST
    (warning,) = first["warnings"]
    assert "pins no commit of R-Bench/R-Bench-V" in warning and NEWEST in warning


def test_the_full_split_alone_is_read_with_the_published_pictures(filled: tuple[Path, Any]) -> None:
    first = filled[1][0]
    rows = visual_rows(ROWS)
    assert first["datasets"] and len(first["ids"]) == ROWS
    assert sorted(first["pictures"]) == sorted(len(r["image"]) for r in rows if r["image"])


def test_offline_the_commit_is_the_newest_that_the_cache_knows(filled: tuple[Path, Any]) -> None:
    first, second = filled[1]
    assert second["reached"] == 0
    assert (second["revision"], second["hash"]) == (NEWEST, first["hash"])
    assert "the newest of those that the local cache knows" in second["warnings"][0]


def test_a_new_process_reads_the_cached_files_without_the_network_and_without_datasets(
    filled: tuple[Path, Any], endpoint: str
) -> None:
    (result,) = run(endpoint, filled[0], {"offline": True}, driver=DRIVER)
    assert (result["reached"], result["datasets"]) == (0, False)
    assert result["hash"] == filled[1][0]["hash"]


def test_another_number_of_rows_is_a_warning_where_no_commit_is_pinned(
    filled: tuple[Path, Any], endpoint: str
) -> None:
    loose, pinned = {"offline": True, "rows": 10}, {"offline": True, "rows": 10, "revision": NEWEST}
    first, second = run(endpoint, filled[0], loose, pinned, driver=DRIVER)
    assert "full has 9 rows where the card expects 10" in first["warnings"][1]
    assert "full has 9 rows where the card expects 10" in second["error"]


def test_offline_with_an_empty_cache_says_how_to_get_the_data(
    endpoint: str, tmp_path: Path
) -> None:
    (result,) = run(endpoint, tmp_path / "home", {"offline": True}, driver=DRIVER)
    assert result["error"].startswith(
        "rbench-v: the newest commit of R-Bench/R-Bench-V is not in the local cache, and --offline"
    )
    assert "--data DIR" in result["error"] and result["reached"] == 0


def test_without_a_network_an_old_commit_is_not_taken_for_the_newest(
    filled: tuple[Path, Any],
) -> None:
    (result,) = run("http://127.0.0.1:9", filled[0], {"offline": False}, driver=DRIVER)
    assert (
        "the newest commit of R-Bench/R-Bench-V cannot be loaded from the hub (" in result["error"]
    )
    assert "\n" not in result["error"]
