"""Verifying runs with pictures, a judge, drawings and a rule that needs algebra."""

import base64
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import rbench
from rbench.leaderboards.cite import cite_run
from rbench.leaderboards.verify import verify_run
from tests.leaderboards.tampering import (
    change_json,
    change_lines,
    check,
    copied,
    files_of,
    outcomes,
    said,
)

ROWS = (("Half of it?", "1/2", "Math"), ("How many?", "12", "Counting"))


def png(shade: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 200, 30)).save(file, "PNG")
    return file.getvalue()


# In a file of their own: what is hashed of a model is the file and all that it imports beside it.
MODELS = """
from rbench.harness.options import NoOptions
from rbench.harness.types import Reply

class Fixed:
    Options = NoOptions
    settings, batch, max_concurrency = {}, 1, None

    def __init__(self, name, options):
        self.identity = {"model": type(self).__name__}

    async def answer(self, calls):
        return [self.reply(call) for call in calls]

    async def close(self):
        pass

class Model(Fixed):
    def reply(self, call):
        picture = call.blobs.read(call.item.blobs[0]) + b"drawn on"
        return Reply(text="\\\\boxed{7}", blobs=(call.blobs.write(picture, "png"),))

class Judge(Fixed):
    def reply(self, call):
        return Reply(text="0")
"""


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of RBench-V with pictures in and out, and a judge."""
    root = tmp_path_factory.mktemp("pictures")
    lines = [
        {"question": q, "answer": a, "catagory": c, "image": base64.b64encode(png(i)).decode()}
        for i, (q, a, c) in enumerate(ROWS)
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (root / "data").mkdir()
    (root / "models.py").write_text(MODELS, encoding="utf-8")
    (root / "data" / "full.jsonl").write_text(text, encoding="utf-8")
    (run,) = rbench.evaluate(
        "rbench-v",
        model=f"{root}/models.py@Model",
        judge=f"{root}/models.py@Judge",
        data=root / "data",
        out=root / "runs",
    )
    assert run.results["status"] == "complete"
    return run.path


@pytest.fixture
def run(honest: Path, tmp_path: Path) -> Path:
    return copied(honest, tmp_path)


def test_pictures_verdicts_and_grades_are_verified(run: Path) -> None:
    before = files_of(run)
    verification = verify_run(run)
    found = dict(outcomes(verification))
    assert found.pop("data") == "unchecked"
    assert set(found.values()) == {"verified"}
    assert {"pictures", "results"} <= set(found)
    assert "pictures as published" in said(verification, "data")
    assert "4 pictures by their sha256" in said(verification, "pictures")
    assert files_of(run) == before


def question_picture(run: Path) -> Path:
    item = json.loads((run / "items.jsonl").read_text(encoding="utf-8").splitlines()[0])
    return run / "blobs" / item["blobs"][0]


def reply_picture(run: Path) -> Path:
    call = json.loads((run / "calls.jsonl").read_text(encoding="utf-8").splitlines()[0])
    return run / "blobs" / call["reply"]["blobs"][0]


@pytest.mark.parametrize("which", [question_picture, reply_picture])
def test_pictures_that_are_gone_or_others_are_named(run: Path, which: Any) -> None:
    picture = which(run)
    picture.write_bytes(png(77))
    text = said(verify_run(run), "pictures")
    assert picture.name in text and "holds bytes of sha256" in text
    picture.unlink()
    assert f"{picture.name} is missing" in said(verify_run(run), "pictures")
    picture.mkdir()
    assert f"{picture.name} cannot be read" in said(verify_run(run), "pictures")


def test_names_of_pictures_lead_nowhere_else(run: Path) -> None:
    def escape(lines: list[Any]) -> None:
        lines[0]["blobs"] = ["../../../etc/passwd"]

    change_lines(run, "items.jsonl", escape)
    text = said(verify_run(run), "pictures")
    assert "'../../../etc/passwd' is no name of a picture" in text


def test_pictures_that_nothing_names_are_no_fault(run: Path) -> None:
    content = png(99)
    (run / "blobs" / f"{hashlib.sha256(content).hexdigest()}.png").write_bytes(content)
    (run / "blobs" / ".half-written").write_bytes(b"")
    verification = verify_run(run)
    assert verification.outcome == "verified"
    assert "; 1 more that nothing names" in said(verification, "pictures")


def test_verdicts_edited_by_hand_change_the_results(run: Path) -> None:
    def change(lines: list[Any]) -> None:
        for line in lines:
            if line["role"] == "judge" and line["ordinal"] == 2:
                line["reply"]["text"] = "1"

    change_lines(run, "calls.jsonl", change)
    text = said(verify_run(run), "results")
    assert "(overall accuracy).value: 0.0 stands there, 1.0 comes out (+1)" in text


def test_another_judge_than_the_plan_says_is_found(run: Path) -> None:
    def change(plan: Any) -> None:
        plan["scored"]["judge"]["label"] = plan["task_state"]["judge"]["label"] = "openai/gpt-9"

    change_json(run, "plan.json", change)
    verification = verify_run(run)
    assert check(verification, "score key").outcome == "differs"
    assert "protocol.judge.label: " in said(verification, "results")


def test_every_run_of_the_embedded_generated_questions_is_verified(tmp_path: Path) -> None:
    (made,) = rbench.evaluate(
        "rbench-v-mini",
        model="baseline/uniform",
        limit=2,
        task_options={"language": "both", "draw": True},
        out=tmp_path,
    )
    verification = verify_run(made.path)
    assert set(outcomes(verification).values()) == {"verified"}
    assert "96 questions drawn again from seed 20260101" in said(verification, "data")

    def change(lines: list[Any]) -> None:
        lines[50]["data"]["gold"] = "4711"

    change_lines(made.path, "items.jsonl", change)
    assert 'gold: "4711" stands there' in said(verify_run(made.path), "data")

    def endless(plan: Any) -> None:
        plan["asked"]["data"]["n"] = 10**12

    change_json(made.path, "plan.json", endless)
    assert "1000000000000 questions, and the run has 48" in said(verify_run(made.path), "data")


def test_the_sentence_that_cites_it_states_rule_judge_and_pictures(honest: Path) -> None:
    protocol = rbench.load_run(honest).results["protocol"]
    text = cite_run(honest).methods
    for part in ("rule", "judge", "pictures", "prompt_sha256", "data"):
        for value in leaves(protocol[part]):
            shown = f"{value:g}" if isinstance(value, float) else str(value)
            assert shown[:12] in text, value
    assert "temperatures 0/0.5/1/1.5/2" in text
    assert "from folder, revision not named" in text
    assert "by the judge" in text and "whose grade is the headline" in text
    keys = {source.key for source in cite_run(honest).sources}
    assert {"guo2025rbenchv", "zhang2024mathverse", "miller2024adding"} >= keys
    assert "guo2025rbenchv" in keys


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in leaves(part)]
    return [] if value is None or isinstance(value, list) else [value]
