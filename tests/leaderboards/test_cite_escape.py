"""Any text becomes LaTeX that prints it, and BibTeX whose braces match."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from rbench.leaderboards.cite_escape import _LATEX, bibtex_key, latex, plain

COMMANDS = sorted((code for code in _LATEX.values()), key=len, reverse=True)
BACK = {code: char for char, code in _LATEX.items() if char not in "⟨⟩"}


def printed(code: str) -> str:
    """Return what LaTeX prints: a reader of nothing but what `latex` may write."""
    code = code.replace("-{}", "-")
    pattern = "|".join(map(re.escape, COMMANDS))
    return re.sub(pattern, lambda found: BACK[found[0]], code)


@given(st.text())
@example(r"\input{/etc/passwd} $x_1^2$ 100% & #1 ~ --- <a|b> \\ {\bf")
def test_latex_prints_the_text_and_runs_nothing(text: str) -> None:
    code = latex(text)
    assert printed(code) == plain(text).replace("⟨", "<").replace("⟩", ">")
    rest = re.sub("|".join(map(re.escape, COMMANDS)), "", code.replace("-{}", "-"))
    assert not set(rest) & set(r'\{}$&#%_^~<>|"`')
    assert "--" not in code and code.splitlines() in ([], [code])


@given(st.text())
def test_braces_match_as_bibtex_counts_them(text: str) -> None:
    depth = 0
    for char in latex(text):
        depth += (char == "{") - (char == "}")
        assert depth >= 0
    assert depth == 0


@given(st.text())
def test_keys_are_words(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]{0,58}[A-Za-z0-9])?", bibtex_key(text))
