"""What `rbench verify` prints: a table and a sentence for a run, or JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from rbench.harness.verify.checks import Check, Verification
from rbench.leaderboards.tables import table

_SAID = {"verified": "verified", "differs": "DIFFERS", "unchecked": "cannot be checked"}
_SHOWN = 10


def verification_text(verification: Verification) -> str:
    """Return the table of the checks, what differs, and one sentence on all of it."""
    lines = [
        [check.name, _SAID[check.outcome], _line(check.detail)] for check in verification.checks
    ]
    parts = [table(["check", "outcome", "detail"], lines, left=3)]
    for check in verification.checks:
        if check.differences:
            parts.append("\n".join([f"{check.name}:", *_listed(check)]))
    parts.append(" ".join(filter(None, [_line(verification.sentence), verification.reason])))
    return "\n\n".join(parts)


def verifications_json(verifications: Sequence[Verification]) -> str:
    """Return all of it as JSON, with every difference."""
    found = [
        {
            "path": one.path,
            "run_id": one.run_id,
            "outcome": one.outcome,
            "sentence": one.sentence,
            "reason": one.reason,
            "checks": [asdict(check) for check in one.checks],
        }
        for one in verifications
    ]
    return json.dumps(found, ensure_ascii=False, indent=1)


def _listed(check: Check) -> list[str]:
    shown = [f"  {_line(str(one))}" for one in check.differences[:_SHOWN]]
    more = len(check.differences) - _SHOWN
    return [*shown, f"  and {more} more (--format json has all)"] if more > 0 else shown


def _line(text: str) -> str:
    """Return a text as one line without control characters: it may come from a stranger's run."""
    one = " ".join(text.split())
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in one).replace("|", "\\|")
