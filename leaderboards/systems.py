"""The systems that rbench sets out to evaluate: read from `leaderboards/systems.yaml`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Literal, TypeAlias, TypeVar, get_args

import yaml

from rbench.errors import DataError
from rbench.leaderboards.published_rows import PublishedRow, published_rows
from rbench.leaderboards.yaml_fields import Fields

State: TypeAlias = Literal["runs here", "runs with weights", "not yet"]
"""How far rbench is with a system.

``runs here``: a model made by its method comes with rbench. ``runs with weights``: the way is
there, the reader brings weights or data. ``not yet``: there is no task.
"""

STATES: tuple[State, ...] = get_args(State)
_FILE = "systems.yaml"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Paper:
    """Where a system is described: `arxiv` number, `year`; title and venue where known."""

    arxiv: str
    year: int
    title: str = ""
    venue: str = ""


@dataclass(frozen=True, slots=True)
class ClaimTest:
    """A task of rbench, and those of its metrics that test a claim."""

    task: str
    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunsWith:
    """What of rbench fits a system, by name: adapters, samplers, zoo models, generators."""

    adapters: tuple[str, ...] = ()
    samplers: tuple[str, ...] = ()
    zoo: tuple[str, ...] = ()
    generators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cited:
    """Published rows of a file: of one system, one version of it, or all where `system` is None."""

    file: str
    system: str | None = None
    version: str | None = None

    def rows(self) -> tuple[PublishedRow, ...]:
        """Return the rows. Raises `UsageError` where there is no such file."""
        return tuple(
            row
            for row in published_rows(self.file)
            if self.system in (None, row.system) and self.version in (None, row.version)
        )


@dataclass(frozen=True, slots=True)
class System:
    """A system.

    Attributes:
        name: as its authors call it.
        paper: where it is described.
        claim: what it claims.
        tests: tasks that test the claim.
        later: what would test it and is no task yet.
        runs_with: what of rbench fits it.
        published: where its published figures stand.
        state: how far rbench is with it.
        missing: what is not there; empty where nothing is.
    """

    name: str
    paper: Paper
    claim: str
    state: State
    tests: tuple[ClaimTest, ...] = ()
    later: tuple[str, ...] = ()
    runs_with: RunsWith = field(default_factory=RunsWith)
    published: tuple[Cited, ...] = ()
    missing: str = ""

    def published_rows(self) -> tuple[PublishedRow, ...]:
        """Return its published figures, each once. Raises `UsageError` for an unknown file."""
        return tuple(dict.fromkeys(row for cited in self.published for row in cited.rows()))


def read_systems() -> tuple[System, ...]:
    """Return the systems in the order of the file. Raises `DataError` where it is damaged."""
    path = files("rbench.leaderboards") / _FILE
    return parse_systems(path.read_text(encoding="utf-8"))


def parse_systems(text: str) -> tuple[System, ...]:
    """Return the systems of a YAML text.

    Raises `DataError` with the system and the field for what is missing, unknown, of another
    type, twice there, or no state.
    """
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{_FILE} is no sound YAML: {reason}.") from error
    if not isinstance(found, list):
        raise DataError(f"{_FILE} must be a list of systems, not {type(found).__name__}.")
    systems = tuple(_system(entry, f"{_FILE}, system {i}") for i, entry in enumerate(found, 1))
    names = [system.name for system in systems]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(f"{_FILE}: {', '.join(twice)} stands there twice.")
    return systems


def _system(entry: object, where: str) -> System:
    fields = Fields(entry, where)
    name = fields.text("name")
    fields = fields.called(f"{_FILE}, {name}")
    state = fields.one_of("state", STATES)
    system = System(
        name=name,
        paper=_paper(fields.inner("paper")),
        claim=fields.text("claim"),
        state=state,
        tests=_each(fields, "tests", _claim_test),
        later=fields.texts("later", optional=True),
        runs_with=_runs_with(fields.inner("runs_with", optional=True)),
        published=_each(fields, "published", _cited),
        missing=fields.text("missing", optional=state != "not yet"),
    )
    fields.finish()
    return system


def _each(fields: Fields, key: str, read: Callable[[Fields], _T]) -> tuple[_T, ...]:
    found = tuple(map(read, fields.entries(key, optional=key == "tests")))
    if len(set(found)) < len(found):
        raise DataError(f"{fields.where}: {key!r} holds the same twice.")
    return found


def _paper(fields: Fields) -> Paper:
    paper = Paper(
        arxiv=fields.text("arxiv", pattern=r"\d{4}\.\d{5}"),
        year=fields.number("year"),
        title=fields.text("title", optional=True),
        venue=fields.text("venue", optional=True),
    )
    fields.finish()
    return paper


def _claim_test(fields: Fields) -> ClaimTest:
    test = ClaimTest(fields.text("task"), fields.texts("metrics"))
    fields.finish()
    return test


def _runs_with(fields: Fields) -> RunsWith:
    kinds = ("adapters", "samplers", "zoo", "generators")
    found = RunsWith(*(fields.texts(kind, optional=True) for kind in kinds))
    fields.finish()
    return found


def _cited(fields: Fields) -> Cited:
    file = fields.text("file")
    system = fields.text("system", optional=True) or None
    version = fields.text("version", optional=True) or None
    fields.finish()
    return Cited(file, system, version)
