"""The page of a run of images: its report in the site's frame, without scripts of its own."""

import re
from dataclasses import replace
from pathlib import Path

from rbench.leaderboards.image_shown import ShownRun
from rbench.leaderboards.report import TaskInfo
from rbench.leaderboards.site.folder import SiteFolder
from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.image_run_page import image_run_page
from tests.leaderboards.image_runs import costs, neighbours, pictures, results

SITE = SiteFrame("rbench leaderboard", "0.1.0")
PUBLIC = SiteFrame("rbench leaderboard", "0.1.0", publishable=True)
TASK = TaskInfo("shapes", "1", "Shapes.", "unknown", redistribute=False)
HOSTILE = "<script>alert(1)</script></main><img src=x onerror=alert(2)>"


def shown(**changes: object) -> ShownRun:
    found = {
        "results": results(),
        "costs": costs(),
        "environment": {"python": "3.11"},
        "command": "rbench evaluate shapes",
        "images": pictures(64),
        "neighbours": neighbours(),
        **changes,
    }
    return ShownRun(**found)  # type: ignore[arg-type]


def test_the_page_holds_numbers_samples_neighbours_and_costs() -> None:
    html = image_run_page(shown(), TASK, SITE)
    linked = re.findall(r'<a href="#([a-z]+)">', html)
    assert linked == ["results", "samples", "neighbours", "costs", "protocol", "verify"]
    for section in linked:
        assert f'<section id="{section}"' in html
    assert html.count('src="data:image/png;base64,') == 2
    assert "rbench verify shapes/zoo-flow-1" in html and "rbench evaluate shapes" in html


def test_the_columns_of_every_grid_have_their_style(tmp_path: Path) -> None:
    site = replace(SITE, folder=SiteFolder(tmp_path))
    html = image_run_page(shown(labels=[i % 10 for i in range(64)]), TASK, site)
    (style,) = tmp_path.glob("images-*.css")
    assert f'<link rel="stylesheet" href="../../{style.name}">' in html
    for number in set(re.findall(r'data-columns="(\d+)"', html)):
        assert f".cells.c{number} {{" in style.read_text()


def test_a_publishable_page_holds_no_real_image() -> None:
    html = image_run_page(shown(real=True), TASK, PUBLIC)
    assert "data:image/" not in html and "neighbours" not in re.findall(r'id="(\w+)"', html)
    assert "data:image/" in image_run_page(shown(), TASK, PUBLIC)


def test_hostile_names_stay_text() -> None:
    run = results(model=HOSTILE)
    html = image_run_page(shown(results=run, command=HOSTILE), TASK, SITE)
    assert html.count("</main>") == 1 and "<script>alert" not in html
    assert "<img src=x" not in html
    assert '<section id="verify"' in html


def test_equal_runs_give_equal_pages() -> None:
    assert image_run_page(shown(), TASK, SITE) == image_run_page(shown(), TASK, SITE)
