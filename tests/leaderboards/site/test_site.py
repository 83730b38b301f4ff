"""The site as files: what is there, equal bytes, links that lead somewhere, nothing that runs."""

import csv
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from rbench.errors import UsageError
from rbench.leaderboards.make_board import make_board
from rbench.leaderboards.published_rows import published_rows
from rbench.leaderboards.report_page import CANARY
from rbench.leaderboards.site import write_site
from rbench.leaderboards.systems import read_systems
from tests.leaderboards.site.boards import small_board, texts, written


class Page(HTMLParser):
    """Collects the elements of a page, and the rows of its tables as text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data

    def values(self, name: str) -> Iterator[str]:
        return (attrs[name] or "" for _, attrs in self.elements if name in attrs)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(small_board(), tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    board = make_board(task="rbench-v", command="rbench leaderboard --task rbench-v").board
    return written(board, tmp_path_factory.mktemp("printed"))


def test_equal_boards_give_equal_bytes(small: Path, tmp_path: Path) -> None:
    assert texts(written(small_board(), tmp_path / "again")) == texts(small)


def test_a_site_is_written_over_an_older_one(small: Path, tmp_path: Path) -> None:
    written(small_board(), tmp_path)
    assert texts(written(small_board(), tmp_path)) == texts(small)


def test_a_file_in_the_place_of_the_folder_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        write_site(small_board(), [], tmp_path / "x")


def test_an_empty_board_gives_a_site(tmp_path: Path) -> None:
    write_site(make_board(published=False).board, [], tmp_path)
    assert "There are no entries." in (tmp_path / "index.html").read_text()


@pytest.mark.parametrize("site", ["small", "printed"])
def test_every_link_inside_the_site_leads_somewhere(
    site: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(site)
    pages = {path: Page(path) for path in folder.rglob("*.html")}
    checked = 0
    for path, page in pages.items():
        for address in page.values("href"):
            if address.startswith(("https://", "http://", "data:")):
                continue
            place, _, anchor = unquote(address).partition("#")
            target = (path.parent / place).resolve() if place else path
            assert target.is_file(), (path, address)
            assert not anchor or anchor in set(pages[target].values("id")), (path, address)
            checked += 1
    assert checked > 100


def test_ids_are_unique_but_for_what_drawings_share(small: Path) -> None:
    for path in small.rglob("*.html"):
        ids = [
            attrs["id"] for tag, attrs in Page(path).elements
            if attrs.get("id") and tag not in ("path", "clippath")
        ]  # fmt: skip
        assert len(ids) == len(set(ids)), path


def test_every_page_has_its_parts(small: Path) -> None:
    for path in small.rglob("*.html"):
        text, tags = path.read_text(), [tag for tag, _ in Page(path).elements]
        assert CANARY in text
        assert tags.count("h1") == tags.count("main") == tags.count("title") == 1
        assert 'http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;' in text
        assert 'class="skip" href="#main"' in text


def test_nothing_hostile_is_markup(small: Path) -> None:
    for path in small.rglob("*.html"):
        page = Page(path)
        assert not [tag for tag, _ in page.elements if tag in ("img", "iframe", "object")]
        assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
        assert not [a for a in page.values("href") if a.startswith("javascript:")]
        assert not list(page.values("style"))
        assert {attrs.get("type") for tag, attrs in page.elements if tag == "script"} <= {
            None, "application/json",
        }  # fmt: skip
        assert "\u202e" not in path.read_text()


def test_controls_bear_labels(small: Path) -> None:
    page = Page(small / "quiz" / "index.html")
    assert {attrs.get("scope") for tag, attrs in page.elements if tag == "th"} <= {
        "col", "row", "rowgroup",
    }  # fmt: skip
    drawings = [attrs for tag, attrs in page.elements if tag == "svg"]
    assert drawings and all(attrs.get("aria-label") for attrs in drawings)
    assert all(a.get("aria-label") for _, a in page.elements if a.get("role") == "region")


def test_what_is_not_ranked_stands_below_the_line_with_bounds_and_reason(small: Path) -> None:
    text = (small / "quiz" / "index.html").read_text()
    below = text.partition('<tbody class="below">')[2].partition("</tbody>")[0]
    assert "d/<wbr>broken" in below and "20.0 to 70.0" in below and 'class="bounds"' in below
    assert "200 of 400 samples errored or were not asked." in text


def test_best_and_not_distinguishable_bear_signs(small: Path) -> None:
    rows = Page(small / "quiz" / "index.html").rows
    marks = {row[1].split()[0]: row[1] for row in rows if len(row) > 3}
    assert "★" in marks["a/best"] and "†" in marks["b/near"] and "★" not in marks["b/near"]


def test_plots_appear_where_runs_allow_them(small: Path) -> None:
    text = (small / "quiz" / "index.html").read_text()
    for title in ("Score against date", "Score against parameters", "By subset",
                  "Accuracy against level"):  # fmt: skip
        assert f"<strong>{title}</strong>" in text
    assert "<desc>" in text


def test_files_hold_the_tables(small: Path) -> None:
    with (small / "quiz" / "table.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["model"] for row in rows} >= {"a/best", "Printed"}
    values = json.loads((small / "quiz" / "table.json").read_text())
    assert [r["model"] for r in values["tasks"]["quiz"][0]["ranked"]][:2] == ["a/best", "b/near"]
    assert values["command"] == "rbench leaderboard runs --format html -o site"
    assert values["command"] in (small / "quiz" / "index.html").read_text()


def test_the_published_page_has_order_and_figures_of_the_source(printed: Path) -> None:
    page = Page(printed / "rbench-v" / "index.html")
    shown = [row for row in page.rows if len(row) > 5][: 1 + 27]
    order: dict[int, dict[str, str]] = {}
    for row in published_rows("rbench-v"):
        if row.evidence == "official" and row.repository == "evalmodels/evalmodels.github.io":
            line = order.setdefault(row.order, {"system": row.system})
            line[row.subset] = row.printed
    models = [line for _, line in sorted(order.items()) if line["system"] != "Human Expert"]
    for row, line in zip(shown[1:], [m for m in models if m["system"] in shown_names(shown)],
                         strict=True):  # fmt: skip
        assert row[0].split(" [")[0].strip() == line["system"]
        cells = [re.sub(r"\[\d+\]", "", cell).strip() for cell in row[1:7]]
        parts = ("overall without math", "math", "physics", "counting", "game")
        assert cells == [line["overall"], *(line[part] for part in parts)]


def shown_names(rows: list[list[str]]) -> set[str]:
    return {row[0].split(" [")[0].strip() for row in rows}


def test_published_figures_bear_source_links_and_findings(printed: Path) -> None:
    text = (printed / "rbench-v" / "index.html").read_text()
    short = 'rel="noreferrer">source<span class="sr">: evalmodels/evalmodels.github.io, leaderboard'
    assert text.count(short) >= 27
    assert text.count('rel="noreferrer">evalmodels/<wbr>evalmodels.github.io, leaderboard') == 1
    assert "The categories give 5.98 (48 of 803); the source prints 7.7" in text
    assert "the source prints 8.3. They do not agree." in text


def test_there_is_a_line_for_every_system(small: Path) -> None:
    rows = Page(small / "systems" / "index.html").rows[1:]
    assert [row[0].split("arXiv")[0] for row in rows] == [s.name for s in read_systems()]
    assert len(rows) == 21


def test_cards_and_protocols_have_pages(printed: Path) -> None:
    card = (printed / "data" / "rbench-v" / "index.html").read_text()
    assert "<strong>Known defects and gaps.</strong>" in card
    assert 'href="../../rbench-v/index.html"' in card
    assert (printed / "data" / "imagenet" / "index.html").is_file()
    protocol = next((printed / "protocols").glob("36f1626af3fa/index.html")).read_text()
    assert "GPT-4o extracts and judges" in protocol


def test_representations_are_drawn_where_a_table_has_several(tmp_path: Path) -> None:
    board = make_board(task="imagenet256", command="x").board
    text = (written(board, tmp_path) / "imagenet256" / "index.html").read_text()
    assert "<strong>Representation by representation</strong>" in text
