"""The page of the systems that rbench sets out to evaluate."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.templates import templates
from rbench.leaderboards.systems import System


def systems_page(systems: Sequence[System], *, site: SiteFrame, tasks: Mapping[str, str]) -> str:
    """Return the page; `tasks` are the folders of task pages by name.

    Raises `UsageError` where published rows are missing.
    """
    rows = []
    for system in systems:
        counts: dict[str, int] = {}
        for row in system.published_rows():
            counts[row.task] = counts.get(row.task, 0) + 1
        runs_with = system.runs_with
        kinds = {
            "adapters": runs_with.adapters,
            "samplers": runs_with.samplers,
            "models": tuple(f"zoo/{name}" for name in runs_with.zoo),
            "generators": runs_with.generators,
        }
        rows.append(
            {
                "system": system,
                "published": counts,
                "kinds": {kind: names for kind, names in kinds.items() if names},
            }
        )
    body = templates().get_template("site_systems.html.j2").render(rows=rows, tasks=tasks)
    return site.page(
        "Systems",
        Markup(body),
        depth=1,
        current="systems",
        summary=f"The {len(rows)} systems that rbench sets out to evaluate: what each claims, "
        "what tests the claim, and how far rbench is.",
    )
