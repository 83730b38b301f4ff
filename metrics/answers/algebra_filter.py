r"""What may reach a computer algebra system, and in which words.

An expression comes from a model, so it is nobody's friend. Only short expressions of known signs,
functions and single-letter names pass. They are then written in LaTeX from scratch, since
math-verify reads LaTeX with a grammar of its own; sympy's parser of Python text, which calls
``eval``, is never used.
"""

import re

from rbench.metrics.answers.signs import FUNCTIONS, GREEK

LONGEST = 200
_DEEPEST = 12
_ALLOWED = re.compile(r"[A-Za-z0-9 +\-*/^()\[\]{},.=<>|!'_°%α-ωΑ-Ω≤≥≠∞±∪∩∈∅]*", re.ASCII)
_FORBIDDEN = re.compile(
    r"__|\.\s*[A-Za-z_]|[A-Za-z_]\s*\.|\d{31}|\^[ (]*[-+]?\d{4}|(?:\^[^^]*){13}|!!|\d{3}\d*!|\)!"
    r"|\^ ?\(?[-+]?(?:\d+|[A-Za-z])\)? ?\^|[A-Za-z]!"
)
_WORD = re.compile(r"[A-Za-z]+")
_NAMES = frozenset({*FUNCTIONS, "sqrt", "cbrt", "root", "pi"})
_LONGEST_NAME = 3
_TOKEN = re.compile(
    "(?P<name>"
    + "|".join(sorted(_NAMES, key=len, reverse=True))
    + r")|(?P<number>\d+(?:\.\d+)?|\.\d+)"
    r"|(?P<script>[_^])|(?P<sign>.)"
)
# As in `expression`: 1/2x is x/2, but v^2/2g is v^2/(2g), which is math-verify's own reading.
_WHOLE_FRACTION = re.compile(r"(?<![\w.^)])(\d+)/(\d+)(?=[A-Za-zα-ωΑ-Ω])")
_OTHERS = re.compile("[A-ZΑ-Ωα-ω]")
# Not d, e, i, which are a differential and numbers, nor f and g, which may be functions.
_FREE_LETTERS = "qwrtyuopashjklzxcvbnm"
_SIGNS = {letter: f"\\{name} " for name, letter in GREEK.items() if not name.startswith("var")} | {
    "*": "\\cdot ", "≤": "\\le ", "≥": "\\ge ", "≠": "\\ne ", "∞": "\\infty ", "±": "\\pm ",
    "∪": "\\cup ", "∩": "\\cap ", "∈": "\\in ", "∅": "\\emptyset ", "{": "\\{", "}": "\\}",
    "%": "\\%", "°": "^{\\circ}", "ε": "\\epsilon ", "θ": "\\theta ", "φ": "\\phi ",
}  # fmt: skip


def is_admissible(text: str) -> bool:
    """Tell whether an expression in the notation of `plain_math` may be given to sympy.

    At most `LONGEST` characters of a fixed alphabet, brackets that match and are not deep, powers
    below 1,000 and not of powers, numbers of at most 30 digits, factorials below 100, no
    underscores in a row, no attribute access, no words but functions and short products.
    """
    if len(text) > LONGEST or not _ALLOWED.fullmatch(text) or _FORBIDDEN.search(text):
        return False
    depth = 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if not 0 <= depth <= _DEEPEST:
            return False
    plain = re.sub("|".join(sorted(_NAMES, key=len, reverse=True)), " ", text)
    return depth == 0 and all(len(word) <= _LONGEST_NAME for word in _WORD.findall(plain))


def with_other_letters(*texts: str) -> tuple[str, ...] | None:
    """Return the texts with small letters for capital and Greek ones: other letters, other names.

    math-verify reads M and m as one variable, E as e, and Γ as a number. None where no small
    letters are left.
    """
    used = {sign for text in texts for sign in _OTHERS.sub("", text)}
    free = iter([letter for letter in _FREE_LETTERS if letter not in used])
    letters: dict[str, str] = {}
    for text in texts:
        for sign in _OTHERS.findall(text):
            if sign not in letters:
                letter = next(free, None)
                if letter is None:
                    return None
                letters[sign] = letter
    return tuple(_OTHERS.sub(lambda sign: letters[sign[0]], text) for text in texts)


def to_latex(text: str) -> str:
    """Write an admissible expression in LaTeX."""
    return _Writer(_WHOLE_FRACTION.sub(r"(\1/\2)", text)).written()


class _Writer:
    def __init__(self, text: str) -> None:
        self.tokens = [match[0] for match in _TOKEN.finditer(text)]
        self.at = 0

    def written(self, until: str = "") -> str:
        out: list[str] = []
        before = ""
        while self.at < len(self.tokens) and self.tokens[self.at] not in [*until]:
            token = self.tokens[self.at]
            self.at += 1
            index = token.isdigit() and len(before) == 1 and before.isalpha()
            out.append(f"_{{{token}}}" if index else self.one(token))  # v0 is v_0
            before = token
        return "".join(out)

    def one(self, token: str) -> str:
        if token == "sqrt":
            return f"\\sqrt{{{self.operand()}}}"
        if token == "cbrt":
            return f"\\sqrt[3]{{{self.operand()}}}"
        if token == "root":
            degree, _, inside = self.operand().partition(",")
            return f"\\sqrt[{degree}]{{{inside}}}"
        if token in "^_":
            return f"{token}{{{self.operand(signed=True)}}}"
        if token == "lg":
            return "\\log_{10} "
        if token in _NAMES:
            return f"\\{token} "
        if token == "(":
            inside = self.written(until=")]")
            closing = self.tokens[self.at] if self.at < len(self.tokens) else ")"
            self.at += 1
            return f"({inside}{closing}"
        return _SIGNS.get(token, token)

    def operand(self, *, signed: bool = False) -> str:
        """Return what a root or a power is of: a group without its brackets, or one token."""
        while self.at < len(self.tokens) and self.tokens[self.at] == " ":
            self.at += 1
        if self.at >= len(self.tokens):
            return ""
        token = self.tokens[self.at]
        self.at += 1
        if token == "(":
            inside = self.written(until=")]")
            self.at += 1
            return inside
        if signed and token in "+-":
            return token + self.operand()
        return self.one(token)
