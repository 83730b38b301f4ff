"""One of every kind of page, for tests that look at all of them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from rbench.harness.blobs import BlobFolder
from rbench.leaderboards.image_report import write_image_report
from rbench.leaderboards.report import TaskInfo, write_report
from rbench.leaderboards.site import write_site
from rbench.leaderboards.site.folder import SiteFolder
from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.image_run_page import image_run_page
from rbench.leaderboards.site.run_page import OtherRun, write_question_page
from tests.harness.picture_files import drawing, encoded
from tests.leaderboards.image_runs import costs, neighbours, pictures, results, row, shown
from tests.leaderboards.site.boards import small_board
from tests.leaderboards.test_report_browser import SAMPLES, make_report

SHAPES = TaskInfo("shapes", "1", "Shapes.", "unknown", redistribute=False)


def write_whole_site(root: Path) -> Mapping[str, Path]:
    """Write a site with a run of questions and one of images, and two reports: name -> page."""
    site = root / "site"
    write_site(small_board(), [], site)
    _write_runs(root, site)
    _write_reports(root)
    protocol = next(path for path in sorted((site / "protocols").iterdir()) if path.is_dir())
    return {
        "index": site / "index.html",
        "task": site / "quiz" / "index.html",
        "systems": site / "systems" / "index.html",
        "data sets": site / "data" / "index.html",
        "data card": site / "data" / "rbench-v" / "index.html",
        "image card": site / "data" / "digits" / "index.html",
        "protocol": protocol / "index.html",
        "run": site / "quiz" / "mine" / "index.html",
        "image run": site / "quiz" / "images" / "index.html",
        "report": root / "report.html",
        "image report": root / "images.html",
    }


def _write_runs(root: Path, site: Path) -> None:
    blobs = BlobFolder(root / "blobs")
    picture = blobs.write(encoded(drawing(1, (120, 80))), "png")
    first = replace(SAMPLES[0], item=replace(SAMPLES[0].item, blobs=(picture,)))
    report = replace(make_report(), samples=[first, *SAMPLES[1:]], blobs=blobs, model="mine")
    whole = SiteFrame("rbench leaderboard", "0.1.0", folder=SiteFolder(site))
    others = [OtherRun("the other", "../other")]
    write_question_page(report, "quiz/mine", whole, others=others)
    write_question_page(replace(report, samples=SAMPLES), "quiz/other", whole)
    run = shown(
        results(), costs=costs(), images=pictures(64), neighbours=neighbours(), command="rbench"
    )
    (site / "quiz" / "images").mkdir()
    page = image_run_page(run, SHAPES, whole)
    (site / "quiz" / "images" / "index.html").write_text(page, encoding="utf-8")


def _write_reports(root: Path) -> None:
    write_report(root / "report.html", make_report())
    runs = []
    for i, (model, value, steps) in enumerate([("zoo/flow", 9.0, 1), ("zoo/other", 1.0, 8)]):
        run = results(model, value, steps, run_id=f"shapes/{i}")
        run["rows"] = [*run["rows"], row("frechet", 3.0, on="others")]
        runs.append(shown(run, images=pictures(64, seed=i), neighbours=neighbours()))
    write_image_report(root / "images.html", runs, SHAPES)
