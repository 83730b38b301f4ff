"""What holds for every answer: it equals itself, dressing does not count, units convert."""

from fractions import Fraction

import pint
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rbench.metrics.answers.grade import grade_quickly
from rbench.metrics.answers.plain_math import plain_math
from rbench.metrics.answers.reading import read_answer
from rbench.metrics.answers.rule import RuleOptions
from rbench.metrics.answers.unit_names import CURRENCIES, UNIT_NAMES
from rbench.metrics.answers.units import conversion, read_unit

RULE = RuleOptions()
NUMBERS = st.one_of(
    st.integers(-(10**9), 10**9).map(str),
    st.decimals(-1000, 1000, places=3).map(str),
    st.tuples(st.integers(-99, 99), st.integers(1, 99)).map(lambda f: f"{f[0]}/{f[1]}"),
    st.integers(2, 99).map(lambda n: f"\\sqrt{{{n}}}"),
)
WORDS = st.from_regex(r"[A-Z][a-z]{2,8}( [a-z]{3,8})?", fullmatch=True)
ANSWERS = st.one_of(
    NUMBERS,
    WORDS,
    NUMBERS.map(lambda n: f"Yes {n}"),
    st.tuples(NUMBERS, st.sampled_from(["m", "kg", "m/s", "°", "eV", "%"])).map(" ".join),
    st.lists(NUMBERS, min_size=2, max_size=4).map(", ".join),
)
MESS = st.text(
    st.sampled_from([*"0123456789.,-+*/^(){}[]\\$%°=<>|_ '\"\nabexAB√½或是\ud800"]),
    max_size=30,
)


def grade(answer: str, gold: str) -> bool | None:
    return grade_quickly(answer, gold, None, RULE)


@settings(deadline=None)
@given(st.one_of(ANSWERS, st.text(max_size=60)))
def test_every_readable_answer_is_right_for_itself(text: str) -> None:
    if plain_math(text):
        assert grade(text, text) is True


@pytest.mark.parametrize(
    "dressed",
    ["\\boxed{%s}", "$%s$", "**%s**", "\\text{%s}", " %s ", "%s.", "\\mathbf{%s}", "\\[ %s \\]",
     "\\left(%s\\right)"],
)  # fmt: skip
@given(answer=ANSWERS, gold=ANSWERS)
@settings(max_examples=40, deadline=None)
def test_dressing_does_not_change_a_grade(dressed: str, answer: str, gold: str) -> None:
    if "left" in dressed:
        assume("," not in answer and answer[-1] not in "°%")
        assume(not answer.startswith("Yes"))
    assert grade(dressed.replace("%s", answer), gold) is grade(answer, gold)
    assert grade(dressed.replace("%s", answer), answer) is True


@settings(deadline=None)
@given(answer=ANSWERS)
def test_a_boxed_answer_is_read_and_graded_as_it_was_written(answer: str) -> None:
    read = read_answer(f"So we have \\[\\boxed{{{answer}}}\\]").answer
    assert read is not None
    assert grade(read, answer) is True


@given(
    st.lists(st.integers(0, 30), min_size=2, max_size=6).flatmap(
        lambda values: st.tuples(st.just(values), st.permutations(values))
    )
)
def test_the_order_of_a_set_does_not_count(lists: tuple[list[int], list[int]]) -> None:
    first, second = (", ".join(map(str, values)) for values in lists)
    assert grade(f"{{{first}}}", f"{{{second}}}") is True
    assert grade(first, second) is True
    assert grade(f"({first})", f"({second})") is (lists[0] == lists[1])


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_integers_are_right_only_when_they_are_equal(answer: int, gold: int) -> None:
    assert grade(str(answer), str(gold)) is (answer == gold)
    assert grade(f"{answer:,}", str(gold)) is (answer == gold)


@settings(deadline=None)  # pint is loaded once
@given(
    st.integers(1, 9999),
    st.sampled_from([("m", "cm", 100), ("kJ", "J", 1000), ("h", "s", 3600), ("L", "mL", 1000),
                     ("m^2", "cm^2", 10**4), ("m/s", "mm/s", 1000), ("kΩ", "Ω", 1000)]),
)  # fmt: skip
def test_a_quantity_is_the_same_in_another_unit(value: int, units: tuple[str, str, int]) -> None:
    large, small, factor = units
    assert grade(f"{value * factor} {small}", f"{value} {large}") is True
    assert grade(f"{value} {large}", f"{value * factor} {small}") is True
    assert grade(f"{value * factor + 1} {small}", f"{value} {large}") is False


@given(st.decimals("0.01", 1000, places=4), st.integers(0, 3))
def test_more_digits_are_right_where_they_round_to_the_gold(value: object, places: int) -> None:
    gold = f"{value:.{places}f}"
    assume(places > 0 and Fraction(gold) != 0)
    assert grade(str(value), gold) is True
    wrong = Fraction(gold) + Fraction(2, 10**places)
    assert grade(f"{float(wrong):.{places}f}", gold) is False


@given(MESS, MESS)
@settings(max_examples=300, deadline=None)
def test_no_pair_of_texts_raises(answer: str, gold: str) -> None:
    assert grade(answer, gold) in (True, False, None)
    options = {"A": gold, "B": "2"}
    assert grade_quickly(answer, "A", options, RULE) in (True, False, None)


@pytest.mark.parametrize("text", ["(" * 100, "{" * 100_000, "^" * 999, "\\frac" * 150, "-" * 900,
                                  "1/" * 400, "(1," * 200, "9^" * 300, "sqrt" * 200, "a=" * 400,
                                  "\\sqrt{" * 120, "1 or " * 190, "½" * 300, "°" * 900],
)  # fmt: skip
def test_hostile_texts_are_wrong_and_cost_little(text: str) -> None:
    assert grade(text, "5") in (False, None)
    assert grade("5", text) in (False, None)


def test_two_unreadable_sides_are_equal_only_as_text() -> None:
    assert grade("@@ ##", "@@ ##") is True
    assert grade("@@ ##", "## @@") is False
    assert grade("", "") is False
    assert grade("...", "...") is False


def test_every_unit_converts_as_pint_says() -> None:
    registry = pint.UnitRegistry()
    for written, name in UNIT_NAMES.items():
        unit = read_unit(written)
        assert unit is not None, written
        if name in CURRENCIES or name in ("degC", "degF"):
            continue
        base = registry.parse_expression(name).to_base_units()
        target = tuple(sorted((str(n), int(p)) for n, p in base.unit_items()))
        if not all(isinstance(p, int) or p == int(p) for _, p in base.unit_items()):
            continue
        converted = conversion(unit, target)
        assert converted is not None, written
        assert float(converted[0]) == pytest.approx(base.magnitude, rel=1e-12), written
