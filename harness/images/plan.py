"""The plan of an image run: which samples, in which fixed shards and batches, under which key.

The shard grid depends on the generator's batch and on nothing of the machine: one worker or eight
make the same shards, and each shard has the same bits whoever makes it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace

from rbench.errors import RunDirectoryError
from rbench.harness.images.task import ImageTask
from rbench.harness.plan import SCHEMA_VERSION, answer_key, folder_name
from rbench.harness.types import Json

THREADS = 1
"""CPU threads of a worker. Sums change with them, so they are part of the plan."""

ENGINE = 1
"""To be raised by whoever changes what samples rbench's own noise, samplers or models make, so
that none of an older version are taken for new ones."""

_MOST_BATCHES = 32
_ENOUGH_SAMPLES = 1024


@dataclass(frozen=True, slots=True)
class ImageCell:
    """One task and one model: what `plan.json` of an image run holds.

    Attributes:
        task, task_version: as in the registry.
        task_entry, task_options: what opens the task again, in another process.
        task_state: what restores it offline.
        model, identity, settings: as the generator says.
        seed: of all noise.
        batch: samples made together, always.
        shard: samples of a whole shard, a multiple of `batch`.
        threads: CPU threads of a worker.
        asked: what the samples depend on beside the model: task, spec, labels, rounding.
        answer_key: names the run's folder; equal where the samples are the same.
        samples: of every set.
        repeats: how many sets.
        protocol_samples: what the task's protocol asks for.
    """

    task: str
    task_version: str
    task_entry: str
    task_options: Mapping[str, Json]
    task_state: Mapping[str, Json]
    model: str
    identity: Mapping[str, Json] | None
    settings: Mapping[str, Json]
    seed: int
    batch: int
    shard: int
    threads: int
    asked: Mapping[str, Json]
    answer_key: str
    samples: int
    repeats: int
    protocol_samples: int

    @property
    def run_id(self) -> str:
        """The name of the run, e.g. ``digits/zoo-flow-digits-3f2a...``."""
        return f"{self.task}/{folder_name(self.model, self.identity, self.answer_key)}"

    @property
    def selection(self) -> dict[str, int]:
        """What is made: samples of every set, and sets."""
        return {"samples": self.samples, "repeats": self.repeats}

    def joined(self, selection: Mapping[str, int]) -> "ImageCell":
        """Return the plan with what another selection holds beside: nothing ever shrinks."""
        return replace(
            self,
            samples=max(self.samples, selection.get("samples", 0)),
            repeats=max(self.repeats, selection.get("repeats", 0)),
        )

    def to_json(self) -> dict[str, Json]:
        """Return the content of plan.json."""
        return {
            "schema_version": SCHEMA_VERSION,
            "kind": "images",
            "run_id": self.run_id,
            **asdict(self),
            "selection": self.selection,
        }

    @classmethod
    def from_json(cls, plan: Mapping[str, Json]) -> "ImageCell":
        """Undo `to_json`. Raises `RunDirectoryError` for a plan of another kind or schema."""
        version, kind = plan.get("schema_version"), plan.get("kind")
        if version != SCHEMA_VERSION or kind != "images":
            raise RunDirectoryError(
                f"plan.json has schema {version!r} and kind {kind!r}, and this rbench reads "
                f"{SCHEMA_VERSION} and 'images' here; use the rbench that made the run, or run it "
                f"again."
            )
        try:
            return cls(**{f.name: plan[f.name] for f in fields(cls)})
        except KeyError as error:
            raise RunDirectoryError(f"plan.json lacks {error}; run it again.") from error


@dataclass(frozen=True, slots=True)
class Unit:
    """A shard of the plan: samples `start` to `stop` (not included) of set `repeat`."""

    repeat: int
    number: int
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    @property
    def name(self) -> str:
        """The name of its folder: ``r000-00003``."""
        return f"r{self.repeat:03d}-{self.number:05d}"


def shard_size(batch: int) -> int:
    """Return the samples of a whole shard: some batches, about 1,024 samples."""
    return batch * min(_MOST_BATCHES, max(1, _ENOUGH_SAMPLES // batch))


def units(cell: ImageCell) -> Iterator[Unit]:
    """Yield the shards that hold what the plan asks for, set by set. The last may be partial."""
    for repeat in range(cell.repeats):
        for number, start in enumerate(range(0, cell.samples, cell.shard)):
            yield Unit(repeat, number, start, min(start + cell.shard, cell.samples))


def make_image_cell(
    task: ImageTask,
    *,
    task_entry: str,
    task_options: Mapping[str, Json],
    model: str,
    identity: Mapping[str, Json] | None,
    settings: Mapping[str, Json],
    batch: int,
    seed: int,
    samples: int,
    repeats: int,
    nonce: str = "",
) -> ImageCell:
    """Plan one task with one generator.

    `nonce` sets apart a run whose model has no identity, so that nothing is taken from another.
    """
    asked = {
        "task": task.name,
        "task_version": task.version,
        "spec": asdict(task.spec),
        "labels": task.labels,
        "quantise": task.quantise,
    }
    shard = shard_size(batch)
    computed = {"shard": shard, "threads": THREADS, "engine": ENGINE}
    return ImageCell(
        task=task.name,
        task_version=task.version,
        task_entry=task_entry,
        task_options=task_options,
        task_state=task.state,
        model=model,
        identity=identity,
        settings=settings,
        seed=seed,
        batch=batch,
        shard=shard,
        threads=THREADS,
        asked=asked,
        answer_key=answer_key(
            asked, identity, settings, batch=batch, seed=seed, nonce=nonce, computed=computed
        ),
        samples=samples,
        repeats=repeats,
        protocol_samples=task.samples,
    )
