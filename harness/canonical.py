"""Canonical JSON and its hash: equal content gives equal text, whatever the order of keys."""

import hashlib
import json
from collections.abc import Mapping

from rbench.harness.types import Json


def canonical_json(value: Json) -> str:
    """Return `value` as compact JSON with sorted keys. NaN and infinity are refused."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def digest(value: Json) -> str:
    """Return the sha256 of the canonical JSON of `value`, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()


def request_digest(role: str, request: Mapping[str, Json]) -> str:
    """Return 16 digits that tell the requests of a run apart.

    Of the model's requests it is a hash of the messages: what else they hold, for models that
    choose, is in the run's answer key. Of a grader's it covers everything.
    """
    return digest(request["messages"] if role == "model" else request)[:16]


def json_line(value: Json) -> bytes:
    """Return `value` as one line of JSON in valid UTF-8, with its newline.

    Readable text stays as it is; a text with half a surrogate pair, which models do write and
    UTF-8 cannot hold, is escaped.
    """
    try:
        return (_dumps(value, ascii_only=False) + "\n").encode()
    except UnicodeEncodeError:
        return (_dumps(value, ascii_only=True) + "\n").encode()


def _dumps(value: Json, *, ascii_only: bool) -> str:
    return json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":"), allow_nan=False)
