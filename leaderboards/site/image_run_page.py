"""The page of one run of images on the site: what its own report shows, in the site's frame."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from rbench.leaderboards.image_report import render_image_report
from rbench.leaderboards.image_runs import shown_run
from rbench.leaderboards.report_page import page_environment, write_page
from rbench.leaderboards.report_text import short_name
from rbench.leaderboards.run_report import _task_info as task_info
from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.templates import templates

if TYPE_CHECKING:
    from rbench.harness.images.saved_image_run import SavedImageRun
    from rbench.leaderboards.image_shown import ShownRun
    from rbench.leaderboards.report import TaskInfo

_COLUMNS = re.compile(r'<div class="picture" data-columns="(\d+)"')


def write_image_run_page(
    run: "SavedImageRun", folder: Path, *, site: SiteFrame, depth: int = 2
) -> None:
    """Write ``index.html`` into a folder; see `write_run_page`."""
    sessions = (run.directory.read_json("env.json") or {}).get("sessions") or []
    html = image_run_page(shown_run(run), task_info(run), site, depth, sessions)
    write_page(folder / "index.html", html)


def image_run_page(
    run: "ShownRun",
    task: "TaskInfo",
    site: SiteFrame,
    depth: int = 2,
    sessions: list[dict[str, str]] | None = None,
) -> str:
    """Return the page as text.

    Real images of a set that may not be redistributed are left out of a publishable site.
    """
    report = render_image_report([run], task, publishable=site.publishable)
    # Texts are escaped, so that these marks are the page's own.
    inside = report.partition("<main>")[2].partition("</main>")[0]
    body = (
        templates()
        .get_template("site_run_images.html.j2")
        .render(
            results=run.results,
            inside=Markup(inside),
            sections=re.findall(r'<section id="([a-z]+)" aria-labelledby', inside),
            sessions=[(str(s.get("started", "")), "") for s in sessions or []],
        )
    )
    columns = sorted({int(number) for number in _COLUMNS.findall(inside)})
    style = page_environment().get_template("image_report.css.j2").render(columns=columns)
    return site.page(
        short_name(run.results["model"]),
        Markup(body),
        depth=depth,
        over=f"{task.name} version {task.version}",
        summary=task.summary,
        style=style,
    )
