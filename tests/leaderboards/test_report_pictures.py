"""Pictures on the report page: small and inline, whole ones linked, nothing that cannot be read."""

import base64
import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rbench.harness.blobs import BlobFolder
from rbench.harness.types import Ask, Item, Reply, Row, Sample, Score
from rbench.leaderboards import report_pictures
from rbench.leaderboards.report import Report, render_report
from tests.leaderboards.test_report import Page, report


def png(seed: int, side: int = 400) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "PNG")
    return out.getvalue()


def pictured(blobs: BlobFolder, question: str, drawing: bytes | None = None) -> Sample:
    item = Item(
        "math/1",
        "math",
        "math/1",
        {"question": question, "gold": "7", "language": "zh", "kind": "graph"},
        (blobs.write(png(1), "png"),),
    )
    content = [{"type": "image", "index": 0}, {"type": "text", "text": "Count them."}]
    drawn = () if drawing is None else (blobs.write(drawing, "png"),)
    return Sample(
        item,
        0,
        (
            Ask("model", {"messages": [{"role": "user", "content": content}]}),
            Ask("rule", {"answer": "8-1", "gold": "7"}),
            Ask("judge", {"messages": [{"role": "user", "content": "is 8-1 right?"}]}),
        ),
        (Reply("\\boxed{8-1}", blobs=drawn), Reply("1"), Reply("0")),
        Score("scored", {"correct": 0.0, "rule": 1.0, "judge": 0.0}, "8-1"),
    )


def page_of(blobs: BlobFolder, *samples: Sample, publishable: bool = False) -> tuple[str, Page]:
    whole: Report = report(samples=list(samples), blobs=blobs)
    hidden = replace(whole, task=replace(whole.task, redistribute=not publishable))
    html = render_report(hidden, publishable=publishable)
    return html, Page(html)


def sources(page: Page) -> list[str]:
    return [a["src"] or "" for name, a in page.elements if name == "img"]


def test_each_picture_stands_small_in_the_page_and_links_to_the_whole_one(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    sample = pictured(blobs, "How many?", png(2))
    _, page = page_of(blobs, sample)
    found = sources(page)
    assert len(found) == 2 and len(set(found)) == 2
    for source in found:
        content = base64.b64decode(source.partition(",")[2])
        assert len(content) < 15_000
        assert max(Image.open(io.BytesIO(content)).size) <= 192
    links = [a["href"] for name, a in page.elements if name == "a"]
    names = [*sample.item.blobs, *sample.replies[0].blobs]
    assert [f"blobs/{name}" for name in names] == [x for x in links if (x or "")[:5] == "blobs"]


def test_equal_pictures_stand_in_the_page_once(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    sample = pictured(blobs, "How many?", png(2))
    twin = replace(sample, item=replace(sample.item, id="math/2"))
    html, page = page_of(blobs, sample, replace(sample, repeat=1), twin)
    assert len(sources(page)) == 2
    first = [a["id"] for name, a in page.elements if name == "img"]
    again = [a["data-again"] for name, a in page.elements if "data-again" in a]
    assert again == first * 2
    assert html.count(">picture in the reply</a>") == 2


def test_a_drawing_is_shown_larger_than_a_photograph(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("RGB", (400, 300), (250, 250, 250)).save(file, "PNG")
    blobs = BlobFolder(tmp_path)
    _, page = page_of(blobs, pictured(blobs, "How many?", file.getvalue()))
    contents = [base64.b64decode(source.partition(",")[2]) for source in sources(page)]
    assert [Image.open(io.BytesIO(c)).size for c in contents] == [(192, 192), (288, 216)]
    assert all(len(content) < 15_000 for content in contents)


def test_many_photographs_are_shown_smaller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_pictures, "MANY", 2)
    blobs = BlobFolder(tmp_path)
    _, page = page_of(blobs, pictured(blobs, "How many?", png(2)))
    contents = [base64.b64decode(source.partition(",")[2]) for source in sources(page)]
    assert [Image.open(io.BytesIO(c)).size for c in contents] == [(128, 128)] * 2


def test_a_grade_of_a_drawing_is_in_words(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    sample = pictured(blobs, "How many?")
    said = Reply('{"value": 0.0, "why": "the line crosses a wall"}')
    ask = Ask("drawing", {"generator": "maze", "scene": {}})
    graded = replace(sample, asks=(*sample.asks, ask), replies=(*sample.replies, said))
    html, _ = page_of(blobs, graded)
    assert "wrong: the line crosses a wall" in html
    lost = replace(graded, replies=(*sample.replies, Reply(error="another version")))
    assert "another version" in page_of(blobs, lost)[0]


def test_a_reply_that_is_no_picture_is_said_to_be_none_and_is_not_shown(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    html, page = page_of(blobs, pictured(blobs, "How many?", b"<svg onload=alert(1)>"))
    assert len(sources(page)) == 1
    assert "picture in the reply: cannot be shown" in html
    assert "onload" not in html


def test_a_picture_that_is_gone_is_said_to_be_missing(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    sample = pictured(blobs, "How many?")
    blobs.file(sample.item.blobs[0]).unlink()
    html, page = page_of(blobs, sample)
    assert sources(page) == []
    assert "picture of the question: cannot be shown" in html


def test_a_page_for_publishing_has_no_picture_of_a_set_that_is_not_free(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    html, page = page_of(blobs, pictured(blobs, "How many?"), publishable=True)
    assert sources(page) == []
    assert "blobs/" not in html


def test_each_grader_is_named_with_what_it_was_asked(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    html, page = page_of(blobs, pictured(blobs, "How many?"))
    text = re.sub(r"\s+", " ", page.text)
    for part in (
        "Reply",
        "Rule right",
        "Judge 0",
        "Prompt as sent to the judge",
        "What was graded",
    ):
        assert part in text
    assert "[image] Count them." in text
    assert '{"answer":"8-1","gold":"7"}' in text
    assert 'data-language="zh"' in html and 'data-kind="graph"' in html


def test_how_judge_and_rule_agree_has_a_table(tmp_path: Path) -> None:
    share = Row("demo", "overall", "agreement", 0.75, 40, 20, 0.6, 0.86, errored=2)
    kappa = Row("demo", "overall", "kappa", 0.4123, 40, 20, 0.1, 0.7, unit="kappa")
    html = render_report(report(rows=[*report().rows, share, kappa]))
    assert "How judge and rule agree" in html
    assert re.search(
        r"75\.0</td><td[^>]*>60\.0 – 86\.0</td>.*?0\.412<.*?0\.100 – 0\.700.*?>2<", html
    )
