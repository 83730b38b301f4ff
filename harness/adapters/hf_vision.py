"""Writing replies to questions with pictures, by an image-text model of transformers.

The positions and caches of such models are their own affair, so the steps are those of
`model.generate`; which token comes next is decided here, as in `hf_generate`, and nothing of the
model's own generation_config acts.
"""

import io
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rbench.errors import ModelError
from rbench.harness.adapters.hf_forward import GRID, Network, fill
from rbench.harness.adapters.hf_generate import Draft, draft_of, reply_of
from rbench.harness.adapters.hf_options import HfOptions
from rbench.harness.adapters.hf_prompts import Prompts
from rbench.harness.adapters.hf_sampling import Sampler
from rbench.harness.adapters.message_parts import has_pictures, read_picture
from rbench.harness.types import Call, Json, Reply

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Shown:
    """One question as the model gets it: the prompt's text, and its pictures in their order."""

    call: Call
    text: str
    pictures: "list[Image]"


def vision_prompts(processor: Any, template: str | None) -> Prompts:
    """Return how an image-text model is spoken to, by its processor."""
    signs = (getattr(processor, name, None) for name in ("boi_token", "image_token"))
    return Prompts(processor.tokenizer, template, picture=next(filter(None, signs), ""))


def write_seeing(
    network: Network,
    processor: Any,
    prompts: Prompts,
    calls: Sequence[Call],
    options: HfOptions,
    size: int,
    stop: threading.Event,
) -> list[Reply]:
    """Write a reply to each call, with or without pictures; `size` rows run together.

    Questions with pictures and those without are two batches, as many processors take no mixed
    ones. Replies end as those of `hf_generate.write`. Raises `ModelError`.
    """
    replies: dict[int, Reply] = {}
    groups: dict[bool, dict[int, Shown]] = {True: {}, False: {}}
    for place, call in enumerate(calls):
        shown = _shown(prompts, call)
        if isinstance(shown, Reply):
            replies[place] = shown
        else:
            groups[bool(shown.pictures)][place] = shown
    for group in groups.values():
        drafts = _write(network, processor, prompts, list(group.values()), options, size, stop)
        replies |= {p: reply_of(prompts, d) for p, d in zip(group, drafts, strict=True)}
    return [replies[place] for place in range(len(calls))]


def _write(
    network: Network,
    processor: Any,
    prompts: Prompts,
    rows: list[Shown],
    options: HfOptions,
    size: int,
    stop: threading.Event,
) -> list[Draft]:
    """Write all rows, which have pictures or have none. Returns a draft for each."""
    too_long: dict[int, Draft] = {}
    while len(too_long) < len(rows) and not stop.is_set():
        fit = [i for i in range(len(rows)) if i not in too_long]
        inputs = _inputs(network, processor, prompts, [rows[i] for i in fit], size)
        tokens = [
            row[mask.bool()].tolist()
            for row, mask in zip(inputs["input_ids"], inputs["attention_mask"], strict=True)
        ]
        drafts = {i: draft_of(network, tokens[n], options.max_tokens) for n, i in enumerate(fit)}
        over = {i: draft for i, draft in drafts.items() if draft.finish}
        too_long |= over
        if not over:  # else the batch is made again without them
            sampler = Sampler([rows[i].call for i in fit], options.temperature, options.top_p)
            _generate(network, prompts, inputs, list(drafts.values()), sampler, stop)
            return [too_long[i] if i in too_long else drafts[i] for i in range(len(rows))]
    return [too_long.get(i, Draft([], 0)) for i in range(len(rows))]


def _generate(
    network: Network,
    prompts: Prompts,
    inputs: Mapping[str, Any],
    drafts: Sequence[Draft],
    sampler: Sampler,
    stop: threading.Event,
) -> None:
    """Add tokens to all drafts until each has ended."""
    import torch
    from transformers import GenerationConfig, LogitsProcessorList, StoppingCriteriaList

    filler = int(prompts.tokenizer.pad_token_id)

    def choose(_: "torch.Tensor", scores: "torch.Tensor") -> "torch.Tensor":
        sound = scores.amax(dim=-1).isfinite().tolist()
        tokens = []
        for draft, token, finite in zip(drafts, sampler.pick(scores), sound, strict=False):
            tokens.append(filler if draft.finish else token)
            if draft.finish:
                continue
            if finite:
                draft.add(token, network.end_tokens)
            else:
                draft.finish = "not finite"
        places = torch.tensor(fill(tokens, len(scores)), device=scores.device)[:, None]
        return torch.full_like(scores, -float("inf")).scatter_(1, places, 0.0)

    def ended(tokens: "torch.Tensor", _: object, **__: object) -> "torch.Tensor":
        done = [stop.is_set() or bool(draft.finish) for draft in drafts]
        return torch.tensor(fill(done, len(tokens)), device=tokens.device)

    # What `generate` is not told it would take from here.
    network.model.generation_config = GenerationConfig()
    network.model.generate(
        **inputs,
        generation_config=GenerationConfig(
            max_new_tokens=max(draft.room for draft in drafts),
            do_sample=False,
            pad_token_id=filler,
        ),
        logits_processor=LogitsProcessorList([choose]),
        stopping_criteria=StoppingCriteriaList([ended]),
    )


def _inputs(
    network: Network, processor: Any, prompts: Prompts, rows: Sequence[Shown], size: int
) -> Any:
    """Return the processor's tensors of `size` rows, padded on the left to the grid."""
    full = fill(rows, size)
    tensors = processor(
        text=[row.text for row in full],
        images=[row.pictures for row in full] if full[0].pictures else None,
        add_special_tokens=prompts.template is None,  # the template writes them
        padding=True,
        pad_to_multiple_of=GRID,
        return_tensors="pt",
    )
    return tensors.to(network.model.device, dtype=network.model.dtype)  # integers stay such


def _shown(prompts: Prompts, call: Call) -> Shown | Reply:
    """Return what is shown for a call, or the reply that says why it cannot be."""
    messages: Sequence[Mapping[str, Json]] = call.ask.request["messages"]
    parts = [part for m in messages if not isinstance(m["content"], str) for part in m["content"]]
    written = [m["content"] for m in messages if isinstance(m["content"], str)]
    written += [part["text"] for part in parts if part["type"] == "text"]
    if prompts.picture and any(prompts.picture in text for text in written):
        return Reply(error=f"the question holds {prompts.picture!r}, the model's sign of a picture")
    pictures = []
    for part in parts:
        if part["type"] == "image":
            name, content = read_picture(call, part["index"])
            try:
                pictures.append(_opened(content))
            except (OSError, ValueError, SyntaxError) as error:  # what Pillow raises
                return Reply(error=f"picture {name} cannot be read: {error}")
    return Shown(call, prompts.text(messages), pictures)


def _opened(content: bytes) -> "Image":
    from PIL import Image

    with Image.open(io.BytesIO(content)) as picture:
        return picture.convert("RGB")


def require_text(calls: Sequence[Call]) -> None:
    """Raise `ModelError` where a question has pictures: options are chosen by text only."""
    for call in calls:
        if has_pictures(call.ask.request["messages"]):
            raise ModelError(
                f"question {call.item.id} has pictures, and -M response=loglikelihood reads text "
                f"only: use -M response=generate, or -T images=omit (a blind baseline)."
            )
