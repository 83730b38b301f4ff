"""Many questions drawn and their pictures kept, by several processes where that is faster."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from tempfile import TemporaryFile
from typing import IO

from rbench.errors import DataError
from rbench.harness.types import Blobs
from rbench.tasks.visual.drawn_question import DrawnQuestion, Place, draw_question

LEAST_PER_PROCESS = 400
"""Questions that take about as long to draw as a process takes to start, several times over."""
_MOST_PROCESSES = 16


def draw_questions(
    places: Sequence[Place], seed: int, blobs: Blobs, *, processes: int | None = None
) -> Mapping[Place, DrawnQuestion]:
    """Draw the questions of the places and keep their pictures; the same for any `processes`.

    Unset, there are as many processes as processors, but none for a few hundred questions.
    Raises `DataError` where a process ended early.
    """
    if processes is None:
        processes = _processes(len(places))
    if processes < 2:
        return {place: _kept(draw_question(place, seed), blobs) for place in places}
    # Sorted, and then dealt out one by one: each gets as much of every kind and level.
    ordered = sorted(places, key=lambda place: (place.kind, place.level, place.number))
    shares = [ordered[i::processes] for i in range(processes)]
    with TemporaryFile() as errors:
        children = [_start(errors) for _ in shares]
        try:
            # A thread reads what a process writes, so that none waits for another.
            with ThreadPoolExecutor(processes) as threads:
                parts = threads.map(lambda c, s: _read(c, s, seed, blobs), children, shares)
                return {question.place: question for part in parts for question in part}
        except EOFError:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().splitlines()
            raise DataError(
                f"a process that draws questions ended early: {said[-1] if said else 'killed'}."
            ) from None
        finally:
            for child in children:
                child.kill()
                child.wait()


def _processes(questions: int) -> int:
    if not sys.executable:  # Python is inside another program
        return 1
    affinity = getattr(os, "sched_getaffinity", None)
    processors = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(processors, _MOST_PROCESSES, questions // LEAST_PER_PROCESS)


def _kept(drawn: tuple[DrawnQuestion, bytes], blobs: Blobs) -> DrawnQuestion:
    question, content = drawn
    return replace(question, blob=blobs.write(content, "png"))


def _start(errors: IO[bytes]) -> "subprocess.Popen[bytes]":
    # Not multiprocessing, whose fresh processes would first run a user's script again.
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "rbench.tasks.visual.draw_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)},
    )


def _read(
    child: "subprocess.Popen[bytes]", places: Sequence[Place], seed: int, blobs: Blobs
) -> list[DrawnQuestion]:
    """Ask a process for its share. Raises `EOFError` where it ends before it gave all."""
    assert child.stdin is not None and child.stdout is not None
    request = {"seed": seed, "places": [[p.kind, p.level, p.number] for p in places]}
    with suppress(BrokenPipeError), child.stdin as stdin:  # one that ended is seen below
        stdin.write(json.dumps(request).encode())
    with child.stdout as stdout:
        try:
            return [_kept(pickle.load(stdout), blobs) for _ in places]
        except pickle.UnpicklingError:  # it ended in the midst of one
            raise EOFError from None
