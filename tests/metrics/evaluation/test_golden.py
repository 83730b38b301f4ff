"""Golden values: run where the files are, listed where they are not, failed where they differ."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rbench.assets import Asset
from rbench.assets.table import ASSETS, named
from rbench.cli import main
from rbench.metrics.evaluation import golden
from rbench.metrics.evaluation.golden import GOLDEN, Golden, check_golden
from rbench.metrics.frechet.distance import frechet_distance
from rbench.metrics.manifold import manifold_scores
from rbench.metrics.presets import PRESETS, Preset
from tests.metrics.evaluation.image_sets import blurred
from tests.metrics.representations.pictures import crops

REAL, FAKE = crops(40, 8), blurred(crops(100, 8)[60:])


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Golden:
    """A golden row on small files in a mirror folder, with the values of the functions."""
    monkeypatch.setenv("RBENCH_ASSETS", str(tmp_path))
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path / "cache"))
    for name, images in {"real.npz": REAL, "fake.npz": FAKE}.items():
        np.savez(tmp_path / name, arr_0=images)
        monkeypatch.setitem(ASSETS, name, Asset(name, f"https://example.org/{name}", "CC0", name))
    preset = Preset("small", "a test", {"frechet": ("pixels/8",), "manifold": ("pixels/8",)})
    monkeypatch.setitem(PRESETS, "small", preset)  # type: ignore[arg-type]
    real, fake = (images.transpose(0, 3, 1, 2).reshape(40, -1) / 255 for images in (REAL, FAKE))
    precision = manifold_scores(real, fake).precision
    assert precision is not None
    values = {
        "frechet pixels": (float(frechet_distance(real, fake)), 1e-5),
        "precision": (precision.value, 1e-9),
    }
    return Golden("small", "real.npz", "fake.npz", "small", values, "a test", assets=())


def test_values_agree_where_the_files_are_present(small: Golden) -> None:
    checks = check_golden([small])
    assert [(c.metric, c.ok) for c in checks] == [("frechet pixels", True), ("precision", True)]
    assert all(c.found is not None and c.found > 0 for c in checks)


def test_another_value_differs(small: Golden) -> None:
    value, tolerance = small.values["frechet pixels"]
    wrong = replace(small, values={"frechet pixels": (value + 3 * tolerance, tolerance)})
    (check,) = check_golden([wrong])
    assert check.ok is False


def test_an_absent_file_is_said_and_not_guessed(small: Golden, tmp_path: Path) -> None:
    (tmp_path / "fake.npz").unlink()
    checks = check_golden([small])
    assert {c.ok for c in checks} == {None}
    assert (
        checks[0].why == "fake.npz is not here; --fetch brings it from https://example.org/fake.npz"
    )


def test_absent_files_are_fetched_where_that_is_asked_for(small: Golden, tmp_path: Path) -> None:
    kept = (tmp_path / "fake.npz").rename(tmp_path / "elsewhere.npz")
    asked: list[str] = []

    def fetch(asset: Asset) -> Path:
        asked.append(asset.name)
        return kept

    assert {c.ok for c in check_golden([small], fetch=fetch)} == {True}
    assert asked == ["fake.npz"]


@pytest.mark.parametrize(("change", "code"), [("none", 0), ("value", 1), ("file", 3)])
def test_the_exit_code_says_what_came_of_it(
    small: Golden,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    change: str,
    code: int,
) -> None:
    if change == "value":
        small = replace(small, values={"precision": (2.0, 0.1)})
    if change == "file":
        (tmp_path / "real.npz").unlink()
    monkeypatch.setattr(golden.check_golden, "__defaults__", ([small],))
    assert main(["check", "--golden"]) == code
    out = capsys.readouterr().out
    assert {"none": "agrees", "value": "DIFFERS", "file": "not run: small: real.npz"}[change] in out


def test_the_published_table_names_assets_and_presets_that_exist() -> None:
    assert len(GOLDEN) == 9
    for row in GOLDEN:
        for name in (row.real, row.fake, *row.assets):
            assert named(name).address.startswith("https://")
        assert row.preset in PRESETS and row.source
        assert all(0 < tolerance < value for value, tolerance in row.values.values())


def test_check_wants_to_know_what(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 2
    assert "--golden" in capsys.readouterr().err
