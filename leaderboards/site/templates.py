"""The templates of the pages of runs."""

import shlex
from functools import cache
from typing import TYPE_CHECKING

from rbench.harness.types import Row
from rbench.leaderboards.blind import points, points_interval
from rbench.leaderboards.report_numbers import interval_text, open_bounds, value_text
from rbench.leaderboards.report_page import page_environment
from rbench.leaderboards.site.folder import SharedFile, shared_file

if TYPE_CHECKING:
    import jinja2


@cache
def templates() -> "jinja2.Environment":
    """Return the templates, compiled once for all runs of a site."""
    pages = page_environment()
    pages.filters |= {
        "value": value_text,
        "bounds": open_bounds,
        "interval": interval_text,
        "bar": bar,
        "points": points,
        "points_interval": points_interval,
        "quoted": shlex.quote,
    }
    return pages


@cache
def style_and_script() -> tuple[SharedFile, SharedFile]:
    """Return CSS and JavaScript of the pages of runs of questions."""
    pages = templates()
    style = pages.get_template("site_run.css.j2").render()
    return (
        shared_file("run", "css", style),
        shared_file("run", "js", pages.get_template("site_run.js.j2").render()),
    )


def bar(row: Row, chance: Row | None = None) -> dict[str, str | None] | None:
    """Return where a fraction's dot, interval and chance lie on a scale of 0 to 100."""
    if row.unit != "fraction" or row.value is None:
        return None
    guessing = None if chance is None else chance.value
    ends = {"low": row.ci_low, "high": row.ci_high, "chance": guessing}
    shown = {name: None if end is None else f"{100 * end:.1f}" for name, end in ends.items()}
    return {"value": f"{100 * row.value:.1f}", **shown}
