"""The files of a run page: complete, deterministic, nothing executable, nothing forbidden."""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rbench.harness.blobs import BlobFolder
from rbench.harness.types import Ask, Item, Reply, Row, Sample, Score
from rbench.leaderboards.report import Report
from rbench.leaderboards.site.folder import SiteFolder
from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.run_page import write_question_page
from rbench.leaderboards.site.sample_index import sample_index
from rbench.leaderboards.site.sample_record import rich
from rbench.leaderboards.site.templates import bar
from tests.harness.picture_files import drawing, encoded
from tests.leaderboards.test_report_browser import HOSTILE, SAMPLES, make_report

PAGE = "demo/run"


def unpacked(path: Path) -> Any:
    text = path.read_text()
    found = re.fullmatch(r'rbenchSamples\("([A-Za-z0-9+/=]+)"\);\n', text)
    assert found, "a piece is one call with base64 and nothing else"
    return json.loads(gzip.decompress(base64.b64decode(found[1])))


def many(count: int, reply: str = "ANSWER: B", **data: Any) -> list[Sample]:
    return [
        Sample(
            Item(f"en/{i}", "en", str(i), {"question": f"q{i}", "gold": "B", **data}),
            0,
            (Ask("model", {"messages": [{"role": "user", "content": f"q{i}"}]}),),
            (Reply(reply, usage={"output": i}),),
            Score("scored", {"correct": 1.0}, "B"),
        )
        for i in range(count)
    ]


def written(root: Path, report: Report, *, publishable: bool = False) -> dict[str, bytes]:
    """Write a page into a site; return the files of its folder."""
    site = SiteFrame("rbench leaderboard", "0.1.0", publishable, SiteFolder(root))
    write_question_page(report, PAGE, site)
    return {path.name: path.read_bytes() for path in sorted((root / PAGE).iterdir())}


def test_equal_runs_give_equal_bytes(tmp_path: Path) -> None:
    assert written(tmp_path / "a", make_report()) == written(tmp_path / "b", make_report())


def test_every_sample_stands_in_the_piece_that_the_index_names(tmp_path: Path) -> None:
    written(tmp_path, replace(make_report(), samples=many(250)))
    index = unpacked(tmp_path / PAGE / "samples-index.js")
    assert index["count"] == 250 and index["starts"] == [0, 100, 200]
    pieces = [unpacked(tmp_path / PAGE / f"samples-{n:03}.js") for n in range(3)]
    ids = [sample["id"] for piece in pieces for sample in piece["samples"]]
    assert ids == index["columns"][0]["text"] == [f"en/{i}" for i in range(250)]


def test_long_replies_make_smaller_pieces(tmp_path: Path) -> None:
    written(tmp_path, replace(make_report(), samples=many(9, "x" * 900_000)))
    assert unpacked(tmp_path / PAGE / "samples-index.js")["starts"] == [0, 3, 6]


def test_no_hostile_character_reaches_a_script(tmp_path: Path) -> None:
    for name, content in written(tmp_path, make_report()).items():
        if name.endswith(".js"):
            assert b"hacked" not in content and b"<" not in content
        else:
            assert content.count(b"<script") == content.count(b"</script>")
            for markup in (b"<script>window", b"<img", b"<iframe", b"<svg onload"):
                assert markup not in content


def test_a_publishable_page_holds_no_question_and_no_reply(tmp_path: Path) -> None:
    public = replace(make_report(), title="t", model="m", warnings=[], command="", protocol={})
    secret = many(3, "the secret reply", question="the secret question")
    files = written(tmp_path, replace(public, samples=[*secret, *SAMPLES]), publishable=True)
    assert list(files) == ["index.html", "samples-index.js"]
    index = unpacked(tmp_path / PAGE / "samples-index.js")
    assert index["starts"] == []
    names = [column["name"] for column in index["columns"]]
    assert names == ["id", "subset", "result", "outcome", "answer", "sha256"]
    everything = json.dumps(index) + files["index.html"].decode()
    for forbidden in ("secret", "matrix", "needle", "I refuse"):
        assert forbidden not in everything
    assert len(index["columns"][-1]["text"][0]) == 64


