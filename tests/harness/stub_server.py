"""A server that speaks OpenAI's chat completions, answers by rule and fails on request.

In a test::

    with StubServer(fault="sticky-500") as server:
        ... server.url ... server.requests ... server.max_in_flight

As a process of its own, for benchmarks and kill tests; it prints its address, and `GET /stats`
tells how many requests it saw::

    python tests/harness/stub_server.py --port 0 --latency 0.05 --fault rate-window --rate 100

What it answers depends on the text and the pictures of the messages alone: on their hash, or,
where `answer` maps markers such as ``[Q00012]`` to letters, on the marker. In `Seen.text` a
picture stands as ``[picture <start of its sha256>]``. Faults named sticky hit the same `share`
of prompts on every try; faults named passing hit every `every`-th request.
"""

import argparse
import asyncio
import base64
import hashlib
import json
import re
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

Answer = str | Mapping[str, str] | Callable[[str], str] | None

FAULTS = {
    "none": "answers everything",
    "sticky-500": "HTTP 500",
    "passing-500": "HTTP 500",
    "passing-503": "HTTP 503",
    "passing-429": "HTTP 429, with Retry-After where `retry_after` is set",
    "storm-429": "HTTP 429 to everything between `storm` seconds after the first request",
    "rate-window": "HTTP 429 beyond `rate` requests in a second, counted from the first",
    "rate-bucket": "HTTP 429 beyond `rate` requests a second, and as many at once",
    "quota": "HTTP 429, insufficient_quota",
    "sticky-drop": "closes the connection",
    "passing-drop": "closes the connection",
    "sticky-truncated": "closes the connection in the middle of the body",
    "sticky-bad-json": "half a JSON object",
    "passing-bad-json": "half a JSON object",
    "sticky-html": "HTTP 200 with a page",
    "sticky-empty-body": "HTTP 200 with nothing",
    "sticky-no-choices": "choices: []",
    "sticky-null": "content null",
    "sticky-empty": "content of no characters",
    "sticky-length": "finish_reason length, cut before the answer",
    "sticky-length-answered": "finish_reason length, cut after the answer line",
    "sticky-content-filter": "finish_reason content_filter, content null",
    "sticky-content-filter-400": "HTTP 400, content_filter",
    "sticky-refusal": "message.refusal",
    "sticky-context-400": "HTTP 400, context_length_exceeded",
    "sticky-400": "HTTP 400",
    "sticky-stall": "answers after `stall` seconds",
    "reasoning": "reasoning_content and its tokens",
    "thinking": "thoughts in <think> that name another letter",
    "parts": "content as a list of parts",
    "no-max-tokens": "HTTP 400 for max_tokens: wants max_completion_tokens",
    "all-400": "HTTP 400 to everything",
    "no-pictures-400": "HTTP 400 to pictures",
    "no-pictures-404": "HTTP 404 to pictures, as OpenRouter",
    "no-pictures-500": "HTTP 500 to pictures, as llama.cpp",
    "draws": "content null and a picture",
    "401": "HTTP 401 that echoes the key",
    "403": "HTTP 403",
    "404": "HTTP 404",
    "redirect": "HTTP 307 to another host",
}

