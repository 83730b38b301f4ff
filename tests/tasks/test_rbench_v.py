import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from rbench.errors import RbenchError, UsageError
from rbench.harness.options import build
from rbench.harness.types import Ask, TaskInput
from rbench.tasks.final_answer import FinalAnswerTask
from rbench.tasks.rbench_v import RBenchV, RBenchVOptions

ROWS = [
    ("How large is the square?", "64", "Math", (80, 60)),
    ("Join the dots. A: Duck B: Fish C: Dog", "A", "Game", (40, 40)),
    ("How many triangles are there?", "12", "Math", None),
    ("Where does the ray end?", "3 cm", "Physics", (32, 64)),
]


def picture(size: tuple[int, int]) -> str:
    file = io.BytesIO()
    Image.new("RGB", size, (10, 200, 30)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [
        {
            "question": q,
            "answer": a,
            "catagory": c,
            "image": None if size is None else picture(size),
        }
        for q, a, c, size in ROWS
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "full.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def load(folder: Path, given: dict[str, Any] | None = None, **chosen: Any) -> FinalAnswerTask:
    options = build(RBenchVOptions, chosen, "task 'rbench-v'")
    return RBenchV.load(options, TaskInput(data=folder, **(given or {})))


def test_rows_of_the_hubs_shape_are_asked_with_their_pictures_first(folder: Path) -> None:
    task = load(folder)
    assert {item.id for item in task.items} == {"math/1", "math/2", "game/1", "physics/1"}
    assert task.sees
    by_id = {item.id: item for item in task.items}
    shown = {}
    for name, item in by_id.items():
        ask = task.step(item, [])
        assert isinstance(ask, Ask)
        shown[name] = ask.request["messages"][0]["content"]
    assert shown["math/1"][0] == {"type": "image", "index": 0}
    assert isinstance(shown["math/2"], str)
    assert task.blobs is not None
    content = task.blobs.read(by_id["math/1"].blobs[0])
    assert Image.open(io.BytesIO(content)).size == (80, 60)
    assert by_id["game/1"].data["options"] == {"A": "Duck", "B": "Fish", "C": "Dog"}


def test_the_protocol_says_what_was_asked_and_how_it_is_graded(folder: Path) -> None:
    task = load(folder)
    asked = task.asked()
    assert asked["data"]["card"] == "rbench-v"
    assert (asked["prompt"], asked["images"]) == ("rbench", "show")
    assert asked["pictures"]["max_side"] == 2048
    assert "declared" not in asked
    assert task.scored()["judge"] is None


def test_best_of_n_and_tools_are_another_protocol(folder: Path) -> None:
    plain = load(folder).asked()
    for chosen in ({"best_of": "4"}, {"tools": "python"}):
        asked = load(folder, **chosen).asked()
        assert {k: v for k, v in asked.items() if k != "declared"} == plain
    assert load(folder, best_of="4").asked()["declared"] == {"best_of": 4, "tools": None}


def test_a_blind_run_shows_nothing_and_says_so(folder: Path) -> None:
    task = load(folder, images="omit")
    assert not task.sees
    assert any("blind baseline" in warning for warning in task.warnings)
    assert not any("blind baseline" in warning for warning in load(folder).warnings)
    assert task.asked() != load(folder).asked()


def test_the_size_cap_is_kept_and_part_of_the_protocol(folder: Path) -> None:
    task = load(folder, max_side="40")
    assert task.asked()["pictures"]["max_side"] == 40
    assert task.blobs is not None
    for item in task.items:
        for name in item.blobs:
            assert max(Image.open(io.BytesIO(task.blobs.read(name))).size) <= 40


def test_the_rules_tolerance_and_the_judges_temperatures_are_options(folder: Path) -> None:
    task = load(folder, tolerance="0.01", missing_unit="wrong", judge_temperatures="none")
    assert task.scored()["rule"]["relative_tolerance"] == 0.01
    assert task.scored()["rule"]["missing_unit"] == "wrong"
    judge = {"label": "a/b", "identity": {"model": "b"}, "settings": {}}
    judged = load(folder, {"judge": judge}, judge_temperatures="0,1")
    assert judged.scored()["judge"]["temperatures"] == [0.0, 1.0]
    assert task.with_judge(judge, None).scored()["judge"]["temperatures"] == [None] * 5


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"best_of": 0}, "best_of=0"),
        ({"judge_temperatures": "hot"}, "judge_temperatures='hot'"),
        ({"tolerance": -1}, "relative_tolerance=-1"),
        ({"max_side": 0}, "max_side=0"),
        ({"prompt": "official"}, "needs --judge-prompts DIR"),
        ({"prompt": "theirs"}, "not one of rbench, official"),
    ],
)
def test_a_bad_option_is_refused_before_any_data_is_read(
    tmp_path: Path, chosen: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError) as raised:
        load(tmp_path / "there is no data", **chosen)
    assert message in str(raised.value)


def test_missing_data_say_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(RbenchError, match="R-Bench-V"):
        load(tmp_path)


def test_a_run_is_restored_without_its_data(folder: Path) -> None:
    task = load(folder, best_of="2", images="omit")
    state = json.loads(json.dumps(task.state()))
    back = RBenchV.restore(tuple(task.items), state)
    assert (back.name, back.asked(), back.scored()) == ("rbench-v", task.asked(), task.scored())
    assert back.warnings == task.warnings
    assert back.blobs is None
