"""`rbench assets`: the weights, statistics and prompt sets that are not part of rbench."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rbench.errors import AssetError, UsageError

if TYPE_CHECKING:
    from rbench.assets import Asset

NamesArgument = Annotated[
    list[str] | None,
    typer.Argument(help="Names as the list shows them; the last part of one is enough."),
]


def command(
    action: Annotated[
        Literal["list", "fetch", "verify", "path"],
        typer.Argument(help="list, fetch, verify by hashing all of it, or print where it lies."),
    ],
    names: NamesArgument = None,
    kind: Annotated[
        Literal["weights", "statistics", "samples", "prompts"] | None,
        typer.Option("--kind", envvar="RBENCH_KIND", help="All assets of a kind."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", envvar="RBENCH_ALL", help="With fetch: every asset.")
    ] = False,
    offline: Annotated[
        bool,
        typer.Option("--offline", envvar="RBENCH_OFFLINE", help="Never use the network."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", envvar="RBENCH_JSON", help="With list: one JSON array.")
    ] = False,
) -> int:
    """List, fetch and verify what rbench uses and does not contain.

    Looked for in the mirror folder RBENCH_ASSETS, then in the cache, then fetched.
    """
    from rbench.assets.table import all_named, of_kind

    chosen = all_named(names) if names else of_kind(kind)
    if names and (kind or everything):
        raise UsageError(f"name assets, or say {'--kind' if kind else '--all'}, not both.")
    if action == "list":
        return _list(chosen, as_json)
    if action == "verify":
        return _verify(chosen, named=bool(names))
    if action == "fetch":
        if not (names or kind or everything):
            raise UsageError("name the assets to fetch, or say --kind KIND or --all.")
        return _fetch(chosen, offline)
    if not names:
        raise UsageError("name the assets whose paths to print.")
    return _fetch(chosen, offline=True)


def _list(assets: "Sequence[Asset]", as_json: bool) -> int:
    from rbench.assets import find, trust

    rows = []
    for asset in assets:
        place = find(asset)
        rows.append((asset, place, trust(asset)))
    if as_json:
        import json
        from dataclasses import asdict

        content = [
            {
                **asdict(asset),
                "where": place.where if place else "absent",
                "path": str(place.path) if place else None,
                "trust": held_against,
            }
            for asset, place, held_against in rows
        ]
        print(json.dumps(content, indent=2, ensure_ascii=False))
        return 0
    from rbench.leaderboards.tables import table

    cells = [
        [
            asset.name,
            asset.kind,
            asset.licence,
            place.where if place else "absent",
            held_against,
            _size(place.path.stat().st_size if place else asset.size),
        ]
        for asset, place, held_against in rows
    ]
    print(table(["name", "kind", "licence", "where", "sha256", "size"], cells, left=5))
    return 0


def _fetch(assets: "Sequence[Asset]", offline: bool) -> int:
    """Print the path of every asset, also after one of them could not be had."""
    from rbench.assets import fetch
    from rbench.cli.asset_progress import shown

    failed = 0
    for asset in assets:
        try:
            with shown(asset.name) as progress:
                path = fetch(asset, offline=offline, progress=progress)
        except AssetError as error:
            failed += 1
            print(f"rbench: {error}", file=sys.stderr)
        else:
            print(path)
    return 1 if failed else 0


def _verify(assets: "Sequence[Asset]", *, named: bool) -> int:
    """Print ok, bad or absent for every asset; an absent one is a failure where it was named."""
    from rbench.assets import verify
    from rbench.cli.asset_progress import shown

    failed = False
    for asset in assets:
        with shown(asset.name) as progress:
            verdict = verify(asset, progress=progress)
        print(f"{verdict.state:<6}  {asset.name}  {verdict.sha256 or ''}".rstrip())
        if verdict.why:
            print(f"rbench: {verdict.why}", file=sys.stderr)
        failed |= verdict.state == "bad" or (named and verdict.state == "absent")
    return 1 if failed else 0


def _size(size: int | None) -> str:
    """Return bytes in the units that disks are sold in, e.g. ``95.6 MB``."""
    if size is None:
        return "unknown"
    if size < 1e6:
        return f"{size / 1e3:.1f} kB"
    return f"{size / 1e6:.1f} MB" if size < 1e9 else f"{size / 1e9:.2f} GB"
