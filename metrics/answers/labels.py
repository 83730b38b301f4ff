"""What stands before a value without being part of it, and the labels that are a value."""

import re

_NOUNS = (
    "exit|entrance|door|gate|ball|point|vertex|node|box|path|route|line|tube|pipe|picture|figure"
    "|image|cup|hole|bucket|container|position|player|person|animal|block|piece|tile|gear|car|rope"
    "|string|card|shape|region|lamp|bulb|light|switch|circuit|cube|square|circle|number"
)
_BARE = r"\d{1,4}|[A-Z]\d?"
_LABEL = re.compile(rf"(?:the )?(?:(?P<noun>(?i:{_NOUNS})) |(?i:no)\. ?|№ ?|# ?)(?P<value>{_BARE})")
_BARE_VALUE = re.compile(_BARE)
_SAID = re.compile(
    r"(?:(?:the|its|their|there|total|a total|[A-Z][a-z]{2,}|[\u4e00-\u9fff]{1,12})"
    r"(?: [A-Za-z][a-z'-]*){0,7}(?: is| are| equals| was| =| ?:)(?: equal to| exactly)?"
    r"|[\u4e00-\u9fff]{1,12}(?:是|为|有|:)|一?共有?|总共有?) ?(?=\S)"
)
_TAKEN_BACK = re.compile(
    r"(?<![a-z])(?:not|no|yes|true|false|wrong|incorrect|or|and|if|without|except|than|least|most|but|fewer|less|more"
    r"|greater|larger|smaller|above|below|over|under|impossible)(?![a-z])"
    r"|[不非没无未错是否对](?=.*[是为有:])|[至于超外]|^[是否对有]",
    re.IGNORECASE,
)


def after_words(text: str) -> str | None:
    """Return what "the area is ...", "Total: ..." or 面积为 says; None where nothing is said."""
    said = _SAID.match(text)
    if said is None or _TAKEN_BACK.search(said[0]):
        return None
    return text[said.end() :]


def labels_match(answer: str, gold: str) -> bool | None:
    """Compare "exit 3", "No. 3" or "point B" with "3" or "B", or two labels; None for no labels."""
    ours, theirs = _LABEL.fullmatch(answer), _LABEL.fullmatch(gold)
    if ours and theirs:
        nouns = {(m["noun"] or "number").casefold() for m in (ours, theirs)} - {"number"}
        return ours["value"] == theirs["value"] and len(nouns) < 2
    label, other = (ours, gold) if ours else (theirs, answer)
    if label is None or not _BARE_VALUE.fullmatch(other):
        return None
    return label["value"] == other
