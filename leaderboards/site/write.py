"""Writes the whole site."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rbench.errors import UsageError
from rbench.harness.cards import card_names, load_card
from rbench.harness.image_card import image_card_names, load_image_card
from rbench.harness.verify.made_with import rbench_version
from rbench.leaderboards.entries import Board
from rbench.leaderboards.report_page import write_page
from rbench.leaderboards.report_text import short_name
from rbench.leaderboards.site.addresses import Addresses, addresses
from rbench.leaderboards.site.card_page import card_page, cards_page, image_card_page
from rbench.leaderboards.site.data_files import write_data_files
from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.index_page import index_page
from rbench.leaderboards.site.protocol_page import known_protocols, protocol_page, protocols_page
from rbench.leaderboards.site.systems_page import systems_page
from rbench.leaderboards.site.task_page import task_page
from rbench.leaderboards.systems import read_systems
from rbench.leaderboards.tables import model_name

_MOST_OTHERS = 200  # a list that can still be looked through

if TYPE_CHECKING:
    from rbench.leaderboards.run_entries import AnyRun


def write_site(
    board: Board, runs: "Sequence[AnyRun]", path: Path, *, publishable: bool = False
) -> None:
    """Write a site whose first page is ``index.html`` in the folder `path`.

    Args:
        board: what the tables hold.
        runs: whose samples get pages, those of the board's entries among them.
        path: a folder, made where there is none. Pages of an earlier site are overwritten.
        publishable: leave out questions and replies that may not be published.

    Raises `UsageError` where `path` is a file.
    """
    if path.exists() and not path.is_dir():
        raise UsageError(f"-o {path} is a file: give a folder for the site.")
    site = SiteFrame(board.command, rbench_version(), publishable)
    places = addresses(board)
    linked = _write_runs(runs, path, site, places)
    protocols = known_protocols(board)
    pages = {id_: known.folder for id_, known in protocols.items()}
    cards = [load_card(name) for name in card_names()]
    by_task = {card.task: card.name for card in cards}
    for task, groups in board.groups.items():
        folder = path / places.tasks[task]
        _write(
            folder,
            task_page(
                task,
                groups,
                site=site,
                places=places,
                linked=linked,
                protocol_pages=pages,
                card=by_task.get(task),
            ),
        )
        write_data_files(folder, task, groups, board.command)
    for known in protocols.values():
        page = protocol_page(known, site=site, places=places)
        _write(path / "protocols" / known.folder, page)
    _write(path / "protocols", protocols_page(protocols, site=site))
    for card in cards:
        page = card_page(card, site=site, task_folder=places.tasks.get(card.task))
        _write(path / "data" / card.name, page)
    image_cards = [load_image_card(name) for name in image_card_names()]
    for image_card in image_cards:
        _write(path / "data" / image_card.name, image_card_page(image_card, site=site))
    _write(path / "data", cards_page([*cards, *image_cards], site=site))
    _write(path / "systems", systems_page(read_systems(), site=site, tasks=places.tasks))
    _write(path, index_page(board, site=site, places=places))


def _write_runs(
    runs: "Sequence[AnyRun]", path: Path, site: SiteFrame, places: Addresses
) -> frozenset[str]:
    """Write the pages of runs; return the folders of those that there are now."""
    from rbench.leaderboards.site.run_page import OtherRun, write_run_page

    found = {places.runs[str(run.path)]: run for run in runs if str(run.path) in places.runs}
    for folder, run in found.items():
        others = [
            OtherRun(_name(other), f"../{place.partition('/')[2]}")
            for place, other in sorted(found.items())
            if place != folder and place.partition("/")[0] == folder.partition("/")[0]
        ]
        write_run_page(run, path / folder, site=site, others=others[:_MOST_OTHERS])
    return frozenset(found)


def _name(run: "AnyRun") -> str:
    """Return what tells a run from others of its task: its model and the end of its id."""
    return f"{short_name(model_name(run.results))} {run.results['run_id'].rpartition('-')[2]}"


def _write(folder: Path, html: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_page(folder / "index.html", html)
