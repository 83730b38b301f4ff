"""Any number of workers or ranks, killed at any moment: the same bytes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from rbench.errors import ModelError, RbenchError, UsageError
from rbench.harness.images.launch import Ranks, device_of, find_ranks
from rbench.harness.run_directory import RunDirectory
from tests.harness.images.drive import Watching, content, made, real_images, results, run, shards

ROOT = Path(__file__).parents[3]
OPTIONS: dict[str, Any] = {"limit": 280, "repeats": 2}
# Of the protocol too: nothing is extrapolated, which would take most of the time.
GIVEN = {"network": True, "samples": 280}


@pytest.fixture(autouse=True)
def mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "mended"
    monkeypatch.setenv("TINY_MENDED", str(path))
    return path


def arguments(out: Path, model: str, **options: Any) -> list[str]:
    # The same real images for all, as their path is in the plan.
    given = {**GIVEN, "real": str(real_images(out))}
    return ["-m", "tests.harness.images.drive", str(out), model, json.dumps(given),
            json.dumps({**OPTIONS, **options})]  # fmt: skip


def folder(out: Path) -> RunDirectory:
    (plan,) = out.glob("tiny/*/plan.json")
    return RunDirectory(plan.parent)


def alone(tmp_path: Path, model: str) -> RunDirectory:
    (tmp_path / "alone").mkdir()
    return made(tmp_path / "alone", model, GIVEN, **OPTIONS)


def test_three_workers_give_the_bytes_of_one(tmp_path: Path) -> None:
    one = alone(tmp_path, "Convolved")
    out = tmp_path / "three"
    out.mkdir()
    watching = Watching()
    three = made(out, "Convolved", GIVEN, watching, workers=3, **OPTIONS)
    assert content(three) == content(one)
    assert results(three) == results(one)
    assert (watching.counts[0].done, watching.counts[0].resumed) == (560, 0)
    # Nothing to do: no worker is started, and nothing is counted as made.
    made(out, "Convolved", GIVEN, watching, workers=3, **OPTIONS)
    assert watching.counts[1].resumed == 560


def test_ranks_of_torchrun_give_the_same_bytes(tmp_path: Path, mended: Path) -> None:
    mended.touch()
    one = alone(tmp_path, "Noisy")
    out = tmp_path / "ranks"
    out.mkdir()
    real_images(out)
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run(
        [sys.executable, *launch, *arguments(out, "Noisy")],
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=True,
    )  # fmt: skip
    assert content(folder(out)) == content(one)
    assert results(folder(out)) == results(one)
    assert done.stdout.count("is done; the rank that is last writes the results") == 1


def test_a_run_killed_with_its_workers_goes_on_with_another_number(
    tmp_path: Path, mended: Path
) -> None:
    out = tmp_path / "killed"
    out.mkdir()
    real_images(out)
    parent = subprocess.Popen(
        [sys.executable, *arguments(out, "Slow", workers=2)], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 300
    # Some shards are done, and others are being worked on.
    begun = ("tiny/*/shards/r*", "tiny/*/shards/.*")
    while not all(list(out.glob(name)) for name in begun):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    children = [
        int(c) for c in Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    ]
    parent.kill()
    parent.wait()
    assert len(children) == 2
    while any(map(_alive, children)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(_alive, children))  # workers end with their parent
    there = shards(folder(out)).count(0)
    assert there in (128, 256, 280)
    mended.touch()
    watching = Watching()
    made(out, "Slow", GIVEN, watching, **OPTIONS)
    assert watching.counts[0].resumed >= 128
    one = alone(tmp_path, "Slow")
    assert content(folder(out)) == content(one)
    assert results(folder(out)) == results(one)


def _alive(process: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False


def test_a_worker_that_dies_leaves_its_shard_and_the_other_goes_on(
    tmp_path: Path, mended: Path
) -> None:
    out = tmp_path / "two"
    out.mkdir()
    with pytest.raises(RbenchError) as told:
        run(out, "Killed", GIVEN, workers=2, limit=300)
    text = str(told.value)
    assert "was killed by signal 9 at shard r000-00001; 2 of 3 shards are finished" in text
    assert "run the same command again" in text
    directory = folder(out)
    assert sorted(p.name for p in (directory.path / "shards").iterdir()) == [
        "r000-00000",
        "r000-00002",
    ]
    mended.touch()
    watching = Watching()
    made(out, "Killed", GIVEN, watching, **{**OPTIONS, "limit": 300})
    assert watching.counts[0].resumed == 300 - 128
    (tmp_path / "alone").mkdir()
    one = made(tmp_path / "alone", "Killed", GIVEN, **{**OPTIONS, "limit": 300})
    assert content(directory) == content(one)
    assert results(directory) == results(one)


def test_an_error_in_a_worker_is_the_error_of_the_run(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"sample.*200.*no more ink"):
        run(tmp_path, "Failing", GIVEN, workers=2, limit=300)
    assert shards(folder(tmp_path)).count(0) == 128


def test_an_interrupt_ends_the_workers(tmp_path: Path) -> None:
    real_images(tmp_path)
    parent = subprocess.Popen(
        [sys.executable, *arguments(tmp_path, "Slow", workers=2)],
        cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 300
    while not list(tmp_path.glob("tiny/*/shards/.r*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(parent.pid, signal.SIGINT)  # as Ctrl-C at a terminal
    assert "KeyboardInterrupt" in parent.communicate(timeout=300)[1]
    assert not list(tmp_path.glob("tiny/*/shards/.*"))
    with pytest.raises(ProcessLookupError):
        os.killpg(parent.pid, 0)


def test_ranks_are_read_from_the_environment() -> None:
    assert find_ranks({}) is None
    assert find_ranks({"RANK": "0", "WORLD_SIZE": "1"}) is None
    known = {"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1"}
    assert find_ranks(known) == Ranks(5, 8, 1)
    for bad in ({"RANK": "8"}, {"RANK": "-1"}, {"WORLD_SIZE": "many"}, {"LOCAL_RANK": "x"}):
        with pytest.raises(UsageError, match="start with torchrun"):
            find_ranks({**known, **bad})


def test_workers_share_the_gpus_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    assert [device_of(n, None) for n in range(3)] == ["cuda:0", "cuda:1", "cuda:0"]
    assert device_of(3, "cuda") == "cuda:1"
    assert device_of(3, "cpu") == "cpu"
    assert device_of(3, "cuda:0") == "cuda:0"


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [("Noisy", {"workers": 2}, "--workers 2 inside"), ("Noisy", {"fresh": True}, "--fresh inside")],
)
def test_what_ranks_cannot_do_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, options: Any, words: str
) -> None:
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UsageError, match=words):
        run(tmp_path, model, **options)
