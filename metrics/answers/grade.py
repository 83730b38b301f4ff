"""Compare an answer with the gold: letters, yes or no, lists, quantities, words, then algebra."""

import re
from collections.abc import Mapping

from rbench.metrics.answers.labels import after_words, labels_match
from rbench.metrics.answers.letters import read_letters
from rbench.metrics.answers.number import numbers_match, read_number
from rbench.metrics.answers.plain_math import LONGEST, plain_math
from rbench.metrics.answers.quantity import Quantity, quantities_match, read_quantity
from rbench.metrics.answers.rule import Mathematics, NeedsAlgebra, RuleOptions
from rbench.metrics.answers.sequence import (
    closes_at_end,
    is_one_number,
    paths_match,
    read_sequence,
    sequences_match,
)
from rbench.metrics.answers.words import is_wordy, words_match
from rbench.metrics.answers.yes_no import read_yes_no

_APPROXIMATELY = re.compile(
    r"(?:[≈=]|(?:there (?:is|are)|it is|it's|(?:a )?total of|about"
    r"|approximately|approx\.?|around|roughly|nearly)(?![a-z])|大?约为?|近似为?)\s*",
    re.IGNORECASE,
)
_LEFT = re.compile(r"(?:[^\W\d]|[∠△])[^+*/^<>≤≥≠,;=≈±]{0,60}")
_DEEPEST = 6


def grade(
    answer: str,
    gold: str,
    options: Mapping[str, str] | None,
    rule: RuleOptions,
    mathematics: Mathematics | None = None,
) -> bool:
    """Tell whether the answer is right. Raises `NeedsAlgebra` where that takes `mathematics`.

    `options` maps letters to texts, where the question has any. A blank answer is wrong.
    """
    if not answer.strip() or not gold.strip():
        return False
    comparison = _Comparison(rule, mathematics)
    if options:
        return comparison.choice(answer, gold, options)
    return comparison.open(answer, gold)


def grade_quickly(
    answer: str, gold: str, options: Mapping[str, str] | None, rule: RuleOptions
) -> bool | None:
    """Tell whether the answer is right, in about a millisecond; None where it takes algebra."""
    try:
        return grade(answer, gold, options, rule)
    except NeedsAlgebra:
        return None


