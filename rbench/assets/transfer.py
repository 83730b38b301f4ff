"""One request for a file, or for the rest of it, over HTTP."""

import http.client
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from typing import Protocol

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_WAIT_SECONDS = 60.0
# Nobody is there, or nobody is at all: asking again at once changes nothing.
_NO_NETWORK = (socket.gaierror, ConnectionRefusedError)


class TransferCut(Exception):
    """The transfer ended early, and may be continued; `retry_after` is the server's own wish."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class NotContinued(TransferCut):
    """The server has no rest for what was held: all of it must come again."""


class Refused(Exception):
    """The address does not give the file, however often it is asked."""


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server sends.

    Attributes:
        body: the bytes from `start` on.
        start: position of the first byte; 0 where the server sends the whole file again.
        total: bytes of the whole file, None where the server does not say.
        tag: what the server calls this version of the file, "" for nothing usable.
        complete: nothing is missing; there is no body to read.
    """

    body: _Readable
    start: int
    total: int | None
    tag: str
    complete: bool = False

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, b"" at the end. Raises `TransferCut`."""
        try:
            return self.body.read(size)
        except (OSError, http.client.HTTPException) as error:
            raise TransferCut(_reason(error)) from error


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never from https to something that anybody on the way can change."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: object,
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> urllib.request.Request | None:
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise Refused(f"it redirects to {newurl}, which is not https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


@contextmanager
def open_from(address: str, start: int, tag: str, timeout: float) -> Iterator[Answer]:
    """Ask for the file at `address` from byte `start` on, if it is still the version `tag`.

    `timeout` is in seconds, for the connection and for every read. Raises `TransferCut` and
    `Refused`.
    """
    headers = {"User-Agent": "rbench", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
        if tag:
            headers["If-Range"] = tag
    request = urllib.request.Request(address, headers=headers)
    try:
        response = urllib.request.build_opener(_SafeRedirects).open(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 416 and _total(error.headers) == start:
                yield Answer(error, start, start, tag, complete=True)
                return
            raise _refusal(error, start) from error
    except (OSError, http.client.HTTPException) as error:
        raise _failure(error) from error
    with response:
        yield _answer(response, start)


def _answer(response: http.client.HTTPResponse, start: int) -> Answer:
    headers = response.headers
    if headers.get_content_type() == "text/html":
        raise Refused("a web page came instead of the file: a login or an error page")
    strong = headers.get("ETag", "")
    tag = strong if strong and not strong.startswith("W/") else headers.get("Last-Modified", "")
    if response.status == 206:
        if not headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            sent = headers.get("Content-Range")
            raise NotContinued(f"asked for bytes from {start}, the server sent {sent!r}")
        return Answer(response, start, _total(headers), tag)
    length = headers.get("Content-Length")
    return Answer(response, 0, int(length) if length and length.isdecimal() else None, tag)


def _total(headers: Message) -> int | None:
    """Return the whole length that ``Content-Range: bytes 5-9/10`` states."""
    total = headers.get("Content-Range", "").rpartition("/")[2]
    return int(total) if total.isdecimal() else None


def _refusal(error: urllib.error.HTTPError, start: int) -> Exception:
    why = f"HTTP {error.code} {error.reason}"
    if error.code == 416 and start:
        return NotContinued(why)
    if error.code in _AGAIN:
        wish = error.headers.get("Retry-After", "")
        return TransferCut(
            why, min(float(wish), _LONGEST_WAIT_SECONDS) if wish.isdecimal() else None
        )
    return Refused(why)


def _failure(error: OSError | http.client.HTTPException) -> Exception:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, (TimeoutError, ConnectionError, http.client.HTTPException)) and not (
        isinstance(cause, _NO_NETWORK)
    ):
        return TransferCut(_reason(error))
    return Refused(_reason(error))


def _reason(error: OSError | http.client.HTTPException) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    return str(cause) or type(cause).__name__
