"""The page of one run on the site: its numbers, how it was made, and every sample on demand."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from rbench.harness.saved_run import SavedRun
from rbench.harness.types import Json
from rbench.harness.verify.made_with import sessions_of
from rbench.leaderboards.report import Report
from rbench.leaderboards.report_numbers import (
    accuracy_lines,
    agreement,
    columns,
    graders,
    groups,
    headline,
    reasons,
)
from rbench.leaderboards.report_page import flatten, flatten_costs
from rbench.leaderboards.report_text import short_name, visible
from rbench.leaderboards.run_report import make_report
from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.sample_pieces import write_pieces
from rbench.leaderboards.site.standing import Standing
from rbench.leaderboards.site.templates import style_and_script, templates

if TYPE_CHECKING:
    from rbench.harness.images.saved_image_run import SavedImageRun

    AnyRun = SavedRun | SavedImageRun

_AT_HAND = Standing()


@dataclass(frozen=True, slots=True)
class OtherRun:
    """A run of the same task whose page stands on the same site.

    `folder` is the way to it from the page that offers it, such as ``../zoo-deq-0123abcd``:
    letters, digits and ``._~%-`` between slashes (quote the rest), no slash at the end.
    """

    name: str
    folder: str


def write_run_page(
    run: "AnyRun",
    place: str,
    *,
    site: SiteFrame,
    others: Sequence[OtherRun] = (),
    standing: Standing = _AT_HAND,
) -> None:
    """Write ``index.html`` into a folder of the site, and beside it what it loads on demand.

    Args:
        run: of questions or of images.
        place: the folder of this page alone, such as ``quiz/some-run``.
        site: the frame of all pages. One that is publishable leaves out questions, replies and
            real images where the data card forbids to redistribute them.
        others: runs of the same task whose replies the page can show beside this one's.
        standing: how it stands on the board.
    """
    if isinstance(run, SavedRun):
        write_question_page(
            make_report(run),
            place,
            site,
            others,
            sessions=sessions_of(run.directory),
            standing=standing,
        )
    else:
        from rbench.leaderboards.site.image_run_page import write_image_run_page

        write_image_run_page(run, place, site=site, standing=standing)


def write_question_page(
    report: Report,
    place: str,
    site: SiteFrame,
    others: Sequence[OtherRun] = (),
    sessions: Sequence[Mapping[str, Json]] = (),
    standing: Standing = _AT_HAND,
) -> None:
    """Write the page of a run of questions, given what a report shows; see `write_run_page`."""
    hide = site.publishable and not report.task.redistribute
    write_pieces(report.samples, place, site.out, report.blobs, hide=hide)
    name = short_name(report.model)
    lines = accuracy_lines(report.rows)
    site_run = templates().get_template("site_run.html.j2")
    tables = [
        ("Protocol", "equal in every number of one ranking", list(flatten(report.protocol))),
        ("Settings", "may differ inside a ranking", list(flatten(report.settings))),
        ("Costs", "measured, all calls included", list(flatten_costs(report.costs))),
        ("Environment", "what the run was made with", list(flatten(report.environment))),
    ]
    body = site_run.render(
        report=report,
        hide=hide,
        lines=lines,
        headline=headline(lines),
        columns=columns(lines),
        groups=groups(report.rows),
        agreement=agreement(report.rows),
        graders=graders(report.rows),
        reasons=[] if hide else reasons(report.samples),  # they may quote
        sessions=[_session(session) for session in sessions],
        standing=standing,
        others=others,
        tables=tables,
    )
    known = [{"name": visible(other.name), "folder": other.folder} for other in others]
    style, script = style_and_script()
    html = site.page(
        name,
        Markup(body),  # from a template that escapes
        depth=place.count("/") + 1,
        over=f"{report.task.name} version {report.task.version}",
        summary=report.task.summary,
        script_data={"run": {"name": visible(name), "others": known}},
        style=style,
        script=script,
        pieces=True,
    )
    site.out.write(f"{place}/index.html", html)


def _session(session: Mapping[str, Json]) -> tuple[str, str]:
    return str(session.get("started", "")), shlex.join(session.get("command") or [])
