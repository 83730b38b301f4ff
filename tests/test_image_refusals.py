"""What `evaluate` refuses of images before anything is sampled."""

from pathlib import Path

import numpy as np
import pytest

import rbench
from rbench.cli import main
from rbench.errors import UsageError


def refused(out: Path, model: object = "baseline/noise", **options: object) -> str:
    with pytest.raises(UsageError) as raised:
        rbench.evaluate("digits", model=model, out=out, limit=20, **options)  # type: ignore[arg-type]
    assert not out.exists()
    return str(raised.value)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_that_the_noise_cannot_take_is_refused(tmp_path: Path, seed: int) -> None:
    assert refused(tmp_path / "o", seed=seed) == f"--seed {seed} is not between 0 and 2^64 - 1."


@pytest.mark.parametrize("workers", [0, -1, "", 2.5])
def test_workers_are_a_positive_number(tmp_path: Path, workers: object) -> None:
    said = refused(tmp_path / "o", workers=workers)
    assert said == f"--workers {workers!r} is not a positive number."


def test_a_seed_of_numpy_is_the_same_seed(tmp_path: Path) -> None:
    plain, numpys = (
        rbench.evaluate("digits", model="baseline/noise", out=tmp_path, limit=20, seed=seed,
                        costs=False)
        for seed in (3, np.int64(3))
    )  # fmt: skip
    assert plain[0].path == numpys[0].path and numpys[0].results["seed"] == 3


def test_a_folder_is_told_how_to_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("samples").mkdir()
    for name in ("samples", "./samples", str(tmp_path / "samples")):
        said = refused(tmp_path / "o", name)
        assert f"did you mean 'folder:{name}'? providers: baseline/..., diffusers/..., " in said
    assert "folder/..., " in refused(tmp_path / "o", "folder:")


def test_several_workers_need_a_name_that_can_be_given(tmp_path: Path) -> None:
    def generate(indices: object, seeds: object, conditions: object) -> None: ...

    assert "name it (FILE.py@NAME) or" in refused(tmp_path / "o", generate, workers=2)


def test_the_folder_of_runs_is_not_where_images_are_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RBENCH_OUT", str(tmp_path))
    assert main(["export", str(tmp_path)]) == 2
    assert "--output" in capsys.readouterr().err
