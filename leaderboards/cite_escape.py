"""Text of runs made fit for LaTeX and BibTeX: names are data there, never commands."""

import re

from rbench.leaderboards.report_text import visible

_LATEX = {
    "\\": r"\textbackslash{}",
    # Not \{ and \}: BibTeX counts braces, whatever stands before them.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "⟨": r"\textless{}",
    "⟩": r"\textgreater{}",
}


def latex(text: str) -> str:
    """Return `text` as one line that LaTeX prints as it is.

    Control characters, and those that turn the reading direction, are spelt out. Letters outside
    of ASCII stay: they need UTF-8, which LaTeX reads by itself, and a font that has them.
    """
    escaped = "".join(_LATEX.get(c, c) for c in plain(text))
    return re.sub("-(?=-)", "-{}", escaped)  # else two make a dash


def plain(text: str) -> str:
    """Return `text` as one line without anything invisible."""
    return " ".join(visible(" ".join(text.split())).split())


def bibtex_key(text: str) -> str:
    """Return a key for a BibTeX entry: ASCII letters, digits and hyphens, at most 60."""
    found = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")
    return found[-60:].strip("-") or "run"