DRAWN = (  # a white pixel
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEA"
    "G7buVgAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One request: seconds since the first, the prompt's text, the body, and the status given.

    `status` is 0 for a dropped connection; `pictures` are the bytes of those in the body.
    """

    at: float
    text: str
    body: Mapping[str, Any]
    status: int
    authorization: str | None

    @property
    def pictures(self) -> list[bytes]:
        """The pictures of all messages, in their order."""
        return _pictures(self.body["messages"])


class StubServer:
    """The server on loopback, in a thread of its own."""

    def __init__(
        self,
        fault: str = "none",
        *,
        latency: float = 0.0,
        answer: Answer = None,
        share: float = 0.1,
        every: int = 10,
        rate: float = 100.0,
        retry_after: str | None = None,
        storm: tuple[float, float] = (0.0, 1.0),
        stall: float = 10.0,
        refusal_latency: float = 0.0,
        port: int = 0,
    ) -> None:
        if fault not in FAULTS:
            raise ValueError(f"no fault {fault!r}; there are {', '.join(FAULTS)}")
        self.fault = fault
        self.latency = latency
        self.answer = answer
        self.share = share
        self.every = every
        self.rate = rate
        self.retry_after = retry_after
        self.storm = storm
        self.stall = stall
        self.refusal_latency = refusal_latency
        self.port = port
        self.requests: list[Seen] = []
        self.in_flight = 0
        self.max_in_flight = 0
        self._count = 0
        self._first: float | None = None
        self._window = -1
        self._taken = 0
        self._tokens = rate
        self._filled = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop: asyncio.Event | None = None

    @property
    def url(self) -> str:
        """The address to give as base_url."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def statuses(self) -> Counter[int]:
        """How often each status was given."""
        return Counter(seen.status for seen in self.requests)

    @property
    def asked(self) -> Counter[str]:
        """How often each prompt was asked."""
        return Counter(seen.text for seen in self.requests)

    @property
    def stats(self) -> dict[str, int]:
        """What `GET /stats` tells."""
        return {"requests": self._count, "max_in_flight": self.max_in_flight}

    def letter(self, text: str) -> str:
        """Return the letter that this prompt is answered with."""
        if isinstance(self.answer, str):
            return self.answer
        if callable(self.answer):
            return self.answer(text)
        if self.answer is not None:
            marker = re.search(r"\[Q\d+\]", text)
            assert marker is not None, f"no marker in {text!r}"
            return self.answer[marker.group()]
        return "ABCDEF"[zlib.crc32(_bytes(text)) % 6]

    def is_hit(self, text: str) -> bool:
        """Return whether a sticky fault strikes this prompt."""
        return zlib.crc32(b"sticky " + _bytes(text)) % 10_000 < self.share * 10_000

    def __enter__(self) -> "StubServer":
        started = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self.serve(started.set)), daemon=True
        )
        self._thread.start()
        assert started.wait(10), "the stub server did not start"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop is not None and self._stop is not None and self._thread is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def serve(self, started: Callable[[], None]) -> None:
        """Serve until stopped; `started` is called once `url` is right."""
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        runner = web.ServerRunner(web.Server(self._handle), shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, backlog=1024)
        await site.start()
        self.port = runner.addresses[0][1]
        started()
        await self._stop.wait()
        await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.endswith("/stats"):
            return _json(self.stats)
        if not request.path.endswith("/chat/completions"):
            return _error(404, "no such path")
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        try:
            return await self._complete(request)
        finally:
            self.in_flight -= 1

    async def _complete(self, request: web.BaseRequest) -> web.StreamResponse:
        body = json.loads(await request.read())
        text = _text(body["messages"])
        now = time.monotonic()
        if self._first is None:
            self._first = now
        self._count += 1
        at = now - self._first
        authorization = request.headers.get("Authorization")
        refusal = self._refuse(at, self._count, body, authorization)
        if refusal is None:
            response = await self._answer(request, text, self._count)
        else:
            response = refusal
            if self.refusal_latency:
                await asyncio.sleep(self.refusal_latency)
        status = 0 if response is None else response.status
        self.requests.append(Seen(at, text, body, status, authorization))
        if response is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return response

    def _refuse(
        self, at: float, count: int, body: Mapping[str, Any], authorization: str | None
    ) -> web.Response | None:
        """Return the answer that needs no thinking, if there is one."""
        match self.fault:
            case "passing-429" if count % self.every == 0:
                return self._too_many()
            case "storm-429" if self.storm[0] <= at < self.storm[1]:
                return self._too_many()
            case "rate-window":
                if int(at) != self._window:
                    self._window, self._taken = int(at), 0
                self._taken += 1
                return self._too_many() if self._taken > self.rate else None
            case "rate-bucket":
                self._tokens = min(self.rate, self._tokens + (at - self._filled) * self.rate)
                self._filled = at
                if self._tokens < 1:
                    return self._too_many()
                self._tokens -= 1
            case "quota":
                return _error(429, "You exceeded your quota.", code="insufficient_quota")
            case "no-pictures-400" if _pictures(body["messages"]):
                return _error(400, "image_url is not supported by this model")
            case "no-pictures-404" if _pictures(body["messages"]):
                return _error(404, "No endpoints found that support image input")
            case "no-pictures-500" if _pictures(body["messages"]):
                return _error(500, "image input is not supported")
            case "all-400":
                return _error(400, "temperature is not supported by this model")
            case "401":
                return _error(401, f"Incorrect API key provided: {authorization}")
            case "403":
                return _error(403, "this key may not")
            case "404":
                return _error(404, f"The model {body['model']} does not exist")
            case "redirect":
                return web.Response(status=307, headers={"Location": "http://elsewhere.test/v1"})
            case "no-max-tokens" if "max_tokens" in body:
                return _error(
                    400,
                    "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
                    "'max_completion_tokens' instead.",
                    code="unsupported_parameter",
                    param="max_tokens",
                )
        return None

    def _too_many(self) -> web.Response:
        headers = {} if self.retry_after is None else {"Retry-After": self.retry_after}
        return _error(429, "Rate limit reached", code="rate_limit_exceeded", headers=headers)

    async def _answer(
        self, request: web.BaseRequest, text: str, count: int
    ) -> web.StreamResponse | None:
        """Think, then answer or fail; None closes the connection."""
        kind, _, fault = self.fault.partition("-")
        if kind == "sticky":
            fault = fault if self.is_hit(text) else ""
        elif kind == "passing":
            fault = fault if count % self.every == 0 else ""
        else:
            fault = self.fault
        if fault == "stall":
            await asyncio.sleep(self.stall)
        elif self.latency and not fault.endswith("400"):  # a request is refused at once
            await asyncio.sleep(self.latency)
        letter = self.letter(text)
        reply = _reply(f"I thought about it.\nANSWER: {letter}", text)
        choice = reply["choices"][0]
        message = choice["message"]
        match fault:
            case "500" | "503":
                return _error(int(fault), "The server had an error")
            case "drop":
                return None
            case "truncated":
                cut = web.StreamResponse(headers={"Content-Length": "1000"})
                await cut.prepare(request)
                await cut.write(b'{"choices": [{"mess')
                return None
            case "bad-json":
                return web.Response(text='{"choices": [{"mess', content_type="application/json")
            case "html":
                return web.Response(text="<html>Bad gateway</html>", content_type="text/html")
            case "empty-body":
                return web.Response()
            case "no-choices":
                reply["choices"] = []
            case "null":
                message["content"] = None
            case "empty":
                message["content"] = ""
            case "length":
                choice["finish_reason"] = "length"
                message["content"] = f"Option {letter} looks good, but first"
            case "length-answered":
                choice["finish_reason"] = "length"
                message["content"] += "\nBecause"
            case "content-filter":
                choice["finish_reason"] = "content_filter"
                message["content"] = None
            case "content-filter-400":
                return _error(400, "The prompt was filtered.", code="content_filter")
            case "refusal":
                message["content"], message["refusal"] = None, "I cannot help with that."
            case "context-400":
                return _error(
                    400,
                    "This model's maximum context length is 100 tokens.",
                    code="context_length_exceeded",
                )
            case "400":
                return _error(400, "I do not like this prompt")
            case "reasoning":
                message["reasoning_content"] = "Perhaps it is Z.\nANSWER: Z"
                reply["usage"]["completion_tokens_details"] = {"reasoning_tokens": 7}
            case "thinking":
                message["content"] = f"<think>ANSWER: Z</think>{message['content']}"
            case "draws":
                message["content"], message["images"] = None, [{"image_url": {"url": DRAWN}}]
            case "parts":
                message["content"] = [{"type": "text", "text": t} for t in message["content"]]
        return _json(reply)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(messages: Any) -> str:
    return "\n".join(
        m["content"]
        if isinstance(m["content"], str)
        else "\n".join(part.get("text") or _sign(part) for part in m["content"])
        for m in messages
    )


