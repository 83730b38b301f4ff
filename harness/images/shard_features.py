"""The features of a run's samples, gathered from its shards in the order of the samples."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rbench.errors import RunDirectoryError
from rbench.harness.images.shards import Shard, Shards
from rbench.harness.images.wanted import Kind, WantedFeatures, kind_of, kind_of_identity
from rbench.harness.types import Json
from rbench.metrics.arrays import as_matrix
from rbench.metrics.feature_store import FeatureStore


@dataclass(frozen=True, slots=True)
class KeptFeatures:
    """The features that a run keeps of one network: their folder in every shard, and of what."""

    key: str
    identity: Mapping[str, Json]


def kept_features(
    shards: Shards, wanted: Sequence[WantedFeatures], samples: int, repeats: int
) -> dict[Kind, KeptFeatures]:
    """Return where the features of every wanted network are, in all of the first shards.

    A run that went on with another version of torch, or on another device, may hold features of
    one network twice: those of the torch at hand go before, then the last by name.
    Raises `RunDirectoryError` where a shard lacks some.
    """
    found = {}
    for one in wanted:
        kind = kind_of(one.representation)
        known: dict[str, Mapping[str, Json]] | None = None
        for repeat in range(repeats):
            for shard in _first(shards, repeat, samples):
                here = _of_kind(shard, kind, one.outputs)
                if known is not None:
                    here = {key: identity for key, identity in here.items() if key in known}
                if not here:
                    raise RunDirectoryError(
                        f"{shard.path} lacks features of {one.representation.name} "
                        f"({', '.join(one.outputs)}); run the same command again to complete it."
                    )
                known = here
        if known:
            key = max(known, key=lambda name: _preference(name, known[name]))
            found[kind] = KeptFeatures(key, known[key])
    return found


def gather(
    shards: Shards,
    kept: KeptFeatures,
    outputs: Sequence[str],
    *,
    repeat: int,
    samples: int,
    folder: Path,
) -> FeatureStore:
    """Copy the features of the first `samples` of a set into one store, block by block.

    Raises `RunDirectoryError` for shards that lack some, `DataError`, with the number of the
    sample, for one that is no number.
    """
    dimensions = {output: kept.identity["outputs"][output] for output in outputs}
    name = kept.identity["name"]
    store = FeatureStore.create(folder, dimensions, about=dict(kept.identity), capacity=samples)
    blocks = [shards.features(repeat, samples, kept.key, output) for output in outputs]
    with store:
        for parts in zip(*blocks, strict=True):
            store.append(
                {
                    output: as_matrix(part, f"features of {name}:{output}", first=store.n)
                    for output, part in zip(outputs, parts, strict=True)
                }
            )
    return FeatureStore.open(folder)


def _first(shards: Shards, repeat: int, samples: int) -> Iterator[Shard]:
    number = done = 0
    while done < samples:
        shard = shards.at(repeat, number)
        if not shard.rows:
            raise RunDirectoryError(
                f"{shard.path} is not there; run the same command again to complete it."
            )
        yield shard
        done += shard.rows
        number += 1


def _of_kind(shard: Shard, kind: Kind, outputs: Sequence[str]) -> dict[str, Mapping[str, Json]]:
    folder = shard.path / "features"
    keys = sorted(path.parent.name for path in folder.glob("*/about.json"))
    identities = {key: shard.identity(key) for key in keys if shard.outputs(key) >= set(outputs)}
    return {k: identity for k, identity in identities.items() if kind_of_identity(identity) == kind}


def _preference(key: str, identity: Mapping[str, Json]) -> tuple[bool, str]:
    import torch

    return identity["torch"] == str(torch.__version__), key
