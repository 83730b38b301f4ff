"""Printing the tables of runs to stdout, and what a reader must know beside them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rbench.harness.replay import NOT_ASKED
from rbench.harness.saved_run import SavedRun
from rbench.harness.types import Json
from rbench.leaderboards.blind import pictures_text
from rbench.leaderboards.tables import (
    accuracy_table,
    agreement_table,
    graders_table,
    groups_table,
    model_name,
    other_metrics_table,
)
from rbench.tasks.judge import used_up

if TYPE_CHECKING:
    from rbench.harness.images.saved_image_run import SavedImageRun

# More reasons than these are in the report.
_REASONS_SHOWN = 5
_REASON_WIDTH = 100


def print_results(runs: "Sequence[SavedRun | SavedImageRun]") -> None:
    """Print the tables of every task, then remarks on single runs."""
    _print_questions([run for run in runs if isinstance(run, SavedRun)])
    images = [run for run in runs if not isinstance(run, SavedRun)]
    if images:
        from rbench.leaderboards.image_tables import results_text

        found = [(run.results, run.directory.read_json("costs.json") or {}) for run in images]
        print(f"\n{results_text(found)}\n")


def _print_questions(runs: Sequence[SavedRun]) -> None:
    for task in dict.fromkeys(run.results["task"] for run in runs):
        of_task = [run for run in runs if run.results["task"] == task]
        results = [run.results for run in of_task]
        print(f"\n{task}\n")
        print(accuracy_table(results))
        for title, text in (
            ("By level", groups_table(results, "level")),
            ("By language", groups_table(results, "language")),
            ("Judge and rule", graders_table(results)),
            ("How much the pictures matter", pictures_text(of_task)),
            ("How the languages agree", agreement_table(results)),
            ("Other readings and repeats", other_metrics_table(results)),
        ):
            if text:
                print(f"\n{title}\n\n{text}")
        print()
        protocols = {result["protocol_id"]: result["protocol"] for result in results}
        if len(protocols) > 1:
            print(
                f"These runs stand under {len(protocols)} protocols, which differ in "
                f"{', '.join(_differences(list(protocols.values())))}: compare with care; "
                f"`rbench leaderboard` ranks each by itself."
            )
        for run in of_task:
            costs = run.directory.read_json("costs.json") or {}
            for line in [*remarks(run.results), *spent(costs)]:
                print(f"{model_name(run.results)}: {line}")


def remarks(result: Mapping[str, Json]) -> list[str]:
    """Return the sentences that belong beside a run's numbers."""
    lines = []
    total = sum(result["outcomes"].values())
    errored = result["outcomes"]["errored"]
    waiting = result["reasons"].get("errored", {}).get(NOT_ASKED, 0)
    if result["status"] == "incomplete":
        parts = [f"{errored - waiting} of {total} samples errored"] if errored > waiting else []
        parts += [f"{waiting} of {total} were not asked yet"] if waiting else []
        lines.append(
            f"INCOMPLETE: {' and '.join(parts)}, so there are only bounds; "
            f"{_how_to_go_on(result['reasons'].get('errored', {}), errored)}"
        )
    elif errored:
        lines.append(f"{errored} of {total} samples errored and count as wrong, as tolerated.")
    for outcome, reasons in result["reasons"].items():
        most = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
        shown = [f"{_one_line(why)} ({count})" for why, count in most[:_REASONS_SHOWN]]
        if len(most) > _REASONS_SHOWN:
            shown.append(f"and {len(most) - _REASONS_SHOWN} other reasons")
        lines.append(f"{outcome.replace('_', ' ')}: {', '.join(shown)}")
    for name, why_not in result.get("ungraded", {}).items():
        most = sorted(why_not.items(), key=lambda item: (-item[1], item[0]))
        shown = [f"{_one_line(why)} ({count})" for why, count in most[:_REASONS_SHOWN]]
        lines.append(f"no grade by the {name}: {', '.join(shown)}")
    # That errors leave no value was said above.
    notes = {
        row["note"]: None
        for row in result["rows"]
        if row["value"] is None and row["low"] is None and row["note"] and not row["errored"]
    }
    lines += [f"no value where {note}" for note in notes]
    return lines + [f"warning: {warning}" for warning in result["warnings"]]


def _how_to_go_on(why_not: Mapping[str, int], errored: int) -> str:
    lost = sum(count for why, count in why_not.items() if used_up(why))
    if not lost:
        return "the same command asks them again."
    if lost == errored:
        return "the judge has used up its tries: only another judge or prompt would help."
    return (
        f"the same command asks again for all but {lost}, for which the judge has used up its "
        f"tries: only another judge or prompt would help."
    )


def spent(costs: Mapping[str, Json]) -> list[str]:
    """Return tokens and money of a run, where any were counted."""
    tokens = costs.get("tokens") or {}
    if not tokens:
        return []
    counted = ", ".join(f"{count:,} {kind}" for kind, count in sorted(tokens.items()))
    dollars = costs.get("dollars")
    lines = [f"tokens: {counted}" + ("" if dollars is None else f"; ${dollars:.4f}")]
    return lines + [f"judge: {line}" for line in spent(costs.get("judge") or {})]


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _REASON_WIDTH else line[: _REASON_WIDTH - 1] + "…"


def _differences(protocols: Sequence[Mapping[str, Json]]) -> list[str]:
    """Name the fields in which protocols differ, with the values where these are short.

    A field that only some have follows from another one.
    """
    found = []
    for field in (name for name in protocols[0] if all(name in p for p in protocols)):
        values = dict.fromkeys(str(protocol.get(field)) for protocol in protocols)
        if len(values) > 1:
            shown = all(len(value) < 30 for value in values)
            found.append(f"{field} ({' / '.join(values)})" if shown else field)
    return found
