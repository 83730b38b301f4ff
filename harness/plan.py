"""The plan of a run: who answers what, in which fixed units, under which keys.

The answer key names the run's folder: what the replies depend on. The protocol is what must be
equal for two numbers to share a ranking; settings may differ inside one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TypeAlias

from rbench.errors import RunDirectoryError, UsageError, nearest
from rbench.harness.canonical import digest
from rbench.harness.types import Answerer, Item, Json, QaTask

SCHEMA_VERSION = 1
SampleKey: TypeAlias = tuple[str, int]  # item id, repeat


@dataclass(frozen=True, slots=True)
class Unit:
    """Samples that are answered together, always: one for a server, a batch for a local model."""

    samples: tuple[SampleKey, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One task and one model: what `plan.json` holds.

    `task_entry` is the task's name in the registry, which finds it again offline. `selection`
    maps an item's id to the number of repeats that are wanted of it.
    """

    task: str
    task_entry: str
    task_state: Mapping[str, Json]
    model: str
    identity: Mapping[str, Json] | None
    settings: Mapping[str, Json]
    seed: int
    batch: int
    answer_key: str
    score_key: str
    asked: Mapping[str, Json]
    scored: Mapping[str, Json]
    selection: Mapping[str, int]

    @property
    def run_id(self) -> str:
        """The name of the run, e.g. ``rbench-t/openai-gpt-4o-3f2a...``."""
        return f"{self.task}/{folder_name(self.model, self.identity, self.answer_key)}"

    @property
    def protocol(self) -> Mapping[str, Json]:
        """What must be equal for two numbers to share a ranking."""
        repeats = sorted(set(self.selection.values()))
        even = len(repeats) == 1
        return {
            **self.asked,
            **self.scored,
            "samples": len(self.selection),
            "selection_sha256": digest(sorted(self.selection if even else self.selection.items())),
            "repeats": repeats[0] if even else repeats,
        }

    @property
    def protocol_id(self) -> str:
        """A short name for the protocol: equal for numbers that may share a ranking."""
        return digest(self.protocol)[:12]

    def to_json(self) -> dict[str, Json]:
        """Return the content of plan.json."""
        return {
            "schema_version": SCHEMA_VERSION,
            "run_id": self.run_id,
            **asdict(self),
            "protocol": dict(self.protocol),
            "protocol_id": self.protocol_id,
        }

    @classmethod
    def from_json(cls, plan: Mapping[str, Json]) -> "Cell":
        """Undo `to_json`. Raises `RunDirectoryError` for a plan of another schema."""
        version = plan.get("schema_version")
        if version != SCHEMA_VERSION:
            raise RunDirectoryError(
                f"plan.json has schema {version!r}, and this rbench reads {SCHEMA_VERSION}; "
                f"use the rbench that made the run, or run it again."
            )
        try:
            return cls(**{f.name: plan[f.name] for f in fields(cls)})
        except KeyError as error:
            raise RunDirectoryError(f"plan.json lacks {error}; run it again.") from error


def folder_name(model: str, identity: Mapping[str, Json] | None, answer_key: str) -> str:
    """Return the run's folder: a readable name of the model, then the key.

    The name is by identity, not by how a path was written: the same weights are the same run.
    """
    named = (identity or {}).get("model")
    if isinstance(named, str):
        provider = re.split(r"[/:]", model)[0]
        model = named if provider == named else f"{provider}-{named}"  # FILE.py@NAME has none
    elif "/" in model:
        model = re.split(r"[/:]", model)[0] + "-" + model.rpartition("/")[2]
    readable = re.sub(r"[^\w.+-]+", "-", model).strip("-.")
    return readable[-80:] + "-" + answer_key[:12]


