"""SIGKILL at random points, the same command again: the undisturbed run's results, byte for byte.

Also: Ctrl-C and SIGTERM stop cleanly and print the command that goes on.
"""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from rbench.cli import main
from tests.harness.stub_server import StubServer
from tests.harness.tiny_model import save_tiny_model

Arguments = Sequence[str]

COMMAND = ("rbench-t-mini", "--no-report")


def start(out: Path, arguments: Arguments) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "rbench", "evaluate", *COMMAND, "--out", str(out), *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def journal_lines(out: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in out.glob("*/*/calls.jsonl"))


def stop_after(process: subprocess.Popen[str], out: Path, lines: int, number: int) -> None:
    """Send a signal once the journal has grown to some number of lines."""
    while journal_lines(out) < lines and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(number)
    process.wait()


def finish(out: Path, arguments: Arguments) -> dict[str, bytes]:
    process = start(out, arguments)
    _, err = process.communicate()
    assert process.returncode == 0, err
    return results(out)


def finish_here(out: Path, arguments: Arguments) -> dict[str, bytes]:
    """As `finish`, in this process, which has torch loaded."""
    assert main(["evaluate", *COMMAND, "--out", str(out), *arguments]) == 0
    return results(out)


def results(out: Path) -> dict[str, bytes]:
    return {p.parent.name: p.read_bytes() for p in out.glob("*/*/results.json")}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_killed_api_run_ends_as_the_undisturbed_one(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    killed, in_flight = 3, 8
    with StubServer(latency=0.02) as server:
        arguments = ["--model", "openai/stub", "-M", f"base_url={server.url}", "--repeats", "2",
                     "--concurrency", str(in_flight)]  # fmt: skip
        expected = finish(tmp_path / "undisturbed", arguments)
        asked = len(server.requests)
        assert asked == 288
        for lines in sorted(rng.sample(range(1, 280), killed)):
            stop_after(start(tmp_path / "killed", arguments), tmp_path / "killed", lines,
                       signal.SIGKILL)  # fmt: skip
        assert finish(tmp_path / "killed", arguments) == expected
        repeated = len(server.requests) - 2 * asked
        assert 0 <= repeated <= killed * in_flight


@pytest.mark.parametrize("response", ["generate", "loglikelihood"])
def test_a_killed_local_run_ends_as_the_undisturbed_one(tmp_path: Path, response: str) -> None:
    save_tiny_model(tmp_path / "model")
    arguments = ["--model", f"hf/{tmp_path / 'model'}", "-M", f"response={response}", "-M",
                 "batch_size=5", "--limit", "11", "-M", "threads=1"]  # fmt: skip
    if response == "generate":
        arguments += ["-M", "max_tokens=6", "-M", "temperature=1.0"]
    expected = finish_here(tmp_path / "undisturbed", arguments)
    killed = tmp_path / "killed"
    stop_after(start(killed, arguments), killed, 12, signal.SIGKILL)
    (journal,) = killed.glob("*/*/calls.jsonl")
    with journal.open("r+b") as file:  # the kill came in the middle of a line of a batch
        file.truncate(journal.stat().st_size - 30)
    assert finish_here(killed, arguments) == expected


@pytest.mark.parametrize(
    ("number", "in_background"),
    [(signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGTERM, True)],
)
def test_an_interrupt_stops_cleanly_and_says_how_to_go_on(
    tmp_path: Path, number: signal.Signals, in_background: bool
) -> None:
    with StubServer(latency=0.05) as server:
        arguments = ["--model", "openai/stub", "-M", f"base_url={server.url}", "--concurrency", "4"]
        # A shell starts its background jobs with Ctrl-C ignored, and children inherit that.
        before_start = signal.signal(signal.SIGINT, signal.SIG_IGN) if in_background else None
        try:
            process = start(tmp_path, arguments)
        finally:
            if in_background:
                signal.signal(signal.SIGINT, before_start)
        while journal_lines(tmp_path) < 10 and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(number)
        _, err = process.communicate()
        assert process.returncode == 130, err
        assert "Traceback" not in err
        assert re.search(r"rbench evaluate rbench-t-mini .*base_url", err)
        assert "interrupted" in err
        before = len(server.requests)
        finish(tmp_path, arguments)
        assert len(server.requests) - before <= 288 / 2 - 10
