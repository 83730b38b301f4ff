"""``site.json`` lists the files of a site, so that the next one can remove what it leaves behind.

Nothing is ever removed that a list does not name, nor anything outside the site's folder. A list
may have been changed by hand: entries that cannot be a site's own files are passed over.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from rbench.leaderboards.site.folder import SiteFolder

NAME = "site.json"

_ABOUT = "What rbench wrote here. The next site in this folder removes what it does not write."
_OWN = re.compile(
    r"(?:[A-Za-z0-9_][A-Za-z0-9._~-]*/){0,3}"
    r"[A-Za-z0-9_][A-Za-z0-9._~-]*\.(?:html|js|css|csv|json|webp|png)"
)


def listed(site: Path) -> frozenset[str]:
    """Return what the list in a folder names; nothing where there is none, or none to be read."""
    try:
        found = json.loads((site / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return frozenset()
    if not isinstance(found, dict) or found.get("about") != _ABOUT:
        return frozenset()  # somebody else's file of this name
    files = found.get("files")
    names = files if isinstance(files, list) else []
    return frozenset(name for name in names if isinstance(name, str) and _OWN.fullmatch(name))


def write_list(site: SiteFolder, further: Iterable[str] = ()) -> None:
    """Write the list of what was written, and of `further` files."""
    files = sorted({*site.written, *further} - {NAME})
    site.write(NAME, json.dumps({"about": _ABOUT, "files": files}, indent=0) + "\n")


def remove_stale(site: SiteFolder, before: Iterable[str]) -> None:
    """Remove what an earlier list names and was not written now, and folders that this empties."""
    root = site.path.resolve()
    for name in sorted(set(before) - site.written - {NAME}):
        path = root / name
        if path.parent.resolve() != path.parent or path.is_symlink() or not path.is_file():
            continue  # a link leads elsewhere
        path.unlink()
        for folder in path.parents:
            if folder == root or any(folder.iterdir()):
                break
            folder.rmdir()
