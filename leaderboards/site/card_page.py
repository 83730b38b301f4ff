"""The pages of data cards."""

from collections.abc import Sequence

from markupsafe import Markup

from rbench.harness.cards import Card
from rbench.harness.image_card import ImageCard, image_card_facts
from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.markdown import markdown
from rbench.leaderboards.site.templates import templates


def card_page(card: Card, *, site: SiteFrame, task_folder: str | None) -> str:
    """Return the page of a card; `task_folder` is that of its task's page, if there is one."""
    facts = [
        ("Task", card.task),
        ("On the hub", card.hub or "no"),
        ("Revision", card.revision or "none pinned"),
        ("Licence", card.licence),
        ("May be passed on", "yes" if card.redistribute else f"no. {card.redistribute_reason}"),
        ("How to get it", card.obtain),
        ("SHA-256 of the items", card.content_sha256 or "not known"),
    ]
    body = templates().get_template("site_card.html.j2").render(
        card=card, facts=facts, prose=markdown(_untitled(card.prose)), task_folder=task_folder
    )  # fmt: skip
    return site.page(
        card.title, Markup(body), depth=2, current="data", over=f"Data card {card.name}"
    )


def image_card_page(card: ImageCard, *, site: SiteFrame) -> str:
    """Return the page of a card of images."""
    body = (
        templates()
        .get_template("site_card.html.j2")
        .render(
            card=None,
            facts=_joined([("tasks", card.tasks), *image_card_facts(card)]),
            prose=markdown(_untitled(card.prose)),
            task_folder=None,
        )
    )
    return site.page(
        card.title, Markup(body), depth=2, current="data", over=f"Data card {card.name}"
    )


def cards_page(cards: Sequence[Card | ImageCard], *, site: SiteFrame) -> str:
    """Return the list of cards."""
    body = templates().get_template("site_cards.html.j2").render(cards=cards)
    return site.page(
        "Data sets",
        Markup(body),
        depth=1,
        current="data",
        summary="What each data set is, what it is not, and what is known to be wrong with it.",
    )


def _joined(facts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return facts with the lines that have no name, in one with the line above."""
    found: list[tuple[str, str]] = []
    for name, text in facts:
        if name or not found:
            found.append((name, text))
        else:
            found[-1] = (found[-1][0], f"{found[-1][1]}\n{text}")
    return found


def _untitled(prose: str) -> str:
    """Return the prose without its first heading, which the page's own repeats."""
    first, _, rest = prose.strip().partition("\n")
    return rest if first.startswith("# ") else prose
