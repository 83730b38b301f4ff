"""The words of the harness: what passes between data, tasks, adapters and the run directory.

card -> Item -> task.step(item, replies so far) -> Ask -> Call -> adapter -> Reply
-> Score -> Sample -> Row
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

Json: TypeAlias = Any  # whatever json.loads can return

Role = Literal["model", "judge", "rule", "drawing"]
"""Who is asked: the model, or one of those that grade it."""
Outcome = Literal["scored", "no_answer", "truncated", "errored"]
OUTCOMES: tuple[Outcome, ...] = ("scored", "no_answer", "truncated", "errored")


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `id` is unique in its task; items of one `cluster` are not independent.

    For R-Bench-T: id ``en/12``, subset ``en``, cluster ``12`` (its Chinese twin shares it).
    `blobs` names its pictures: files of the run's `blobs/` (see blobs.py).
    """

    id: str
    subset: str
    cluster: str
    data: Mapping[str, Json]
    blobs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """What a task wants to be asked next.

    To the model, `request` holds ``messages``, a list of ``{"role", "content"}``. A content is
    text, or a list of parts: ``{"type": "text", "text": ...}`` and ``{"type": "image", "index":
    i}``, which is the picture ``Item.blobs[i]``. For multiple choice it also holds
    ``options``, a mapping of letter to option text, for adapters that choose rather than write,
    ``answer_prefix``, the text that the letter would follow, such as ``ANSWER: ``, and
    ``cloze``, the ``messages`` and ``answer_prefix`` that an option's text would follow.
    Open questions may have ``choices``, the answers that a guess would draw from, and then
    ``answer_suffix``, the text that follows an answer.

    To a grader, it holds all that the grade depends on: whatever is the same is asked once. A
    judge gets ``messages``, ``judge`` (its key), ``try`` and, where it is set, ``temperature``,
    which goes before the adapter's own.
    """

    role: Role
    request: Mapping[str, Json]


class Blobs(Protocol):
    """Where the pictures of a run lie, by name: ``<sha256 of the bytes>.<suffix>``."""

    def read(self, name: str) -> bytes:
        """Return the bytes. Raises `RunDirectoryError` where they are not there."""
        ...

    def write(self, content: bytes, suffix: str) -> str:
        """Keep the bytes; return their name."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One `Ask` on its way to an adapter, with what makes it this call and no other.

    `ordinal` counts the calls of one sample from 0; `seed` is the run's seed. From `blobs` the
    item's pictures are read, and into them those of the reply are written.
    """

    item: Item
    repeat: int
    ordinal: int
    ask: Ask
    seed: int
    blobs: Blobs | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back from a model.

    `finish` is ``stop``, ``length``, ``content_filter``, ``refusal`` or the server's own word.
    `option_scores` is filled by adapters that choose: kind -> letter -> score (larger is
    better); the first kind is the headline, e.g. ``{"logprob": {"A": -1.2, "B": -0.4}}``.
    `usage` counts tokens: ``input``, ``output``, ``reasoning``. `served` says which model
    answered (``model``, ``fingerprint``). `blobs` names the pictures in the reply. `error` set
    means that there is no reply at all.
    `seconds` is what the attempt that succeeded took, shared out over its batch; the harness
    fills it in, and it plays no part in comparisons.
    """

    text: str | None = None
    reasoning: str | None = None
    finish: str = "stop"
    option_scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    usage: Mapping[str, int] = field(default_factory=dict)
    served: Mapping[str, str] = field(default_factory=dict)
    blobs: tuple[str, ...] = ()
    error: str | None = None
    seconds: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Score:
    """How a sample ended. `values` are the numbers that are averaged, e.g. ``correct``.

    `answer` is what was read, for agreement and majority votes; `why` explains a missing one.
    Where several graders look at one sample, `outcome` is that of the first, whose value is
    ``correct``; `failed` maps every value that could not be had to the reason. A rerun asks for
    those again.
    """

    outcome: Outcome
    values: Mapping[str, float] = field(default_factory=dict)
    answer: str | None = None
    why: str = ""
    failed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """One item, one repeat, its calls and its score, as `replay` gives them."""

    item: Item
    repeat: int
    asks: tuple[Ask, ...]
    replies: tuple[Reply, ...]
    score: Score

    @property
    def reply(self) -> Reply | None:
        """The model's last reply; None where it was not asked yet."""
        calls = zip(self.asks, self.replies, strict=False)  # what was not answered comes last
        return next((r for a, r in reversed([*calls]) if a.role == "model"), None)


