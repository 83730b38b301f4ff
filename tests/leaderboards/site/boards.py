"""Sites made up for the tests: a small board with hostile names, and one with many entries."""

from collections.abc import Sequence
from pathlib import Path

from rbench.leaderboards.board import build_board
from rbench.leaderboards.entries import Board, Entry, ModelInfo
from rbench.leaderboards.site import write_site
from tests.leaderboards.board_entries import COLUMN, entry, figure, published

HOSTILE = (
    "<script>window.__hacked=1</script></script></title></style>--><!--"
    '<img src=x onerror="window.__hacked=2">" onfocus="window.__hacked=3" autofocus="'
    "{{ 7*7 }} \u202eevil \x00 \ud800"
)
LEVELS = {(f"level:{n}", "accuracy"): figure(0.9 - 0.1 * n) for n in range(1, 4)}
SUBSETS = {("math", "accuracy"): figure(0.4), ("物理", "accuracy"): figure(0.7)}


def small_board() -> Board:
    """Return runs, published figures and what is not ranked, with names that must not run."""
    entries = [
        entry("a/best", 0.9, figures={COLUMN: figure(0.9), **SUBSETS, **LEVELS},
              info=ModelInfo("=cmd|' /C calc'!A0", "2025-03", "1.5B", True, "javascript:alert(1)")),
        entry("b/near", 0.88, figures={COLUMN: figure(0.88), **SUBSETS},
              info=ModelInfo(open_weights=False, parameters="675M", released="2024-11-02")),
        entry(HOSTILE, 0.5, key="quiz/hostile-0001", notes=(HOSTILE,), history=(HOSTILE,),
              settings={"temperature": HOSTILE}, after_data=True,
              info=ModelInfo(parameters="7M", released="2023")),
        entry("c/مرحبا 模型", 0.3),
        entry("d/broken", None, status="incomplete",
              figures={COLUMN: figure(None, low=0.2, high=0.7, errored=200)},
              notes=("200 of 400 samples errored or were not asked.",)),
        published("Printed", 61.0, 1), published("Printed too", 71.0, 2),
    ]  # fmt: skip
    return build_board(entries, command="rbench leaderboard runs --format html -o site")


def many(count: int) -> Sequence[Entry]:
    """Return entries that differ in value and name."""
    return [entry(f"lab/model-{n:05}", (n % 997) / 1000 + 0.001) for n in range(count)]


def written(board: Board, folder: Path) -> Path:
    """Write the site of a board without runs."""
    write_site(board, [], folder)
    return folder


def texts(folder: Path) -> dict[str, bytes]:
    """Return every file of a site by its place."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
