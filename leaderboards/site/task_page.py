"""The page of a task: its tables, plots, and where the files are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from markupsafe import Markup

from rbench.leaderboards.board_cells import EXPLAINED
from rbench.leaderboards.entries import Group
from rbench.leaderboards.site.addresses import Addresses
from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.task_figures import PageFigure, has_representations, task_figures
from rbench.leaderboards.site.task_table import ShownTable, grouped, shown_table, table_title
from rbench.leaderboards.site.templates import templates

_MOST_FURTHER = 3  # tables whose plots stand beside those of the main one


def task_page(
    task: str,
    groups: Sequence[Group],
    *,
    site: SiteFrame,
    places: Addresses,
    linked: frozenset[str],
    protocol_pages: Mapping[str, str],
    card: str | None,
) -> str:
    """Return the page of a task.

    Args:
        task: its name.
        groups: its tables, the main one first.
        site: the frame.
        places: where the pages lie.
        linked: the folders of run pages that there are.
        protocol_pages: protocol id -> folder of its page.
        card: the name of its data card, if it has one.
    """
    tables = [shown_table(group, places, linked) for group in groups]
    body = templates().get_template("site_task.html.j2").render(
        tables=tables,
        figures=list(_figures(groups)),
        choices=list(_choices(tables)),
        columns=_columns(tables),
        explained=EXPLAINED,
        command=site.command,
        protocol_pages=protocol_pages,
        card=card,
    )  # fmt: skip
    return site.page(task, Markup(body), depth=1, current="tasks", summary=summary(groups))


def summary(groups: Sequence[Group]) -> str:
    """Return how many entries a task has, and of which kinds: ``12 runs, 29 published entries``."""
    entries = [ranked.entry for group in groups for ranked in (*group.ranked, *group.below)]
    published = sum(entry.origin == "published" for entry in entries)
    runs = len(entries) - published
    parts = [_counted(runs, "run", "runs")] if runs else []
    if published:
        parts.append(_counted(published, "published entry", "published entries"))
    return f"{', '.join(parts)} under {_counted(len(groups), 'protocol', 'protocols')}"


def _figures(groups: Sequence[Group]) -> Iterator[tuple[str, list[PageFigure]]]:
    """Yield the plots of the main table, and of others that show what it cannot."""
    own = all(ranked.entry.origin != "published" for ranked in groups[0].ranked)
    printed = (g for g in groups[1:] if any(r.entry.origin == "published" for r in g.ranked))
    further = [
        *(islice(printed, 1) if own else ()),
        *(group for group in groups[1:] if has_representations(group)),
    ]
    for group in (groups[0], *further[:_MOST_FURTHER]):
        if drawn := list(task_figures(group)):
            yield table_title(group), drawn


def _counted(count: int, one: str, many: str) -> str:
    return f"{grouped(str(count))} {one if count == 1 else many}"


def _choices(tables: Iterable[ShownTable]) -> Iterable[tuple[str, str, list[str]]]:
    """Yield the filters that can tell entries apart: name, words, values."""
    lines = [line for table in tables for line in (*table.lines, *table.below)]
    for name, words, values in (
        ("origin", "Origin", {line.origin for line in lines}),
        ("status", "Status", {line.status for line in lines}),
        ("weights", "Weights", {line.weights for line in lines}),
    ):
        if len(values) > 1:
            yield name, words, sorted(values)


def _columns(tables: Iterable[ShownTable]) -> list[str]:
    """Return the columns that a reader may hide: all but tier and model."""
    names = dict.fromkeys(heading.name for table in tables for heading in table.headings)
    return [name for name in names if name not in ("tier", "model")]
