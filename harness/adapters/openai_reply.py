"""What an OpenAI-compatible server sent back: from bytes to a `Reply`, or to what went wrong."""

import json
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from time import time

from rbench.errors import TryAgain
from rbench.harness.adapters.reply_pictures import pictures_in
from rbench.harness.given_pictures import keep_pictures
from rbench.harness.types import Blobs, Json, Reply

_MOST_SHOWN = 200


def parse_reply(body: bytes, blobs: Blobs | None = None) -> Reply:
    """Return the reply in the body of a 200. Raises `TryAgain` for one that is none.

    Its pictures are kept in `blobs`; without `blobs` they are not.
    """
    if not body.strip():
        raise TryAgain("malformed reply: empty")
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise TryAgain("malformed reply: not JSON") from None
    if not isinstance(given, dict):
        raise TryAgain("malformed reply: not a JSON object")
    choices = given.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise TryAgain("malformed reply: no choices")
    choice = choices[0]
    message = choice.get("message")
    if not isinstance(message, dict):
        raise TryAgain("malformed reply: no message")
    if choice.get("finish_reason") == "error":
        raise TryAgain("the server stopped with an error")
    refusal = message.get("refusal")
    reasoning = message.get("reasoning_content") or message.get("reasoning")
    return Reply(
        text=_content(refusal or message.get("content")),
        reasoning=_whole(reasoning) if isinstance(reasoning, str) else None,
        finish="refusal" if refusal else str(choice.get("finish_reason") or "unknown"),
        usage=_usage(given.get("usage")),
        served=_served(given),
        blobs=keep_pictures(pictures_in(message), blobs),
    )


def error_of(body: bytes, hide: Sequence[str] = ()) -> tuple[str, str]:
    """Return what an error's body says: its message, on one line and shortened, and its codes.

    Servers differ: ``{"error": {"message", "code", "type", "param"}}``, ``{"error": "..."}``,
    ``{"message": ...}``, ``{"detail": ...}``, or plain text. The texts in `hide` are not shown.
    """
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return _short(body.decode("utf-8", "replace"), hide), ""
    error = given.get("error", given) if isinstance(given, dict) else given
    if not isinstance(error, dict):
        return _short(str(error), hide), ""
    message = next((error[k] for k in ("message", "detail") if error.get(k)), "")
    codes = [str(error[k]) for k in ("code", "type", "param") if error.get(k)]
    inner = error.get("innererror")
    if isinstance(inner, dict) and inner.get("code"):
        codes.append(str(inner["code"]))
    return _short(message if isinstance(message, str) else json.dumps(message), hide), " ".join(
        codes
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a server asks to wait: a number, a date, or milliseconds."""
    for name, unit in (("retry-after-ms", 1e-3), ("Retry-After", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            seconds = float(value) * unit
        except ValueError:
            try:
                seconds = parsedate_to_datetime(value).timestamp() - time()
            except (ValueError, OverflowError):
                continue
        if seconds == seconds:  # not a NaN
            return max(0.0, seconds)
    return None


def _content(content: Json) -> str | None:
    if content is None or isinstance(content, str):
        return None if content is None else _whole(content)
    if not isinstance(content, list):
        raise TryAgain("malformed reply: content is not text")
    texts = [part.get("text") for part in content if isinstance(part, dict)]
    return _whole("".join(text for text in texts if isinstance(text, str)))


def _usage(given: Json) -> dict[str, int]:
    if not isinstance(given, dict):
        return {}
    details = given.get("completion_tokens_details")
    thought = details.get("reasoning_tokens") if isinstance(details, dict) else None
    counts = (
        ("input", given.get("prompt_tokens")),
        ("output", given.get("completion_tokens")),
        ("reasoning", thought),
    )
    return {kind: count for kind, count in counts if type(count) is int and count >= 0}


def _served(given: Mapping[str, Json]) -> dict[str, str]:
    names = (("model", "model"), ("fingerprint", "system_fingerprint"))
    return {kind: given[name] for kind, name in names if isinstance(given.get(name), str)}


def _whole(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON can carry and no file can."""
    return (
        text
        if text.isascii()
        else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def _short(text: str, hide: Sequence[str]) -> str:
    for secret in hide:
        text = text.replace(secret, "[hidden]")
    line = " ".join(text.split())
    return line if len(line) <= _MOST_SHOWN else line[: _MOST_SHOWN - 1] + "…"
