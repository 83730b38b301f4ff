"""Ids of models, folders and times in the datastore."""

import re
import uuid

import pytest
from every_eval_ever.helpers.io import datastore_path_components
from hypothesis import given
from hypothesis import strategies as st

from rbench.leaderboards.entries import ModelInfo, Source
from rbench.leaderboards.every_eval_ever.names import epoch_of, folder_of, model_id, uuid_of
from tests.leaderboards.board_entries import entry, published


@pytest.mark.parametrize(
    ("model", "organisation", "expected"),
    [
        ("hf/Qwen/Qwen2-VL", None, "Qwen/Qwen2-VL"),
        ("openai/gpt-4o", None, "unknown/gpt-4o"),
        ("openai/gpt-4o", "OpenAI", "OpenAI/gpt-4o"),
        ("openai/gpt-4o (blind)", "OpenAI", "OpenAI/gpt-4o"),
        ("openai/meta-llama/Llama-3:8b", None, "meta-llama/Llama-3:8b"),
        ("baseline/uniform", None, "rbench/baseline-uniform"),
        ("zoo/flow-digits", None, "rbench/zoo-flow-digits"),
        ("zoo/smollm2", "HuggingFaceTB", "HuggingFaceTB/smollm2"),
        ("openai//data/secret/llama", None, "unknown/llama"),
        ("python:package.module:generate", None, "unknown/python:package.module:generate"),
        ("openai/gpt-4o", "Acme / Labs.", "Acme-Labs/gpt-4o"),
        ("openai/../..", None, "unknown/unknown"),
        ("openai/CON", None, "unknown/CON_"),
        ("openai/data", "Data", "Data_/data_"),
    ],
)
def test_the_id_of_a_model_has_the_developer_where_it_is_known(
    model: str, organisation: str | None, expected: str
) -> None:
    assert model_id(entry(model, info=ModelInfo(organisation=organisation))) == expected


def test_the_slash_in_the_name_of_a_published_system_is_no_developer() -> None:
    assert model_id(published("DiT-XL/2 (a reader's)")) == "unknown/DiT-XL-2-a-reader-s"


def test_an_id_that_another_stated_stays() -> None:
    protocol = {"published": True, "stated by": "A leaderboard"}
    made = entry("openai/gpt-4o", protocol=protocol, source=published().source)
    assert model_id(made) == "openai/gpt-4o"


@given(st.text(max_size=300), st.none() | st.text(max_size=300), st.text(min_size=1, max_size=300))
def test_any_name_makes_the_folder_that_the_datastore_expects(
    model: str, organisation: str | None, task: str
) -> None:
    identifier = model_id(entry(model, info=ModelInfo(organisation=organisation)))
    data, benchmark, developer, name = folder_of(task, identifier).parts
    assert data == "data"
    for part in (benchmark, developer, name):
        assert re.fullmatch(r"[\w+=@.-]+", part) and part not in ("data", ".", "..")
        assert len(part.encode()) <= 255
    if "unknown" not in (benchmark.lower(), developer.lower(), name.lower()):
        expected = datastore_path_components(benchmark, identifier)
        assert (benchmark, developer, name) == expected


@given(st.text())
def test_a_key_has_one_name_in_the_form_of_version_4(key: str) -> None:
    found = uuid.UUID(uuid_of(key))
    assert (found.version, found.variant) == (4, uuid.RFC_4122)
    assert uuid_of(key) == str(found) != uuid_of(f"{key}.")


def test_times_are_those_of_runs_and_papers_never_of_the_export() -> None:
    assert epoch_of(entry(date="2026-01-02")) == ("1767312000", "day of the run")
    assert epoch_of(entry(date="")) == ("unknown", "nothing states it")
    assert epoch_of(entry(date="2026-01-99")) == ("unknown", "day of the run")
    source = Source("2505.16770", "table 1", "", "", "https://a.b", "paper", 1)
    assert epoch_of(published(source=source, date="2023")) == ("1746057600", "month of the paper")
    source = Source("A book", "table 1", "", "", "https://a.b", "paper", 1)
    assert epoch_of(published(source=source)) == ("unknown", "nothing states it")
