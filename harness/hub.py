"""Rows from the Hugging Face hub: the card's pinned commit and nothing else.

Where the card pins none, the newest commit is asked for (offline: what the cache knows as the
newest), and the rows say which it was.

`datasets` silently falls back to a folder of the same name, or to whatever revision its cache
holds, when the hub cannot be reached; here both are refused.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rbench.errors import DataError
from rbench.harness.cards import Card, Subset
from rbench.harness.local_files import find_files
from rbench.harness.row_files import SourceRow, check_columns, read_file, source_rows

if TYPE_CHECKING:
    from rbench.harness.pictures.intake import PictureIntake

_SWITCHES = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE")
# Both libraries read the environment once, at import, into these modules.
_MODULES = ("huggingface_hub.constants", "datasets.config")


@contextmanager
def hub_offline() -> Iterator[None]:
    """Keep `huggingface_hub` and `datasets` off the network, also where they are imported already.

    Changes the environment and the libraries' own switches, and puts both back.
    """
    environment = {name: os.environ.get(name) for name in _SWITCHES}
    switches = dict(_switches())
    os.environ.update(dict.fromkeys(_SWITCHES, "1"))
    _set(dict.fromkeys(switches, True))
    try:
        yield
    finally:
        for name, value in environment.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
        # A library imported inside has read the environment of the inside.
        asked = any(str(v).upper() in ("1", "ON", "YES", "TRUE") for v in environment.values())
        _set({**{key: asked for key, _ in _switches()}, **switches})


def _switches() -> Iterator[tuple[tuple[str, str], bool]]:
    for module in _MODULES:
        for name in _SWITCHES:
            value = getattr(sys.modules.get(module), name, None)
            if value is not None:
                yield (module, name), value


def _set(switches: Mapping[tuple[str, str], bool]) -> None:
    for (module, name), value in switches.items():
        setattr(sys.modules[module], name, value)


@dataclass(frozen=True, slots=True)
class HubRows:
    """The rows of each subset, the commit that they come from, and what there is to say of it."""

    rows: Mapping[str, Sequence[SourceRow]]
    revision: str
    warnings: tuple[str, ...] = ()


def load_from_hub(
    card: Card,
    names: Sequence[str],
    *,
    offline: bool,
    pictures: "PictureIntake | None" = None,
) -> HubRows:
    """Return the rows of each named subset at the card's revision, or at the newest one.

    What the local cache has of that commit is read from there without asking the hub: a commit
    never changes. `pictures` takes the pictures. Raises `DataError` where the rows cannot be had.
    """
    with hub_offline() if offline else nullcontext():
        revision = card.revision
        warnings: tuple[str, ...] = ()
        if revision is None:
            revision = _newest(card, offline)
            warnings = (_not_pinned(card, revision, offline),)
        pinned = replace(card, revision=revision)
        rows = {name: _load(pinned, card.subsets[name], offline, pictures) for name in names}
    return HubRows(rows, revision, warnings)


def _not_pinned(card: Card, revision: str, offline: bool) -> str:
    known = "of those that the local cache knows" if offline else "on the hub"
    return (
        f"{card.name}: its card pins no commit of {card.hub}; the rows are those of the newest "
        f"{known}, {revision}."
    )


def _newest(card: Card, offline: bool) -> str:
    from huggingface_hub import HfApi

    try:
        if offline:
            return _kept_as_newest(card, offline)
        newest = str(HfApi().dataset_info(str(card.hub)).sha)
        _kept_as_newest(card, offline)  # for a later --offline
        return newest
    except Exception as error:
        what = f"the newest commit of {card.hub}"
        raise DataError(_why_not(card, what, offline, error)) from error


def _kept_as_newest(card: Card, offline: bool) -> str:
    """Return the commit that the cache has as the newest; online it is asked for and kept."""
    from huggingface_hub import snapshot_download

    folder = snapshot_download(
        str(card.hub),
        repo_type="dataset",
        allow_patterns=["README.md"],
        local_files_only=offline,
    )
    return Path(folder).name


def _load(
    card: Card, subset: Subset, offline: bool, pictures: "PictureIntake | None"
) -> Sequence[SourceRow]:
    cached = _cached_files(card, subset)
    if cached:
        return [row for file in cached for row in read_file(file, card, str(file), pictures)]
    shown = f"{card.hub}/{subset.config or 'default'}/{subset.split}"
    table = _load_with_datasets(card, subset, offline)
    check_columns(table.column_names, card, shown)
    table = table.select_columns([name for name in card.columns if name in table.column_names])
    return source_rows(enumerate(_undecoded(table, card), start=1), card, shown, pictures, None)


def _undecoded(table: Any, card: Card) -> Any:
    """Return the table with its pictures as the bytes of their files."""
    import datasets

    for name in card.image_columns:
        if isinstance(table.features.get(name), datasets.Image):
            table = table.cast_column(name, datasets.Image(decode=False))
    return table


def _cached_files(card: Card, subset: Subset) -> list[Path]:
    from huggingface_hub import snapshot_download

    try:
        folder = snapshot_download(
            str(card.hub),
            repo_type="dataset",
            revision=card.revision,
            allow_patterns=_patterns(subset),
            local_files_only=True,
        )
        return find_files(Path(folder), subset)
    except (OSError, DataError):  # not there, or only some of its shards
        return []


def _patterns(subset: Subset) -> list[str]:
    split = subset.split
    return [f"{subset.config}/*"] if subset.config else [f"{split}*", f"data/{split}*"]


def _load_with_datasets(card: Card, subset: Subset, offline: bool) -> Any:
    import datasets

    try:
        builder = datasets.load_dataset_builder(card.hub, subset.config, revision=card.revision)
        if builder.hash == card.revision:
            builder.download_and_prepare()
            return builder.as_dataset(split=subset.split)
    except Exception as error:
        what = f"{subset.name} of {card.hub} at revision {card.revision}"
        raise DataError(_why_not(card, what, offline, error)) from error
    raise DataError(
        f"{card.name}: instead of revision {card.revision} of {card.hub}, the local folder "
        f"{card.hub!r} or another cached revision was found ({builder.hash}), and rbench takes "
        f"no other data than the card names. {card.obtain}"
    )


def _why_not(card: Card, what: str, offline: bool, error: Exception) -> str:
    what = f"{card.name}: {what}"
    if offline:
        return f"{what} is not in the local cache, and --offline forbids the network. {card.obtain}"
    first = next(
        (line.strip() for line in str(error).splitlines() if line.strip()), "no reason given"
    )
    return (
        f"{what} cannot be loaded from the hub ({type(error).__name__}: {first.rstrip('.')}). "
        f"{card.obtain}"
    )
