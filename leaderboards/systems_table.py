"""The systems as a Markdown table and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from rbench.leaderboards.systems import RunsWith, System
from rbench.leaderboards.tables import NOTHING, table

_HEADINGS = (
    "system", "paper", "claim", "tests", "runs with", "state", "published rows",
)  # fmt: skip


def systems_table(systems: Sequence[System]) -> str:
    """Return a line for every system. Raises `UsageError` where published rows are missing."""
    lines = [
        [
            system.name,
            _paper(system),
            system.claim,
            _tests(system),
            _runs_with(system.runs_with),
            system.state,
            str(len(system.published_rows())),
        ]
        for system in systems
    ]
    return table(_HEADINGS, [[cell.replace("|", r"\|") for cell in line] for line in lines], left=6)


def systems_json(systems: Sequence[System]) -> str:
    """Return all that is known, as a list. Raises `UsageError` where published rows are missing."""
    records = [{**asdict(s), "published_rows": len(s.published_rows())} for s in systems]
    return json.dumps(records, ensure_ascii=False, indent=1)


def _paper(system: System) -> str:
    paper = system.paper
    where = paper.venue or "arXiv"
    year = "" if str(paper.year) in where or where[-4:].isdecimal() else f" {paper.year}"
    return f"{paper.arxiv}, {where}{year}"


def _tests(system: System) -> str:
    now = [f"{test.task} ({', '.join(test.metrics)})" for test in system.tests]
    later = [f"later: {what}" for what in system.later]
    return "; ".join([*now, *later]) or NOTHING


def _runs_with(found: RunsWith) -> str:
    zoo = tuple(f"zoo/{name}" for name in found.zoo)
    parts = {
        "adapters": found.adapters,
        "samplers": found.samplers,
        "models": zoo,
        "generators": found.generators,
    }
    shown = [f"{kind}: {', '.join(names)}" for kind, names in parts.items() if names]
    return "; ".join(shown) or NOTHING
