"""`openai/NAME`: any server that speaks OpenAI's chat completions, near or far.

One call is one request and one attempt; pacing and repeats are `pacing`'s. Only what was set is
sent. The key is read from the environment and goes nowhere but into the request. Pictures go as
data URLs; those of a reply are kept where they come as data, and no address is fetched.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from rbench.errors import ModelError, TryAgain, UsageError
from rbench.harness.adapters.message_parts import has_pictures, openai_messages
from rbench.harness.adapters.openai_address import Address
from rbench.harness.adapters.openai_options import (
    DEFAULT_SERVER,
    OpenAIOptions,
    generation_settings,
    request_fields,
)
from rbench.harness.adapters.openai_reply import error_of, parse_reply, retry_after
from rbench.harness.types import Call, Json, Reply

if TYPE_CHECKING:
    import aiohttp

__all__ = ["OpenAIAdapter", "OpenAIOptions"]

_CONNECT_SECONDS = 30.0
_EARLY = 3  # so many refusals at the start, and nothing else, are the run's fault
_SHORTEST_SECRET = 4  # "x" is what people set where any key will do
_PASSING = (408, 409, 425)
_BLIND = "; if it takes no pictures, -T images=omit asks without them (a blind baseline)"
_SMALLER = "; smaller pictures are sent with -T max_side=1024"
_MAY_REFUSE_PICTURES = (404, 500, 501)
_ADVICE = {
    401: "set a valid key in {key}",
    402: "the account cannot pay",
    403: "the key in {key} may not use this model",
    404: "check the model's name and -M base_url",
}


class OpenAIAdapter:
    """Answers through one server. Raises `UsageError` for options that make no sense.

    Raises `ModelError` at once for api.openai.com without a key; other servers may need none.
    """

    Options = OpenAIOptions
    batch = 1
    max_concurrency: int | None = None
    identity: Mapping[str, Json] | None
    settings: Mapping[str, Json]

    def __init__(self, name: str, options: OpenAIOptions) -> None:
        address = Address(options.base_url or os.environ.get("OPENAI_BASE_URL") or DEFAULT_SERVER)
        key = os.environ.get(options.api_key_env, "").strip()
        if address.is_openai and not key:
            raise ModelError(
                f"openai/{name} needs a key: set {options.api_key_env}, or name another server "
                "with -M base_url=... or OPENAI_BASE_URL."
            )
        if not options.timeout > 0:
            raise UsageError(f"adapter 'openai': timeout={options.timeout:g} must be above 0.")
        self.identity = {"adapter": "openai", "model": name, "base_url": address.base}
        self.settings = generation_settings(options)
        self._fields = {"model": name, **request_fields(self.settings)}
        self._options = options
        self._address = address
        self._headers = {"Content-Type": "application/json", "User-Agent": "rbench"}
        if authorization := address.authorization or (f"Bearer {key}" if key else None):
            self._headers["Authorization"] = authorization
        self._secrets = [s for s in (*address.secrets, key) if len(s) >= _SHORTEST_SECRET]
        self._session: aiohttp.ClientSession | None = None
        self._asked = 0
        self._early_refusals = 0
        self._works = False
        import_module("aiohttp")  # now, so that it is not taken for the server's slowness

    async def answer(self, calls: Sequence[Call]) -> Sequence[Reply]:
        """Ask once for each call (there is one). Raises `TryAgain` or `ModelError`."""
        return [await self._answer(call) for call in calls]

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _answer(self, call: Call) -> Reply:
        number = self._asked
        self._asked += 1
        pictured = has_pictures(call.ask.request["messages"])
        messages = openai_messages(call, self._options.image_detail)
        while True:
            fields = self._fields
            request = {**fields, "messages": messages}
            if "temperature" in call.ask.request:
                request["temperature"] = call.ask.request["temperature"]
            if self._options.seed is not None:
                request["seed"] = self._options.seed + call.repeat
            status, headers, body = await self._post(json.dumps(request).encode())
            if 200 <= status < 300:
                reply = parse_reply(body, call.blobs)
                self._works = True
                return reply
            message, codes = error_of(body, self._secrets)
            advice = ""
            if pictured:
                advice = _SMALLER if _finds_too_large(status, message) else _BLIND
            if not (pictured and status in _MAY_REFUSE_PICTURES and _refuses_pictures(message)):
                self._raise_for(status, headers, message, codes)
            if "max_tokens" in fields and _wants_other_limit(message, codes):
                others = {k: v for k, v in fields.items() if k != "max_tokens"}
                self._fields = {**others, "max_completion_tokens": fields["max_tokens"]}
                continue
            return self._refusal(number, status, message, codes, advice)

    async def _post(self, data: bytes) -> tuple[int, Mapping[str, str], bytes]:
        import aiohttp

        if self._session is None:
            self._session = self._open_session()
        host = self._address.base
        try:
            async with self._session.post(
                self._address.endpoint, data=data, allow_redirects=False
            ) as response:
                return response.status, response.headers, await response.read()
        except aiohttp.ConnectionTimeoutError:
            raise TryAgain(f"no connection to {host} in time") from None
        except TimeoutError:
            raise TryAgain(f"timed out after {self._options.timeout:g} s") from None
        except (aiohttp.ClientConnectorSSLError, aiohttp.ClientConnectorCertificateError) as error:
            raise ModelError(f"{host} cannot be trusted: {error}.") from None
        except aiohttp.ClientConnectorError:
            raise TryAgain(f"cannot connect to {host}") from None
        except aiohttp.ClientHttpProxyError as error:
            if error.status == 407:
                raise ModelError("the proxy wants a user and a password: HTTP 407.") from None
            raise TryAgain(f"the proxy answered HTTP {error.status}") from None
        except (aiohttp.ClientError, OSError):
            raise TryAgain("connection dropped") from None

    def _open_session(self) -> "aiohttp.ClientSession":
        from urllib.request import getproxies, proxy_bypass

        import aiohttp

        # aiohttp's own look-up (trust_env) takes a thread for every single request.
        address = self._address
        proxy = None if proxy_bypass(address.host) else getproxies().get(address.scheme)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers,
            proxy=proxy,
            timeout=aiohttp.ClientTimeout(
                total=self._options.timeout,
                sock_connect=min(_CONNECT_SECONDS, self._options.timeout),
            ),
        )

    def _raise_for(self, status: int, headers: Mapping[str, str], message: str, codes: str) -> None:
        """Raise for whatever is not this request's own fault."""
        if status == 429 and "insufficient_quota" not in codes and "billing" not in codes:
            raise TryAgain("HTTP 429", rate_limited=True, retry_after=retry_after(headers))
        if status in _PASSING or status >= 500:
            raise TryAgain(f"HTTP {status}", retry_after=retry_after(headers))
        where = f"{self._address.base} answered HTTP {status}"
        if 300 <= status < 400:
            to = headers.get("Location", "")
            raise ModelError(f"{where}: it moved to {to.partition('?')[0]!r}; set -M base_url so.")
        if status == 429:
            raise ModelError(f"{where} ({message}): the account has no quota left.")
        if status in _ADVICE:
            advice = _ADVICE[status].format(key=self._options.api_key_env)
            raise ModelError(f"{where} ({message}): {advice}.")

    def _refusal(self, number: int, status: int, message: str, codes: str, advice: str) -> Reply:
        """Return the reply for a request that the server would not take."""
        if "content_filter" in codes or "content_policy" in codes:
            self._works = True
            return Reply(finish="content_filter")
        if number < _EARLY:
            self._early_refusals += 1
        if self._early_refusals == _EARLY and not self._works:
            raise ModelError(
                f"{self._address.base} refused the first {_EARLY} requests, all of them, with "
                f"HTTP {status} ({message}): change what it complains of{advice}."
            )
        if "context_length" in codes or _speaks_of_context(message):
            return Reply(finish="context_length")
        return Reply(error=f"HTTP {status}: {message}")


def _wants_other_limit(message: str, codes: str) -> bool:
    return "max_completion_tokens" in message or ("max_tokens" in codes and "unsupported" in codes)


def _refuses_pictures(message: str) -> bool:
    """Return whether a server says that its model reads text only (llama.cpp: as a 500)."""
    return bool(re.search(r"(?i)image|vision|multi-?modal", message)) and bool(
        re.search(r"(?i)\bnot?\b|n't|unsupported|only", message)
    )


def _finds_too_large(status: int, message: str) -> bool:
    return status == 413 or bool(re.search(r"(?i)image.*(too large|exceeds|maximum size)", message))


def _speaks_of_context(message: str) -> bool:
    lower = message.lower()
    return any(words in lower for words in ("context length", "context window"))
