"""What a model was really shown: a model that chooses sees other words than one that writes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rbench.harness.types import Ask, Json, Sample


def text_of(content: Json) -> str:
    """Return the text of a message; a part that is not text is only named: ``[image]``."""
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        return ""
    parts = [part for part in content if isinstance(part, Mapping)]
    return "\n".join(str(p["text"]) if "text" in p else f"[{p.get('type')}]" for p in parts)


def as_shown(sample: Sample, response: str) -> Sample:
    """Return the sample with the messages that the model saw, by the protocol's `response`.

    A model that ranks texts sees the cloze; after the prompt of one that chooses stands the
    beginning of its own turn, which a letter or a text would follow.
    """
    return replace(sample, asks=tuple(_shown(ask, response) for ask in sample.asks))


def _shown(ask: Ask, response: str) -> Ask:
    if ask.role != "model" or not response.startswith("loglikelihood"):
        return ask
    request = ask.request
    if response == "loglikelihood/texts":
        request = {**request, **request.get("cloze", {})}
    begun = {"role": "assistant, begun for it", "content": request.get("answer_prefix", "")}
    return replace(ask, request={**request, "messages": [*request["messages"], begun]})