def make_cell(
    task: QaTask,
    model: str,
    answerer: Answerer,
    identity: Mapping[str, Json] | None,
    *,
    task_entry: str,
    seed: int,
    selection: Mapping[str, int],
    nonce: str = "",
) -> Cell:
    """Plan one task with one model.

    `nonce` sets apart a run whose model has no identity, so that nothing is taken from another.
    """
    response = _response(answerer.settings)
    asked = {
        "task": task.name,
        "task_version": task.version,
        **task.asked(),
        "response": response,
    }
    if not response.startswith("loglikelihood"):
        asked.pop("choosing_sha256", None)  # the words for choosing are not shown to a writer
    scored = task.scored()
    return Cell(
        task=task.name,
        task_entry=task_entry,
        task_state=task.state(),
        model=model,
        identity=identity,
        settings=answerer.settings,
        seed=seed,
        batch=answerer.batch,
        answer_key=answer_key(
            asked, identity, answerer.settings, batch=answerer.batch, seed=seed, nonce=nonce
        ),
        score_key=digest(scored),
        asked=asked,
        scored=scored,
        selection=selection,
    )


def answer_key(
    asked: Mapping[str, Json],
    identity: Mapping[str, Json] | None,
    settings: Mapping[str, Json],
    *,
    batch: int,
    seed: int,
    nonce: str,
    computed: Mapping[str, Json] | None = None,
) -> str:
    """Return what names a run's folder: equal where a model's answers or samples are the same.

    `computed` is how they are computed, where the answer depends on that too.
    """
    return digest(
        {
            "asked": asked,
            "identity": identity,
            "settings": settings,
            "batch": batch,
            "seed": seed,
            "nonce": nonce,
            **(computed or {}),
        }
    )


def _response(settings: Mapping[str, Json]) -> str:
    """Say how the model answers: numbers of models that write and that choose never mix."""
    kind = settings.get("response", "generate")
    return f"{kind}/{settings['options']}" if kind == "loglikelihood" else str(kind)


def select(
    items: Sequence[Item],
    *,
    subset: str | None = None,
    limit: str | int | None = None,
    sample_ids: Sequence[str] = (),
    repeats: int = 1,
) -> dict[str, int]:
    """Return the wanted items and how often each is asked.

    `limit` is ``N`` (the first N questions of every subset) or ``a-b`` (the a-th to the b-th,
    counted from 1, both included). `sample_ids` are item ids (``en/12``) or clusters (``12``,
    all languages). Raises `UsageError`.
    """
    if repeats < 1:
        raise UsageError(f"--repeats {repeats} is not a positive number.")
    subsets = list(dict.fromkeys(item.subset for item in items))
    if subset is not None and subset not in subsets:
        raise UsageError(f"there is no subset {subset!r}{nearest(subset, subsets)}")
    chosen = [item for item in items if subset in (None, item.subset)]
    first, last = _limit(limit)
    wanted = [
        item
        for name in subsets
        for item in [i for i in chosen if i.subset == name][first - 1 : last]
    ]
    if sample_ids:
        known = {item.id for item in chosen} | {item.cluster for item in chosen}
        for sample_id in sample_ids:
            if sample_id not in known:
                raise UsageError(
                    f"--sample-id {sample_id!r}: no such question{nearest(sample_id, list(known))}"
                )
        wanted = [i for i in wanted if i.id in sample_ids or i.cluster in sample_ids]
    if not wanted:
        raise UsageError(f"nothing is selected: --limit {limit!r} leaves no question.")
    return {item.id: repeats for item in wanted}


def _limit(limit: str | int | None) -> tuple[int, int | None]:
    if limit is None:
        return 1, None
    match = re.fullmatch(r"(?:(\d+)-)?(\d+)", str(limit).strip())
    first, last = (int(match[1] or 1), int(match[2])) if match else (0, 0)
    if not 1 <= first <= last:
        raise UsageError(f"--limit {limit!r} is neither a positive number N nor a range a-b.")
    return first, last


def union(old: Mapping[str, int], new: Mapping[str, int]) -> dict[str, int]:
    """Join two selections: a larger request adds to a run, a smaller one never shrinks it."""
    return {k: max(old.get(k, 0), new.get(k, 0)) for k in {**old, **new}}


def units(items: Sequence[Item], selection: Mapping[str, int], batch: int) -> Iterator[Unit]:
    """Yield the units that hold a wanted sample.

    The grid is cut over all items, whatever is selected: a sample is always answered in the
    same company, so a larger selection later changes no reply.
    """
    for repeat in range(max(selection.values(), default=0)):
        for start in range(0, len(items), batch):
            block = items[start : start + batch]
            if any(selection.get(item.id, 0) > repeat for item in block):
                yield Unit(tuple((item.id, repeat) for item in block))
