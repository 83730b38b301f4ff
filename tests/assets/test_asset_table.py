"""The table: every entry is complete, and an address or a name is what it says."""

import subprocess
import sys

import pytest

from rbench.assets import Asset
from rbench.assets.table import ASSETS, named, of_kind
from rbench.errors import UsageError


def test_names_are_unique_and_every_kind_has_some() -> None:
    kinds = ("weights", "statistics", "samples", "prompts")
    assert [len(of_kind(kind)) > 0 for kind in kinds] == [True] * 4
    assert sum(len(of_kind(kind)) for kind in kinds) == len(ASSETS) == len(of_kind(None))
    addresses = [asset.address for asset in ASSETS.values()]
    assert len(set(addresses)) == len(addresses)


@pytest.mark.parametrize("name", list(ASSETS))
def test_every_entry_says_where_its_facts_are_from(name: str) -> None:
    asset = ASSETS[name]
    assert asset.source and asset.licence and asset.what
    assert asset.hub is not None or asset.address.startswith("https://")
    assert asset.size is None or asset.sha256 is not None


def test_a_hash_in_a_file_name_is_that_of_the_entry() -> None:
    for asset in ASSETS.values():
        digits = asset.name.removesuffix(".pth").rpartition("-")[2]
        if asset.name.endswith(".pth") and len(digits) == 8:
            assert asset.sha256 is not None and asset.sha256.startswith(digits)


def test_the_end_of_a_name_is_enough_where_only_one_ends_so() -> None:
    assert named("PartiPrompts.tsv").name == "prompts/parti/PartiPrompts.tsv"
    assert named("prompts/parti/PartiPrompts.tsv") is named("parti/PartiPrompts.tsv")
    with pytest.raises(UsageError, match=r"'model.safetensors' ends several names: weights/timm/"):
        named("model.safetensors")


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("inception", "weights/inception-v3/weights-inception-2015-12-05-6726825d.pth"),
        ("PartyPrompts.tsv", "prompts/parti/PartiPrompts.tsv"),
        ("prompts/geneval/object_name.txt", "prompts/geneval/object_names.txt"),
    ],
)
def test_an_unknown_name_gets_the_nearest(typed: str, near: str) -> None:
    with pytest.raises(UsageError, match=f"there is no asset {typed!r}; did you mean '{near}'"):
        named(typed)


def test_a_name_near_nothing_gets_the_list() -> None:
    with pytest.raises(UsageError, match="`rbench assets list` shows them all"):
        named("zzzzzzzzzzzz")


def test_addresses_of_the_hub_are_taken_apart() -> None:
    model = Asset("a", "hf://timm/vit.v2@main/sub/model.safetensors", "MIT", "a").hub
    assert model is not None
    assert (model.repo, model.revision, model.path) == (
        "timm/vit.v2",
        "main",
        "sub/model.safetensors",
    )
    assert (model.repo_type, model.page) == ("model", "https://huggingface.co/timm/vit.v2")
    data = Asset("a", "hf://datasets/zhwang/HPDv2@1f/b.json", "MIT", "a").hub
    assert data is not None
    assert (data.repo_type, data.page) == (
        "dataset",
        "https://huggingface.co/datasets/zhwang/HPDv2",
    )


@pytest.mark.parametrize("name", ["", "/etc/passwd", "a/../../b", "a//b", "./a", "a\\b"])
def test_a_name_never_leaves_its_folder(name: str) -> None:
    with pytest.raises(UsageError, match="path below a folder"):
        Asset(name, "https://a.example/b", "MIT", "a")


@pytest.mark.parametrize("sha256", ["", "abc", "A" * 64, "0" * 63])
def test_a_hash_that_is_none_is_refused(sha256: str) -> None:
    with pytest.raises(UsageError, match="not 64 hexadecimal digits"):
        Asset("a", "https://a.example/b", "MIT", "a", sha256)


@pytest.mark.parametrize(
    "address", ["", "ftp://a/b", "file:///etc/passwd", "hf://a/b/c", "hf://a@main/c"]
)
def test_an_address_of_another_kind_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="neither https"):
        Asset("a", address, "MIT", "a")


def test_importing_the_table_loads_the_standard_library_only() -> None:
    code = (
        "import sys, rbench.assets.table; "
        "print(sorted({n.partition('.')[0] for n in sys.modules} - set(sys.stdlib_module_names)), "
        "'urllib.request' in sys.modules, 'ssl' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded, requests, ssl = ran.stdout.strip().rsplit(" ", 2)
    ours = {"rbench", "__main__"}
    assert {n for n in eval(loaded) if not n.startswith(("__editable__", "_"))} - ours == set()
    assert (requests, ssl) == ("False", "False")
