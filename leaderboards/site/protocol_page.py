"""The pages of protocols: every field of each, and the tables that hold to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from rbench.harness.types import Json
from rbench.leaderboards.entries import Board
from rbench.leaderboards.report_page import flatten
from rbench.leaderboards.site.addresses import Addresses, folder_name
from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.templates import templates


@dataclass(frozen=True, slots=True)
class KnownProtocol:
    """A protocol and the tables under it: (task, title, entries)."""

    id: str
    folder: str
    protocol: Mapping[str, Json]
    tables: tuple[tuple[str, str, int], ...]

    @property
    def published(self) -> bool:
        """Whether it is that of published figures, as far as it is stated."""
        return bool(self.protocol.get("published"))


def known_protocols(board: Board) -> dict[str, KnownProtocol]:
    """Return the protocols of a board by id, in the order of its tables."""
    found: dict[str, KnownProtocol] = {}
    for task, groups in board.groups.items():
        for group in groups:
            members = (*group.ranked, *group.below)
            table = (task, group.title, len(members))
            old = found.get(group.protocol_id)
            protocol = old.protocol if old else members[0].entry.protocol if members else {}
            tables = (*(old.tables if old else ()), table)
            folder = folder_name(group.protocol_id)
            found[group.protocol_id] = KnownProtocol(group.protocol_id, folder, protocol, tables)
    return found


def protocol_page(known: KnownProtocol, *, site: SiteFrame, places: Addresses) -> str:
    """Return the page of a protocol."""
    body = templates().get_template("site_protocol.html.j2").render(
        known=known, fields=list(flatten(known.protocol)), tasks=places.tasks
    )  # fmt: skip
    summary = (
        "As far as the sources state it; what is not here is not stated."
        if known.published
        else "What must be equal for two runs to share a ranking."
    )
    return site.page(
        f"Protocol {known.id}", Markup(body), depth=2, current="protocols", summary=summary
    )


def protocols_page(protocols: Mapping[str, KnownProtocol], *, site: SiteFrame) -> str:
    """Return the list of protocols."""
    body = templates().get_template("site_protocols.html.j2").render(
        protocols=sorted(protocols.values(), key=lambda p: (p.published, p.tables[0][0]))
    )  # fmt: skip
    return site.page(
        "Protocols",
        Markup(body),
        depth=1,
        current="protocols",
        summary="Entries share a ranking only where they share a protocol.",
    )