class _Comparison:
    def __init__(self, rule: RuleOptions, mathematics: Mathematics | None) -> None:
        self.rule = rule
        self.mathematics = mathematics

    def choice(self, answer: str, gold: str, options: Mapping[str, str]) -> bool:
        letters = read_letters(gold, options)
        if letters is None:
            same = [letter for letter, text in options.items() if self.open(gold, text)]
            if len(same) != 1:
                return self.open(answer, gold)
            letters = frozenset(same)
        stated = read_letters(answer, options)
        if stated is not None:
            return stated == letters
        if len(letters) > 1:
            return False
        # The text of the gold's option, unless another option reads the same.
        (letter,) = letters
        return self.open(answer, options[letter]) and not any(
            self.open(answer, text) for other, text in options.items() if other != letter
        )

    def open(self, answer: str, gold: str) -> bool:
        letters = read_letters(gold, None)
        if letters is not None and read_letters(answer, None) == letters:
            return True
        return self.equal(plain_math(answer), plain_math(gold), 0)

    def equal(self, answer: str, gold: str, depth: int) -> bool:
        """Compare in the notation of `plain_math`."""
        if not answer or not gold:
            return False
        if answer == gold:
            return True
        if max(len(answer), len(gold)) > LONGEST or depth > _DEEPEST:
            return False
        yes_no = self._yes_no(answer, gold, depth)
        if yes_no is not None:
            return yes_no
        labelled = labels_match(answer, gold)
        if labelled is not None:
            return labelled
        short, wanted = _bare(answer), _bare(gold)
        if (short, wanted) != (answer, gold):
            return self.equal(short, wanted, depth + 1)
        listed = self._listed(answer, gold, depth)
        if listed is not None:
            return listed
        chained = self._chained(answer, gold, depth)
        if chained is not None:
            return chained
        ours, theirs = self._quantity(answer), self._quantity(gold)
        if ours and theirs:
            return quantities_match(ours, theirs, self.rule)
        constant = ours or theirs
        if constant and not (is_wordy(answer) or is_wordy(gold)) and not _is_bare(constant):
            constant = None  # the m of 2m may be a mass
        if is_wordy(answer) and is_wordy(gold) and words_match(answer, gold):
            return True
        return self._algebra(answer, gold, constant)

    def _quantity(self, text: str) -> Quantity | None:
        return read_quantity(text, self.mathematics)

    def _yes_no(self, answer: str, gold: str, depth: int) -> bool | None:
        wanted = read_yes_no(gold)
        if wanted is None:
            return None
        ours = read_yes_no(answer)
        if ours is None or ours.yes != wanted.yes:
            return False
        if not wanted.rest:
            return True
        return self.equal(ours.rest, wanted.rest, depth + 1)

    def _listed(self, answer: str, gold: str, depth: int) -> bool | None:
        followed = paths_match(answer, gold)
        if followed is not None:
            return followed
        ours, theirs = read_sequence(answer), read_sequence(gold)
        if ours is None and theirs is None:
            return None
        if is_one_number(answer) and is_one_number(gold):
            first, second = read_number(answer), read_number(gold)
            if first and second and numbers_match(first, second, self.rule):
                return True
        if ours is not None and theirs is not None:
            return sequences_match(ours, theirs, lambda a, g: self.equal(a, g, depth + 1))
        one, other = (ours, gold) if ours is not None else (theirs, answer)
        assert one is not None  # one of the two is a list
        if len(one.items) == 1:
            item = one.items[0]
            return (
                self.equal(item, gold, depth + 1) if ours else self.equal(answer, item, depth + 1)
            )
        if is_one_number(answer) or is_one_number(gold):
            return None  # 1,234 against 1234: the comma may part thousands
        if one.brackets and any(sign in other for sign in "<>≤≥∞"):
            return self._algebra(answer, gold, None)
        return False if other else None

    def _chained(self, answer: str, gold: str, depth: int) -> bool | None:
        """Compare "x = 5" with "5", "AB = 2√3 ≈ 3.46" with either; None for no equations."""
        ours, theirs = _sides(answer), _sides(gold)
        if ours is None and theirs is None:
            return None
        ours, theirs = ours or [answer], theirs or [gold]
        for side in (ours, theirs):
            if len(side) > 1 and not self._consistent(side):
                return self._algebra(answer, gold, None)
        if any(self.equal(a, g, depth + 1) for a in ours for g in theirs):
            return True
        if "=" in answer and "=" in gold:
            return self._algebra(answer, gold, None)
        return False

    def _consistent(self, sides: list[str]) -> bool:
        numbers = [self._quantity(side) for side in sides]
        first = numbers[0]
        if first is None:
            return all(number is None for number in numbers)
        return all(n is not None and quantities_match(n, first, self.rule) for n in numbers[1:])

    def _algebra(self, answer: str, gold: str, constant: Quantity | None) -> bool:
        if constant is not None or not (_is_mathematics(answer) and _is_mathematics(gold)):
            return False
        if is_wordy(answer) and is_wordy(gold):
            return False
        if not (_has_letter(answer) and _has_letter(gold)):
            return False  # a constant is not an expression with variables
        if self.mathematics is None:
            raise NeedsAlgebra(answer)
        return self.mathematics.equal(answer, gold)


def _bare(text: str) -> str:
    """Return the text without "about" and without brackets around a single value."""
    if text[0] == "(" and text[-1] == ")" and closes_at_end(text) and read_sequence(text) is None:
        return text[1:-1].strip()
    if lead := _APPROXIMATELY.match(text):
        return text[lead.end() :].strip()
    value = after_words(text)
    return value if value is not None and _is_value(value) else text


def _is_value(text: str) -> bool:
    try:
        return read_quantity(text) is not None
    except NeedsAlgebra:
        return True


def _sides(text: str) -> list[str] | None:
    """Return what is said to be equal, without a name on the left; None for no such thing."""
    if not ("=" in text or "≈" in text) or any(sign in text for sign in "<>≤≥≠"):
        return None
    sides = [side.strip() for side in re.split(r"[=≈]", text)]
    if not all(sides):
        return None
    if len(sides) > 1 and _LEFT.fullmatch(sides[0]) and read_number_or_none(sides[0]) is None:
        return sides[1:]
    chain = "≈" in text or len(sides) > 2 or not _has_variable(text)
    return sides if len(sides) > 1 and chain else None


def read_number_or_none(text: str) -> object:
    """Return the number, or None where it is none or takes algebra."""
    try:
        return read_number(text)
    except NeedsAlgebra:
        return None


_LONG_WORD = re.compile(r"[A-Za-z]{4,}|[\u4e00-\u9fff]")
_FUNCTION_WORD = re.compile(r"(?:arc)?(?:sin|cos|tan|cot|sec|csc)h?|sqrt|cbrt|root|log|exp|left")


def _has_variable(text: str) -> bool:
    return any(sign.isalpha() for sign in text.replace("sqrt", "").replace("pi", ""))


def _is_bare(quantity: Quantity) -> bool:
    return not (quantity.unit or quantity.things)


def _has_letter(text: str) -> bool:
    return any(sign.isalpha() or sign == "∞" for sign in text)


def _is_mathematics(text: str) -> bool:
    """Tell whether a text may be an expression: no words of four letters but functions."""
    words = _LONG_WORD.findall(_FUNCTION_WORD.sub(" ", text))
    return not words
