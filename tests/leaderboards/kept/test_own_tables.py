"""The project's own tables: made again from the embedded tasks, they come out the same."""

from pathlib import Path

import pytest

import rbench
import rbench.leaderboards.own_tables
from rbench.cli import main
from rbench.harness.types import Json
from rbench.leaderboards.kept.store import KeptFolder

KEPT = Path(rbench.leaderboards.own_tables.__path__[0])
REBUILD = (
    "rbench evaluate rbench-t-mini rbench-v-mini --model baseline/uniform --model baseline/first "
    "--out runs",
    "rbench evaluate digits --no-costs --out runs",
    "rbench leaderboard add runs --to leaderboards/own_tables",
    "rbench leaderboard --kept leaderboards/own_tables --no-published "
    "-o leaderboards/own_tables/table.md",
)
ADVICE = "leaderboards/own_tables is out of date; remove its entries, then: " + " && ".join(REBUILD)

# Of 5,000 generated images a few may get another pixel where a processor rounds otherwise.
OF_THE_INTERVAL = 0.02
OF_THE_VALUE = 1e-4


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the commands of REBUILD were given, all but the last."""
    root = tmp_path_factory.mktemp("root")
    rbench.evaluate(
        ["rbench-t-mini", "rbench-v-mini"],
        model=["baseline/uniform", "baseline/first"],
        out=root / "runs",
    )
    rbench.evaluate("digits", costs=False, out=root / "runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert main(REBUILD[2].split()[1:]) == 0
    return root / "leaderboards" / "own_tables"


def test_the_readme_names_the_commands_that_rebuild() -> None:
    text = (KEPT / "README.md").read_text(encoding="utf-8")
    assert all(f"\n{command}\n" in text for command in REBUILD)


def test_the_entries_come_out_the_same(rebuilt: Path) -> None:
    kept, again = KeptFolder.existing(KEPT), KeptFolder.existing(rebuilt)
    assert len(kept.known()) == 17 and kept.known() == again.known(), ADVICE
    for key in kept.known():
        one, other = kept.find(key), again.find(key)
        assert one.verification == other.verification, ADVICE
        if key.startswith("digits/"):
            compare_images(one.results, other.results)
        else:
            assert one.results == other.results, ADVICE
            assert one.replies_sha256 == other.replies_sha256, ADVICE


def compare_images(one: Json, other: Json) -> None:
    """Compare results of images: all but numbers exactly."""
    assert {**one, "rows": ()} == {**other, "rows": ()}, ADVICE
    for row, again in zip(one["rows"], other["rows"], strict=True):
        width = (row["ci_high"] or 0) - (row["ci_low"] or 0)
        for name, value in row.items():
            if isinstance(value, float):
                allowed = OF_THE_INTERVAL * width + OF_THE_VALUE * abs(value)
                assert again[name] == pytest.approx(value, rel=0, abs=allowed + 1e-9), (name, row)
            else:
                assert again[name] == value, ADVICE


def test_the_table_is_that_of_the_entries_to_the_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "leaderboards").mkdir()
    (tmp_path / "leaderboards/own_tables").symlink_to(KEPT)
    monkeypatch.chdir(tmp_path)
    *parts, place = REBUILD[-1].split()[1:]
    assert main([*parts, "table.md"]) == 0
    made = Path("table.md").read_text(encoding="utf-8").replace("-o table.md", f"-o {place}")
    assert made == (KEPT / "table.md").read_text(encoding="utf-8"), ADVICE
