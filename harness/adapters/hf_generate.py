"""Writing replies: one token loop for the whole batch.

`model.generate` would bring in settings of the model's own generation_config.json, such as
top_k or a repetition penalty, that nobody asked for; here only what was set acts.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from rbench.harness.adapters.hf_forward import Network, fill
from rbench.harness.adapters.hf_options import HfOptions
from rbench.harness.adapters.hf_prompts import Prompts
from rbench.harness.adapters.hf_sampling import Sampler
from rbench.harness.types import Call, Reply


@dataclass(slots=True)
class Draft:
    """A reply in the making: `room` tokens at most; `finish` is empty until it has ended."""

    prompt: list[int]
    room: int
    tokens: list[int] = field(default_factory=list)
    finish: str = ""

    def add(self, token: int, end_tokens: frozenset[int]) -> None:
        """Take the next token and see whether it is the last."""
        self.tokens.append(token)
        if token in end_tokens:
            self.finish = "stop"
        elif len(self.tokens) == self.room:
            self.finish = "length"


def write(
    network: Network,
    prompts: Prompts,
    calls: Sequence[Call],
    options: HfOptions,
    size: int,
    stop: threading.Event,
) -> list[Reply]:
    """Write a reply to each call; `size` rows run together.

    A reply ends with the model's end token (``stop``), or at `max_tokens` or the end of the
    context (``length``). A prompt that fills the context gets no reply (``context_length``).
    """
    texts = [prompts.text(call.ask.request["messages"]) for call in calls]
    drafts = [draft_of(network, prompts.encode(text), options.max_tokens) for text in texts]
    fit = [(call, d) for call, d in zip(calls, drafts, strict=True) if not d.finish]
    if fit:
        sampler = Sampler([call for call, _ in fit], options.temperature, options.top_p)
        write_tokens(network, [d for _, d in fit], sampler, size, stop)
    return [reply_of(prompts, draft) for draft in drafts]


def write_tokens(
    network: Network, drafts: Sequence[Draft], sampler: Sampler, size: int, stop: threading.Event
) -> None:
    """Add tokens to all drafts until each has ended; `size` rows run together."""
    batch = network.batch([draft.prompt for draft in drafts], size)
    cache = None
    while not (stop.is_set() or all(draft.finish for draft in drafts)):
        logits, cache = network(batch, 1, cache, keep=True)
        last = logits[:, -1]
        sound = last.amax(dim=-1).isfinite().tolist()
        tokens = sampler.pick(last)
        for draft, token, finite in zip(drafts, tokens, sound, strict=False):
            if draft.finish:
                continue
            if finite:
                draft.add(token, network.end_tokens)
            else:
                draft.finish = "not finite"
        rows = [[] if d.finish else [t] for d, t in zip(drafts, tokens, strict=True)]
        batch = batch.then(fill(rows, size))


def draft_of(network: Network, prompt: list[int], max_tokens: int) -> Draft:
    """Return the empty draft after a prompt; one that fills the context has ended already."""
    left = max_tokens if network.context is None else network.context - len(prompt)
    return Draft(prompt, min(max_tokens, left), finish="" if left > 0 else "context_length")


def reply_of(prompts: Prompts, draft: Draft) -> Reply:
    """Return the reply that a draft has become."""
    if draft.finish == "not finite":
        return Reply(error="the model's scores are not finite numbers; try -M dtype=float32")
    usage = {"input": len(draft.prompt), "output": len(draft.tokens)}
    if draft.finish == "context_length":
        return Reply(finish=draft.finish, usage=usage)
    text = prompts.tokenizer.decode(
        draft.tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
    )
    return Reply(text=text, finish=draft.finish, usage=usage)
