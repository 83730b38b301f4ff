"""What the tests of published files share: figures looked up, and what every row must have."""

import re
from collections.abc import Iterable

from rbench.leaderboards.published_rows import PublishedRow, published_rows


def printed(
    task: str, system: str, metric: str, subset: str = "", *, version: str | None = None
) -> list[str]:
    """Return what the sources print of a figure, in the order of the file."""
    return [
        row.printed
        for row in published_rows(task)
        if (row.system, row.metric, row.subset) == (system, metric, subset)
        and version in (None, row.version)
    ]


def counts(task: str) -> tuple[int, int]:
    """Return the rows and the systems of a file."""
    rows = published_rows(task)
    return len(rows), len({row.system for row in rows})


def systems(task: str, subset: str | None = None) -> list[str]:
    """Return the systems in the order in which they first appear."""
    rows = published_rows(task)
    return list(dict.fromkeys(r.system for r in rows if subset in (None, r.subset)))


def without_a_source(rows: Iterable[PublishedRow]) -> list[PublishedRow]:
    """Return the rows whose source a reader could not find, or whose place in it is not said."""
    return [row for row in rows if not _found(row)]


def values_not_printed(rows: Iterable[PublishedRow]) -> list[PublishedRow]:
    """Return the rows whose value is no number of what is printed, nor 100 times a fraction."""
    return [row for row in rows if not _agrees(row)]


def _found(row: PublishedRow) -> bool:
    address = re.fullmatch(r"https://[\w.-]+\.\w+/\S+", row.url)
    in_repository = not row.commit or f"{row.repository}/blob/{row.commit}/" in row.url
    on_arxiv = not row.url.startswith("https://arxiv.org") or row.url.endswith(f"/{row.paper}")
    return bool(address and in_repository and on_arxiv and (row.table or row.note))


def _agrees(row: PublishedRow) -> bool:
    text = row.printed.replace(",", "")
    numbers = [float(number) for number in re.findall(r"(?<![\d.])-?\d+(?:\.\d+)?", text)]
    if re.fullmatch(r"[\d.]+-[\d.]+x", text):  # a range: both ends are rows
        numbers = [float(number) for number in text.rstrip("x").split("-")]
    if "as a fraction" in row.note:
        numbers = [100 * number for number in numbers]
    return any(abs(row.value - number) < 1e-9 for number in numbers)
