"""How much pictures matter: which run is a run's blind sibling, and the paired difference."""

import json
import math
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from scipy import stats

import rbench
from rbench.harness.saved_run import SavedRun
from rbench.harness.types import Item, Sample, Score
from rbench.leaderboards.blind import (
    blind_sibling,
    picture_effects,
    pictures_text,
    points,
)
from rbench.leaderboards.report import render_report
from rbench.leaderboards.run_report import make_report
from tests.harness.picture_files import pictured_rows, write_pictured

Grades = dict[tuple[str, int], float | None]


@dataclass
class Graded:
    """What `picture_effects` needs of a run."""

    samples: list[Sample]


def graded(grades: Grades, *, without_picture: tuple[str, ...] = ()) -> SavedRun:
    """Return a run of samples such as ``math/en/1``; None is an errored one."""
    samples = []
    for (name, repeat), grade in grades.items():
        subset, _, number = name.split("/")
        blobs = () if name in without_picture else ("0" * 64 + ".png",)
        item = Item(name, subset, f"{subset}/{number}", {}, blobs)
        values = {} if grade is None else {"correct": grade}
        score = Score("errored" if grade is None else "scored", values)
        samples.append(Sample(item, repeat, (), (), score))
    return cast(SavedRun, Graded(samples))


SHOWN: Grades = {
    ("math/en/1", 0): 1.0,
    ("math/zh/1", 0): 1.0,
    ("math/en/2", 0): 1.0,
    ("math/zh/2", 0): 0.0,
    ("game/en/1", 0): 0.0,
    ("game/zh/1", 0): 1.0,
}
BLIND: Grades = dict.fromkeys(SHOWN, 0.0) | {("math/zh/2", 0): 1.0}


def test_the_difference_is_paired_and_its_interval_knows_of_the_clusters() -> None:
    math_effect, game, overall = picture_effects(graded(SHOWN), graded(BLIND))
    assert [e.subset for e in (math_effect, game, overall)] == ["math", "game", "overall"]
    assert (overall.n, overall.shown, overall.omitted) == (6, 4 / 6, 1 / 6)
    # Differences by question, both languages: {1, 1}, {1, -1}, {0, 1}; their mean is 1/2.
    residuals = [1.0, -1.0, 0.0]
    variance = 3 / 2 * sum(r**2 for r in residuals) / 6**2
    half = float(stats.t.ppf(0.975, 2)) * math.sqrt(variance)
    found = overall.difference
    assert (found.value, found.clusters) == (0.5, 3)
    assert found.low == pytest.approx(0.5 - half) and found.high == pytest.approx(0.5 + half)
    assert (math_effect.n, math_effect.difference.value) == (4, 0.5)
    # One question cannot say how far others would lie from it.
    assert (game.n, game.difference.value, game.difference.low) == (2, 0.5, None)


def test_questions_without_a_picture_and_errored_ones_are_left_out_of_both() -> None:
    shown = SHOWN | {("math/en/1", 0): None}
    blind = BLIND | {("game/zh/1", 0): None}
    *_, overall = picture_effects(
        graded(shown, without_picture=("math/zh/2",)), graded(blind, without_picture=("math/zh/2",))
    )
    # Left are math/zh/1, math/en/2 and game/en/1.
    assert (overall.n, overall.shown, overall.omitted) == (3, 2 / 3, 0.0)


