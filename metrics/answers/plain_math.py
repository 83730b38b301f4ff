r"""Write an answer plainly: LaTeX, Unicode and full-width signs in one notation.

``\dfrac{1}{2}\ \text{m}`` becomes ``(1/2) m``, ``√10`` and ``\sqrt{10}`` become ``sqrt(10)``,
``x²`` and ``x^{2}`` become ``x^2``. Braces that are left are those of sets.
"""

import re

from rbench.metrics.answers.signs import COMMANDS, DROPPED, RAISED, SIGNS, SUPERSCRIPTS

LONGEST = 1000
"""Longer answers, in characters, are compared as they are."""
_DEEPEST = 40

_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|[{}^_]|[^\\{}^_]+|.", re.DOTALL)
_GROUPED = {
    "text", "textbf", "textit", "textrm", "texttt", "textsf", "textnormal", "textup", "mathrm",
    "mathbf", "mathit", "mathsf", "mathtt", "mathbb", "mathcal", "boldsymbol", "bm", "mbox",
    "operatorname", "underline", "emph", "boxed", "fbox", "mathop", "ensuremath", "hbox", "textsc",
    "unit", "si",
}  # fmt: skip
_FRACTIONS = {"frac", "dfrac", "tfrac", "cfrac", "sfrac", "nicefrac"}
_SIMPLE = re.compile(r"\d+(?:\.\d+)?|[A-Za-z°]+(?:\^-?\d+)?|[\u0370-\u03ff]")
_POWER = re.compile(r"[-+]?[A-Za-z0-9]+|°")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_BOLD = re.compile(r"(?<![\w)])\*\*(?=\S)([^*\n]+)(?<=\S)\*\*(?![\w(])")
_TIMES_TEN = re.compile(r"(?<=\d) ?[xX] ?(?=10 ?\^)")
_INVERSE = re.compile(r"(?<![A-Za-z])(sin|cos|tan) ?\^ ?\(?-1\)?")
_SUPERSCRIPT = re.compile(f"[{SUPERSCRIPTS}]+")
_BEFORE = re.compile(r"(?:[\s,;:\"`']|\.(?!\d))+")
_EDGE = " \t\n.,;:\"`'"


def plain_math(text: str) -> str:
    """Return the answer in plain notation; one that is longer than `LONGEST` only stripped."""
    if len(text) > LONGEST:
        return text.strip()
    plain = _SUPERSCRIPT.sub(lambda raised: "^" + raised[0].translate(RAISED), text)
    plain = plain.translate(SIGNS)
    if "~" in plain:
        # In LaTeX a blank; before the answer, a sign of approximation.
        start = plain.lstrip(" $")
        plain = plain.replace("~", "≈", 1) if start.startswith("~") else plain
        plain = plain.replace("~", " ")
    if "$" in plain:
        plain = _without_dollars(plain)
    plain = _BOLD.sub(r"\1", plain)
    if any(sign in plain for sign in "\\{^_"):
        plain = _Latex(plain).rewritten()
    plain = plain.replace("**", "^")
    plain = _TIMES_TEN.sub("*", plain)
    plain = _INVERSE.sub(r"arc\1 ", plain)
    return _bare(" ".join(plain.split()))


def _without_dollars(text: str) -> str:
    r"""Drop the signs around mathematics; ``\$5`` and a single ``$5`` are money."""
    text = text.replace("\\$", "\ue000")
    if text.count("$") == 1 and re.search(r"\$ ?\d", text):
        text = text.replace("$", "\ue000")
    return text.replace("$", " ").replace("\ue000", "$")


def _bare(text: str) -> str:
    start = _BEFORE.match(text)
    stripped = (text[start.end() :] if start else text).rstrip(_EDGE)
    if text.endswith("'") and re.search(r"[A-Za-z\d)]'+$", text):
        stripped += text[len(text.rstrip("'")) :]  # a prime: f', 30'
    if stripped.endswith(("!", "?")) and not re.search(r"[\d)a-z]!$", stripped):
        stripped = stripped.rstrip("!?" + _EDGE)
    return stripped


class _Latex:
    """One pass over the tokens; groups by recursion, which is bounded."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = _TOKEN.findall(text)
        self.at = 0

    def rewritten(self) -> str:
        parts: list[str] = []
        while self.at < len(self.tokens):
            parts.append(self.until_closed(0))
            if self.at < len(self.tokens):  # a brace that closes nothing
                self.at += 1
        return "".join(parts)

    def until_closed(self, depth: int) -> str:
        out: list[str] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token == "}":
                break
            self.at += 1
            if token[0] == "\\" and len(token) > 1:
                out.append(self.command(token[1:], out, depth))
            elif token == "{":
                out.append(self.group(depth))
            elif token in "^_":
                out.append(self.script(token, depth))
            else:
                out.append(token)
        return "".join(out)

    def group(self, depth: int) -> str:
        """Return what stands before the closing brace; the opening one has been read."""
        if depth >= _DEEPEST:
            return "{"
        inside = self.until_closed(depth + 1)
        self.at += 1
        return inside

    def argument(self, depth: int, *, whole_number: bool = False) -> str:
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1
        if self.at >= len(self.tokens) or self.tokens[self.at] == "}":
            return ""
        token = self.tokens[self.at]
        if token == "{":
            self.at += 1
            return self.group(depth)
        if token[0] == "\\" and len(token) > 1:
            self.at += 1
            return self.command(token[1:], [], depth + 1) if depth < _DEEPEST else token
        rest = token.lstrip()
        # TeX takes one sign, as in \frac12; whoever writes \sqrt 10 means all of it.
        number = _DIGITS.match(rest) if whole_number else None
        length = number.end() if number else 1
        self.tokens[self.at] = rest[length:]
        if not rest[length:]:
            self.at += 1
        return rest[:length]

    def option(self) -> str:
        """Return what stands in square brackets, as the 3 of a cube root, or nothing."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else ""
        match = re.match(r"\s*\[([^\]]{0,20})\]", token)
        if match is None:
            return ""
        self.tokens[self.at] = token[match.end() :]
        if not self.tokens[self.at]:
            self.at += 1
        return match[1]

    def script(self, sign: str, depth: int) -> str:
        # In plain text a power is more than one sign long: 10^12, x^-1.
        token = self.tokens[self.at] if self.at < len(self.tokens) else ""
        if token[:1] not in ("{", "\\"):
            return sign
        inside = self.argument(depth).strip()
        if inside in ("°", "'"):
            return inside
        return f"{sign}{inside}" if _POWER.fullmatch(inside) else f"{sign}({inside})"

    def command(self, name: str, before: list[str], depth: int) -> str:
        if name in _FRACTIONS:
            above, below = self.argument(depth).strip(), self.argument(depth).strip()
            if above.isdigit() and below.isdigit() and before and before[-1][-1:].isdigit():
                return f" {above}/{below}"  # a mixed number: 1\frac{1}{2}
            return f"({_operand(above)}/{_operand(below)})"
        if name == "sqrt":
            degree = self.option()
            inside = self.argument(depth, whole_number=True).strip()
            return f"root({degree},{inside})" if degree not in ("", "2") else f"sqrt({inside})"
        if name in _GROUPED:
            return self.argument(depth)
        if name in DROPPED:
            token = self.tokens[self.at] if self.at < len(self.tokens) else ""
            if name in ("left", "right") and token.startswith("."):
                self.tokens[self.at] = token[1:] or " "
            return ""
        if name in COMMANDS:
            return COMMANDS[name]
        return f"\\{name}"


def _operand(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f"({text})"
