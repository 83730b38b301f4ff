"""`rbench check`: whether this installation comes to the published values."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from rbench.cli.image_options import AsJson, Device


def command(
    golden: Annotated[
        bool,
        typer.Option(
            "--golden",
            envvar="RBENCH_GOLDEN",
            help="Compute published end values from published files.",
        ),
    ] = False,
    fetch: Annotated[
        bool,
        typer.Option(
            "--fetch", envvar="RBENCH_FETCH", help="Fetch the files that are absent (gigabytes)."
        ),
    ] = False,
    device: Device = None,
    as_json: AsJson = False,
) -> int:
    """Compare what rbench computes with what was published; exit 1 where they differ.

    What cannot be run, because a file is absent, is listed and makes the exit code 3.
    """
    from rbench.errors import UsageError

    if not golden:
        raise UsageError("say what to check: --golden.")
    from rbench.cli.asset_progress import fetch_shown
    from rbench.cli.image_progress import ImageProgress
    from rbench.cli.print_measurement import number
    from rbench.leaderboards.tables import table
    from rbench.metrics.evaluation.golden import check_golden

    with ImageProgress() as progress:
        checks = check_golden(
            fetch=fetch_shown if fetch else None, device=device, progress=progress
        )
    states = {True: "agrees", False: "DIFFERS", None: "not run"}
    if as_json:
        print(json.dumps([{**asdict(c), "ok": c.ok} for c in checks], ensure_ascii=False, indent=1))
    else:
        rows = [
            (
                c.golden,
                c.metric,
                number(c.expected),
                number(c.tolerance),
                "–" if c.found is None else number(c.found),
                states[c.ok],
            )
            for c in checks
        ]
        head = ("what", "metric", "published", "tolerance", "found", "")
        print(table(head, rows, left=2, tail=1))
        for why in dict.fromkeys(f"{c.golden}: {c.why}" for c in checks if c.found is None):
            print(f"not run: {why}")
    if any(c.ok is False for c in checks):
        return 1
    return 3 if any(c.ok is None for c in checks) else 0