def _sign(part: Any) -> str:
    return f"[picture {hashlib.sha256(_decoded(part)).hexdigest()[:8]}]"


def _pictures(messages: Any) -> list[bytes]:
    parts = [p for m in messages if not isinstance(m["content"], str) for p in m["content"]]
    return [_decoded(part) for part in parts if part["type"] == "image_url"]


def _decoded(part: Any) -> bytes:
    return base64.b64decode(part["image_url"]["url"].partition("base64,")[2], validate=True)


def _reply(content: str, prompt: str) -> dict[str, Any]:
    return {
        "id": "stub",
        "object": "chat.completion",
        "model": "stub-1",
        "system_fingerprint": "fp_stub",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": content},
            }
        ],
        "usage": {"prompt_tokens": len(prompt) // 4, "completion_tokens": len(content) // 4},
    }


def _json(payload: Any) -> web.Response:
    return web.Response(body=json.dumps(payload).encode(), content_type="application/json")


def _error(
    status: int,
    message: str,
    *,
    code: str | None = None,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    body = json.dumps({"error": {"message": message, "code": code, "param": param}})
    return web.Response(status=status, text=body, content_type="application/json", headers=headers)


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description="A stub of an OpenAI-compatible server.")
    parser.add_argument("--fault", default="none", choices=FAULTS)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--answer", help="a letter for every question")
    parser.add_argument("--gold", type=Path, help="a JSON file: marker -> letter")
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--retry-after")
    parser.add_argument("--storm", type=float, nargs=2, default=(0.0, 1.0))
    parser.add_argument("--stall", type=float, default=10.0)
    parser.add_argument("--refusal-latency", type=float, default=0.0)
    parser.add_argument("--port", type=int, default=0)
    given = vars(parser.parse_args())
    gold = given.pop("gold")
    if gold is not None:
        given["answer"] = json.loads(gold.read_text(encoding="utf-8"))
    server = StubServer(given.pop("fault"), **given)
    asyncio.run(server.serve(lambda: print(server.url, flush=True)))


if __name__ == "__main__":
    main()
