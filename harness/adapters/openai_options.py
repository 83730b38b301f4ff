"""The options of `openai/NAME`, and the fields of a request that they stand for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rbench.errors import UsageError
from rbench.harness.options import option
from rbench.harness.secrets import secret_names
from rbench.harness.types import Json

DEFAULT_SERVER = "https://api.openai.com/v1"
_SENT = (
    "temperature",
    "top_p",
    "max_tokens",
    "seed",
    "stop",
    "reasoning_effort",
    "frequency_penalty",
    "presence_penalty",
)
_NOT_EXTRA = ("model", "messages", "stream", "n")


@dataclass(frozen=True, slots=True)
class OpenAIOptions:
    """Options of `openai/NAME`. What is unset is not sent. Raises `UsageError`."""

    temperature: float | None = option(None, "randomness of sampling")
    top_p: float | None = option(None, "nucleus of sampling")
    max_tokens: int | None = option(
        None, "most tokens of a reply (sent as max_completion_tokens where the server wants that)"
    )
    seed: int | None = option(None, "sampling seed; the number of the repeat is added")
    stop: str | None = option(None, "text that ends a reply, or a JSON list of such texts")
    reasoning_effort: str | None = option(
        None, "low, medium, high, or the server's own word; the word none goes into extra"
    )
    frequency_penalty: float | None = option(None, "penalty on frequent tokens")
    presence_penalty: float | None = option(None, "penalty on tokens that occurred")
    image_detail: Literal["low", "high", "auto"] | None = option(
        None, "how finely the server looks at pictures"
    )
    extra: str | None = option(None, "JSON object with more fields of the request")
    timeout: float = option(600.0, "seconds until a request counts as failed")
    base_url: str | None = option(None, f"server; else $OPENAI_BASE_URL, else {DEFAULT_SERVER}")
    api_key_env: str = option("OPENAI_API_KEY", "environment variable that holds the key")

    def __post_init__(self) -> None:
        limit, temperature, top_p = self.max_tokens, self.temperature, self.top_p
        if limit is not None and limit < 1:
            raise UsageError(f"adapter 'openai': max_tokens={limit} is less than 1.")
        if temperature is not None and temperature < 0:
            raise UsageError(f"adapter 'openai': temperature={temperature} is below 0.")
        if top_p is not None and not 0 < top_p <= 1:
            raise UsageError(f"adapter 'openai': top_p={top_p} is not above 0 and at most 1.")


def generation_settings(options: OpenAIOptions) -> dict[str, Json]:
    """Return every generation setting as it will be recorded: unset ones are None.

    `image_detail` stands there only where it is set: it is none of most models' settings.
    Raises `UsageError` for what cannot be sent.
    """
    settings: dict[str, Json] = {field: getattr(options, field) for field in _SENT}
    settings["stop"] = _stop(options.stop)
    settings["extra"] = _extra(options.extra)
    for field in settings["extra"] or {}:
        if settings.get(field) is not None or field in _NOT_EXTRA:
            raise UsageError(f"adapter 'openai': extra may not set {field!r} as well.")
    if options.image_detail is not None:
        settings["image_detail"] = options.image_detail
    try:
        json.dumps(settings, allow_nan=False)
    except ValueError:
        raise UsageError("adapter 'openai': NaN and infinity cannot be sent.") from None
    return settings


def request_fields(settings: Mapping[str, Json]) -> dict[str, Json]:
    """Return the fields of a request that were set. `image_detail` goes with each picture."""
    extra = settings["extra"] or {}
    apart = ("extra", "image_detail")
    return {k: v for k, v in settings.items() if v is not None and k not in apart} | extra


def _extra(text: str | None) -> dict[str, Json] | None:
    if text is None:
        return None
    try:
        extra = json.loads(text)
    except ValueError:
        extra = None
    if not isinstance(extra, dict):
        raise UsageError(f"adapter 'openai': extra={text!r} is not a JSON object.")
    for name in secret_names(extra):
        raise UsageError(
            f"adapter 'openai': extra may not hold {name!r}, since settings are kept with the "
            f"results; put the key into the environment variable that api_key_env names."
        )
    return extra


def _stop(text: str | None) -> str | list[str] | None:
    try:
        texts = json.loads(text or "")
    except ValueError:
        return text
    listed = isinstance(texts, list) and all(isinstance(t, str) for t in texts)
    return texts if listed else text
