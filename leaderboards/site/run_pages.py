"""The pages of all runs of a site, written by several processes where there are many.

A run is read once: what ranks it, sample by sample, is handed back for the tables. No process
holds more than one run at a time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rbench.errors import RbenchError
from rbench.harness.open_run import open_run
from rbench.harness.saved_run import SavedRun
from rbench.harness.stored_run import not_of_a_run
from rbench.harness.verify.guarded import MALFORMED
from rbench.leaderboards.answers import Answers, answers_of, shared_task
from rbench.leaderboards.report_text import short_name
from rbench.leaderboards.site.folder import SiteFolder
from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.run_page import OtherRun, write_run_page
from rbench.leaderboards.site.standing import Standing
from rbench.leaderboards.spawned import in_processes
from rbench.leaderboards.tables import model_name

if TYPE_CHECKING:
    from rbench.leaderboards.run_entries import AnyRun

MANY = 8
"""Runs from which on several processes pay."""

_MOST_OTHERS = 200  # a list that can still be looked through

Progress = Callable[[int, int], None]
"""Is told how many pages of how many are written."""


@dataclass(frozen=True, slots=True)
class RunPages:
    """What came of the pages of runs.

    `folders` are those on the site of the pages that there are now. `answers` are what ranks
    runs of questions, by the path of the run. `faults` name runs that cannot be read.
    """

    folders: frozenset[str] = frozenset()
    answers: Mapping[str, Answers] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Page:
    """One page to write: the path of the run, its place on the site, how it stands."""

    path: str
    place: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class _Written:
    names: frozenset[str]
    answers: Answers | None
    fault: str = ""


class _Writer:
    """Writes pages one after another, into one folder."""

    def __init__(self, site: SiteFrame, names: Mapping[str, str]) -> None:
        """Take the frame, and the name of every run by its place."""
        self._site = site
        self._names = names

    def write(self, page: _Page) -> _Written:
        """Write one page; a run that cannot be read has none, but a fault."""
        before = self._site.out.written
        try:
            run = open_run(page.path)
            if isinstance(run, SavedRun):
                run.__dict__["task"] = shared_task(run)
            write_run_page(
                run, page.place, site=self._site, others=self._others(page.place),
                standing=page.standing,
            )  # fmt: skip
            answers = answers_of(run) if isinstance(run, SavedRun) else None
        except RbenchError as error:
            return self._without(page, before, error)
        except MALFORMED as error:  # one damaged run costs its own page, not the site
            return self._without(page, before, not_of_a_run(Path(page.path), error))
        return _Written(self._site.out.written - before, answers)

    def _without(self, page: _Page, before: frozenset[str], error: RbenchError) -> _Written:
        self._site.out.take_back(f"{page.place}/", before)
        return _Written(self._site.out.written - before, None, str(error))

    def _others(self, place: str) -> list[OtherRun]:
        task = place.partition("/")[0]
        return [
            OtherRun(name, f"../{other.partition('/')[2]}")
            for other, name in self._names.items()
            if other != place and other.partition("/")[0] == task
        ][:_MOST_OTHERS]


def write_run_pages(
    runs: "Mapping[str, AnyRun]",
    site: SiteFrame,
    *,
    stand: Mapping[str, Standing] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> RunPages:
    """Write the page of every run, given by its place on the site.

    `stand` says by the run's folder how it stands on the board. The bytes are the same for any
    number of `workers`.
    """
    names = {place: _name(run) for place, run in sorted(runs.items())}
    # Neighbours have the same questions.
    order = sorted(runs, key=lambda place: (runs[place].results["protocol_id"], place))
    pages = [
        _Page(str(runs[place].path), place, (stand or {}).get(str(runs[place].path), Standing()))
        for place in order
    ]
    folders, faults, answers = [], [], {}
    kept: dict[object, Answers] = {}
    for page, written in zip(pages, _written(pages, site, names, workers), strict=True):
        site.out.note(written.names)
        if written.fault:
            faults.append(written.fault)
        else:
            folders.append(page.place)
        if written.answers is not None:
            found = written.answers
            alike = kept.setdefault((found.asked, found.clusters), found)
            answers[page.path] = replace(alike, values=found.values)  # the long parts once
        if progress is not None:
            progress(len(folders) + len(faults), len(pages))
    return RunPages(frozenset(folders), answers, tuple(faults))


def _written(
    pages: Sequence[_Page], site: SiteFrame, names: Mapping[str, str], workers: int
) -> Iterator[_Written]:
    if workers > 1 and len(pages) >= MANY:
        bare = replace(site, folder=None)
        yield from in_processes(
            _write,
            pages,
            workers,
            start=_start,
            arguments=(bare, site.out.path, names),
            at_once=1,
        )
    else:
        writer = _Writer(site, names)
        yield from map(writer.write, pages)


_writers: list[_Writer] = []
"""That of this process, where it is one of several."""


def _start(site: SiteFrame, path: Path, names: Mapping[str, str]) -> None:
    _writers[:] = [_Writer(replace(site, folder=SiteFolder(path)), names)]


def _write(page: _Page) -> _Written:
    return _writers[0].write(page)


def _name(run: "AnyRun") -> str:
    """Return what tells a run from others of its task: its model and the end of its id."""
    return f"{short_name(model_name(run.results))} {run.results['run_id'].rpartition('-')[2]}"
