"""`rbench cite`: a methods sentence, BibTeX entries, and a row of a LaTeX table."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    runs: Annotated[list[str], typer.Argument(help="Runs, or folders that hold runs.")],
    style: Annotated[
        Literal["text", "bibtex", "latex", "json"],
        typer.Option("--format", envvar="RBENCH_FORMAT", help="text, bibtex, latex or json."),
    ] = "text",
) -> int:
    """Print how to cite runs: the protocol in a sentence, the sources, a row of a table.

    All of it comes from the runs' files. Exit 3 where a run is incomplete.
    """
    from rbench.harness.saved_run import find_runs
    from rbench.leaderboards.cite import cite_run, joined_bibtex

    found = [cite_run(path) for run in runs for path in find_runs(Path(run))]
    if style == "json":
        print(json.dumps([one.to_json() for one in found], ensure_ascii=False, indent=1))
    elif style == "bibtex":
        print(joined_bibtex(found))
    elif style == "latex":
        print("\n".join(dict.fromkeys(line for one in found for line in one.latex.splitlines())))
    else:
        print("\n\n".join(one.text for one in found))
    return 0 if all(one.results["status"] == "complete" for one in found) else 3
