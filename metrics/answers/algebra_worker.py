"""The worker process of `algebra`: one line of JSON in, one out, each under limits of its own.

Run as ``python -m rbench.metrics.answers.algebra_worker``. It ends when its input ends, so it
does not outlive its parent by more than one grade's processor time.
"""

import json
import os
import resource
import signal
import sys
from typing import TextIO

from rbench.metrics.answers.grade import grade
from rbench.metrics.answers.rule import rule_options

_MIB = 2**20
_LEAST_MIB = 2048  # the libraries alone reserve hundreds
_DEEPEST = 3000


def main() -> None:
    """Answer grades until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever a library prints is no reply
    import logging

    logging.disable(logging.CRITICAL)
    sys.setrecursionlimit(_DEEPEST)
    from rbench.metrics.answers.sympy_mathematics import SympyMathematics

    mathematics = SympyMathematics()
    _say(replies, {"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        rule = rule_options(request["rule"])
        _limit_memory(max(2 * rule.memory_mb, _LEAST_MIB) * _MIB)
        # The default action of SIGPROF ends the process, even inside a long C function.
        signal.setitimer(signal.ITIMER_PROF, rule.seconds)
        try:
            equal = grade(request["answer"], request["gold"], request["options"], rule, mathematics)
            reply: dict[str, object] = {"equal": equal}
        except (MemoryError, RecursionError) as error:
            reply = {"error": f"ran into {type(error).__name__}"}
        signal.setitimer(signal.ITIMER_PROF, 0)
        _say(replies, reply)


def _limit_memory(limit: int) -> None:
    # A backstop for one huge allocation; the parent watches what is really used.
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _say(replies: TextIO, reply: object) -> None:
    replies.write(json.dumps(reply) + "\n")
    replies.flush()


if __name__ == "__main__":
    main()
