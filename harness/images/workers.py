"""Several local processes that make the shards of one run.

The parent hands out shards one by one and watches; it touches no image. A worker opens task and
model again, by name, in a fresh interpreter: no lock, thread or GPU context is inherited, and the
script or notebook that called is not run again, as multiprocessing would do.
"""

import pickle
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Protocol

import rbench.errors
from rbench.errors import RbenchError
from rbench.harness.images.launch import device_of
from rbench.harness.images.options import ImageRunOptions
from rbench.harness.images.plan import ImageCell, Unit
from rbench.harness.images.sampling import Outcome

_PATIENCE = 5.0
"""Seconds that a worker has to end when it is told to."""

# Ctrl-C at a terminal reaches all processes of the group; the parent ends its workers itself.
_PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.path[:] = {path!r}
from rbench.harness.images.worker import main
main({pipe})
"""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs to know: everything by name."""

    cell: ImageCell
    model: str
    options: ImageRunOptions
    run: Path
    device: str | None = None
    threads: int = 1


class Progress(Protocol):
    """What is told of the workers."""

    def working(self, worker: int, samples: int) -> None:
        """Take how far a worker is in its shard."""
        ...

    def finished(self, worker: int, unit: Unit, outcome: Outcome) -> None:
        """Take that a worker is done with a shard."""
        ...

    def dropped(self, worker: int) -> None:
        """Take that a worker works on nothing."""
        ...


def run_workers(job: Job, grid: Sequence[Unit], count: int, progress: Progress) -> None:
    """Make the shards of `grid` with `count` processes.

    A worker that is killed leaves its shard undone and the others go on. Raises the first error
    of a worker when the others are done with the shards that they are at, and `RbenchError`
    where a worker was killed, which says how to go on. All workers have ended when this ends.
    """
    workers: list[_Worker] = []
    try:
        for number in range(count):
            workers.append(_Worker(number, job))
        _hand_out(workers, list(reversed(grid)), len(grid), progress)
    finally:
        for worker in workers:
            worker.end()


def _hand_out(
    workers: Sequence["_Worker"], waiting: list[Unit], total: int, progress: Progress
) -> None:
    done = 0
    failure: RbenchError | None = None
    killed: _Worker | None = None
    active = {worker.connection: worker for worker in workers}
    while active:
        for connection in wait(list(active)):
            worker = active[connection]  # type: ignore[index]
            message = worker.receive()
            if message is None:
                killed = killed or worker
            elif message[0] == "failed":
                failure = failure or _error(*message[1:])
            elif message[0] == "working":
                progress.working(worker.number, message[1])
                continue
            elif message[0] == "finished" and worker.unit is not None:
                progress.finished(worker.number, worker.unit, message[1])
                done += 1
            if message is None or message[0] == "failed" or failure or not waiting:
                progress.dropped(worker.number)
                del active[connection]  # type: ignore[arg-type]
                worker.dismiss()
            elif not worker.give(waiting[-1]):
                continue  # it was killed just now: `wait` will tell
            else:
                waiting.pop()
    if failure is not None:
        raise failure
    if killed is not None:
        raise RbenchError(
            f"{killed.fate()}; {done} of {total} shards are finished and stay: run the same "
            f"command again to go on, with fewer --workers if memory was short."
        )


class _Worker:
    """A process that makes shards, as the parent sees it."""

    def __init__(self, number: int, job: Job) -> None:
        self.number = number
        self.unit: Unit | None = None
        self._dismissed = False
        self.connection, theirs = Pipe()
        options = job.options
        device = device_of(number, options.device)
        program = _PROGRAM.format(path=sys.path, pipe=theirs.fileno())
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", program],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.PIPE,  # held open: its end tells the worker that we are gone
                stdout=2,  # what a user's code prints is no result
            )
        finally:
            theirs.close()
        given = Job(job.cell, job.model, options, job.run, device, job.threads)
        with suppress(OSError):  # already dead: `receive` will tell
            self.connection.send_bytes(pickle.dumps(given))

    def receive(self) -> tuple[Any, ...] | None:
        """Return its next message, None where the process is dead."""
        try:
            message: tuple[Any, ...] = self.connection.recv()
            return message
        except (EOFError, OSError):
            return None

    def give(self, unit: Unit) -> bool:
        """Give it a shard to make; return whether it lived to take it."""
        try:
            self.connection.send(unit)
        except OSError:
            return False
        self.unit = unit
        return True

    def dismiss(self) -> None:
        """Tell it that there is nothing more to do."""
        self._dismissed = True
        with suppress(OSError):
            self.connection.send(None)

    def fate(self) -> str:
        """Return how it ended, for a message."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        code = self._process.returncode
        how = (
            f"was killed by signal {-code}"
            if code is not None and code < 0
            else (f"ended with exit code {code}")
        )
        what = "" if self.unit is None else f" at shard {self.unit.name}"
        return f"Worker {self.number} (process {self._process.pid}) {how}{what}"

    def end(self) -> None:
        """See to it that the process has ended."""
        if not self._dismissed:
            self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self.connection.close()


def _error(kind: str, text: str) -> RbenchError:
    error: RbenchError = getattr(rbench.errors, kind, RbenchError)(text)
    return error
