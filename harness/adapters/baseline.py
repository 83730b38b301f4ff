"""`baseline/uniform|first`: what no knowledge scores, in the form that is asked.

Any other model is read against these two, and they run a task end to end without a model.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence

from rbench.errors import UsageError, nearest
from rbench.harness.options import NoOptions
from rbench.harness.types import Call, Json, Reply


def _uniform(call: Call, among: Sequence[str]) -> str:
    """Choose by a hash of the call: the order of the calls and their number play no part."""
    key = "\x1f".join((str(call.seed), call.item.id, str(call.repeat), str(call.ordinal)))
    number = int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest(), "big")
    return among[number % len(among)]


def _first(call: Call, among: Sequence[str]) -> str:
    return among[0]


ANSWERS: Mapping[str, Callable[[Call, Sequence[str]], str]] = {
    "uniform": _uniform,
    "first": _first,
}


NO_GUESS = "No guess can be made."
"""The reply to an open question whose answers cannot be listed."""


class Baseline:
    """A model that does not read the question.

    ``uniform`` draws one of the item's own options, or of the choices of an open question, each
    equally likely, keyed by (seed, item, repeat, ordinal); ``first`` always takes the first. A
    question with neither is answered with `NO_GUESS`. Raises `UsageError` for any other name.
    """

    Options = NoOptions

    def __init__(self, name: str, options: NoOptions) -> None:
        if name not in ANSWERS:
            raise UsageError(f"there is no baseline {name!r}{nearest(name, list(ANSWERS))}")
        self._choose = ANSWERS[name]
        self._name = name
        self.identity: Mapping[str, Json] | None = {
            "adapter": "baseline",
            "model": name,
            "version": "1",
        }
        self.settings: Mapping[str, Json] = {}
        self.batch = 1
        self.max_concurrency: int | None = None

    async def answer(self, calls: Sequence[Call]) -> Sequence[Reply]:
        """Answer each call by itself."""
        return [Reply(text=self._text(call)) for call in calls]

    async def close(self) -> None:
        """Hold nothing, so give nothing back."""

    def _text(self, call: Call) -> str:
        request = call.ask.request
        among = list(request.get("options") or request.get("choices") or ())
        if not among:
            return NO_GUESS
        prefix: str = request.get("answer_prefix", "ANSWER: ")
        suffix: str = request.get("answer_suffix", "")
        return prefix + self._choose(call, among) + suffix
