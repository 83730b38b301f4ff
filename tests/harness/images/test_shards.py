from pathlib import Path

import numpy as np
import pytest

from rbench.errors import RunDirectoryError
from rbench.harness.images.plan import Unit
from rbench.harness.images.shards import Shards, write_index

IDENTITY = {"name": "x", "outputs": {"a": 2}}


def write(shards: Shards, number: int, start: int, stop: int, kept: int = 0) -> None:
    rows = np.arange(start, stop)
    with shards.writing(Unit(0, number, start, stop)) as shard:
        write_index(shard, rows, rows * 10, [None if i % 2 else i for i in rows])
        if kept:
            images = np.broadcast_to(rows[:kept, None, None, None], (kept, 2, 2, 1))
            np.save(shard.path / "images.npy", images.astype(np.uint8))
        features = np.stack([rows, rows + 0.5], axis=1).astype(np.float32)
        shard.write_features("x-1", IDENTITY, {"a": features})
        shard.write_meta({"start": start})


@pytest.fixture
def shards(tmp_path: Path) -> Shards:
    found = Shards(tmp_path / "shards")
    write(found, 0, 0, 4, kept=4)
    write(found, 1, 4, 8, kept=1)
    write(found, 2, 8, 10)
    return found


@pytest.mark.parametrize("n", [1, 4, 5, 8, 10])
def test_samples_are_read_in_order_whatever_shards_they_are_in(shards: Shards, n: int) -> None:
    assert shards.index(0, n)["index"].tolist() == list(range(n))
    assert shards.index(0, n)["seed"].tolist() == [10 * i for i in range(n)]
    assert shards.index(0, n)["label"].tolist() == [-1 if i % 2 else i for i in range(n)]
    features = np.concatenate(list(shards.features(0, n, "x-1", "a")))
    assert features.dtype == np.float32
    assert features[:, 1].tolist() == [i + 0.5 for i in range(n)]
    assert [meta["start"] for meta in shards.meta(0, n)] == [0, 4, 8][: 1 + (n - 1) // 4]


def test_kept_images_end_where_the_first_one_is_missing(shards: Shards) -> None:
    def firsts(n: int) -> list[int]:
        return [int(image[0, 0, 0]) for block in shards.images(0, n) for image in block]

    assert firsts(3) == [0, 1, 2]
    assert firsts(10) == [0, 1, 2, 3, 4]


def test_samples_count_up_to_the_first_gap(shards: Shards) -> None:
    assert shards.count(0) == 10
    assert shards.count(1) == 0
    write(shards, 1, 4, 6)  # a partial shard, with another one behind it
    assert shards.count(0) == 6
    with pytest.raises(RunDirectoryError, match="6 samples of set 0, not 7"):
        shards.index(0, 7)


def test_a_shard_between_the_two_steps_of_its_replacement_is_not_there_and_no_error(
    shards: Shards,
) -> None:
    (shards.folder / "r000-00001" / "index.npy").unlink()
    with pytest.raises(RunDirectoryError, match="cannot be read"):
        shards.count(0)
    (shards.folder / ".r000-00001.abc.replaced").mkdir()
    before = shards.at(0, 0).rows
    assert shards.at(0, 1).rows == 0 and shards.count(0) == before


def test_a_failure_leaves_the_old_shard_and_nothing_else(shards: Shards) -> None:
    with pytest.raises(KeyboardInterrupt), shards.writing(Unit(0, 1, 4, 8)) as shard:
        (shard.path / "index.npy").write_bytes(b"half")
        raise KeyboardInterrupt
    assert shards.count(0) == 10
    assert len(list(shards.folder.iterdir())) == 3


def test_what_a_killed_process_left_is_no_shard_and_is_removed(shards: Shards) -> None:
    left = shards.writing(Unit(0, 3, 10, 12))
    with left as shard:
        write_index(shard, [10, 11], [0, 0], [None, None])
        killed = shard.path.with_name(shard.path.name + ".killed")
        shard.path.rename(killed)
        shard.path.mkdir()
    for name in (".images.1.tmp", "features/x-1/.b.npy.tmp"):
        (shards.folder / "r000-00000" / name).write_bytes(b"half")
    assert shards.at(0, 0).outputs("x-1") == {"a"}
    shards.remove_unfinished()
    assert not killed.exists()
    assert not list(shards.folder.rglob(".*"))


def test_outputs_are_added_to_a_network_and_its_other_outputs_stay(shards: Shards) -> None:
    shard = shards.at(0, 0)
    before = shard.features("x-1", "a").tobytes()
    more = {**IDENTITY, "outputs": {"b": 1}}
    shard.write_features("x-1", more, {"b": np.zeros((4, 1), np.float32)})
    assert shard.outputs("x-1") == {"a", "b"}
    assert shard.identity("x-1")["outputs"] == {"a": 2, "b": 1}
    assert shard.features("x-1", "a").tobytes() == before


def test_a_shard_that_lacks_features_is_named(shards: Shards) -> None:
    with pytest.raises(RunDirectoryError, match="r000-00000 lacks the features b of x-1"):
        list(shards.features(0, 3, "x-1", "b"))


@pytest.mark.parametrize("name", ["index.npy", "meta.json", "features/x-1/a.npy"])
def test_a_damaged_file_is_named_with_what_to_remove(shards: Shards, name: str) -> None:
    (shards.folder / "r000-00001" / name).write_bytes(b"\x93NUMPY torn")
    with pytest.raises(RunDirectoryError, match=r"remove the folder .*r000-00001 and run"):
        shards.index(0, 8)
        shards.meta(0, 8)
        list(shards.features(0, 8, "x-1", "a"))


@pytest.mark.parametrize("text", ["[]", "{}", "3"])
@pytest.mark.parametrize("name", ["meta.json", "features/x-1/about.json"])
def test_a_file_that_holds_no_mapping_is_damaged(shards: Shards, name: str, text: str) -> None:
    (shards.folder / "r000-00001" / name).write_text(text)
    with pytest.raises(RunDirectoryError, match=r"holds no mapping\); remove the folder .*00001"):
        shards.meta(0, 8)
        shards.at(0, 1).identity("x-1")
