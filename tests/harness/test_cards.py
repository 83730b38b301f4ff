"""Data cards: what the built-in ones say, and that a damaged head gets a sentence."""

from pathlib import Path

import pytest

from rbench.errors import DataError, UsageError
from rbench.harness.cards import card_names, load_card

GOOD = """---
name: mine
title: My questions
task: mine
hub: null
revision: null
subsets:
  en: {config: mine_en, split: test, rows: 3}
columns:
  index: {type: integer or text}
  question: {type: text}
  subject: {type: text, required: no, nullable: yes}
licence: MIT
redistribute: yes
redistribute_reason: They are mine.
obtain: Ask me.
content_sha256: null
package_files: {}
---
# Mine

They are questions.

---
A rule in the prose ends nothing.
"""


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "mine.md"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_built_in_cards_are_read_and_bear_the_name_of_their_file() -> None:
    assert set(card_names()) >= {"rbench-t", "rbench-t-mini"}
    for name in card_names():
        card = load_card(name)
        assert card.name == name
        assert card.prose.startswith("# ")


def test_the_card_of_rbench_t_pins_the_revision_and_the_size() -> None:
    card = load_card("rbench-t")
    assert (card.hub, card.revision) == (
        "R-Bench/R-Bench",
        "c0e92a6d90dad980ea51a47af64c12ec67b670ce",
    )
    assert {n: (s.config, s.split, s.rows) for n, s in card.subsets.items()} == {
        "en": ("rbench-t_en", "test", 1094),
        "zh": ("rbench-t_zh", "test", 1094),
    }
    assert card.columns["index"].types == ("integer", "text")
    assert card.columns["F"].required and card.columns["F"].nullable
    assert not card.columns["subject"].required
    assert card.licence == "Apache-2.0"
    assert not card.redistribute
    assert str(card.revision) in card.obtain and "--data DIR" in card.obtain


def test_the_card_of_rbench_m_is_that_of_the_other_half_with_a_picture() -> None:
    text, pictured = load_card("rbench-t"), load_card("rbench-m")
    assert (pictured.hub, pictured.revision) == (text.hub, text.revision)
    assert {n: (s.config, s.split, s.rows) for n, s in pictured.subsets.items()} == {
        "en": ("rbench-m_en", "test", 665),
        "zh": ("rbench-m_zh", "test", 665),
    }
    assert {**text.columns, "image": pictured.columns["image"]} == dict(pictured.columns)
    assert pictured.image_columns == ("image",) and not pictured.columns["image"].nullable
    assert text.image_columns == ()


def test_the_card_of_rbench_v_pins_no_commit_and_reads_one_split_of_the_default_config() -> None:
    card = load_card("rbench-v")
    assert (card.hub, card.revision) == ("R-Bench/R-Bench-V", None)
    assert {n: (s.config, s.split, s.rows) for n, s in card.subsets.items()} == {
        "full": (None, "full", 803)
    }
    assert card.subsets["full"].name == "full"
    assert card.columns["image"].nullable and "catagory" in card.columns
    assert not card.redistribute


def test_a_hub_without_a_known_commit_is_allowed(tmp_path: Path) -> None:
    card = load_card(write(tmp_path, GOOD.replace("hub: null", "hub: me/mine")))
    assert (card.hub, card.revision) == ("me/mine", None)


def test_a_card_is_read_from_a_path_and_keeps_its_prose(tmp_path: Path) -> None:
    for path in (write(tmp_path, GOOD), str(tmp_path / "mine.md")):
        card = load_card(path)
        assert card.name == "mine"
        assert card.redistribute
        assert card.prose.startswith("# Mine") and card.prose.endswith("ends nothing.")


def test_an_unknown_name_gets_the_nearest_one() -> None:
    with pytest.raises(UsageError, match="no data card 'rbench-tt'; did you mean 'rbench-t'"):
        load_card("rbench-tt")


def test_a_card_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.md cannot be read"):
        load_card(tmp_path / "nowhere.md")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("---\nname", "name", "no YAML head"),
        ("title: My questions", "title: [", "not YAML"),
        ("name: mine\n", "", "name is missing; it must be text"),
        ("title: My questions", "title: 12", "title must be text .* not 12"),
        ("title: My questions", "title: ' '", "title must be text .* not ' '"),
        ("rows: 3", "rows: three", r"subsets\.en\.rows must be a whole number .* not 'three'"),
        ("rows: 3", "rows: yes", r"subsets\.en\.rows must be a whole number .* not True"),
        ("  en: {config", "  no: {config", "subsets must be .*put False in quotes"),
        ("  en: {config: mine_en, split: test, rows: 3}", "  en: 3", r"subsets\.en must be a map"),
        ("subsets:\n  en: {config: mine_en, split: test, rows: 3}", "subsets: {}", "at least one"),
        ("type: integer or text", "type: number", r"columns\.index\.type must be .* not 'number'"),
        ("required: no", "required: maybe", r"columns\.subject\.required must be yes or no"),
        ("redistribute: yes", "redistribute: perhaps", "redistribute must be yes or no"),
        ("licence: MIT", "licence: MIT\nlicense: MIT", "license is no key .* 'licence'"),
        ("split: test,", "split: test, splits: 2,", r"subsets\.en\.splits is no key .* 'split'"),
        ("revision: null", "revision: main", "revision must be a commit of .* not 'main'"),
        ("type: integer or text", "type: image or text", r"columns\.index\.type must be .*'image'"),
        ("config: mine_en, ", "", r"subsets\.en\.config is missing"),
        ("package_files: {}", "package_files: {zh: a.jsonl}", "one file for each of"),
        ("content_sha256: null\n", "", "content_sha256 is missing"),
    ],
)
def test_a_damaged_head_gets_a_sentence_with_the_key_and_the_value(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    assert before in GOOD
    with pytest.raises(DataError, match=message) as raised:
        load_card(write(tmp_path, GOOD.replace(before, after, 1)))
    assert "mine.md" in str(raised.value)


def test_a_head_that_would_make_objects_is_refused(tmp_path: Path) -> None:
    text = GOOD.replace("My questions", "!!python/object/apply:os.getcwd []")
    with pytest.raises(DataError, match="not YAML"):
        load_card(write(tmp_path, text))