@dataclass(frozen=True, slots=True)
class Row:
    """One number of a results table.

    `value` is null where there is none to give (`note` says why); `low` and `high` are the
    bounds that errored samples leave; `ci_low`, `ci_high` the interval of `ci_level` by
    `ci_method`. `n` counts samples, `clusters` the independent units behind them.
    """

    task: str
    subset: str
    metric: str
    value: float | None
    n: int
    clusters: int
    ci_low: float | None = None
    ci_high: float | None = None
    ci_method: str = ""
    low: float | None = None
    high: float | None = None
    scored: int = 0
    no_answer: int = 0
    truncated: int = 0
    errored: int = 0
    unit: str = "fraction"
    higher_is_better: bool | None = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class TaskInput:
    """What a task is loaded from, beside its own options.

    `data` is the folder of `--data` (None: the hub, or the package); `offline` forbids the
    network; `prompt_files` maps a subset, or ``*`` for all, to a prompt template. `judge` says
    which model judges, for tasks that have one: its ``label``, ``identity`` and ``settings``;
    `judge_prompts` is the folder of `--judge-prompts`.
    """

    data: Path | None = None
    offline: bool = False
    prompt_files: Mapping[str, Path] = field(default_factory=dict)
    system_prompt: str | None = None
    judge: Mapping[str, Json] | None = None
    judge_prompts: Path | None = None


class QaTask(Protocol):
    """A benchmark of questions. Pure: the same item and replies give the same next step."""

    name: str
    version: str
    items: Sequence[Item]
    warnings: Sequence[str]

    def asked(self) -> Mapping[str, Json]:
        """Return what the replies depend on: data and its hash, prompt and its hash."""
        ...

    def scored(self) -> Mapping[str, Json]:
        """Return what the number depends on beyond the replies: extraction, judge."""
        ...

    def state(self) -> Mapping[str, Json]:
        """Return what is needed, beside the items, to score the run again offline."""
        ...

    def step(self, item: Item, so_far: Sequence[Reply]) -> Ask | Score:
        """Return what to ask next, or the score."""
        ...

    def rows(self, samples: Sequence[Sample], *, tolerate_errors: bool) -> Sequence[Row]:
        """Return the table of these samples.

        Where samples errored there is no value, only bounds; with `tolerate_errors` the value
        is the lower bound: an errored sample counts as wrong.
        """
        ...


@runtime_checkable
class JudgedTask(Protocol):
    """A `QaTask` whose replies a judge may grade."""

    def with_judge(self, judge: Mapping[str, Json] | None, prompts: Path | None) -> QaTask:
        """Return the same task with another judge (as in `TaskInput`), or without one."""
        ...


@runtime_checkable
class GradedTask(Protocol):
    """A `QaTask` that asks graders on this machine."""

    def graders(self) -> Mapping[Role, "Answerer"]:
        """Return who answers for the roles that are neither the model nor the judge."""
        ...


@runtime_checkable
class PicturedTask(Protocol):
    """A `QaTask` with pictures. `sees` says whether the model is shown any."""

    blobs: Blobs | None
    """Where the pictures of the items lie before they are in a run; None for a restored task."""

    @property
    def sees(self) -> bool:
        """Whether the questions show pictures to the model."""
        ...


@runtime_checkable
class Answerer(Protocol):
    """What makes a model answer: the whole contract of an adapter.

    `identity` says which model this is (served name and address, hash of the weights or of the
    source file); None where that cannot be had, and then nothing is resumed. `settings` are
    the generation settings, which may differ inside a ranking. `batch` calls are answered
    together, always (1 for a server). `max_concurrency` limits how many `answer` calls may be
    under way (None: as many as the run allows). One that is known to read text only says so
    with ``reads_images = False``; where it is not said, pictures are sent.

    `answer` makes ONE attempt and returns one reply per call, in order. It raises `TryAgain`
    for what may pass, `ModelError` for what ends the run; anything else that goes wrong with
    one sample is a `Reply` with `error`.
    """

    identity: Mapping[str, Json] | None
    settings: Mapping[str, Json]
    batch: int
    max_concurrency: int | None

    async def answer(self, calls: Sequence[Call]) -> Sequence[Reply]:
        """Answer the calls together, once."""
        ...

    async def close(self) -> None:
        """Give back connections, processes, memory."""
        ...
