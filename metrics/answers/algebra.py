"""Grades that take algebra, in a worker process under limits of processor time and memory.

A model's answer may be an expression that sympy simplifies for hours. math-verify's own alarm
works in the main thread only; here the worker's own processor-time alarm ends it, and what cannot
be graded raises. It is never a wrong answer.
"""

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from rbench.errors import RbenchError
from rbench.metrics.answers.rule import RuleOptions

_START_SECONDS = 300.0
_WALL_FACTOR = 60.0
_POLL_SECONDS = 0.1
_MIB = 2**20


class AlgebraError(RbenchError):
    """A grade could not be had: it took too long, too much memory, or the worker died."""


class Algebra:
    """One worker process, started when it is first needed and again after one that died.

    May be used from several threads, which wait for each other.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def equal(
        self,
        answer: str,
        gold: str,
        rule: RuleOptions,
        options: Mapping[str, str] | None = None,
    ) -> bool:
        """Tell whether the answer is right, with all the algebra that takes.

        Raises `AlgebraError` where that takes more than the rule's processor time or memory.
        """
        request = {
            "answer": answer,
            "gold": gold,
            "options": dict(options) if options else None,
            "rule": rule.protocol(),
        }
        with self._lock:
            if self._closed:
                raise AlgebraError("the algebra was closed.")
            process = self._started()
            reply = self._asked(process, request, rule)
        if "error" in reply:
            raise AlgebraError(str(reply["error"]))
        return bool(reply["equal"])

    def close(self) -> None:
        """End the worker; a grade that is under way in another thread raises."""
        self._closed = True
        self._end()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        # -P: a file in the user's folder never stands in for a library of this one.
        paths = os.pathsep.join(path for path in sys.path if path)
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "rbench.metrics.answers.algebra_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths},
        )
        self._process = process
        if self._read_line(process, time.monotonic() + _START_SECONDS, None) is None:
            self._end()
            raise AlgebraError(
                "the process for algebra could not be started; are math-verify and sympy installed?"
            )
        return process

    def _asked(
        self, process: subprocess.Popen[bytes], request: object, rule: RuleOptions
    ) -> dict[str, object]:
        assert process.stdin is not None  # it was opened as a pipe
        wall = time.monotonic() + _START_SECONDS + _WALL_FACTOR * rule.seconds
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        except OSError:
            line = None
        else:
            line = self._read_line(process, wall, rule.memory_mb * _MIB)
        if line is None:
            raise AlgebraError(self._why_ended(process, rule))
        reply: dict[str, object] = json.loads(line)
        return reply

    def _read_line(
        self, process: subprocess.Popen[bytes], until: float, memory: int | None
    ) -> bytes | None:
        """Return the worker's next line; None if it died or had to be ended."""
        assert process.stdout is not None  # it was opened as a pipe
        line = b""
        while time.monotonic() < until:
            ready, _, _ = select.select([process.stdout], [], [], _POLL_SECONDS)
            if ready:
                piece = os.read(process.stdout.fileno(), 65536)
                line += piece
                if not piece:
                    return None
                if line.endswith(b"\n"):
                    return line
            elif memory is not None and _resident(process.pid) > memory:
                process.send_signal(signal.SIGUSR2)
                return None
        process.kill()
        return None

    def _why_ended(self, process: subprocess.Popen[bytes], rule: RuleOptions) -> str:
        code = process.wait()
        self._end()
        if code == -signal.SIGPROF:
            return f"took longer than {rule.seconds:g} s of processor time"
        if code == -signal.SIGUSR2:
            return f"took more than {rule.memory_mb} MiB of memory"
        return f"the process for algebra ended with status {code}"

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was not read any more cannot be flushed
                    continue


def _resident(pid: int) -> int:
    """Return the memory in use by a process in bytes; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0
