"""The leaderboard in its simplest form: own runs, ranked within one protocol only."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Literal

from rbench.harness.types import Json
from rbench.leaderboards.headline import HEADLINES, headline_of
from rbench.leaderboards.image_board import image_board, image_records
from rbench.leaderboards.tables import Results, interval_of, model_name, table, value_of

_ROW_COLUMNS = (
    "subset", "metric", "value", "ci_low", "ci_high", "low", "high", "n", "no_answer",
    "truncated", "errored",
)  # fmt: skip
_COLUMNS = (
    "task", "protocol_id", "rank", "model", *_ROW_COLUMNS, "status", "settings", "run_id",
)  # fmt: skip


def leaderboard(runs: Sequence[Results], style: Literal["md", "csv"]) -> str:
    """Return the leaderboard of these results.

    A ranking holds one protocol; runs under another protocol of the same task stand in a table
    of their own. A run that is incomplete is listed below, with its bounds and without a rank.
    Runs of image generators stand below those of questions, ranked within one evaluator.
    """
    images = [run for run in runs if run.get("kind") == "images"]
    entries = [_entry(run) for run in runs if run.get("kind") != "images"]
    entries.sort(key=lambda e: (e["task"], e["protocol_id"], _order(e)))
    _rank(entries)
    if style == "csv":
        return _csv([_records(entries), image_records(images)])
    return "\n\n".join(part for part in (_markdown(entries), image_board(images)) if part)


def headline(run: Results) -> Mapping[str, Json] | None:
    """Return the row that ranks a run: that over all subsets, else its only subset's."""
    return headline_of(
        [
            (row["subset"], row)
            for row in run["rows"]
            if row["metric"] == "accuracy" and ":" not in row["subset"]
        ]
    )


def _entry(run: Results) -> dict[str, Json]:
    row = headline(run)
    subsets = {
        r["subset"]: r
        for r in run["rows"]
        if r["metric"] == "accuracy" and ":" not in r["subset"] and r["subset"] not in HEADLINES
    }
    # Questions that were asked unequally often are a selection that nobody else will share.
    even = not isinstance(run["protocol"].get("repeats"), list)
    ranked = run["status"] == "complete" and even and row is not None and row["value"] is not None
    return {
        "task": run["task"],
        "protocol_id": run["protocol_id"],
        "protocol": run["protocol"],
        "model": model_name(run),
        "settings": {k: v for k, v in run["settings"].items() if v is not None},
        "row": row,
        "subsets": subsets,
        "status": run["status"],
        "ranked": ranked,
        "run_id": run["run_id"],
        "rank": None,
    }


def _order(entry: Mapping[str, Json]) -> tuple[bool, float, str]:
    value = entry["row"]["value"] if entry["ranked"] else 0.0
    return (not entry["ranked"], -value, entry["run_id"])


def _rank(entries: Sequence[dict[str, Json]]) -> None:
    """Give equal values the same rank, within one protocol."""
    groups: dict[str, list[dict[str, Json]]] = {}
    for entry in entries:
        if entry["ranked"]:
            groups.setdefault(entry["protocol_id"], []).append(entry)
    for group in groups.values():
        values = [entry["row"]["value"] for entry in group]
        for entry in group:
            entry["rank"] = 1 + sum(value > entry["row"]["value"] for value in values)


def _settings(entry: Mapping[str, Json]) -> str:
    return ", ".join(f"{k}={v}" for k, v in sorted(entry["settings"].items()))


def _markdown(entries: Sequence[Mapping[str, Json]]) -> str:
    parts = []
    for protocol_id in dict.fromkeys(entry["protocol_id"] for entry in entries):
        group = [entry for entry in entries if entry["protocol_id"] == protocol_id]
        subsets = list(dict.fromkeys(name for entry in group for name in entry["subsets"]))
        lines = [
            [
                str(entry["rank"] or ("–" if entry["status"] == "complete" else "incomplete")),
                entry["model"],
                value_of(entry["row"]),
                interval_of(entry["row"]),
                *(
                    value_of(entry["subsets"][name]) if name in entry["subsets"] else "–"
                    for name in subsets
                ),
                str(entry["row"]["n"]),
                str(entry["row"]["errored"]),
                _settings(entry) or "–",
                entry["run_id"].rpartition("-")[2],
            ]
            for entry in group
            if entry["row"] is not None
        ]
        protocol = group[0]["protocol"]
        parts.append(
            f"## {group[0]['task']}\n\n"
            f"Protocol {protocol_id}: {_protocol(protocol)}.\n\n"
            + table(
                ["rank", "model", "accuracy %", "95 % interval", *(f"{s} %" for s in subsets),
                 "n", "errors", "settings", "run"],
                lines, left=2, tail=2,
            )
        )  # fmt: skip
    return "\n\n".join(parts)


def _protocol(protocol: Mapping[str, Json]) -> str:
    """Say in a line what is equal in all rows of a ranking."""
    names = {"questions": "samples", "repeats": "repeats", "prompt": "prompt"}
    parts = [f"{name}: {protocol.get(field)}" for name, field in names.items()]
    parts.append(f"response: {protocol.get('response')}")
    if "extraction" in protocol:
        parts.append(f"extraction: {protocol['extraction']}")
    if protocol.get("images") == "omit":
        parts.append("pictures: left out (blind baseline)")
    if "rule" in protocol:
        judge = protocol.get("judge")
        parts.append(
            f"graded by: rule {protocol['rule']['version']}"
            if judge is None
            else f"graded by: judge {judge['label']}"
        )
    if "declared" in protocol:
        declared = protocol["declared"]
        parts.append(
            f"declared: best of {declared['best_of']}, tools: {declared['tools'] or 'none'}"
        )
    return ", ".join(parts)


def _csv(kinds: Sequence[Sequence[Mapping[str, Json]]]) -> str:
    """Write records under the columns of the kinds that there are; what a kind lacks is empty."""
    present = [records for records in kinds if records] or [[dict.fromkeys(_COLUMNS)]]
    columns = list(dict.fromkeys(name for records in present for name in records[0]))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval=None, lineterminator="\n")
    writer.writeheader()
    writer.writerows(record for records in kinds for record in records)
    return out.getvalue().rstrip("\n")


def _records(entries: Sequence[Mapping[str, Json]]) -> list[dict[str, Json]]:
    """Return one record a number."""
    return [
        {
            "task": entry["task"],
            "protocol_id": entry["protocol_id"],
            "rank": entry["rank"],
            "model": entry["model"],
            **{name: row[name] for name in _ROW_COLUMNS},
            "status": entry["status"],
            "settings": _settings(entry),
            "run_id": entry["run_id"],
        }
        for entry in entries
        for row in _rows(entry)
    ]


def _rows(entry: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """Return the mean, where there is one, and the subsets."""
    means = [row for row in [entry["row"]] if row is not None and row["subset"] in HEADLINES]
    return [*means, *entry["subsets"].values()]
