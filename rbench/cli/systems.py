"""`rbench systems`: the systems that rbench sets out to evaluate, and how far it is with each."""

from typing import Annotated, Literal

import typer


def command(
    style: Annotated[
        Literal["md", "json"],
        typer.Option("--format", envvar="RBENCH_FORMAT", help="md or json."),
    ] = "md",
) -> int:
    """Print the systems that rbench sets out to evaluate: claim, tests, state, published rows."""
    from rbench.leaderboards.systems import read_systems
    from rbench.leaderboards.systems_table import systems_json, systems_table

    systems = read_systems()
    print(systems_table(systems) if style == "md" else systems_json(systems))
    return 0
