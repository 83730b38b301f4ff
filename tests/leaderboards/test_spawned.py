"""Work in several processes: order, errors, and an end that leaves nobody behind."""

import os
import signal
import time
from pathlib import Path

import pytest

from rbench.errors import DataError, RbenchError
from rbench.leaderboards.spawned import in_processes

_begun: list[str] = []


def begin(word: str) -> None:
    _begun.append(word)


def square(number: int) -> tuple[int, str]:
    return number**2, _begun[0]


def fail(number: int) -> int:
    raise DataError(f"{number} is bad data")


def killed(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def slow(folder: str) -> str:
    number = len(list(Path(folder).iterdir()))
    (Path(folder) / f"{number}-{os.getpid()}").touch()
    time.sleep(0.2)
    return folder


def test_results_come_in_the_order_of_the_jobs() -> None:
    found = list(in_processes(square, range(9), 2, start=begin, arguments=("so",), at_once=2))
    assert found == [(number**2, "so") for number in range(9)]


def test_an_error_of_the_work_is_raised() -> None:
    with pytest.raises(DataError, match="1 is bad data"):
        list(in_processes(fail, [1, 2], 2, at_once=1))


def test_a_killed_process_is_an_error_in_words() -> None:
    with pytest.raises(RbenchError, match="ended from outside"):
        list(in_processes(killed, [1], 1))


def test_when_the_caller_stops_no_further_job_is_begun(tmp_path: Path) -> None:
    results = in_processes(slow, [str(tmp_path)] * 50, 1, at_once=1)
    next(results)
    results.close()  # type: ignore[attr-defined]
    begun = list(tmp_path.iterdir())
    assert len(begun) < 10
    for path in begun:
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.name.partition("-")[2]), 0)
