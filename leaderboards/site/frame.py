"""What all pages of a site share: head, navigation, style, script, content policy, footer.

Style and script lie in files of the site's folder that all pages link to. Their names bear a
digest of their content, and the policy allows scripts and styles from the site's own place alone:
``'self'`` where a server serves it, ``file:`` where it is opened from disk. It cannot allow them by
hash: Chromium 147 blocks a script file with an integrity hash that is opened from disk (its check
wants CORS, which files have not). One short script stands in the page, allowed by its hash. Data
that a page always needs stands in it as JSON, which is no script.
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
from rbench.leaderboards.site.folder import SharedFile, SiteFolder, shared_file
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
        folder: where pages are written to, and the style and script that they link to; None
            for pages that are only looked at.
    """

    command: str
    version: str
    publishable: bool = False
    folder: SiteFolder | None = None

    @property
    def out(self) -> SiteFolder:
        """The folder. Raises `ValueError` where there is none."""
        if self.folder is None:
            raise ValueError("this site has no folder to be written to")
        return self.folder

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
        style: SharedFile | None = None,
        script: SharedFile | None = None,
        pieces: bool = False,
    ) -> str:
        """Return a page as text, and write the style and script that it links to.

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
            pieces: whether the page shows pictures of the site's folder, and its script may load
                others that lie beside it, by a trusted-types policy called `PIECES_POLICY`.
        """
        css, js = _shared()
        styles, scripts = [css, *filter(None, [style])], [js, *filter(None, [script])]
        if self.folder is not None:
            self.folder.share(*styles, *scripts)
        return (
            templates()
            .get_template("site_frame.html.j2")
            .render(
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
                styles=[file.name for file in styles],
                early=Markup(_EARLY),
                scripts=[file.name for file in scripts],
                policy=_policy(pieces=pieces),
            )
        )


@cache
def _shared() -> tuple[SharedFile, SharedFile]:
    pages = templates()
    style = pages.get_template("report.css.j2").render(palette=PALETTE)
    style += pages.get_template("site.css.j2").render(colours=COLOURS)
    script = pages.get_template("site.js.j2").render()
    return shared_file("site", "css", style), shared_file("site", "js", script)


def _json(value: Json) -> Markup:
    """Return a value as JSON that cannot end the element it stands in."""
    text = json.dumps(value, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _policy(*, pieces: bool) -> str:
    early = base64.b64encode(hashlib.sha256(_EARLY.encode()).digest()).decode()
    pictures = " 'self' file:" if pieces else ""
    trusted = PIECES_POLICY if pieces else "'none'"
    return (
        f"default-src 'none'; script-src 'sha256-{early}' 'self' file:; "
        f"style-src 'self' file:; img-src data:{pictures}; base-uri 'none'; form-action 'none'; "
        f"require-trusted-types-for 'script'; trusted-types {trusted}"
    )
