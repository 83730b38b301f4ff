"""`--model-info FILE`: read strictly, put beside the entries."""

from pathlib import Path

import pytest

from rbench.errors import DataError, UsageError
from rbench.leaderboards.entries import ModelInfo
from rbench.leaderboards.model_info import (
    is_after,
    not_on_the_board,
    read_model_info,
    with_model_info,
)
from tests.leaderboards.board_entries import entry, published

GOOD = """
openai/m:
  organisation: OpenAI
  released: 2025-08-07
  parameters: 7B
  open_weights: no
  link: https://example.org/m
other/n: {released: 2025}
"""


def read(tmp_path: Path, text: str) -> dict[str, ModelInfo]:
    file = tmp_path / "models.yaml"
    file.write_text(text, encoding="utf-8")
    return dict(read_model_info(file))


def test_what_is_given_is_read_and_the_rest_is_unknown(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    assert found["openai/m"] == ModelInfo(
        "OpenAI", "2025-08-07", "7B", False, "https://example.org/m"
    )
    assert found["other/n"] == ModelInfo(released="2025")
    assert read(tmp_path, "") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a", "must map names of models"),
        ("m: text", "'m' must be a mapping"),
        ("m: {organization: x}", "no field 'organization'; did you mean 'organisation'"),
        ("m: {open_weights: maybe}", "open_weights must be yes or no"),
        ("m: {released: yesterday}", "released must be YYYY"),
        ("m: {released: 2025-13}", "released must be YYYY"),
        ("m: {released: 2025-02-30}", "released must be YYYY, YYYY-MM or YYYY-MM-DD, not '2025-02"),
        ("m: {released: 2025-13-01}", "released must be YYYY"),
        ("m: {released: [2025]}", "released must be YYYY, YYYY-MM or YYYY-MM-DD, not 'list'"),
        ("m: {parameters: !!int x}", "is not YAML"),
        ("m: {parameters: !!timestamp x}", "is not YAML"),
        ("m: {organisation: [x]}", "organisation must be text, not list"),
        ("{a: " * 3000, "nested too deeply"),
        ("m: {parameters: 7}", "parameters must be text, not 7; put it in quotes"),
        ("m: {link: 'javascript:alert(1)'}", "link must be an address that starts with https://"),
        ("m: {organisation: ' '}", "organisation must be text"),
        ("m: {}\nm: {}", "'m' is there twice"),
        ("3: {}", "3 is no name of a model"),
        ("m: [", "is not YAML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said.replace("[", r"\[").replace("(", r"\(")):
        read(tmp_path, text)


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_model_info(tmp_path / "none.yaml")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="not UTF-8"):
        read_model_info(tmp_path / "binary")


@pytest.mark.parametrize(
    ("released", "published_on", "after"),
    [
        ("2025-06", "2025-05", True),
        ("2025-05", "2025-05", False),
        ("2025-05-30", "2025-05", False),
        ("2025", "2025-05", False),
        ("2026", "2025-05", True),
        ("2024-12-31", "2025-05", False),
    ],
)
def test_only_what_is_known_to_be_younger_is(released: str, published_on: str, after: bool) -> None:
    assert is_after(released, published_on) == after


def test_models_younger_than_the_data_are_marked() -> None:
    known = {"openai/m": ModelInfo(released="2025-08"), "old/m": ModelInfo(released="2024")}
    young, old, unknown, page = with_model_info(
        [
            entry("openai/m", task="rbench-v"),
            entry("old/m", task="rbench-v"),
            entry("x/m", task="rbench-v", date="2026-01-01"),
            published("GPT", task="rbench-v", date="2025-08-07"),
        ],
        known,
    )
    assert [e.after_data for e in (young, old, unknown, page)] == [True, False, False, True]
    assert not with_model_info([entry("openai/m", task="digits")], known)[0].after_data


def test_the_file_wins_over_what_a_source_states_where_it_says_something() -> None:
    stated = published("GPT", info=ModelInfo(parameters="7B", organisation="A"))
    (found,) = with_model_info([stated], {"GPT": ModelInfo(organisation="B")})
    assert (found.info.parameters, found.info.organisation) == ("7B", "B")


def test_names_that_no_entry_has_are_told() -> None:
    said = not_on_the_board([entry("openai/m")], {"openai/n": ModelInfo(), "openai/m": ModelInfo()})
    assert said == ["no entry is called 'openai/n'; did you mean 'openai/m'?"]
