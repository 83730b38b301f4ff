from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbench.errors import UsageError
from rbench.harness.plan import Cell, folder_name, make_cell, select, union, units
from tests.harness.fakes import EchoTask, Scripted, items

ITEMS = items(10, ("en", "zh"))


def cell(task: EchoTask | None = None, answerer: Scripted | None = None, seed: int = 0) -> Cell:
    return make_cell(
        task or EchoTask(ITEMS),
        "openai/gpt-x",
        answerer or Scripted(),
        (answerer or Scripted()).identity,
        task_entry="echo",
        seed=seed,
        selection={"en/0": 1},
    )


def test_a_limit_takes_the_first_questions_of_every_subset() -> None:
    assert list(select(ITEMS, limit=2)) == ["en/0", "en/1", "zh/0", "zh/1"]
    assert list(select(ITEMS, limit="2-3", subset="zh")) == ["zh/1", "zh/2"]


def test_a_sample_id_names_one_question_or_its_translations_too() -> None:
    assert list(select(ITEMS, sample_ids=["zh/3"])) == ["zh/3"]
    assert list(select(ITEMS, sample_ids=["3"])) == ["en/3", "zh/3"]


@pytest.mark.parametrize("limit", ["0", "-1", "3-2", "0-3", "x", "1.5", ""])
def test_a_senseless_limit_is_refused_with_its_value(limit: str) -> None:
    with pytest.raises(UsageError, match="--limit"):
        select(ITEMS, limit=limit)


def test_an_unknown_subset_or_question_gets_the_nearest_names() -> None:
    with pytest.raises(UsageError, match="did you mean 'en'"):
        select(ITEMS, subset="enn")
    with pytest.raises(UsageError, match="en/1"):
        select(ITEMS, sample_ids=["en/11"])


def test_a_limit_beyond_the_last_question_is_refused() -> None:
    with pytest.raises(UsageError, match="leaves no question"):
        select(ITEMS, limit="50-60")


selections = st.dictionaries(st.sampled_from([i.id for i in ITEMS]), st.integers(1, 3), min_size=1)


@given(selections, selections, st.integers(1, 7))
def test_a_larger_selection_keeps_every_unit_as_it_was(
    one: dict[str, int], two: dict[str, int], batch: int
) -> None:
    before = set(units(ITEMS, one, batch))
    after = list(units(ITEMS, union(one, two), batch))
    assert before <= set(after)
    covered = [key for unit in after for key in unit.samples]
    assert len(covered) == len(set(covered))
    wanted = {(i, r) for selection in (one, two) for i, n in selection.items() for r in range(n)}
    assert wanted <= set(covered)


def test_the_answer_key_moves_with_whatever_the_replies_depend_on() -> None:
    keys = {
        cell().answer_key,
        cell(seed=1).answer_key,
        cell(EchoTask(ITEMS, rounds=2)).answer_key,
        cell(replace(EchoTask(ITEMS), version="2")).answer_key,
        cell(answerer=Scripted(batch=2)).answer_key,
        cell(answerer=Scripted(identity={"model": "other"})).answer_key,
        cell(answerer=Scripted(settings={"temperature": 0.5})).answer_key,
    }
    assert len(keys) == 7
    assert cell().answer_key == cell().answer_key


def test_the_protocol_knows_what_was_selected_and_not_the_model() -> None:
    one = cell()
    assert one.protocol_id == cell(answerer=Scripted(settings={"temperature": 1})).protocol_id
    assert one.protocol_id != replace(one, selection={"en/1": 1}).protocol_id
    assert one.protocol_id != replace(one, selection={"en/0": 2}).protocol_id


def test_a_plan_survives_the_file() -> None:
    assert Cell.from_json(cell().to_json()) == cell()


def test_a_folder_is_named_by_identity_and_not_by_how_a_path_was_written() -> None:
    key = "0123456789abcdef"
    assert folder_name("openai/org/gpt x@1", {"model": "org/gpt x@1"}, key) == (
        "openai-org-gpt-x-1-0123456789ab"
    )
    names = {folder_name(m, {"model": "b"}, key) for m in ("hf/a/b", "hf/./a/b", "hf//x/a/b")}
    assert names == {"hf-b-0123456789ab"}
    assert folder_name("replies:/x/r.jsonl", {}, key) == "replies-r.jsonl-0123456789ab"
    assert folder_name("replies:r.jsonl", None, key) == "replies-r.jsonl-0123456789ab"


def test_uneven_repeats_are_part_of_the_protocol() -> None:
    one = replace(cell(), selection={"en/0": 5, "en/1": 1})
    two = replace(cell(), selection={"en/0": 1, "en/1": 5})
    assert one.protocol_id != two.protocol_id


def test_words_for_choosing_move_only_the_keys_of_models_that_choose() -> None:
    class Worded(EchoTask):
        words = "ANSWER: "

        def asked(self) -> dict[str, object]:
            return {**super().asked(), "choosing_sha256": self.words}

    class Reworded(Worded):
        words = "Answer: "

    chooser = Scripted(settings={"response": "loglikelihood", "options": "letters"})
    assert cell(Worded(ITEMS)).answer_key == cell(Reworded(ITEMS)).answer_key
    assert cell(Worded(ITEMS), chooser).answer_key != cell(Reworded(ITEMS), chooser).answer_key


def test_a_model_of_a_file_is_named_once_in_its_folder() -> None:
    assert (
        folder_name("gen.py@make", {"model": "gen.py@make"}, "k" * 12) == f"gen.py-make-{'k' * 12}"
    )
