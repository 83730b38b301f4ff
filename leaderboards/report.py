"""report.html: one run on one self-contained page, with every sample behind its numbers.

The page asks for nothing from anywhere, runs no script but its own (its content policy names the
script and the style by hash), and treats all text as hostile: models wrote it. Equal input gives
equal bytes. Without scripts everything can be read; scripts add the filters and the formulas.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from markupsafe import Markup

from rbench.harness.types import OUTCOMES, Blobs, Json, Row, Sample
from rbench.leaderboards.blind import PictureEffect, points, points_interval
from rbench.leaderboards.report_mathml import Formulas
from rbench.leaderboards.report_numbers import (
    OUTCOME_NAMES,
    accuracy_lines,
    agreement,
    columns,
    graders,
    groups,
    headline,
    interval_text,
    open_bounds,
    plots,
    reasons,
    value_text,
)
from rbench.leaderboards.report_page import (
    CANARY,
    content_policy,
    flatten,
    flatten_costs,
    page_environment,
    write_page,
)
from rbench.leaderboards.report_samples import FACETS, SampleView, facet_text, sample_views
from rbench.leaderboards.report_svg import PALETTE
from rbench.leaderboards.report_text import short_name

__all__ = ["CANARY", "Report", "TaskInfo", "render_report", "write_report"]


@dataclass(frozen=True, slots=True)
class TaskInfo:
    """What the page says of the benchmark; `redistribute` as on its data card."""

    name: str
    version: str
    summary: str
    licence: str
    redistribute: bool


@dataclass(frozen=True, slots=True)
class Report:
    """All that a page shows. Mappings may be nested; they are shown as they are.

    `blobs` holds the pictures; `effects` say how much they matter, where it is known.
    """

    title: str
    task: TaskInfo
    model: str
    run_id: str
    status: Literal["complete", "incomplete"]
    rows: Sequence[Row]
    samples: Sequence[Sample]
    protocol: Mapping[str, Json]
    protocol_id: str
    settings: Mapping[str, Json]
    environment: Mapping[str, Json]
    costs: Mapping[str, Json]
    warnings: Sequence[str]
    command: str
    version: str
    blobs: Blobs | None = None
    effects: Sequence[PictureEffect] = ()


def write_report(path: Path, report: Report, *, publishable: bool = False) -> None:
    """Write the page, whole or not at all.

    With `publishable`, a benchmark that may not be redistributed is shown without questions and
    replies: id, hash of the content, and outcome only.
    """
    write_page(path, render_report(report, publishable=publishable))


def render_report(report: Report, *, publishable: bool = False) -> str:
    """Return the page as text."""
    name = short_name(report.model)
    hide = publishable and not report.task.redistribute
    formulas = Formulas()
    lines = accuracy_lines(report.rows)
    views = sample_views(report.samples, formulas, report.blobs, hide=hide)
    pages = page_environment()
    pages.filters |= {
        "value": value_text,
        "bounds": open_bounds,
        "interval": interval_text,
        "outcome": OUTCOME_NAMES.__getitem__,
        "facet": facet_text,
        "points": points,
        "points_interval": points_interval,
    }
    style = Markup(pages.get_template("report.css.j2").render(palette=PALETTE))
    script = Markup(pages.get_template("report.js.j2").render())
    return pages.get_template("report.html.j2").render(
        report=report,
        name=name,
        title=report.title.replace(report.model, name),
        canary=CANARY,
        hide=hide,
        abridged=views.abridged,
        formulas_full=formulas.full,
        style=style,
        script=script,
        policy=content_policy(style, script),
        # Data for JSON.parse; spelling out "<" keeps it inside its element.
        formulas=Markup("[" + ",".join(formulas.trees).replace("<", "\\u003c") + "]"),
        lines=lines,
        headline=headline(lines),
        columns=columns(lines),
        groups=groups(report.rows),
        agreement=agreement(report.rows),
        graders=graders(report.rows),
        plots=list(plots(report.rows, report.samples)),
        reasons=[] if hide else reasons(report.samples),  # they may quote
        tables=[
            ("Protocol", "equal in every number of one ranking", list(flatten(report.protocol))),
            ("Settings", "may differ inside a ranking", list(flatten(report.settings))),
            ("Costs", "measured, all calls included", list(flatten_costs(report.costs))),
            ("Environment", "what the run was made with", list(flatten(report.environment))),
        ],
        samples=views.samples,
        filters=list(_filters(views.samples)),
    )


def _filters(samples: Sequence[SampleView]) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Yield (attribute, label, [(value, text)]) for what tells samples apart."""
    found: dict[str, list[str]] = {
        "subset": list(dict.fromkeys(s.subset for s in samples)),
        "result": sorted({s.result for s in samples}),
        "outcome": [name for name in OUTCOMES if any(s.outcome == name for s in samples)],
    }
    for name in FACETS:
        found[name] = sorted({s.facets[name] for s in samples if name in s.facets})
    for name, values in found.items():
        if len(values) > 1:
            yield name, name.capitalize(), [(v, _choice(name, v)) for v in values]


def _choice(name: str, value: str) -> str:
    if name == "outcome":
        return OUTCOME_NAMES[value]
    return value if name == "level" else facet_text(value, name)
