"""Cells of CSV files that a spreadsheet may open: no text of a stranger is run as a formula."""

from typing import TypeAlias

from rbench.leaderboards.report_text import visible

Cell: TypeAlias = str | int | float | bool | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")
"""What starts a formula, also at full width, which spreadsheets of East Asia read alike."""


def csv_cell(value: Cell) -> str | int | float:
    """Return what stands in a cell: numbers as they are, truth as ``true``, text neutralised.

    Text that a spreadsheet would run as a formula, whatever space stands before it, gets an
    apostrophe in front (OWASP, "CSV injection"); numbers stay numbers.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return value
    starts = value.startswith(_FORMULA) or value.lstrip().startswith(_FORMULA)
    return f"'{visible(value)}" if starts and not _is_number(value) else visible(value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
