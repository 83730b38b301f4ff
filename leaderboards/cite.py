"""`cite_run`: how to write in a paper what a run measured, with its sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rbench.harness.open_run import open_run
from rbench.harness.saved_run import SavedRun
from rbench.harness.types import Json
from rbench.leaderboards.cite_bibtex import bibtex_of_run, bibtex_of_source
from rbench.leaderboards.cite_escape import latex, plain
from rbench.leaderboards.cite_number import CitedNumber
from rbench.leaderboards.cite_parts import made_by
from rbench.leaderboards.cite_questions import question_methods, question_numbers
from rbench.leaderboards.cite_sources import Source, sources_of
from rbench.leaderboards.report_text import short_name
from rbench.leaderboards.tables import Results, model_name

if TYPE_CHECKING:
    from rbench.harness.images.saved_image_run import SavedImageRun

LATEX_COLUMNS = ("Model", "Task", "Metric", "Value", r"95\,\% interval", "$n$")


@dataclass(frozen=True, slots=True)
class Citation:
    """What a paper says of a run.

    Attributes:
        results: the content of results.json.
        methods: the sentences, in English.
        numbers: the headline, for images one of every evaluator.
        sources: the papers behind it.
        version: of rbench, as the run records it.
    """

    results: Results
    methods: str
    numbers: tuple[CitedNumber, ...]
    sources: tuple[Source, ...]
    version: str

    @property
    def text(self) -> str:
        """The sentences, and the sources below them."""
        listed = [f"[{s.key}] {s.names} ({s.year}), arXiv {s.arxiv}" for s in self.sources]
        return "\n".join([self.methods, *(["", "Sources:"] if listed else []), *listed])

    @property
    def bibtex(self) -> str:
        """BibTeX entries of the sources, and of the run itself."""
        return "\n\n".join(self.bibtex_entries())

    @property
    def latex(self) -> str:
        """A row of a booktabs table for every number; a comment above names the columns."""
        status = "" if self.results["status"] == "complete" else " (incomplete)"
        model = latex(short_name(model_name(self.results)) + status)
        task = latex(str(self.results["task"]))
        rows = [rf"{model} & {task} & {_cells(number)} \\" for number in self.numbers]
        return "\n".join([f"% {' & '.join(LATEX_COLUMNS)}", *rows])

    def bibtex_entries(self) -> list[str]:
        """Return the BibTeX entries, that of the run itself last."""
        sources = [bibtex_of_source(source) for source in self.sources]
        return [*sources, bibtex_of_run(self.results, self.version)]

    def to_json(self) -> dict[str, Json]:
        """Return all of it, with the protocol in full."""
        results = self.results
        own = {"protocol_id": results["protocol_id"], "protocol": results["protocol"]}
        return {
            "run_id": results["run_id"],
            "status": results["status"],
            "methods": self.methods,
            "bibtex": self.bibtex,
            "latex": self.latex,
            "sources": [source.key for source in self.sources],
            "rbench": self.version,
            "identity": results["identity"],
            "settings": results["settings"],
            **({"protocols": results["protocols"]} if "protocols" in results else own),
        }


def cite_run(path: Path | str) -> Citation:
    """Return what a paper says of the run in a folder; only its files are read.

    Raises `RunDirectoryError` for a folder that is no run, or whose files cannot be read.
    """
    run = open_run(path)
    if isinstance(run, SavedRun):
        methods, numbers = question_methods(run), question_numbers(run.results)
    else:
        methods, numbers = _of_images(run)
    return Citation(
        run.results, plain(methods), tuple(numbers), sources_of(run.results), made_by(run.directory)
    )


def joined_bibtex(citations: Sequence[Citation]) -> str:
    """Return the BibTeX entries of several runs, each source once."""
    entries = [entry for one in citations for entry in one.bibtex_entries()]
    return "\n\n".join(dict.fromkeys(entries))


def _of_images(run: "SavedImageRun") -> tuple[str, list[CitedNumber]]:
    # numpy and the metrics, which a run of questions does not need.
    from rbench.leaderboards.cite_images import image_methods, image_numbers

    return image_methods(run), image_numbers(run.results)


def _cells(number: CitedNumber) -> str:
    unit = r"\," + latex(number.unit) if number.unit else ""
    interval = "--"
    if number.interval is not None:
        low, high = number.interval
        interval = f"[{latex(low)}, {latex(high)}]"
    return f"{latex(number.name)} & {latex(number.value)}{unit} & {interval} & {number.n}"
