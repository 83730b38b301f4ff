"""What all pages of a site share: head, navigation, style, script, content policy, footer.

Style and script stand in each page, named in its policy by their hashes. Found in Chromium 147
for pages opened from disk: a script file with an integrity hash is blocked (its check wants CORS,
which files have not), one allowed by ``'self'`` or ``file:`` runs. So data that a page always
needs stands in it as JSON, which is no script; data loaded on demand (`pieces`) lies in script
files beside the page, which only then are allowed.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup

from rbench.harness.types import Json
from rbench.leaderboards.image_plots import COLOURS
from rbench.leaderboards.report_page import CANARY
from rbench.leaderboards.report_svg import PALETTE
from rbench.leaderboards.site.templates import templates

PIECES_POLICY = "rbench-pieces"
"""The one trusted-types policy that a page with pieces may make, for the addresses of scripts."""

NAVIGATION = (
    ("tasks", "Tasks", "index.html"),
    ("systems", "Systems", "systems/index.html"),
    ("data", "Data sets", "data/index.html"),
    ("protocols", "Protocols", "protocols/index.html"),
)
"""Key, words and address of the parts of a site."""

# Runs before anything is laid out: CSS then hides what only a page without scripts shows.
_EARLY = 'document.documentElement.classList.add("js");'


@dataclass(frozen=True, slots=True)
class SiteFrame:
    """The frame of the pages of one site.

    Attributes:
        command: what makes the site again.
        version: of rbench.
        publishable: whether text of questions whose card forbids it must be left out.
    """

    command: str
    version: str
    publishable: bool = False

    def page(
        self,
        title: str,
        body: Markup,
        *,
        depth: int,
        current: str = "",
        over: str = "",
        summary: str = "",
        script_data: Mapping[str, Json] | None = None,
        style: str = "",
        script: str = "",
        pieces: bool = False,
    ) -> str:
        """Return a page as text.

        Args:
            title: of the page and its first heading; hostile text is fine.
            body: the sections between header and footer.
            depth: how many folders the page lies below the site's own.
            current: the key of the part it belongs to, see `NAVIGATION`.
            over: words above the heading.
            summary: a sentence below it.
            script_data: id -> value, in the page as ``<script type="application/json" id=...>``.
            style: further CSS of this page.
            script: further JavaScript of this page; runs after that of all pages.
            pieces: whether the page may load scripts that lie beside it, through a trusted-types
                policy called `PIECES_POLICY`.
        """
        css, js = _shared()
        pages = templates()
        styles, scripts = [css, *filter(None, [style])], [js, *filter(None, [script])]
        return pages.get_template("site_frame.html.j2").render(
            title=title,
            body=body,
            root="../" * depth,
            current=current,
            navigation=NAVIGATION,
            over=over,
            summary=summary,
            command=self.command,
            version=self.version,
            canary=CANARY,
            data={name: _json(value) for name, value in (script_data or {}).items()},
            styles=[Markup(text) for text in styles],
            early=Markup(_EARLY),
            scripts=[Markup(text) for text in scripts],
            policy=_policy(styles, [_EARLY, *scripts], pieces=pieces),
        )


@cache
def _shared() -> tuple[str, str]:
    pages = templates()
    style = pages.get_template("report.css.j2").render(palette=PALETTE)
    style += pages.get_template("site.css.j2").render(colours=COLOURS)
    return style, pages.get_template("site.js.j2").render()


def _json(value: Json) -> Markup:
    """Return a value as JSON that cannot end the element it stands in."""
    text = json.dumps(value, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _policy(styles: list[str], scripts: list[str], *, pieces: bool) -> str:
    beside = ["'self'", "file:"] if pieces else []
    trusted = PIECES_POLICY if pieces else "'none'"
    return (
        f"default-src 'none'; script-src {' '.join([*map(_hash, scripts), *beside])}; "
        f"style-src {' '.join(map(_hash, styles))}; "
        "img-src data:; base-uri 'none'; form-action 'none'; "
        f"require-trusted-types-for 'script'; trusted-types {trusted}"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
