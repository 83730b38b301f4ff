"""Feature stores: what comes out is what went in; what is not whole is refused."""

from pathlib import Path

import numpy as np
import pytest
import torch

from rbench.errors import DataError, UsageError
from rbench.metrics.feature_store import FeatureStore
from rbench.metrics.frechet.distance import frechet_distance
from rbench.metrics.moments import Moments

ROWS = np.random.default_rng(0).normal(size=(1000, 6)).astype(np.float32)
LOGITS = np.random.default_rng(1).normal(size=(1000, 3)).astype(np.float32)


def filled(path: Path, batch: int = 64) -> FeatureStore:
    about = {"representation": "inception-v3", "size": [299, 299]}
    with FeatureStore.create(path, {"pool": 6, "logits": 3}, about=about) as store:
        for start in range(0, len(ROWS), batch):
            rows = slice(start, start + batch)
            store.append({"logits": torch.from_numpy(LOGITS[rows]), "pool": ROWS[rows]})
    return FeatureStore.open(path)


def test_features_come_back_as_read_only_memory_maps(tmp_path: Path) -> None:
    store = filled(tmp_path / "s")
    assert isinstance(store["pool"], np.memmap) and store.n == 1000
    assert (store["pool"] == ROWS).all() and (store["logits"] == LOGITS).all()
    assert dict(store.about) == {"representation": "inception-v3", "size": [299, 299]}
    with pytest.raises(ValueError, match="read-only"):
        store["pool"][0, 0] = 1
    assert frechet_distance(store["pool"], ROWS + 1).value == frechet_distance(ROWS, ROWS + 1).value


def test_the_files_do_not_depend_on_the_batches_and_numpy_reads_them(tmp_path: Path) -> None:
    for batch in (1, 64, 1000):
        filled(tmp_path / str(batch), batch)
    files = [(tmp_path / name / "pool.npy").read_bytes() for name in ("1", "64", "1000")]
    assert files[0] == files[1] == files[2]
    assert (np.load(tmp_path / "1" / "pool.npy", allow_pickle=False) == ROWS).all()


@pytest.mark.parametrize("blocks", [1, 4, 7, 999])
def test_moments_are_those_of_interleaved_samples(tmp_path: Path, blocks: int) -> None:
    parts = filled(tmp_path / "s").moments("pool", blocks)
    assert len(parts) == blocks
    for b in (0, blocks - 1):
        expected = Moments(6).update(ROWS[b::blocks])
        assert parts[b].n == expected.n and (parts[b].mean == expected.mean).all()
        assert (parts[b].sums().matrix == expected.sums().matrix).all()


def test_many_chunks_give_the_same_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = filled(tmp_path / "s")
    once = store.moments("pool", 3)
    monkeypatch.setattr("rbench.metrics.feature_store._ROWS_AT_ONCE", 7)
    for a, b in zip(once, store.moments("pool", 3), strict=True):
        assert a.n == b.n and (a.covariance == b.covariance).all()


def test_a_store_without_samples_is_a_store(tmp_path: Path) -> None:
    FeatureStore.create(tmp_path / "s", {"pool": 6}).finish()
    store = FeatureStore.open(tmp_path / "s")
    assert store.n == 0 and store["pool"].shape == (0, 6)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_other_precisions_are_kept(tmp_path: Path, dtype: str) -> None:
    with FeatureStore.create(tmp_path / "s", {"pool": 6}, dtype=dtype, capacity=1000) as store:
        store.append({"pool": ROWS.astype(np.float64) / 3})
    found = FeatureStore.open(tmp_path / "s")["pool"]
    assert found.dtype == dtype and (found == (ROWS.astype(np.float64) / 3).astype(dtype)).all()


def test_what_was_not_finished_is_refused(tmp_path: Path) -> None:
    store = FeatureStore.create(tmp_path / "s", {"pool": 6})
    store.append({"pool": ROWS})
    with pytest.raises(UsageError, match="finish it first"):
        store["pool"]
    with pytest.raises(DataError, match="not finished"):
        FeatureStore.open(tmp_path / "s")
    with (
        pytest.raises(KeyboardInterrupt),
        FeatureStore.create(tmp_path / "t", {"pool": 6}) as broken,
    ):
        broken.append({"pool": ROWS})
        raise KeyboardInterrupt
    with pytest.raises(DataError, match="not finished"):
        FeatureStore.open(tmp_path / "t")


def test_a_full_disk_is_said_with_the_path(tmp_path: Path) -> None:
    store = FeatureStore.create(tmp_path / "full", {"pool": 6})
    assert store._files is not None
    store._files["pool"].close()
    with (
        Path("/dev/full").open("wb", buffering=0) as no_room,
        pytest.raises(DataError, match=r"full cannot be written: No space left"),
    ):
        store._files["pool"] = no_room  # type: ignore[assignment]
        store.append({"pool": ROWS})
    with pytest.raises(DataError, match="not be written whole"):
        store.finish()
    with pytest.raises(DataError, match=r"no room for 10000000000000000 samples of 24 bytes"):
        FeatureStore.create(tmp_path / "big", {"pool": 6}, capacity=10**16)


def test_bad_blocks_are_refused(tmp_path: Path) -> None:
    store = FeatureStore.create(tmp_path / "s", {"pool": 6, "logits": 3}, dtype="float16")
    for block, message in (
        ({"pool": ROWS}, "takes pool, logits, not pool"),
        ({"pool": ROWS[:, :2], "logits": LOGITS}, "pool has 2 dimensions"),
        ({"pool": ROWS[:5], "logits": LOGITS}, "different numbers of rows"),
        ({"pool": ROWS * np.nan, "logits": LOGITS}, "NaN"),
        ({"pool": ROWS * 1e6, "logits": LOGITS}, "too large for float16"),
    ):
        with pytest.raises(DataError, match=message):
            store.append(block)
    assert store.finish().n == 0
    with pytest.raises(UsageError, match="is finished"):
        store.append({"pool": ROWS, "logits": LOGITS})


def test_bad_requests_and_damaged_folders_are_refused(tmp_path: Path) -> None:
    store = filled(tmp_path / "s")
    for act, message in (
        (lambda: store["spatial"], "no output 'spatial'"),
        (lambda: store.moments("pool", 0), "blocks=0"),
        (lambda: FeatureStore.create(tmp_path / "n", {}), "outputs"),
        (lambda: FeatureStore.create(tmp_path / "n", {"../x": 3}), "plain names"),
        (lambda: FeatureStore.create(tmp_path / "n", {"x": 3}, dtype="int8"), "int8"),
        (lambda: FeatureStore.create(tmp_path / "n", {"x": 3}, about={"a": object()}), "JSON"),
    ):
        with pytest.raises(UsageError, match=message):
            act()
    with pytest.raises(DataError, match="not empty"):
        FeatureStore.create(tmp_path / "s", {"pool": 6})
    with pytest.raises(DataError, match="no feature store"):
        FeatureStore.open(tmp_path / "missing")
    with pytest.raises(DataError, match="got 0 samples where 5"):
        FeatureStore.create(tmp_path / "five", {"pool": 6}, capacity=5).finish()
    whole = (tmp_path / "s" / "pool.npy").read_bytes()
    (tmp_path / "s" / "pool.npy").write_bytes(whole[:-100])
    with pytest.raises(DataError, match=r"pool\.npy cannot be read"):
        FeatureStore.open(tmp_path / "s")
    np.save(tmp_path / "s" / "pool.npy", ROWS[:9])
    with pytest.raises(DataError, match="not float32"):
        FeatureStore.open(tmp_path / "s")
