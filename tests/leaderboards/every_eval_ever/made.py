"""Boards and records for the tests of Every Eval Ever."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from rbench.harness.canonical import digest
from rbench.leaderboards.board import build_board
from rbench.leaderboards.entries import Entry
from rbench.leaderboards.every_eval_ever.aggregate import aggregate
from rbench.leaderboards.every_eval_ever.read import read_entry
from rbench.leaderboards.every_eval_ever.write import Written, write_every_eval_ever
from tests.leaderboards.board_entries import entry, published

STATED: dict[str, Any] = {
    "schema_version": "0.3.0",
    "evaluation_id": "gsm8k/acme/m-1/1770000000",
    "evaluation_timestamp": "2026-02-03T04:05:06Z",
    "retrieved_timestamp": "1770000000",
    "source_metadata": {
        "source_name": "A leaderboard",
        "source_type": "documentation",
        "source_organization_name": "Somebody",
        "source_organization_url": "https://example.org/board",
        "evaluator_relationship": "third_party",
    },
    "eval_library": {"name": "lm_eval", "version": "0.4.9"},
    "model_info": {
        "name": "m-1",
        "id": "acme/m-1",
        "developer": "Acme",
        "additional_details": {"deployment_type": "unknown", "model_availability": "open_weights"},
    },
    "evaluation_results": [
        {
            "evaluation_name": "gsm8k",
            "source_data": {"dataset_name": "gsm8k", "source_type": "other"},
            "metric_config": {
                "metric_id": "exact_match",
                "lower_is_better": False,
                "score_type": "continuous",
                "min_score": 0,
                "max_score": 1,
            },
            "score_details": {
                "score": 0.625,
                "uncertainty": {
                    "confidence_interval": {
                        "lower": 0.5, "upper": 0.75, "confidence_level": 0.95, "method": "bootstrap"
                    },
                    "num_samples": 400,
                },
            },
            "generation_config": {"generation_args": {"temperature": 0.5}},
        }
    ],
}  # fmt: skip
"""What another may state: valid, which a test sees to."""


def stated(**changes: Any) -> dict[str, Any]:
    """Return a copy of the record with some fields replaced."""
    return {**json.loads(json.dumps(STATED)), **changes}


def fitting(made: Entry) -> Entry:
    """Return an entry whose protocol has the id that it must have."""
    return replace(made, protocol_id=digest(made.protocol)[:12])


def own(**changes: Any) -> Entry:
    """Return the entry of a run, as rbench would write it."""
    return fitting(entry(**changes))


def own_published(**changes: Any) -> Entry:
    """Return a published entry."""
    return fitting(published(**changes))


def written(folder: Path, *entries: Entry, **given: Any) -> Written:
    """Write the records of these entries below a folder."""
    return write_every_eval_ever(build_board(list(entries)), folder, **given)


def file_of(folder: Path, record: Any) -> Path:
    """Write a record as it comes; a text is written as it is."""
    path = folder / "record.json"
    text = record if isinstance(record, str) else json.dumps(record)
    path.write_text(text, encoding="utf-8")
    return path


def back(folder: Path, made: Entry) -> Entry:
    """Return an entry that went out and came in again."""
    return read_entry(file_of(folder, aggregate(made)))
