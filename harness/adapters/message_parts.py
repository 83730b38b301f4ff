"""Messages as OpenAI's chat completions take them: pictures as data URLs."""

import base64
import copy
from collections.abc import Mapping, Sequence

from rbench.errors import ModelError
from rbench.harness.blobs import media_type
from rbench.harness.types import Call, Json


def has_pictures(messages: Sequence[Mapping[str, Json]]) -> bool:
    """Return whether any part of the messages is a picture."""
    return any(
        part["type"] == "image"
        for message in messages
        if not isinstance(message["content"], str)
        for part in message["content"]
    )


def openai_messages(call: Call, detail: str | None = None) -> list[Json]:
    """Return the messages of the call with every ``image`` part as an ``image_url`` part.

    Parts stay in their order; what holds text only is returned as it is. `detail` is sent with
    each picture where it is set. Raises `ModelError` for a picture that the item does not have,
    `RunDirectoryError` for one that cannot be read.
    """
    return [
        message
        if isinstance(message["content"], str)
        else {**message, "content": [_part(call, part, detail) for part in message["content"]]}
        for message in call.ask.request["messages"]
    ]


def read_picture(call: Call, index: int) -> tuple[str, bytes]:
    """Return the name and the bytes of a picture of the call's item. Raises as above."""
    names = call.item.blobs
    if call.blobs is None or not 0 <= index < len(names):
        raise ModelError(f"question {call.item.id} asks for picture {index} and has {len(names)}.")
    return names[index], call.blobs.read(names[index])


def _part(call: Call, part: Mapping[str, Json], detail: str | None) -> Json:
    if part["type"] != "image":
        return copy.deepcopy(part)
    name, content = read_picture(call, part["index"])
    url = f"data:{media_type(name)};base64,{base64.b64encode(content).decode()}"
    return {"type": "image_url", "image_url": {"url": url} | ({"detail": detail} if detail else {})}
