"""The papers behind a run: the benchmark, metrics, networks, evaluators, sampler, intervals."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from rbench.errors import DataError
from rbench.harness.types import Json
from rbench.leaderboards.tables import Results

_FILE = "citations.yaml"
_NAMED = 3
_KINDS = ("task", "metric", "representation", "preset", "sampler", "interval", "judge")


@dataclass(frozen=True, slots=True)
class Source:
    """A paper.

    Attributes:
        key: of its BibTeX entry.
        title, year, venue: as published; `venue` may be empty.
        arxiv: its number.
        authors: those that are known here, in order: ``Family, Given`` or the family name.
        others: whether there are more.
        of: what in a run it is the source of, by kind.
    """

    key: str
    title: str
    authors: tuple[str, ...]
    others: bool
    year: int
    arxiv: str
    venue: str
    of: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> str:
        """The authors in a sentence: ``Chong and Forsyth``, or the first and ``et al.``."""
        families = [author.partition(",")[0] for author in self.authors]
        if self.others or len(families) > _NAMED:
            return f"{families[0]} et al."
        if len(families) == 1:
            return families[0]
        return f"{', '.join(families[:-1])} and {families[-1]}"


@lru_cache
def all_sources() -> tuple[Source, ...]:
    """Return all papers that are known, in the order of the file.

    Raises `DataError` for a table that is damaged.
    """
    import yaml

    content: Json = yaml.safe_load(
        files("rbench.leaderboards").joinpath(_FILE).read_text(encoding="utf-8")
    )
    return tuple(_source(key, entry) for key, entry in content.items())


def sources_of(results: Results) -> tuple[Source, ...]:
    """Return the papers behind the results of a run, in the order of the table."""
    used = _used(results)
    return tuple(
        source
        for source in all_sources()
        if any(name in used[kind] for kind, names in source.of.items() for name in names)
    )


def _used(results: Results) -> Mapping[str, set[str]]:
    protocol, settings = results["protocol"], results["settings"]
    protocols = [one["protocol"] for one in results.get("protocols", {}).values()]
    judge = protocol.get("judge") or {}
    guided = settings.get("guidance") not in (None, 1, 1.0)
    return {
        "task": {str(results["task"])},
        "metric": {str(row["metric"]) for row in results["rows"]},
        "representation": {str(name) for one in protocols for name in one["representations"]},
        "preset": {str(one["preset"]) for one in protocols},
        "sampler": {str(settings.get("sampler")), *(["guidance"] if guided else [])},
        "interval": {str(row["ci_method"]) for row in results["rows"]},
        "judge": {str(judge.get("prompt"))},
    }


def _source(key: str, entry: Mapping[str, Json]) -> Source:
    unknown = set(entry.get("of", {})) - set(_KINDS)
    if unknown:
        raise DataError(f"{_FILE}, {key}: of {', '.join(sorted(unknown))} is not known.")
    try:
        return Source(
            key=key,
            title=entry["title"],
            authors=tuple(entry["authors"]),
            others=entry.get("others", False),
            year=entry["year"],
            arxiv=entry["arxiv"],
            venue=entry.get("venue", ""),
            of={kind: tuple(names) for kind, names in entry["of"].items()},
        )
    except KeyError as error:
        raise DataError(f"{_FILE}, {key}: {error} is missing.") from error