def test_a_publishable_index_keeps_only_answers_of_one_letter() -> None:
    (sample,) = many(1)
    told = replace(sample, score=Score("scored", {"correct": 1.0}, "a sentence"))
    columns = {c["name"]: c for c in sample_index([sample, told], hide=True)}
    assert columns["answer"]["text"] == ["B", None]
    columns = {c["name"]: c for c in sample_index([sample, told], hide=False)}
    assert columns["answer"]["text"] == ["B", "a sentence"]


def test_a_redistributable_run_is_whole_on_a_publishable_site(tmp_path: Path) -> None:
    report = make_report()
    free = replace(report, task=replace(report.task, redistribute=True))
    files, whole = written(tmp_path / "a", free, publishable=True), written(tmp_path / "b", free)
    assert files["samples-000.js"] == whole["samples-000.js"]


def test_values_of_the_index_are_in_natural_order() -> None:
    samples = [s for level in ("10", "2", "1") for s in many(1, level=level)]
    (column,) = [c for c in sample_index(samples, hide=False) if c["name"] == "level"]
    assert column["values"] == ["1", "2", "10"] and column["codes"] == [2, 1, 0]


def test_what_has_no_level_has_the_code_minus_one() -> None:
    samples = [*many(1, level="1"), *many(1, level="2"), *many(1)]
    (column,) = [c for c in sample_index(samples, hide=False) if c["name"] == "level"]
    assert column["codes"] == [0, 1, -1]


def test_a_column_that_tells_nothing_is_left_out() -> None:
    names = [column["name"] for column in sample_index(many(3, level="1"), hide=False)]
    assert names == ["id", "result", "outcome", "answer", "key", "tokens"]


def test_a_picture_lies_once_beside_the_runs_of_a_task(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path / "blobs")
    name = blobs.write(encoded(drawing(1, (80, 60))), "png")
    lost = "0" * 64 + ".png"
    samples = [replace(s, item=replace(s.item, blobs=(name, lost))) for s in many(3)]
    written(tmp_path, replace(make_report(), samples=samples, blobs=blobs))
    piece = unpacked(tmp_path / PAGE / "samples-000.js")
    (shown, why), (nothing, reason) = piece["pictures"]
    (file,) = (tmp_path / "demo" / "pictures").iterdir()
    assert shown == f"../pictures/{file.name}" and not why
    assert hashlib.sha256(file.read_bytes()).hexdigest().startswith(file.stem)
    assert not nothing and reason == "it is not in the run's folder"
    assert [s["pictures"] for s in piece["samples"]] == [[0, 1]] * 3


def test_rich_text_put_together_is_the_text() -> None:
    text = r"Let $x^2$ and \[\frac{a}{b}\] cost $5."
    parts = rich(text)
    assert "".join(p if isinstance(p, str) else p[0] for p in parts) == text
    assert [p[1][0] for p in parts if not isinstance(p, str)] == ["math", "math"]


def test_formulas_hold_only_what_is_allowed() -> None:
    assert "javascript" not in json.dumps([p[1] for p in rich(HOSTILE) if not isinstance(p, str)])


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (Row("t", "s", "accuracy", 0.5, 1, 1, 0.25, 0.75), ("50.0", "25.0", "75.0")),
        (Row("t", "s", "accuracy", 0.5, 1, 1), ("50.0", None, None)),
    ],
)
def test_a_bar_spans_nought_to_a_hundred(row: Row, place: tuple[str | None, ...]) -> None:
    found = bar(row)
    assert found and (found["value"], found["low"], found["high"]) == place


def test_what_is_no_fraction_has_no_bar() -> None:
    assert bar(Row("t", "s", "kappa", 0.5, 1, 1, unit="kappa")) is None
    assert bar(Row("t", "s", "accuracy", None, 1, 1)) is None


def test_the_page_names_the_commands_and_its_table(tmp_path: Path) -> None:
    html = written(tmp_path, make_report())["index.html"].decode()
    assert "rbench verify demo/1" in html and "rbench cite demo/1" in html
    assert "rbench evaluate demo" in html and '<a href="../index.html">Table of demo</a>' in html
