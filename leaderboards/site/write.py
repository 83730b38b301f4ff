"""Writes the whole site."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rbench.errors import UsageError
from rbench.harness.cards import card_names, load_card
from rbench.harness.image_card import image_card_names, load_image_card
from rbench.harness.verify.made_with import rbench_version
from rbench.leaderboards.answers import Answers
from rbench.leaderboards.entries import Board, Entry
from rbench.leaderboards.site.addresses import addresses
from rbench.leaderboards.site.card_page import card_page, cards_page, image_card_page
from rbench.leaderboards.site.data_files import write_data_files
from rbench.leaderboards.site.folder import SiteFolder
from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.index_page import index_page
from rbench.leaderboards.site.manifest import listed, remove_stale, write_list
from rbench.leaderboards.site.protocol_page import known_protocols, protocol_page, protocols_page
from rbench.leaderboards.site.run_pages import Progress, RunPages, write_run_pages
from rbench.leaderboards.site.standing import standings
from rbench.leaderboards.site.systems_page import systems_page
from rbench.leaderboards.site.task_page import task_page
from rbench.leaderboards.systems import read_systems

if TYPE_CHECKING:
    from rbench.leaderboards.run_entries import AnyRun

# What the folder of a run page, and that of a task's pictures, may hold of ours.
_OF_RUN = re.compile(r"index\.html|samples-(?:index|\d{3,})\.js|[0-9a-f]{20}\.(?:webp|png)")


def write_site(
    board: Board, runs: "Sequence[AnyRun]", path: Path, *, publishable: bool = False
) -> None:
    """Write a site whose first page is ``index.html`` in the folder `path`; see `Site`.

    Args:
        board: what the tables hold.
        runs: whose samples get pages, those of the board's entries among them.
        path: a folder, made where there is none.
        publishable: leave out questions and replies that may not be published.

    Raises `UsageError` where `path` is a file.
    """
    site = Site(path, board.command, runs, publishable=publishable)
    site.write_runs(_entries(board))
    site.write(board)


class Site:
    """A site that is being written: first the pages of its runs, then all others.

    `RunPages` of the first step are in `run_pages`. Files of an earlier site in the folder are
    written over, and removed where they are no longer part of it; nothing else is touched. After
    an interrupt the same command makes the site whole.
    """

    def __init__(
        self,
        path: Path,
        command: str,
        runs: "Sequence[AnyRun]" = (),
        *,
        publishable: bool = False,
        workers: int = 1,
        progress: Progress | None = None,
    ) -> None:
        """Take what to write where; `workers` are processes. Raises `UsageError` for a file."""
        if path.exists() and not path.is_dir():
            raise UsageError(f"-o {path} is a file: give a folder for the site.")
        self.run_pages = RunPages()
        self._out = SiteFolder(path)
        self._frame = SiteFrame(command, rbench_version(), publishable, self._out)
        self._runs = runs
        self._workers = workers
        self._progress = progress
        self._earlier = listed(path)
        self._begun: list[str] = []

    def write_runs(self, entries: Sequence[Entry]) -> Mapping[str, Answers]:
        """Write the pages of those runs that these entries are of; return what ranks them."""
        places = addresses(entries).runs
        found = {places[str(run.path)]: run for run in self._runs if str(run.path) in places}
        self._begun = [*found, *{f"{place.partition('/')[0]}/pictures" for place in found}]
        # A site that was killed, or an older one, has no list: a publishable one must not keep
        # its samples.
        self._earlier |= self._there()
        if self._frame.publishable:
            self._refuse_unlisted_samples()
        with self._listed_if_interrupted():
            self.run_pages = write_run_pages(
                found, self._frame, stand=standings(entries), workers=self._workers,
                progress=self._progress,
            )  # fmt: skip
        return self.run_pages.answers

    def write(self, board: Board) -> None:
        """Write the pages of the board, which holds the entries whose runs were written."""
        with self._listed_if_interrupted():
            self._write_board(board)
            write_list(self._out)
            remove_stale(self._out, self._earlier)

    def _refuse_unlisted_samples(self) -> None:
        """Raise `UsageError` where samples lie that nothing names, so that they would stay."""
        pieces = self._out.path.glob("*/*/samples-[0-9]*.js")
        unlisted = {path.relative_to(self._out.path).as_posix() for path in pieces} - self._earlier
        if unlisted:
            raise UsageError(
                f"-o {self._out.path} holds samples of another site, such as {min(unlisted)}, which"
                " a publishable one must not keep: give an empty folder."
            )

    @contextmanager
    def _listed_if_interrupted(self) -> Iterator[None]:
        """List what may be there, so that the next site can remove it."""
        try:
            yield
        except BaseException:
            with suppress(OSError):
                self._out.note(self._there())
                write_list(self._out, self._earlier)
            raise

    def _there(self) -> frozenset[str]:
        """Return the names of files in the folders of run pages that only such pages bear."""
        return frozenset(
            f"{place}/{path.name}"
            for place in self._begun
            for path in (self._out.path / place).glob("*")
            if _OF_RUN.fullmatch(path.name)
        )

    def _write_board(self, board: Board) -> None:
        site, out, places = self._frame, self._out, addresses(_entries(board))
        protocols = known_protocols(board)
        pages = {id_: known.folder for id_, known in protocols.items()}
        cards = [load_card(name) for name in card_names()]
        by_task = {card.task: card.name for card in cards}
        for task, groups in board.groups.items():
            folder = places.tasks[task]
            page = task_page(
                task,
                groups,
                site=site,
                places=places,
                linked=self.run_pages.folders,
                protocol_pages=pages,
                card=by_task.get(task),
            )
            out.write(f"{folder}/index.html", page)
            write_data_files(out, folder, task, groups, board.command)
        for known in protocols.values():
            page = protocol_page(known, site=site, places=places)
            out.write(f"protocols/{known.folder}/index.html", page)
        out.write("protocols/index.html", protocols_page(protocols, site=site))
        for card in cards:
            page = card_page(card, site=site, task_folder=places.tasks.get(card.task))
            out.write(f"data/{card.name}/index.html", page)
        image_cards = [load_image_card(name) for name in image_card_names()]
        for image_card in image_cards:
            page = image_card_page(image_card, site=site)
            out.write(f"data/{image_card.name}/index.html", page)
        out.write("data/index.html", cards_page([*cards, *image_cards], site=site))
        page = systems_page(read_systems(), site=site, tasks=places.tasks)
        out.write("systems/index.html", page)
        out.write("index.html", index_page(board, site=site, places=places))


def _entries(board: Board) -> list[Entry]:
    groups = [group for of_task in board.groups.values() for group in of_task]
    return [ranked.entry for group in groups for ranked in (*group.ranked, *group.below)]
