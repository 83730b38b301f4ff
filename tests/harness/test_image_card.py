"""Cards of image sets."""

from pathlib import Path

import pytest

from rbench.assets.table import ASSETS
from rbench.errors import DataError, UsageError
from rbench.harness.image_card import image_card_facts, image_card_names, load_image_card
from rbench.harness.registry import TASKS

GOOD = """---
name: mine
title: My images
tasks: mine
images: 8 x 8 gray
classes: none
splits:
  train: {images: 3}
licence: MIT
redistribute: yes
redistribute_reason: They are mine.
source: here
obtain: Ask me.
statistics: {}
package: null
---
# Mine
"""


def test_the_built_in_cards_are_read_and_name_tasks_and_assets_that_there_are() -> None:
    assert set(image_card_names()) >= {"digits", "fashion-mnist", "cifar10", "imagenet", "lsun"}
    for name in image_card_names():
        card = load_image_card(name)
        assert card.name == name
        assert card.prose.startswith("# ")
        assert set(card.tasks.split(", ")) <= set(TASKS)
        assert set(card.statistics) <= set(ASSETS)


def test_the_facts_of_a_card_are_pairs_of_words(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text(GOOD)
    facts = list(image_card_facts(load_image_card(tmp_path / "mine.md")))
    assert ("images", "8 x 8 gray") in facts
    assert ("splits", "train: 3 images") in facts
    assert ("redistribute", "yes: They are mine.") in facts
    assert ("statistics", "none published") in facts
    digits = dict(image_card_facts(load_image_card("digits")))
    assert digits["splits"] == "train: 1,197 images" and digits[""] == "test: 600 images"


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("{images: 3}", "{images: 0}", r"images must be a whole number above 0, not 0"),
        ("{images: 3}", "{images: 3, rows: 3}", r"rows is no key of a card"),
        ("title: My images\n", "", "title is missing"),
        ("licence: MIT", "license: MIT", "licence is missing"),
        ("package: null", "package: null\nhub: x", "hub is no key of a card"),
        ("splits:\n  train: {images: 3}", "splits: {}", "with at least one entry"),
        ("---\n# Mine", "# Mine", "no YAML head"),
    ],
)
def test_a_damaged_head_gets_a_sentence(tmp_path: Path, old: str, new: str, match: str) -> None:
    (tmp_path / "mine.md").write_text(GOOD.replace(old, new))
    with pytest.raises(DataError, match=match):
        load_image_card(tmp_path / "mine.md")


def test_an_unknown_card_gets_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'digits'"):
        load_image_card("digit")
    with pytest.raises(DataError, match="cannot be read as a data card"):
        load_image_card(tmp_path / "none.md")
