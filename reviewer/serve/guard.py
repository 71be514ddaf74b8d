"""Who may talk to the page: nobody but the page itself, in the browser of whoever started it.

A server on the loopback interface is in reach of every program on the machine, and of every web page that the
browser shows. So each request must name a host that is ours (a page that rebinds its own name does not), carry the
secret of this run, and, where it does something, come from our own page, with a second secret that only that page
was told.
"""

import secrets
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN, CSRF = "token", "x-reviewer-csrf"
HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# Not a redirect: after one, a browser holds back a strict cookie if the way here began elsewhere (a chat, a file).
_ENTRANCE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>reviewer</title>
<meta http-equiv="refresh" content="0; url=/"></head><body><p><a href="/">reviewer</a></p></body></html>"""
_CLOSED = "This page belongs to whoever started `reviewer serve`: open the address that it printed, token included.\n"


class Guard:
    """Stands before the application."""

    def __init__(self, app: ASGIApp, token: str, csrf: str, host: str, port: int) -> None:
        self.app, self.token, self.csrf = app, token, csrf
        self.hosts = {f"{name}:{port}" for name in (host, "127.0.0.1", "localhost")}
        self.cookie = f"reviewer-{port}"  # cookies do not know ports; two runs must not take each other's

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer at once what may not pass; everything that goes out carries our headers."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["type"] != "http":
            return
        request = Request(scope)
        answer = self._refusal(request) or self._entrance(request)
        await (answer or self.app)(scope, receive, guarded)

    def _refusal(self, request: Request) -> Response | None:
        headers = request.headers
        # One Host header, and exactly ours.
        if headers.getlist("host") not in [[host] for host in self.hosts]:
            return PlainTextResponse("This address is not served here.\n", 421)
        origin = headers.get("origin")
        if any(named != f"http://{headers['host']}" for named in headers.getlist("origin")):
            return PlainTextResponse("Requests of other pages are refused.\n", 403)
        if TOKEN in request.query_params:
            return None
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return PlainTextResponse("Requests of other pages are refused.\n", 403)
        if not _same(request.cookies.get(self.cookie, ""), self.token):
            return PlainTextResponse(_CLOSED, 403)
        acts = request.method not in ("GET", "HEAD")
        if acts and (origin is None or not _same(headers.get(CSRF, ""), self.csrf)):
            return PlainTextResponse("Only the page itself may ask for this; reload it.\n", 403)
        return None

    def _entrance(self, request: Request) -> Response | None:
        """The address that was printed: it hands the token over to a cookie that no script and no other site sees."""
        if TOKEN not in request.query_params:
            return None
        if request.method != "GET" or not _same(request.query_params[TOKEN], self.token):
            return PlainTextResponse(_CLOSED, 403)
        entrance = HTMLResponse(_ENTRANCE)
        entrance.set_cookie(self.cookie, self.token, httponly=True, samesite="strict", path="/")
        return entrance


def _same(given: str, secret: str) -> bool:
    return secrets.compare_digest(given.encode(), secret.encode())
