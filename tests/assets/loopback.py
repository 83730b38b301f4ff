"""A file server on this machine that can be told to misbehave, once for every entry of `acts`."""

import contextlib
import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass(frozen=True)
class Act:
    """How one answer departs from a good server's."""

    status: int | None = None
    cut_after: int | None = None
    ranges: bool = True
    headers: tuple[tuple[str, str], ...] = ()
    length: bool = True
    seconds: float = 0.0
    wrong_range: bool = False


@dataclass
class Loopback:
    """The files that are served, how, and what was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    tags: bool = True
    seconds: float = 0.0
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ranges(self) -> list[str]:
        return [request.get("Range", "") for request in self.asked]


@contextlib.contextmanager
def serving() -> Iterator[Loopback]:
    state = Loopback()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            state.asked.append(dict(self.headers))
            act = state.acts.pop(0) if state.acts else Act()
            if seconds := act.seconds or state.seconds:
                time.sleep(seconds)
            self.close_connection = True
            if act.status is not None:
                self.send_response(act.status)
                for name, value in (*act.headers, ("Content-Length", "0")):
                    self.send_header(name, value)
                self.end_headers()
                return
            if self.path not in state.files:
                self.send_error(404)
                return
            self.send_file(state.files[self.path], act)

        def send_file(self, content: bytes, act: Act) -> None:
            tag = '"' + hashlib.sha256(content).hexdigest()[:8] + '"'
            start = 0
            asked = self.headers.get("Range")
            same = self.headers.get("If-Range", tag) == tag
            if asked and act.ranges and same:
                start = int(asked.removeprefix("bytes=").removesuffix("-"))
                if start >= len(content):
                    self.send_response(416)
                    self.send_header("Content-Range", f"bytes */{len(content)}")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.send_response(206)
                shown = start + 1 if act.wrong_range else start
                self.send_header(
                    "Content-Range", f"bytes {shown}-{len(content) - 1}/{len(content)}"
                )
            else:
                self.send_response(200)
            if state.tags:
                self.send_header("ETag", tag)
            for name, value in act.headers:
                self.send_header(name, value)
            body = content[start:]
            if act.length:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if act.cut_after is None else body[: act.cut_after])

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
