"""The signs in which one and the same answer is written, and the plain ones that stand for them."""

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺"
RAISED = str.maketrans(SUPERSCRIPTS, "0123456789-+")
_VULGAR = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5",
    "⅗": "3/5", "⅘": "4/5", "⅙": "1/6", "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8",
}  # fmt: skip

SIGNS = str.maketrans(
    {
        **{chr(0xFF01 + i): chr(0x21 + i) for i in range(94)},
        **dict.fromkeys("\u3000\u00a0\u202f\u2009\u2002\u2003\u2005\u200a\t\r\n", " "),
        **dict.fromkeys("\u200b\u200c\u200d\ufeff\u2060\ufe0f\u2061\u2062", ""),
        **dict.fromkeys("−–—‐‑‒﹣", "-"),
        **dict.fromkeys("×⋅·∙∗✕", "*"),
        **dict.fromkeys("÷∕⁄", "/"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‘’′", "'"),
        **dict.fromkeys("º˚", "°"),
        **dict.fromkeys("≃≅∼～﹦", "≈"),
        **dict.fromkeys("⟨〈", "("),
        **dict.fromkeys("⟩〉", ")"),
        **{sign: f" {fraction}" for sign, fraction in _VULGAR.items()},
        **{chr(0x2080 + i): f"_{i}" for i in range(10)},
        "。": ".",
        "、": ",",
        "∶": ":",
        "≦": "≤",
        "≧": "≥",
        "″": '"',
        "℃": "°C",
        "℉": "°F",
        "Å": "Å",
        "Ω": "Ω",
        "µ": "μ",
        "π": "pi",
        "√": "sqrt",
        "∛": "cbrt",
        "￥": "¥",
        "➔": "→",
        "⇒": "→",
    }
)

_GREEK_TEXT = (
    "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta θ "
    "iota ι kappa κ lambda λ mu μ nu ν xi ξ rho ρ sigma σ tau τ phi φ varphi φ chi χ psi ψ "
    "omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω"
)
_GREEK = _GREEK_TEXT.split()
GREEK = dict(zip(_GREEK[::2], _GREEK[1::2], strict=True))

FUNCTIONS = (
    "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh",
    "ln", "log", "lg", "exp",
)  # fmt: skip

COMMANDS = {
    **GREEK,
    **{name: f" {name} " for name in FUNCTIONS},
    **dict.fromkeys((",", ";", ":", " ", "quad", "qquad", "\\", "enspace", "thinspace"), " "),
    **dict.fromkeys(("times", "cdot", "ast"), "*"),
    **dict.fromkeys(("circ", "degree", "textdegree"), "°"),
    **dict.fromkeys(("to", "rightarrow", "Rightarrow", "longrightarrow", "implies"), "→"),
    **dict.fromkeys(("ldots", "dots", "cdots", "dotsc"), "..."),
    **dict.fromkeys(("le", "leq", "leqslant"), "≤"),
    **dict.fromkeys(("ge", "geq", "geqslant"), "≥"),
    **dict.fromkeys(("ne", "neq"), "≠"),
    **dict.fromkeys(("approx", "simeq", "cong", "sim", "doteq"), "≈"),
    **dict.fromkeys(("langle", "lparen"), "("),
    **dict.fromkeys(("rangle", "rparen"), ")"),
    **dict.fromkeys(("lbrack",), "["),
    **dict.fromkeys(("rbrack",), "]"),
    **dict.fromkeys(("{", "lbrace"), "{"),
    **dict.fromkeys(("}", "rbrace"), "}"),
    **dict.fromkeys(("vert", "lvert", "rvert", "mid", "|"), "|"),
    "pi": "pi",
    "div": "/",
    "lt": "<",
    "gt": ">",
    "pm": "±",
    "mp": "∓",
    "infty": "∞",
    "cup": "∪",
    "cap": "∩",
    "in": "∈",
    "emptyset": "∅",
    "varnothing": "∅",
    "angle": "∠",
    "triangle": "△",
    "AA": "Å",
    "prime": "'",
    "%": "%",
    "$": "$",
    "#": "#",
    "&": "&",
    "_": "_",
    "^": "^",
}

DROPPED = {
    "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "displaystyle",
    "textstyle", "limits", "rm", "bf", "it", "large", "Large", "huge", "Huge", "small", "!", "(",
    ")", "[", "]", "hfill", "centering", "tiny",
}  # fmt: skip
