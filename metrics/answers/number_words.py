"""Small numbers as words: "twelve", "twenty-one", "十二", "两"."""

import re

_UNITS_TEXT = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_UNITS = dict(
    zip(
        _UNITS_TEXT.split(),
        range(20),
        strict=False,
    )
)
_TENS = dict(
    zip(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
        range(20, 100, 10),
        strict=True,
    )
)
_CHINESE = dict(zip("零一二三四五六七八九", range(10), strict=True)) | {"〇": 0, "两": 2}
_CHINESE_NUMBER = re.compile(
    r"(?:(?P<hundreds>[一二两三四五六七八九])百)?(?:(?P<tens>[一二三四五六七八九]?)(?P<ten>十)"
    r"|零)?(?P<units>[零〇一二两三四五六七八九])?"
)


def number_word(text: str) -> int | None:
    """Return the number below 1,000 (Chinese) or 101 (English) that the word is, else None."""
    if text.isascii():
        return _english(text) if len(text) <= 16 and text[:1].isalpha() else None
    return _chinese(text) if len(text) <= 6 else None


def _english(text: str) -> int | None:
    words = text.casefold().replace("-", " ").split()
    if words in (["hundred"], ["a", "hundred"], ["one", "hundred"]):
        return 100
    if len(words) == 1:
        return _UNITS.get(words[0], _TENS.get(words[0]))
    if len(words) == 2 and words[0] in _TENS and 0 < _UNITS.get(words[1], 0) < 10:
        return _TENS[words[0]] + _UNITS[words[1]]
    return None


def _chinese(text: str) -> int | None:
    match = _CHINESE_NUMBER.fullmatch(text)
    if match is None or not text:
        return None
    hundreds, units = match["hundreds"], match["units"]
    if text.startswith("零") and units:
        return None
    if hundreds and units and not match["ten"] and "零" not in text:
        return None  # 一百五 is 150 to some
    tens = 10 * _CHINESE.get(match["tens"] or "一", 1) if match["ten"] else 0
    return 100 * (_CHINESE[hundreds] if hundreds else 0) + tens + (_CHINESE[units] if units else 0)
