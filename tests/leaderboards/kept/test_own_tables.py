"""The project's own tables: made again from the embedded tasks, they come out the same."""

from pathlib import Path

import pytest

import rbench
import rbench.leaderboards.own_tables
from rbench.cli import main
from rbench.leaderboards.kept.store import KeptFolder

KEPT = Path(rbench.leaderboards.own_tables.__path__[0])
REBUILD = (
    "rbench evaluate rbench-t-mini rbench-v-mini --model baseline/uniform --model baseline/first "
    "--out runs",
    "rbench leaderboard add runs --to leaderboards/own_tables",
    "rbench leaderboard --kept leaderboards/own_tables --no-published "
    "-o leaderboards/own_tables/table.md",
)
ADVICE = "leaderboards/own_tables is out of date; remove its entries, then: " + " && ".join(REBUILD)


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the commands of REBUILD were given."""
    root = tmp_path_factory.mktemp("root")
    rbench.evaluate(
        ["rbench-t-mini", "rbench-v-mini"],
        model=["baseline/uniform", "baseline/first"],
        out=root / "runs",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        for command in REBUILD[1:]:
            assert main(command.split()[1:]) == 0
    return root / "leaderboards" / "own_tables"


def test_the_readme_names_the_commands_that_rebuild() -> None:
    text = (KEPT / "README.md").read_text(encoding="utf-8")
    assert all(f"\n{command}\n" in text for command in REBUILD)


def test_the_entries_come_out_the_same(rebuilt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["leaderboard", "diff", str(KEPT), str(rebuilt)]) == 0, (
        f"{ADVICE}\n{capsys.readouterr().out}"
    )
    kept, again = KeptFolder.existing(KEPT), KeptFolder.existing(rebuilt)
    assert len(kept.known()) == 4 and kept.known() == again.known()
    for key in kept.known():
        one, other = kept.find(key), again.find(key)
        assert one.results == other.results, ADVICE
        assert one.replies_sha256 == other.replies_sha256, ADVICE
        assert one.verification == other.verification, ADVICE


def test_the_table_comes_out_the_same_to_the_byte(rebuilt: Path) -> None:
    assert (rebuilt / "table.md").read_bytes() == (KEPT / "table.md").read_bytes(), ADVICE
