"""What the end of a reply says before anybody reads it: cut, refused, or too long to be asked."""

from typing import Literal

from rbench.harness.types import Reply

# The words of a finish reason that mean: there is no answer, whatever text came with it.
_NO_ANSWER = {
    "content_filter": "filtered",
    "refusal": "refusal",
    "context_length": "longer than the model's context",
}


def unanswered(reply: Reply) -> tuple[Literal["truncated", "no_answer"], str] | None:
    """Return outcome and reason of a reply that is not read at all; None for one that is."""
    if reply.finish == "length":
        return "truncated", "stopped by length"
    if reply.finish in _NO_ANSWER:
        return "no_answer", _NO_ANSWER[reply.finish]
    return None
