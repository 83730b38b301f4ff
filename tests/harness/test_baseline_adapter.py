import asyncio
from collections import Counter

import pytest
from scipy.stats import chisquare

from rbench.errors import UsageError
from rbench.harness.adapters.baseline import NO_GUESS, Baseline
from rbench.harness.options import NoOptions
from rbench.harness.types import Ask, Call, Item, Reply

OPTIONS = {letter: f"text {letter}" for letter in "ABCDEF"}


def call(number=0, *, options=OPTIONS, prefix="ANSWER: ", repeat=0, ordinal=0, seed=0):
    item = Item(f"en/{number}", "en", str(number), {"question": "?", "options": options})
    request = {"messages": [], "options": options, "answer_prefix": prefix}
    return Call(item, repeat, ordinal, Ask("model", request), seed)


def texts(name, calls):
    return [reply.text for reply in asyncio.run(Baseline(name, NoOptions()).answer(calls))]


def test_first_takes_the_first_option_in_the_form_that_is_asked():
    assert texts("first", [call(), call(prefix="答案是", options={"C": "c", "D": "d"})]) == [
        "ANSWER: A",
        "答案是C",
    ]


def test_without_a_prefix_the_english_form_is_written():
    asked = call()
    ask = Ask("model", {"messages": [], "options": {"B": "b"}})
    assert texts("first", [Call(asked.item, 0, 0, ask, 0)]) == ["ANSWER: B"]


@pytest.mark.parametrize("letters", ["AB", "ABCD", "ABCDEF"])
def test_uniform_draws_each_of_the_items_own_options_equally_often(letters):
    options = {letter: letter for letter in letters}
    counts = Counter(texts("uniform", [call(i, options=options) for i in range(6000)]))
    assert set(counts) == {f"ANSWER: {letter}" for letter in letters}
    assert chisquare(list(counts.values())).pvalue > 0.001


def test_uniform_does_not_depend_on_order_or_batch():
    calls = [call(i, repeat=r) for i in range(50) for r in range(2)]
    together = texts("uniform", calls)
    assert texts("uniform", calls[::-1]) == together[::-1]
    assert [texts("uniform", [one])[0] for one in calls] == together


@pytest.mark.parametrize("change", [{"seed": 1}, {"repeat": 1}, {"ordinal": 1}])
def test_uniform_draws_anew_for_another_seed_repeat_or_ordinal(change):
    before = texts("uniform", [call(i) for i in range(600)])
    after = texts("uniform", [call(i, **change) for i in range(600)])
    agreement = sum(a == b for a, b in zip(before, after, strict=True))
    assert 60 < agreement < 145  # independent draws agree on 100 of 600, with deviation 9.1


def test_item_and_repeat_do_not_run_into_one_another():
    """Item 1 with repeat 11 is not item 11 with repeat 1."""
    one = texts("uniform", [call(1, repeat=10 * i + 1) for i in range(60)])
    other = texts("uniform", [call(int(f"1{i}"), repeat=1) for i in range(60)])
    assert one != other


def test_an_unknown_baseline_gets_the_nearest_name():
    with pytest.raises(UsageError, match="'unifrom'; did you mean 'uniform'"):
        Baseline("unifrom", NoOptions())


def open_call(number=0, seed=0, **request):
    item = Item(f"math/{number}", "math", str(number), {"question": "?"})
    given = {"messages": [], "answer_prefix": "\\boxed{", "answer_suffix": "}", **request}
    return Call(item, 0, 0, Ask("model", given), seed)


def test_choices_of_an_open_question_are_guessed_in_the_form_that_is_asked():
    assert texts("first", [open_call(choices=["12", "7"])]) == ["\\boxed{12}"]
    choices = ["7", "8", "9", "12"]
    counts = Counter(texts("uniform", [open_call(i, choices=choices) for i in range(4000)]))
    assert set(counts) == {f"\\boxed{{{choice}}}" for choice in choices}
    assert chisquare(list(counts.values())).pvalue > 0.001


def test_a_question_with_nothing_to_choose_from_gets_no_guess_and_no_error():
    for name in ("first", "uniform"):
        for request in ({}, {"choices": []}, {"options": {}}):
            reply = asyncio.run(Baseline(name, NoOptions()).answer([open_call(**request)]))[0]
            assert reply == Reply(text=NO_GUESS)


def test_the_draws_of_multiple_choice_are_those_of_version_1():
    """Stored runs are resumed by the version, so its draws must not change."""
    drawn = "".join(text[-1] for text in texts("uniform", [call(i) for i in range(24)]))
    assert drawn == "CADCBEBABFCFDEBFBEDABFCB"


def test_identity_settings_and_limits():
    adapter = Baseline("uniform", NoOptions())
    assert adapter.identity == {"adapter": "baseline", "model": "uniform", "version": "1"}
    assert (adapter.settings, adapter.batch, adapter.max_concurrency) == ({}, 1, None)
    asyncio.run(adapter.close())
    assert asyncio.run(adapter.answer([call()]))[0] == Reply(text=texts("uniform", [call()])[0])
