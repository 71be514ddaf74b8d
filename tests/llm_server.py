"""A model provider on the loopback interface, for tests: it says what its script says, and notes what it was asked."""

import asyncio
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SCHEMA = {
    "type": "object",
    "properties": {"says": {"type": "string"}, "value": {"type": "string", "enum": ["yes", "no"]}},
    "required": ["says", "value"],
    "additionalProperties": False,
}
GOOD = {"says": "The model answers.", "value": "yes"}


@dataclass(frozen=True)
class Answer:
    """What the server does with one request."""

    status: int = 200
    body: Any = b""  # bytes, or something to be sent as JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    how: str = "whole"  # "reset": no answer; "cut": half of the body; "hang": nothing until the test is over


def chat(
    content: Any = GOOD, finish: str | None = "stop", tokens: tuple[int, int] = (40, 10), **message: Any
) -> Answer:
    """A chat completion."""
    text = json.dumps(content, ensure_ascii=False) if isinstance(content, dict) else content
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
    return Answer(
        body={
            "id": "c1",
            "object": "chat.completion",
            "created": 1,
            "model": "m-1",
            "choices": [choice],
            "usage": usage,
        }
    )


def tool(arguments: str, finish: str = "tool_calls") -> Answer:
    """A chat completion that calls our tool."""
    call = {"id": "t1", "type": "function", "function": {"name": "record", "arguments": arguments}}
    return chat(None, finish, tool_calls=[call])


def error(status: int, message: str, code: Any = None, kind: str | None = None, /, **more: Any) -> Answer:
    """OpenAI's error object."""
    headers = more.pop("headers", {})
    inside = {"message": message, "type": kind, "param": more.pop("param", None), "code": code, **more}
    return Answer(status, {"error": inside}, headers)


Script = Sequence[Answer] | Callable[[dict[str, Any]], Answer]


class Provider:
    """The script's answers in their order, the last one for ever; or what a function makes of a request's JSON."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.raw: list[bytes] = []
        self.asked, self.over = threading.Event(), threading.Event()
        self._lock = threading.Lock()

    def next(self, path: str, headers: dict[str, str], raw: bytes) -> Answer:
        with self._lock:
            self.paths.append(path)
            self.headers.append(headers)
            self.raw.append(raw)
            self.requests.append(json.loads(raw or b"{}"))
            self.asked.set()
            if callable(self.script):
                return self.script(self.requests[-1])
            return self.script[min(len(self.requests), len(self.script)) - 1]

    @property
    def calls(self) -> int:
        return len(self.requests)

    url = ""


@contextmanager
def serve(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[Provider]:
    """Serve a script; `provider.url` is the base URL."""
    provider = Provider(script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            answer = provider.next(self.path, {k.lower(): v for k, v in self.headers.items()}, raw)
            if answer.how == "hang":
                provider.over.wait()
            if answer.how in ("hang", "reset"):
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                return
            body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {"content-type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if answer.how == "cut" else body)
            self.close_connection = answer.how == "cut"

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            pass  # clients that hang up are what some tests are about

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        provider.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}/v1"
        try:
            yield provider
        finally:
            provider.over.set()
            server.shutdown()
            thread.join()


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        until = self.now + seconds
        await asyncio.sleep(0)  # so that those who sleep at the same time do not sleep one after the other
        self.now = max(self.now, until)
