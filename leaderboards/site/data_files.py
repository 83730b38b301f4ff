"""The tables of a task as files beside its page."""

from collections.abc import Mapping, Sequence

from rbench.leaderboards.board_table_csv import board_csv
from rbench.leaderboards.board_table_json import board_json
from rbench.leaderboards.entries import Board, Group
from rbench.leaderboards.site.addresses import folder_name
from rbench.leaderboards.site.folder import SiteFolder


def write_data_files(
    out: SiteFolder, folder: str, task: str, groups: Sequence[Group], command: str
) -> None:
    """Write ``table.csv`` and ``table.json`` into a folder of the site, and each table alone."""
    whole = _contents(task, groups, command)
    _write(out, f"{folder}/table", whole)
    for group in groups:
        alone = whole if len(groups) == 1 else _contents(task, [group], command)
        _write(out, f"{folder}/{file_name(group)}", alone)


def file_name(group: Group) -> str:
    """Return the name of a table's own files, without an ending: ``table-0f7b113c4d58``."""
    return f"table-{folder_name(group.protocol_id)}"


def _contents(task: str, groups: Sequence[Group], command: str) -> Mapping[str, str]:
    """Return the content of files by their ending."""
    board = Board({task: groups}, command)
    return {"csv": board_csv(board), "json": board_json(board)}


def _write(out: SiteFolder, place: str, contents: Mapping[str, str]) -> None:
    for ending, content in contents.items():
        out.write(f"{place}.{ending}", content + "\n")
