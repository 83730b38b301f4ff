"""The page of image runs: whole, safe, the same bytes each time, and it says what numbers mean."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from rbench.leaderboards.image_report import render_image_report, write_image_report
from rbench.leaderboards.image_shown import ShownRun
from rbench.leaderboards.report import CANARY, TaskInfo
from tests.leaderboards.image_runs import (
    PROTOCOL,
    costs,
    neighbours,
    pictures,
    results,
    row,
    shown,
)
from tests.leaderboards.test_image_numbers import several_sets

TASK = TaskInfo("shapes", "1", "small shapes", "CC0", redistribute=True)
GUARDED = TaskInfo("faces", "1", "faces", "research only", redistribute=False)
HOSTILE = "</script><script>alert(1)</script>\"' onerror=x <img src=x> \u202e $\\frac{$"


class Texts(HTMLParser):
    """Collects tags, attributes and the texts of table rows."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.in_cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self.in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self.in_cell = self.in_cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.in_cell:
            self.rows[-1][-1] += data


def page(*runs: ShownRun, task: TaskInfo = TASK, **options: Any) -> str:
    return render_image_report(runs or (shown(neighbours=neighbours()),), task, **options)


def rows(html: str) -> list[list[str]]:
    return [[" ".join(cell.split()) for cell in found] for found in Texts(html).rows]


def several() -> list[ShownRun]:
    return [
        shown(results("zoo/flow", 9.0, 1), neighbours=neighbours()),
        shown(results("zoo/flow", 1.0, 8), neighbours=neighbours()),
        shown(results("baseline/noise", 40.0, None), costs={"measured": None}),
    ]


def test_the_same_runs_give_the_same_bytes() -> None:
    assert page(*several()) == page(*several())


