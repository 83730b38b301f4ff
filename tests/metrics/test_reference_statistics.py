"""Reference statistics: what is kept, what peers can read, what is refused."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytorch_fid import fid_score

from rbench.errors import DataError
from rbench.metrics.frechet.distance import frechet_distance
from rbench.metrics.moments import Moments
from rbench.metrics.reference_statistics import ReferenceStatistics

IDENTITY: dict[str, Any] = {
    "name": "tiny",
    "precision": "float32",
    "preprocess": {"size": 24, "filter": "bilinear", "mean": [0.0, 0.0, 0.0]},
    "weights": {"sha256": "aa", "source": "here"},
}


def features(n: int = 200, d: int = 8, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def statistics(**outputs: np.ndarray) -> ReferenceStatistics:
    moments = {name: Moments(rows.shape[1]).update(rows) for name, rows in outputs.items()}
    return ReferenceStatistics(moments, dict(outputs), {"representation": IDENTITY})


@pytest.mark.parametrize("factor", [True, False])
def test_a_file_gives_back_what_was_saved(tmp_path: Path, factor: bool) -> None:
    made = statistics(pool=features(), spatial=features(d=5, seed=1), logits=features(d=3, seed=2))
    made.save(tmp_path / "ref.npz", factor=factor)
    read = ReferenceStatistics.load(tmp_path / "ref.npz")
    assert list(read.moments) == ["pool", "spatial", "logits"]
    for output, moments in made.moments.items():
        assert read.of(output).n == 200
        np.testing.assert_array_equal(read.of(output).mean, moments.mean)
        np.testing.assert_allclose(read.of(output).covariance, moments.covariance, rtol=1e-14)
        np.testing.assert_array_equal(read.features[output], made.features[output])
    assert read.header["representation"] == IDENTITY
    other = features(seed=5)
    assert float(frechet_distance(read.of("pool"), other)) == pytest.approx(
        float(frechet_distance(made.of("pool"), other)), rel=1e-12
    )


def test_other_evaluators_read_the_file(tmp_path: Path) -> None:
    made = statistics(pool=features(d=6))
    made.save(tmp_path / "ref.npz")
    mean, covariance = fid_score.compute_statistics_of_path(
        str(tmp_path / "ref.npz"), None, 1, 6, "cpu"
    )
    np.testing.assert_array_equal(mean, made.of("pool").mean)
    np.testing.assert_array_equal(covariance, made.of("pool").covariance)


@pytest.mark.parametrize(
    ("names", "output"),
    [
        (("mu", "sigma"), "pool"),
        (("ref_mu", "ref_sigma"), "pool"),
        (("mu_s", "sigma_s"), "spatial"),
        (("avg_mu", "avg_sigma"), "mean"),
    ],
)
def test_files_of_other_evaluators_are_read_and_say_that_nothing_is_known(
    tmp_path: Path, names: tuple[str, str], output: str
) -> None:
    rows = features()
    np.savez(tmp_path / "peer.npz", **{names[0]: rows.mean(0), names[1]: np.cov(rows.T)})
    read = ReferenceStatistics.load(tmp_path / "peer.npz")
    assert read.of(output).n is None
    assert float(frechet_distance(read.of(output), rows)) == pytest.approx(0, abs=1e-5)
    assert read.mismatches(IDENTITY) == ["the file does not say what it was made with"]


def test_clean_fids_features_give_moments_and_features(tmp_path: Path) -> None:
    np.savez(tmp_path / "kid.npz", feats=features())
    read = ReferenceStatistics.load(tmp_path / "kid.npz")
    assert read.of("pool").n == 200
    np.testing.assert_array_equal(read.find_features("pool"), features())


def test_an_unnamed_output_serves_for_any_but_those_with_a_name_of_their_own(
    tmp_path: Path,
) -> None:
    rows = features()
    np.savez(tmp_path / "peer.npz", mu=rows.mean(0), sigma=np.cov(rows.T))
    read = ReferenceStatistics.load(tmp_path / "peer.npz")
    assert read.of("cls") is read.of("pool")
    with pytest.raises(DataError, match="no output 'spatial'"):
        read.of("spatial")


def test_equal_representations_match_and_every_difference_is_named() -> None:
    made = statistics(pool=features())
    assert made.mismatches(IDENTITY) == []
    other = {
        **IDENTITY,
        "precision": "float64",
        "preprocess": {**IDENTITY["preprocess"], "filter": "bicubic", "antialias": True},
        "weights": {"sha256": "bb"},
    }
    assert made.mismatches(other) == [
        "precision is float32 instead of float64",
        "weights have sha256 aa instead of bb",
        "preprocess filter is bilinear instead of bicubic",
        "preprocess antialias is None instead of True",
    ]


class Loud:
    def __reduce__(self) -> tuple[Any, ...]:
        return (print, ("code of the file ran",))


def test_nothing_is_ever_unpickled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ref.pkl").write_bytes(pickle.dumps(Loud()))
    array = np.empty(1, object)
    array[0] = Loud()
    np.savez(tmp_path / "ref.npz", mu=array, sigma=array, allow_pickle=True)
    for name in ("ref.pkl", "ref.npz"):
        with pytest.raises(DataError, match=name):
            ReferenceStatistics.load(tmp_path / name)
    assert "ran" not in capsys.readouterr().out


def test_bad_files_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 no zip")
    np.savez(tmp_path / "images.npz", arr_0=np.zeros((2, 4, 4, 3), np.uint8))
    header = np.frombuffer(json.dumps({"schema": 99}).encode(), np.uint8)
    np.savez(tmp_path / "future.npz", rbench=header)
    np.savez(tmp_path / "flat.npz", mu=np.zeros(3), sigma=np.zeros((2, 2)))
    np.save(tmp_path / "lone.npy", np.zeros(3))
    for name, message in {
        "missing.npz": "there is no file",
        "broken.npz": "no npz file, or is damaged",
        "images.npz": "images.npz cannot be used: it holds no `mu` and `sigma`; it holds arr_0",
        "future.npz": "schema is 99",
        "flat.npz": "flat.npz cannot be used: The mean has 3",
        "lone.npy": "no npz file",
    }.items():
        with pytest.raises(DataError, match=message) as caught:
            ReferenceStatistics.load(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_an_output_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no output 'spatial'; it has pool"):
        statistics(pool=features()).of("spatial")


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be written"):
        statistics(pool=features()).save(tmp_path / "no" / "ref.npz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "damage",
    [
        {"representation": "tiny"},
        {"representation": {}},
        {"data": {"name": "x"}},
        {"outputs": ["pool"]},
    ],
)
def test_a_damaged_header_is_one_sentence(tmp_path: Path, damage: dict[str, Any]) -> None:
    statistics(pool=features()).save(tmp_path / "ref.npz")
    with np.load(tmp_path / "ref.npz") as file:
        arrays = dict(file)
    header = {**json.loads(arrays["rbench"].tobytes()), **damage}
    arrays["rbench"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(DataError, match="damaged"):
        ReferenceStatistics.load(tmp_path / "bad.npz")


def test_spatial_alone_is_not_taken_for_fids_statistics(tmp_path: Path) -> None:
    statistics(spatial=features(d=5)).save(tmp_path / "ref.npz")
    with np.load(tmp_path / "ref.npz") as file:
        assert "mu" not in file.files and "mu_s" in file.files
    assert ReferenceStatistics.load(tmp_path / "ref.npz").of("spatial").n == 200
