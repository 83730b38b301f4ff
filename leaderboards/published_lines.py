"""The lines of the tables that published rows were read from."""

from collections.abc import Sequence

from rbench.leaderboards.published_rows import PublishedRow


def lines(rows: Sequence[PublishedRow]) -> list[list[PublishedRow]]:
    """Return the rows line by line: one system in one place of one table, as it was run there."""
    found: dict[tuple[object, ...], list[PublishedRow]] = {}
    for row in rows:
        key = (
            row.task,
            source(row),
            row.order,
            row.system,
            row.version,
            row.metric,
            row.evaluations,
            row.steps,
            row.protocol,
        )
        found.setdefault(key, []).append(row)
    return list(found.values())


def source(row: PublishedRow) -> tuple[str, ...]:
    """Return the table that a row was read in."""
    return (row.paper, row.repository, row.table)


def source_text(row: PublishedRow) -> str:
    """Return where a row was read, for a reader."""
    place = f"arXiv {row.paper}" if row.paper[:1].isdigit() else row.paper
    return ", ".join(filter(None, [row.repository or place, row.table]))
