"""Assets: what is not part of rbench and is fetched on first use, or made once and kept.

An asset is looked for in the mirror folder `RBENCH_ASSETS`, then in the cache, then fetched from
its address into the cache. Its content is verified before use: against the published hash, or,
where nobody publishes one, against what the first fetch brought.
"""

from rbench.assets.asset import Asset, HubFile, Kind
from rbench.assets.fetching import Place, fetch, find
from rbench.assets.folders import cache_folder, mirror_folder
from rbench.assets.progress import Progress
from rbench.assets.state import Verdict, trust, verify

__all__ = [
    "Asset",
    "HubFile",
    "Kind",
    "Place",
    "Progress",
    "Verdict",
    "cache_folder",
    "fetch",
    "find",
    "mirror_folder",
    "trust",
    "verify",
]