def test_only_samples_of_both_runs_are_compared() -> None:
    blind: Grades = {("math/en/2", 0): 0.0, ("math/en/2", 1): 1.0}
    (effect,) = picture_effects(graded(SHOWN), graded(blind))
    assert (effect.subset, effect.n, effect.shown, effect.omitted) == ("math", 1, 1.0, 0.0)
    assert picture_effects(graded(SHOWN), graded({("math/en/9", 0): 1.0})) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.125, "+12.5"), (-0.3, "-30.0"), (-0.0001, "0.0"), (0.0, "0.0")],
)
def test_points_have_a_sign_where_they_are_not_nothing(value: float | None, text: str) -> None:
    assert points(value) == text


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a run and its blind sibling."""
    out = tmp_path_factory.mktemp("runs")
    for images in ("show", "omit"):
        options = {"n": 6, "kinds": "maze,resistors", "images": images}
        rbench.evaluate("rbench-v-live", model="baseline/uniform", task_options=options, out=out)
    return out / "rbench-v-live"


@pytest.fixture
def pair(runs: Path, tmp_path: Path) -> tuple[SavedRun, SavedRun]:
    """Return copies of the two, which may be changed."""
    shutil.copytree(runs, tmp_path / "rbench-v-live")
    found = [SavedRun(path) for path in sorted((tmp_path / "rbench-v-live").iterdir())]
    shown, blind = sorted(found, key=lambda r: r.results["protocol"]["images"], reverse=True)
    return shown, blind


def edit(
    run: SavedRun, change: Callable[[dict[str, Any]], object], path: Path | None = None
) -> None:
    file = (path or run.path) / "results.json"
    results = json.loads(file.read_text())
    change(results)
    file.write_text(json.dumps(results))


def test_a_run_finds_its_blind_sibling_and_the_page_says_what_the_pictures_are_worth(
    pair: tuple[SavedRun, SavedRun],
) -> None:
    shown, blind = pair
    found = blind_sibling(shown)
    assert found is not None and found.path == blind.path
    assert blind_sibling(blind) is None
    right = [s.score.values["correct"] for s in shown.samples]
    share = f"{100 * sum(right) / 6:.1f}"
    text = pictures_text([shown, blind])
    assert text is not None
    (line,) = [line for line in text.splitlines() if " overall " in line]
    # Who guesses does so with and without a picture alike.
    assert [cell.strip() for cell in line.split("|")[3:7]] == ["6", share, share, "0.0"]
    html = render_report(make_report(shown))
    table = re.search(r"<h3>How much the pictures matter</h3>.*?</table>", html, re.DOTALL)
    assert table and f'overall</th><td class="num">{share}</td>' in table[0]
    assert "How much the pictures matter" not in render_report(make_report(blind))


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "model": lambda r: r["identity"].update(model="another"),
    "settings": lambda r: r["settings"].update(temperature=1.0),
    "seed": lambda r: r.update(seed=1),
    "task": lambda r: r.update(task="rbench-v"),
    "judge": lambda r: r["protocol"].update(judge={"label": "openai/some"}),
    "rule": lambda r: r["protocol"]["rule"].update(relative_tolerance=0.1),
    "data": lambda r: r["protocol"]["data"].update(content_sha256="0"),
    "prompt": lambda r: r["protocol"].update(prompt="official"),
    "drawing": lambda r: r["protocol"].update(draw=True),
    "declared": lambda r: r["protocol"].update(declared={"best_of": 4, "tools": None}),
    "images": lambda r: r["protocol"].update(images="show"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_run_that_differs_in_more_is_no_sibling(
    pair: tuple[SavedRun, SavedRun], what: str
) -> None:
    shown, blind = pair
    edit(blind, CHANGES[what])
    assert blind_sibling(shown) is None


def test_an_unknown_model_has_no_sibling(pair: tuple[SavedRun, SavedRun]) -> None:
    for run in pair:
        edit(run, lambda r: r.update(identity=None))
    assert blind_sibling(SavedRun(pair[0].path)) is None


def test_an_interrupted_run_and_a_stranger_are_no_siblings(
    pair: tuple[SavedRun, SavedRun],
) -> None:
    shown, blind = pair
    (blind.path / "results.json").unlink()
    (shown.path.parent / "notes").mkdir()
    (shown.path.parent / "notes" / "results.json").write_text("{}")
    assert blind_sibling(shown) is None


def test_a_prompt_of_ones_own_must_be_the_same_in_both(pair: tuple[SavedRun, SavedRun]) -> None:
    shown, blind = pair
    edit(blind, lambda r: r["protocol"]["prompt_sha256"].update(en="0"))
    assert blind_sibling(shown) is not None  # ours may speak of the picture
    for run in pair:
        edit(run, lambda r: r["protocol"].update(prompt="file"))
    assert blind_sibling(SavedRun(shown.path)) is None


def test_of_two_siblings_the_one_with_more_common_questions_is_taken(
    pair: tuple[SavedRun, SavedRun],
) -> None:
    shown, blind = pair
    first = shown.path.parent / "0"
    shutil.copytree(blind.path, first)
    found = blind_sibling(shown)
    assert found is not None and found.path == first
    edit(blind, lambda r: r["selection"].popitem(), first)
    found = blind_sibling(shown)
    assert found is not None and found.path == blind.path


def test_rbench_m_whose_prompt_speaks_of_the_picture_has_a_sibling_too(tmp_path: Path) -> None:
    write_pictured(tmp_path / "data", pictured_rows(3), "{config}.jsonl")
    for images in ("show", "omit"):
        rbench.evaluate(
            "rbench-m",
            model="baseline/uniform",
            data=tmp_path / "data",
            task_options={"images": images},
            out=tmp_path / "runs",
        )
    found = [SavedRun(path) for path in (tmp_path / "runs" / "rbench-m").iterdir()]
    (shown,) = (run for run in found if run.results["protocol"]["images"] == "show")
    sibling = blind_sibling(shown)
    assert sibling is not None
    effects = picture_effects(shown, sibling)
    assert [(e.subset, e.n, e.difference.value) for e in effects] == [
        ("en", 3, 0.0),
        ("zh", 3, 0.0),
        ("overall", 6, 0.0),
    ]
