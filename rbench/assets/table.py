"""All the assets that rbench knows, by name."""

from collections.abc import Sequence

from rbench.assets.asset import Asset, Kind
from rbench.assets.prompts import PROMPTS
from rbench.assets.statistics import SAMPLES, STATISTICS
from rbench.assets.weights import WEIGHTS
from rbench.errors import UsageError, nearest

ASSETS: dict[str, Asset] = {
    asset.name: asset for asset in (*WEIGHTS, *STATISTICS, *SAMPLES, *PROMPTS)
}


def of_kind(kind: Kind | None) -> list[Asset]:
    """Return the assets of a kind, or all of them, in the table's order."""
    return [asset for asset in ASSETS.values() if kind in (None, asset.kind)]


def named(name: str) -> Asset:
    """Return the asset of a name, or of the end of a name where only one ends so.

    Raises `UsageError` with the nearest names, or with all that end so.
    """
    if name in ASSETS:
        return ASSETS[name]
    ending = [known for known in ASSETS if known.endswith(f"/{name}")]
    if len(ending) == 1:
        return ASSETS[ending[0]]
    if ending:
        raise UsageError(f"{name!r} ends several names: {', '.join(ending)}.")
    raise UsageError(f"there is no asset {name!r}{_nearest(name)}")


def _nearest(name: str) -> str:
    """Return the names that hold it, or are nearest to it in all or in the last part."""
    if holding := [known for known in ASSETS if name.lower() in known.lower()]:
        return "; did you mean " + " or ".join(map(repr, holding[:3])) + "?"
    hint = nearest(name, list(ASSETS))
    if hint.startswith("; did you mean"):
        return hint
    ends = {known.rpartition("/")[2]: known for known in ASSETS}
    hint = nearest(name, list(ends))
    return hint if hint.startswith("; did you mean") else "; `rbench assets list` shows them all."


def all_named(names: Sequence[str]) -> list[Asset]:
    """Return the assets of names, each once. Raises `UsageError`."""
    return list({named(name).name: named(name) for name in names}.values())
