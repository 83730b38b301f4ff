"""Where the files of a data set lie in a folder, in the layouts of the hub."""

import re
from collections.abc import Sequence
from pathlib import Path

from rbench.errors import DataError
from rbench.harness.cards import Card, Subset


def find_files(folder: Path, subset: Subset) -> list[Path]:
    """Return the files of `subset` under `folder`, shards in order; none where it is not there.

    Raises `DataError` where the layout can be read in two ways or a shard is missing.
    """
    split = subset.split
    candidates: list[list[Path]] = []
    for suffix in ("parquet", "jsonl"):
        for inside in _places(folder, subset):
            candidates.append(sorted(inside.glob(f"{split}-*.{suffix}")))
            candidates.append([inside / f"{split}.{suffix}"])
        if subset.config:
            candidates.append([folder / f"{subset.config}.{suffix}"])
    found = [present for c in candidates if (present := [p for p in c if p.is_file()])]
    if len(found) > 1:
        both = " and ".join(str(paths[0]) for paths in found)
        raise DataError(f"{both} are both data of {subset.name!r}: keep one of them.")
    if not found:
        return []
    _check_shards(found[0])
    return found[0]


def _places(folder: Path, subset: Subset) -> list[Path]:
    """Return the folders that a config has; the default one may stand anywhere or in ``data``."""
    return [folder / subset.config] if subset.config else [folder, folder / "data"]


def _check_shards(paths: Sequence[Path]) -> None:
    numbered = [re.search(r"-(\d+)-of-(\d+)\.\w+$", path.name) for path in paths]
    numbers = [(int(m[1]), int(m[2])) for m in numbered if m]
    if numbers and numbers != [(i, numbers[0][1]) for i in range(numbers[0][1])]:
        raise DataError(
            f"{paths[0].parent} does not hold every shard of {paths[0].name!r} once: "
            f"found {', '.join(path.name for path in paths)}."
        )


def missing_files(folder: Path, subset: Subset, card: Card) -> DataError:
    """Return the error for a folder without the files of `subset`, saying what it does hold."""
    wanted = _wanted(subset)
    if not folder.exists():
        return DataError(f"the data folder {str(folder)!r} does not exist. {card.obtain}")
    if not folder.is_dir():
        return DataError(f"--data {str(folder)!r} is a file; give the folder with {wanted}.")
    if not subset.config:
        return DataError(f"{folder} holds no {wanted}{_holds(folder)}. {card.obtain}")
    inside = folder / subset.config
    if inside.is_dir():
        return DataError(
            f"{inside} has no split {subset.split!r} as parquet or jsonl{_holds(inside)}."
        )
    if folder.name == subset.config:
        return DataError(
            f"{folder} holds no {wanted}: give the folder above it, {str(folder.parent)!r}."
        )
    return DataError(f"{folder} holds no {wanted}{_holds(folder)}. {card.obtain}")


def _wanted(subset: Subset) -> str:
    config, split = subset.config, subset.split
    if config:
        return f"{config}/{split}-*.parquet, {config}/{split}.jsonl or {config}.jsonl"
    return f"{split}-*.parquet, data/{split}-*.parquet or {split}.jsonl"


def _holds(folder: Path) -> str:
    names = sorted(path.name for path in folder.iterdir())
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"; it holds {', '.join(names[:5])}{more}" if names else "; it is empty"
