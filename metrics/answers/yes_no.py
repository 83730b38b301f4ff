"""Yes or no, alone or with what follows: "Yes 3", "yes; 3 steps", "是 3"."""

import re
from dataclasses import dataclass
from functools import lru_cache

_YES = "yes|true|correct|是的?|对|正确|可以|能|有|存在"
_NO = "no|false|incorrect|否|不是|不对|错误?|不可以|不能|没有|不存在|无法?|不可能"
_START = re.compile(
    rf"(?:(?P<no>{_NO})|(?P<yes>{_YES}))(?=$|[^A-Za-z'])[\s,;:.!-]*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_OTHER = re.compile(r"(?:or|and|but|if|or not|或|也|但|吗|\?)(?![a-z])|[/|\\]", re.IGNORECASE)
# "Yes, no": both are said. A remark after a yes may well hold a no: "Yes, there is no wall".
_BOTH = {
    True: re.compile(
        rf"[\W_]*(?:(?:or|and|but|wait|actually)(?![a-z])[\W_]*)?(?:{_NO})(?![A-Za-z'])"
        rf"|.*?(?<![a-z])(?:or|and|but|wait|actually)(?![a-z])[\W_]*(?:{_NO})(?![A-Za-z'])",
        re.IGNORECASE | re.DOTALL,
    ),
    False: re.compile(
        r".*?(?<![a-z])(?:yes|true)(?![a-z])|[\W_]*是(?!否)", re.IGNORECASE | re.DOTALL
    ),
}


@dataclass(frozen=True, slots=True)
class YesNo:
    """`rest` is what follows, in the notation of `plain_math`; "" for nothing."""

    yes: bool
    rest: str


@lru_cache(maxsize=1024)
def read_yes_no(text: str) -> YesNo | None:
    """Read yes or no at the start of an answer; None for what starts otherwise or hedges.

    After a Chinese word, only nothing, a blank, a sign or a number may follow: 能量 is no yes.
    """
    match = _START.match(text)
    if match is None:
        return None
    rest = match["rest"]
    word = match["no"] or match["yes"]
    after = text[len(word) : len(word) + 1]
    if not word.isascii() and after and after.isalpha():
        return None
    yes = match["no"] is None
    if _OTHER.match(rest) or _BOTH[yes].match(rest):
        return None
    return YesNo(yes, rest.strip().strip(".,;:()"))
