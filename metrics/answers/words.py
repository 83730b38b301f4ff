"""Plain words: names, animals, directions."""

import re

_NOT_WORDS = re.compile(r"[^\w\s'+#]|_")
_ARTICLE = re.compile(r"\b(?:an?|the)\s+")
_LEAD = re.compile(
    r"(?:(?:it|this|that|they|there) ?(?:'s|is|are)|it looks like|这是|它是"
    r"|是一[只个条头匹座]|是)\s*"
)
_LETTER = "A-Za-zα-ωΑ-Ω"
_CONSONANT = "b-df-hj-np-tv-xzB-DF-HJ-NP-TV-XZα-ωΑ-Ω"
_SYMBOL = f"(?:[{_LETTER}]|[{_CONSONANT}]{{2,3}})"
_SYMBOLS = re.compile(f"{_SYMBOL}(?: {_SYMBOL})*")
_CHINESE_ARTICLE = re.compile(r"一[只个条头匹座]")


def plain_words(text: str) -> str:
    """Return the words that count: no case, no punctuation, no articles, no "it is"."""
    text = " ".join(_NOT_WORDS.sub(" ", text.casefold()).split())
    if lead := _LEAD.match(text):
        text = text[lead.end() :] or text
    text = " ".join(_ARTICLE.sub("", text + " ").split())
    if text.startswith("一") and (article := _CHINESE_ARTICLE.match(text)):
        text = text[article.end() :] or text
    return text


def words_match(answer: str, gold: str) -> bool:
    """Tell whether two answers are the same words, singular or plural of the last one aside."""
    if _is_symbol(answer) and _is_symbol(gold):
        return "".join(answer.split()) == "".join(gold.split())
    ours, theirs = plain_words(answer), plain_words(gold)
    return any(map(str.isalnum, ours)) and (ours == theirs or _singular(ours) == _singular(theirs))


def _is_symbol(text: str) -> bool:
    """Tell whether this is a name of a variable or a product of some, in which case counts."""
    if re.fullmatch(r"[A-Za-z]*(?:[a-z][A-Z]|[A-Z]{2}[a-z])[A-Za-z]*", text):
        return True
    return _SYMBOLS.fullmatch(text) is not None


def _singular(text: str) -> str:
    last = text.rpartition(" ")[2]
    if not last.isascii() or not last.isalpha() or len(last) < 4 or last.endswith(("ss", "us")):
        return text
    if last.endswith(("ches", "shes", "xes", "sses")):
        return text[:-2]
    if last.endswith("ies") and len(last) > 4:
        return text[:-3] + "y"
    return text[:-1] if last.endswith("s") else text


def is_wordy(text: str) -> bool:
    """Tell whether the text is words rather than mathematics."""
    return not any(sign.isdigit() or sign in "+*/^=<>≤≥≠\\∞|±∪" for sign in text)
