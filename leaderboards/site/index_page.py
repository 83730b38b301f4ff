"""The first page of a site: its tasks, with a small chart each."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from rbench.leaderboards.board_cells import heading
from rbench.leaderboards.entries import Board, Group
from rbench.leaderboards.site.addresses import Addresses
from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.task_figures import top_plot
from rbench.leaderboards.site.task_page import summary
from rbench.leaderboards.site.task_table import RANKING, table_title
from rbench.leaderboards.site.templates import templates


def index_page(board: Board, *, site: SiteFrame, places: Addresses) -> str:
    """Return the page: tasks with runs first, each half by name."""
    tasks = sorted(board.groups, key=lambda task: (not _has_runs(board.groups[task]), task))
    body = templates().get_template("site_index.html.j2").render(
        tasks=[_task(task, board.groups[task], places.tasks) for task in tasks]
    )  # fmt: skip
    return site.page(
        "Leaderboards",
        Markup(body),
        depth=0,
        current="tasks",
        summary="One ranking for every protocol, never mixed. Published figures stand with their "
        "sources, own runs with their intervals.",
    )


def _has_runs(groups: Sequence[Group]) -> bool:
    return any(r.entry.origin != "published" for g in groups for r in (*g.ranked, *g.below))


def _protocol(group: Group) -> str:
    """Return under which protocol the chart stands, without what its heading says already."""
    found = table_title(group)
    if "as published: " in found:
        return "as published: " + found.partition("as published: ")[2]
    return "" if found == RANKING else found


def _task(task: str, groups: Sequence[Group], folders: Mapping[str, str]) -> Mapping[str, object]:
    first = groups[0]
    return {
        "name": task,
        "folder": folders[task],
        "summary": summary(groups),
        "what": heading(first, first.columns[0]) if first.columns else "",
        "protocol": _protocol(first),
        "plot": top_plot(first),
    }