def test_ten_runs_of_digits_stay_under_two_megabytes(tmp_path: Path) -> None:
    runs = [
        shown(results(f"zoo/m{i}", 1.0 + i, i + 1), images=pictures(64, seed=i),
              neighbours=neighbours(32))
        for i in range(10)
    ]  # fmt: skip
    write_image_report(tmp_path / "report.html", runs, TASK)
    assert (tmp_path / "report.html").stat().st_size < 2_000_000
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_nothing_is_asked_from_anywhere_and_scripts_run_by_hash() -> None:
    html = page(*several())
    found = Texts(html).tags
    policy = next(a["content"] for _, a in found if a.get("http-equiv")) or ""
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    for kind, text in (("script", script), ("style", style)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    for _, attributes in found:
        for name in ("src", "href", "action", "poster", "data"):
            assert (attributes.get(name) or "#").startswith(("#", "data:"))
        assert not any(name == "style" or name.startswith("on") for name in attributes)


def test_hostile_names_stay_text() -> None:
    runs = [
        shown(
            results(HOSTILE, 2.0, k, settings={"sampler": HOSTILE, "steps": k}, warnings=[HOSTILE],
                    identity={HOSTILE: HOSTILE}, run_id=f"{HOSTILE}{k}"),
            command=HOSTILE, environment={HOSTILE: HOSTILE}, neighbours=neighbours(),
        )
        for k in (1, 2)
    ]  # fmt: skip
    html = page(*runs, task=TaskInfo(HOSTILE, HOSTILE, HOSTILE, HOSTILE, redistribute=False))
    assert html.count("<script>") == html.count("</script>") == 1
    assert all(tag != "img" or "uri" not in a for tag, a in Texts(html).tags)
    images = [a for tag, a in Texts(html).tags if tag == "img"]
    assert len(images) == 4
    assert all((a["src"] or "").startswith("data:image/") for a in images)
    assert "\u202e" not in html


def test_the_table_has_values_with_intervals_and_evaluations() -> None:
    found = rows(page(*several()))
    assert [
        "zoo/flowsampler=euler, steps=1",
        "1",
        "9.00",
        "8.10 – 9.90",
        "0.750",
        "0.500",
        "1000",
    ] in found
    assert ["baseline/noise", "–", "40.0", "36.0 – 44.0", "0.750", "0.500", "1000"] in found


def test_a_single_run_has_its_number_in_large() -> None:
    html = page()
    assert '<p class="big">1.50</p>' in html
    assert "95 % interval 1.35 – 1.65" in html
    assert "1000 of 1000" in html


def test_several_sample_sets_are_all_shown() -> None:
    found = [
        cells[1] for cells in rows(page(shown(results(rows=several_sets())))) if len(cells) > 3
    ]
    assert {"mean of 2 sets", "minimum of 2 sets", "set 1 of 2", "set 2 of 2"} <= set(found)


def test_what_is_not_comparable_is_marked_and_explained() -> None:
    few = results(rows=[row("frechet", 1.5, comparable=False)], samples=600)
    html = page(shown(few))
    assert "not comparable" in html
    assert "600 samples where the protocol has 1000" in html
    assert "not comparable" not in page().lower()


def test_the_difference_between_protocols_is_spelt_out_field_by_field() -> None:
    adm = {**PROTOCOL, "evaluator": "adm", "quantise": "floor", "preset": "adm"}
    both = results(
        rows=[row("frechet", 1.0), row("frechet", 2.0, evaluator="adm")],
        protocols={
            "pixels": {"id": "aaaaaaaaaaaa", "protocol": PROTOCOL},
            "adm": {"id": "bbbbbbbbbbbb", "protocol": adm},
        },
    )
    html = page(shown(both))
    found = rows(html)
    assert ["Field", "pixels", "adm"] in found
    assert ["quantise", "round", "floor"] in found
    assert ["preset", "–", "adm"] in found
    assert ["labels", "none"] in found
    assert "must not be ranked against each other" in html
    assert "must not be ranked" not in page()


def test_every_run_has_one_grid_with_a_text_in_its_place() -> None:
    images = [a for tag, a in Texts(page(*several())).tags if tag == "img"]
    alternatives = [a["alt"] for a in images]
    assert alternatives[:3] == [
        "Samples 0 to 63 of zoo/flow steps=1, row by row",
        "Samples 0 to 63 of zoo/flow steps=8, row by row",
        "Samples 0 to 63 of baseline/noise, row by row",
    ]
    assert len(images) == 5
    assert all(a["class"] == "pixelated" for a in images)


def test_labels_stand_at_the_samples_of_conditional_tasks() -> None:
    html = page(shown(labels=[7] * 64))
    assert html.count("<li><span>7</span></li>") == 64
    assert "The number at each sample is its class." in html


def test_large_images_say_how_they_were_reduced() -> None:
    html = page(shown(images=pictures(8, side=128, channels=3)))
    assert "reduced from 128 x 128 to 96 x 96 pixels by Pillow&#39;s box filter" in html
    assert "reduced from" not in page()


def test_neighbours_are_explained_in_sentences() -> None:
    html = page()
    assert "of the test images 5 % lie closer than 0.25" in html
    assert "2 of 16 lie closer than 0.25" in html
    assert html.count('<li class="close">') == 2
    assert "Nearest training images" not in page(shown())


def test_costs_are_a_table_with_their_notes() -> None:
    html = page(*several())
    line = ["zoo/flow steps=1", "1 x 1 x 1", "560 k", "1.23 M", "2 ms", "1234", "64", "50 MiB"]
    assert line in rows(html)
    assert "Measured on a CPU, 1 thread." in html
    assert html.count('<p class="note">memory of the whole process</p>') == 1
    assert 'id="costs"' not in page(shown(costs={}))


def test_real_images_that_may_not_be_passed_on_stay_out_of_a_publishable_page() -> None:
    real = shown(results("baseline/train", 0.1, None), real=True, neighbours=neighbours())
    made = shown(neighbours=neighbours())
    html = page(real, made, task=GUARDED, publishable=True)
    images = [a for tag, a in Texts(html).tags if tag == "img"]
    assert [a["alt"] for a in images] == ["Samples 0 to 63 of zoo/flow, row by row"]
    assert "may not be passed on, so this page shows none of them" in html
    assert "Not for publishing" in page(real, made, task=GUARDED)
    assert page(real, made) == page(real, made, publishable=True)


def test_an_incomplete_run_without_numbers_still_has_a_page() -> None:
    empty = results(status="incomplete", rows=[], samples=0, evaluations={})
    html = page(shown(empty, images=None, costs={}, environment={}))
    assert "This run is incomplete." in html
    assert "There are no numbers yet." in html
    two = page(shown(empty, images=None), shown(results("zoo/b")))
    assert "Incomplete: zoo/flow." in two


def test_remarks_command_and_canary_stand_on_the_page() -> None:
    html = page(shown(results(warnings=["mind the gap"])))
    assert "warning: mind the gap" in html
    assert "rbench evaluate shapes --model zoo/flow" in html
    assert CANARY in html


@pytest.mark.parametrize("count", [1, 3])
def test_every_link_of_the_page_leads_somewhere(count: int) -> None:
    html = page(*several()[:count])
    ids = {a["id"] for _, a in Texts(html).tags if "id" in a}
    links = [(a["href"] or "") for tag, a in Texts(html).tags if tag == "a"]
    assert links and all(link[1:] in ids for link in links)


def test_costs_without_a_measurement_are_shown_as_far_as_they_go() -> None:
    found = costs()
    found["measured"] = {"device": "a CPU", "threads": 1, "parameters": {}, "notes": []}
    other = costs()
    other["measured"]["device"] = "a GPU"
    html = page(shown(costs=found), shown(results("zoo/b"), costs=other))
    (line,) = [row for row in rows(html) if row[0] == "zoo/flow" and row[-1] == "a CPU, 1 thread"]
    assert line[2:-1] == ["–"] * 6
    assert "Measured on" not in html
