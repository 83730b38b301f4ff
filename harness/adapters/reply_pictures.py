"""The pictures in a message of an OpenAI-compatible server.

OpenRouter's form, ``images: [{"image_url": {"url": "data:..."}}]``, and parts of the content of
the types ``image_url``, ``output_image`` and ``image``, with a data URL or ``b64_json``. A
picture that is given by an http(s) address is not fetched.
"""

import logging
from collections.abc import Iterator, Mapping

from rbench.harness.given_pictures import from_base64, from_data_url
from rbench.harness.types import Json

_log = logging.getLogger(__name__)
_TYPES = ("image_url", "output_image", "image")


def pictures_in(message: Mapping[str, Json]) -> list[bytes]:
    """Return the pictures of a message in their order, each once.

    What is no picture, or too large a one, is passed over, and the log says so.
    """
    pictures: dict[bytes, None] = {}
    passed_over: list[str] = []
    for given in _given(message):
        try:
            pictures[_decoded(given)] = None
        except ValueError as error:
            passed_over.append(str(error))
    if passed_over:
        more = f", and {len(passed_over) - 1} more" if len(passed_over) > 1 else ""
        _log.warning("a picture in a reply is passed over: %s%s", passed_over[0], more)
    return list(pictures)


def _given(message: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    content, images = message.get("content"), message.get("images")
    for part in content if isinstance(content, list) else ():
        if isinstance(part, dict) and part.get("type") in _TYPES:
            yield part
    for part in images if isinstance(images, list) else ():
        yield part if isinstance(part, dict) else {"url": part}


def _decoded(part: Mapping[str, Json]) -> bytes:
    """Return the bytes, wherever in the part they stand. Raises `ValueError`."""
    inner = next((part[kind] for kind in _TYPES if part.get(kind)), part)
    if isinstance(inner, dict):
        if isinstance(inner.get("b64_json"), str):
            return from_base64(inner["b64_json"])
        inner = inner.get("url")
    if inner is None and isinstance(part.get("b64_json"), str):
        return from_base64(part["b64_json"])
    if not isinstance(inner, str):
        raise ValueError(f"no data URL and no b64_json in {', '.join(map(str, part)) or 'nothing'}")
    return from_data_url(inner)
