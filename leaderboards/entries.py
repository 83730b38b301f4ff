"""The words of a leaderboard: what passes between runs, published figures, tables and pages.

runs + published rows -> Entry -> Group (one protocol, ranked once) -> Board -> tables, site
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from rbench.harness.types import Json

Origin: TypeAlias = Literal["run", "re-run", "re-scored", "self-reported", "published"]
"""Where an entry comes from: a run at hand, one that `leaderboard add` took in, or a paper."""

Status: TypeAlias = Literal["complete", "incomplete", "not comparable", "withdrawn", "superseded"]

Column: TypeAlias = tuple[str, str]
"""Subset and metric of a figure: ``("overall", "accuracy")``, ``("inception-v3:pool", "frechet")``.

Of runs of images the place of the subset is that of the representation."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of an entry, in its own unit.

    `value` is None where there is none to give, and `note` says why; then `low` and `high` are
    the bounds that errors leave, if they leave any. `spread` is the standard deviation over sets
    of samples, where there are several. `ci_low` and `ci_high` are ours, at 95 %, by
    `ci_method`; published figures have none unless they were given. `printed` is what a source
    prints; `findings` say what came out when it was recomputed.
    """

    value: float | None
    unit: str
    higher_is_better: bool | None
    n: int | None = None
    clusters: int | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    ci_method: str = ""
    low: float | None = None
    high: float | None = None
    spread: float | None = None
    no_answer: int | None = None
    truncated: int | None = None
    errored: int | None = None
    note: str = ""
    printed: str = ""
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What `--model-info FILE` says of a model; None where it says nothing."""

    organisation: str | None = None
    released: str | None = None
    parameters: str | None = None
    open_weights: bool | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a published entry was read."""

    paper: str
    table: str
    repository: str
    commit: str
    url: str
    evidence: str
    order: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a leaderboard: one system under one protocol.

    Attributes:
        key: unique in a board and stable: ``run_id``, or a hash of source and system.
        task: the task's name.
        model: what to call the system; a blind one is called so.
        origin: see `Origin`.
        status: see `Status`; only complete entries are ranked.
        protocol_id: equal for entries that may share a ranking.
        protocol: what must be equal, as in the run, or as far as a source states it.
        settings: what may differ and is shown: temperature, steps, guidance, budget.
        figures: by column, in the order of the table.
        headline: the column that ranks; None where there is none.
        evaluations: network evaluations a sample, as counted or stated.
        costs: what a run's costs.json says.
        date: of the run or of the published system.
        path: the run's folder; None for published entries.
        info: of the model.
        source: of a published entry.
        after_data: whether the model is known to be younger than the data set.
        notes: what a reader must know.
        history: what became of it, oldest first, a sentence each.
    """

    key: str
    task: str
    model: str
    origin: Origin
    status: Status
    protocol_id: str
    protocol: Mapping[str, Json]
    settings: Mapping[str, Json]
    figures: Mapping[Column, Figure]
    headline: Column | None
    evaluations: str = ""
    costs: Mapping[str, Json] = field(default_factory=dict)
    date: str = ""
    path: str | None = None
    info: ModelInfo = ModelInfo()
    source: Source | None = None
    after_data: bool = False
    notes: tuple[str, ...] = ()
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """An entry with its place in its group.

    `tier` is 1 + the number of entries that are better beyond chance: entries of one tier cannot
    be told apart from its best; None where an entry is not ranked (`why`). `best` marks what
    cannot be told apart from the best.
    """

    entry: Entry
    tier: int | None
    best: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The entries of one task under one protocol: ranked ones first, by value, then the others.

    `differs` says in words how its protocol differs from that of the task's first group.
    """

    task: str
    protocol_id: str
    title: str
    differs: tuple[str, ...]
    columns: tuple[Column, ...]
    ranked: tuple[Ranked, ...]
    below: tuple[Ranked, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """All groups, by task; `command` makes it again."""

    groups: Mapping[str, Sequence[Group]]
    command: str
