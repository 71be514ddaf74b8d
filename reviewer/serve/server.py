"""From options to a page that can be opened, until Ctrl-C."""

import logging
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

from reviewer.errors import SettingsError
from reviewer.serve.app import application
from reviewer.serve.desk import Desk
from reviewer.serve.guard import TOKEN, Guard

_LAST_WORDS = 2  # seconds that a running answer is waited for


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 is a free one."""
    try:
        listening = socket.create_server((host, port))
    except (OSError, OverflowError) as error:
        where = f"port {port} of {host}"
        remedy = "name another with --port, or an address of this machine with --host; left out, both are chosen"
        raise SettingsError(f"{where} cannot be listened on: {getattr(error, 'strerror', error)}; {remedy}") from error
    # Or an answer waits 40 ms for the receipt of its own headers; asyncio sees to it only for sockets of its own.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def serve(desk: Desk, listening: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve until Ctrl-C. `ready` is told the address, with the secret of this run in it."""
    host, port = listening.getsockname()[:2]
    token = secrets.token_urlsafe(32)
    server = uvicorn.Server(
        uvicorn.Config(
            guarded(desk, token, host, port),
            # Its log would hold the token, its headers tell versions, and nobody stands before it as a proxy.
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            http="h11",
            loop="asyncio",
            timeout_graceful_shutdown=_LAST_WORDS,
        )
    )
    # An answer that is cut off by Ctrl-C is no fault to be told with a traceback.
    logging.getLogger("uvicorn.error").addFilter(lambda record: not server.should_exit)
    warming = threading.Thread(target=desk.warm_up)
    warming.start()
    with suppress(KeyboardInterrupt):  # Ctrl-C is how it ends
        ready(f"http://{host}:{port}/?{TOKEN}={token}")
        server.run(sockets=[listening])
    warming.join()  # a moment at most; the pattern library must not be cut off in its work


def guarded(desk: Desk, token: str, host: str, port: int) -> ASGIApp:
    """The application behind its guard."""
    csrf = secrets.token_urlsafe(32)
    return Guard(application(desk, csrf), token, csrf, host, port)
