"""The page of one run of images on the site: what its own report shows, in the site's frame."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from rbench.harness.types import Json
from rbench.harness.verify.made_with import sessions_of
from rbench.leaderboards.image_report import image_report_values
from rbench.leaderboards.image_runs import shown_run
from rbench.leaderboards.report_text import short_name
from rbench.leaderboards.run_report import task_info
from rbench.leaderboards.site.folder import shared_file
from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.standing import Standing
from rbench.leaderboards.site.templates import templates

if TYPE_CHECKING:
    from rbench.harness.images.saved_image_run import SavedImageRun
    from rbench.leaderboards.image_shown import ShownRun
    from rbench.leaderboards.report import TaskInfo


def write_image_run_page(
    run: "SavedImageRun", place: str, *, site: SiteFrame, standing: Standing
) -> None:
    """Write ``index.html`` into a folder of the site; see `write_run_page`."""
    sessions = sessions_of(run.directory)
    depth = place.count("/") + 1
    html = image_run_page(shown_run(run), task_info(run), site, depth, sessions, standing)
    site.out.write(f"{place}/index.html", html)


def image_run_page(
    run: "ShownRun",
    task: "TaskInfo",
    site: SiteFrame,
    depth: int = 2,
    sessions: Sequence[Mapping[str, Json]] | None = None,
    standing: Standing | None = None,
) -> str:
    """Return the page as text.

    Real images of a set that may not be redistributed are left out of a publishable site.
    """
    values = image_report_values([run], task, publishable=site.publishable)
    body = (
        templates()
        .get_template("site_run_images.html.j2")
        .render(
            values,
            results=run.results,
            sessions=[(str(s.get("started", "")), "") for s in sessions or []],
            standing=standing or Standing(),
        )
    )
    style = templates().get_template("image_report.css.j2").render(columns=values["columns"])
    return site.page(
        short_name(run.results["model"]),
        Markup(body),
        depth=depth,
        over=f"{task.name} version {task.version}",
        summary=task.summary,
        style=shared_file("images", "css", style),
    )
