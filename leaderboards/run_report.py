"""The exports of a run: report.html and samples.parquet. They are never read back."""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rbench.harness.cards import Card, load_card
from rbench.harness.image_card import ImageCard, load_image_card
from rbench.harness.registry import task_type
from rbench.harness.saved_run import SavedRun, flatten
from rbench.harness.verify.made_with import sessions_of
from rbench.leaderboards.blind import blind_sibling, picture_effects
from rbench.leaderboards.report import Report, TaskInfo, write_report
from rbench.leaderboards.run_entries import costs_of

if TYPE_CHECKING:
    from rbench.harness.images.saved_image_run import SavedImageRun

    AnyRun = SavedRun | SavedImageRun


def write_reports(runs: "Iterable[AnyRun]", *, publishable: bool = False) -> list[Path]:
    """Write report.html into every run, and samples.parquet of questions; return the pages.

    Of several image runs of one task, a page with all of them stands beside their folders.

    With `publishable` the page is report-publishable.html, without questions, replies and real
    images where the data card forbids to redistribute them.
    """
    name = "report-publishable.html" if publishable else "report.html"
    pages, images = [], []
    for run in runs:
        if isinstance(run, SavedRun):
            write_report(run.path / name, make_report(run), publishable=publishable)
            write_samples(run, run.path / "samples.parquet")
            pages.append(run.path / name)
        else:
            images.append(run)
    return [*pages, *_image_pages(images, name, publishable)]


def _image_pages(runs: "Sequence[SavedImageRun]", name: str, publishable: bool) -> Iterator[Path]:
    """Write the page of every run, then those of tasks with several runs; yield them."""
    if not runs:
        return
    from rbench.leaderboards.image_report import write_image_report
    from rbench.leaderboards.image_runs import shown_run

    shown = [(run, shown_run(run)) for run in runs]
    for run, page in shown:
        write_image_report(run.path / name, [page], task_info(run), publishable=publishable)
        yield run.path / name
    for folder in dict.fromkeys(run.path.parent for run in runs):
        together = [(run, page) for run, page in shown if run.path.parent == folder]
        for task in dict.fromkeys(run.cell.task for run, _ in together):
            of_task = [(run, page) for run, page in together if run.cell.task == task]
            if len(of_task) > 1:
                info = task_info(of_task[0][0])
                pages = [page for _, page in of_task]
                write_image_report(folder / name, pages, info, publishable=publishable)
                yield folder / name


def make_report(run: SavedRun) -> Report:
    """Return what the page of a run shows."""
    results = run.results
    sessions = sessions_of(run.directory)
    environment = dict(sessions[-1]) if sessions else {}
    command = shlex.join(environment.pop("command", []))
    blind = blind_sibling(run)
    return Report(
        title=f"{results['task']}: {results['model']}",
        task=task_info(run),
        model=results["model"],
        run_id=results["run_id"],
        status=results["status"],
        rows=run.rows,
        samples=run.shown_samples,
        protocol=results["protocol"],
        protocol_id=results["protocol_id"],
        settings=results["settings"],
        environment={**environment, "identity": results["identity"], "served": results["served"]},
        costs=costs_of(run.directory),
        warnings=results["warnings"],
        command=command,
        version=str(environment.get("packages", {}).get("rbench", "")),
        blobs=run.directory.blobs,
        effects=() if blind is None else picture_effects(run, blind),
    )


def write_samples(run: SavedRun, path: Path) -> None:
    """Write one line per sample as parquet."""
    # Through pyarrow alone: pandas would double the time of an export.
    import pyarrow
    import pyarrow.parquet

    records = [flatten(sample) for sample in run.shown_samples]
    columns = list(dict.fromkeys(name for record in records for name in record))
    table = pyarrow.table({name: [_clean(r.get(name)) for r in records] for name in columns})
    temporary = path.with_name(path.name + ".tmp")
    pyarrow.parquet.write_table(table, temporary)
    temporary.replace(path)


def _clean(value: object) -> object:
    """Replace half a surrogate pair, which parquet cannot hold."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def task_info(run: "AnyRun") -> TaskInfo:
    """Say what the benchmark is; what is not known to be free is not."""
    kind = task_type(run.cell.task_entry)
    name = getattr(kind, "card", None)
    card: Card | ImageCard | None = None
    if name is not None:
        card = load_card(name) if isinstance(run, SavedRun) else load_image_card(name)
    return TaskInfo(
        name=kind.name,
        version=run.task.version if isinstance(run, SavedRun) else run.cell.task_version,
        summary=kind.summary,
        licence="unknown" if card is None else card.licence,
        redistribute=card is not None and card.redistribute,
    )
