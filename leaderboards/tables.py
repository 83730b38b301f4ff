"""The tables of results, as Markdown: read in a terminal, pasted into an issue or a paper."""

from collections.abc import Mapping, Sequence

from rbench.harness.types import Json
from rbench.leaderboards.headline import COLUMNS

Results = Mapping[str, Json]

NOTHING = "–"


def table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1, tail: int = 0
) -> str:
    """Return an aligned Markdown table.

    The first `left` columns and the last `tail` are text, those between are numbers.
    """
    text = {*range(left), *range(len(headings) - tail, len(headings))}
    widths = [max(3, *(len(row[i]) for row in [headings, *rows])) for i in range(len(headings))]

    def line(cells: Sequence[str]) -> str:
        parts = [
            cell.ljust(width) if i in text else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return "| " + " | ".join(parts) + " |"

    rule = ["-" * w if i in text else "-" * (w - 1) + ":" for i, w in enumerate(widths)]
    return "\n".join([line(headings), line(rule), *map(line, rows)])


def percent(value: float | None) -> str:
    """Return a fraction as a percentage with one decimal, e.g. ``23.6``."""
    return NOTHING if value is None else f"{100 * value:.1f}"


def value_of(row: Mapping[str, Json]) -> str:
    """Return a row's value, or the bounds that errored samples leave: ``52.0 to 64.0``.

    Where errors are tolerated, both: ``52.0 (to 64.0)``.
    """
    low, high = row.get("low"), row.get("high")
    if low is None or low == high:
        return percent(row["value"])
    if row["value"] is None:
        return f"{percent(low)} to {percent(high)}"
    return f"{percent(row['value'])} (to {percent(high)})"


def interval_of(row: Mapping[str, Json]) -> str:
    """Return a row's interval, e.g. ``17.5 – 31.0``."""
    if row["ci_low"] is None:
        return NOTHING
    return f"{percent(row['ci_low'])} – {percent(row['ci_high'])}"


def model_name(run: Results) -> str:
    """Return the model's name; one that was not shown the pictures is called blind."""
    return f"{run['model']} (blind)" if is_blind(run) else str(run["model"])


def is_blind(run: Results) -> bool:
    """Return whether the questions were asked without their pictures."""
    return bool(run["protocol"].get("images") == "omit")


def accuracy_table(runs: Sequence[Results]) -> str:
    """Return the main table of one task: a line per model and subset."""
    present = {r["metric"] for run in runs for r in run["rows"]}
    beside = [metric for metric in COLUMNS if metric in present]
    lines = []
    for run in runs:
        rows = {(r["subset"], r["metric"]): r for r in run["rows"]}
        for (subset, metric), row in rows.items():
            if metric != "accuracy" or ":" in subset:
                continue
            others = (rows.get((subset, name)) for name in beside)
            lines.append(
                [
                    model_name(run),
                    subset,
                    str(row["n"]),
                    value_of(row),
                    interval_of(row),
                    *(NOTHING if other is None else value_of(other) for other in others),
                    str(row["no_answer"]),
                    str(row["truncated"]),
                    str(row["errored"]),
                ]
            )
    headings = [
        "model", "subset", "n", "accuracy %", "95 % interval",
        *(f"{COLUMNS[metric]} %" for metric in beside), "no answer", "truncated", "errors",
    ]  # fmt: skip
    return table(headings, lines, left=2)


def other_metrics_table(runs: Sequence[Results]) -> str | None:
    """Return majority, pass@k and other readings, where there are any."""
    known = {"accuracy", "agreement", "kappa", *COLUMNS}
    lines = [
        [model_name(run), row["subset"], row["metric"], value_of(row), interval_of(row)]
        for run in runs
        for row in run["rows"]
        if row["metric"] not in known and "+" not in row["subset"]
    ]
    headings = ["model", "subset", "metric", "value %", "95 % interval"]
    return table(headings, lines, left=3) if lines else None


def groups_table(runs: Sequence[Results], group: str) -> str | None:
    """Return accuracy by ``level``, ``language`` or another group, a column per value."""
    found = {
        (model_name(run), row["subset"].partition(":")[2]): row
        for run in runs
        for row in run["rows"]
        if row["subset"].startswith(f"{group}:") and row["metric"] == "accuracy"
    }
    if not found:
        return None
    levels = list(dict.fromkeys(level for _, level in found))
    models = list(dict.fromkeys(model for model, _ in found))
    lines = [[model, *(_cell(found.get((model, level))) for level in levels)] for model in models]
    return table(["accuracy %, 95 % interval", *levels], lines)


def _cell(row: Mapping[str, Json] | None) -> str:
    return NOTHING if row is None else f"{value_of(row)} ({interval_of(row)})"


def agreement_table(runs: Sequence[Results]) -> str | None:
    """Return how the languages agree, a line per model, in per cent of the question pairs."""
    lines, headings = [], ["model", "pairs"]
    for run in runs:
        rows = [row for row in run["rows"] if "+" in row["subset"]]
        if rows:
            headings = ["model", "pairs", *(f"{row['metric']} %" for row in rows)]
            lines.append([model_name(run), str(rows[0]["n"]), *(value_of(row) for row in rows)])
    return table(headings, lines) if lines else None


def graders_table(runs: Sequence[Results]) -> str | None:
    """Return how judge and rule agree: the share of equal grades, and Cohen's kappa."""
    lines = []
    for run in runs:
        rows = {(r["subset"], r["metric"]): r for r in run["rows"]}
        for (subset, metric), kappa in rows.items():
            if metric == "kappa":
                share = rows[subset, "agreement"]
                lines.append(
                    [
                        model_name(run),
                        subset,
                        str(share["n"]),
                        value_of(share),
                        interval_of(share),
                        _plain(kappa["value"]),
                        NOTHING
                        if kappa["ci_low"] is None
                        else f"{_plain(kappa['ci_low'])} – {_plain(kappa['ci_high'])}",
                        str(share["errored"]),
                    ]
                )
    headings = [
        "model", "subset", "graded by both", "agreement %", "95 % interval", "kappa",
        "95 % interval", "without a grade",
    ]  # fmt: skip
    return table(headings, lines, left=2) if lines else None


def _plain(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"
