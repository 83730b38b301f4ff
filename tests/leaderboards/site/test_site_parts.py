"""The parts of a site by themselves: addresses, amounts, Markdown, bars, data in a page."""

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from markupsafe import Markup

from rbench.leaderboards.board import build_board
from rbench.leaderboards.site.addresses import addresses, folder_name
from rbench.leaderboards.site.folder import SiteFolder, shared_file
from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.interval_bars import bar, scale_of
from rbench.leaderboards.site.markdown import markdown
from rbench.leaderboards.site.task_table import amount, safe_link
from tests.leaderboards.board_entries import COLUMN, entry
from tests.leaderboards.site.boards import HOSTILE

FRAME = SiteFrame("rbench leaderboard", "1")


@pytest.mark.parametrize("name", ["..", "../../etc", "", "a/b", "systems", "con:", "模型", HOSTILE])
def test_a_folder_has_a_safe_name(name: str) -> None:
    found = folder_name(name, ("systems",))
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", found) and found != name
    assert folder_name(name + "x") != found


def test_a_sound_name_stays() -> None:
    assert folder_name("rbench-v.live_2") == "rbench-v.live_2"


def test_runs_of_one_folder_name_get_places_of_their_own() -> None:
    entries = [entry("a", path="x/run"), entry("b", path="y/run")]
    assert sorted(addresses(entries).runs.values()) == ["quiz/run", "quiz/run~2"]
    assert addresses(entries[::-1]) == addresses(entries)


def test_an_entry_without_a_run_has_no_place() -> None:
    assert addresses([]).run(entry("a")) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("675M", 6.75e8), ("1.5B (+49M decoder)", 1.5e9), ("250x2", 500.0), ("256x2x100", 51200.0),
     ("50,000", 50000.0), ("12", 12.0), ("–", None), ("many", None)],
)  # fmt: skip
def test_amounts_are_read(text: str, value: float | None) -> None:
    assert amount(text) == value


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//x", None, ""])
def test_only_addresses_of_the_web_are_followed(address: str | None) -> None:
    assert safe_link(address) is None


def test_a_bar_spans_its_interval_on_the_scale_of_the_table() -> None:
    (group,) = build_board([entry("a", 0.5, 0.1), entry("b", 0.7, 0.1)], command="").groups["quiz"]
    scale = scale_of(group, COLUMN)
    assert scale is not None and scale.text == "40.0 % to 80.0 %"
    best = group.ranked[0]
    assert bar(scale, best, COLUMN, '"<b>') == (
        '<svg class="bar" viewBox="0 0 96 12" role="img" aria-label="&#34;&lt;b&gt;">'
        '<path class="ci" d="M48 6H91"/><circle cx="69.5" cy="6" r="3"/></svg>'
    )


def test_an_entry_without_a_value_has_no_bar() -> None:
    (group,) = build_board([entry("a", None)], command="").groups["quiz"]
    assert scale_of(group, COLUMN) is None
    assert bar(None, replace(group.below[0]), COLUMN, "x") == ""


def test_markdown_is_set_and_nothing_else_is_markup() -> None:
    text = (
        "# T\n\n**Bold <b>** and `a<b` and *em*, [w](https://x.y/z) [w](javascript:alert(1)) "
        "<https://a.b>\n\n- one\n- two\n  lines\n\n| a | b |\n|---|---|\n| 1 | <i> |\n\n"
        "```\nx <y\n```"
    )
    assert markdown(text) == (
        "<h2>T</h2>\n<p><strong>Bold &lt;b&gt;</strong> and <code>a&lt;b</code> and <em>em</em>, "
        '<a href="https://x.y/z" rel="noreferrer">w</a> [w](javascript:alert(1)) '
        '<a href="https://a.b" rel="noreferrer">https://a.b</a></p>\n'
        "<ul><li>one</li><li>two lines</li></ul>\n"
        '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr>'
        '<th scope="col">a</th><th scope="col">b</th></tr></thead><tbody><tr><td>1</td>'
        "<td>&lt;i&gt;</td></tr></tbody></table></div>\n<pre>x &lt;y</pre>"
    )


def test_data_in_a_page_comes_back_and_ends_no_element() -> None:
    html = FRAME.page("t", Markup(""), depth=1, script_data={"d": {"x": HOSTILE, "y": "<!--"}})
    found = re.search(r'<script type="application/json" id="d">(.*?)</script>', html)
    assert found and json.loads(found[1]) == {"x": HOSTILE, "y": "<!--"}
    assert "<" not in found[1]


def test_only_a_page_with_pieces_may_add_scripts_and_show_pictures() -> None:
    plain = FRAME.page("t", Markup(""), depth=0)
    loading = FRAME.page("t", Markup(""), depth=0, pieces=True)
    assert "trusted-types &#39;none&#39;" in plain and "img-src data:;" in plain
    assert "trusted-types rbench-pieces" in loading
    assert "img-src data: &#39;self&#39; file:;" in loading


def test_pages_link_to_style_and_script_by_names_that_bear_their_content(tmp_path: Path) -> None:
    own = shared_file("own", "js", "'use strict';")
    page = replace(FRAME, folder=SiteFolder(tmp_path)).page("t", Markup(""), depth=2, script=own)
    linked = re.findall(r'(?:src|href)="../../([a-z]+-[0-9a-f]{10}\.(?:css|js))"', page)
    assert [name.split("-")[0] for name in linked] == ["site", "site", "own"]
    for name in linked:
        digest = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        assert digest.startswith(Path(name).stem.split("-")[1])
    assert re.findall("<script>(.*?)</script>", page) == [
        'document.documentElement.classList.add("js");'
    ]
