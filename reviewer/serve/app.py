"""What the page can ask for."""

import html
import json
import re
import time
from collections.abc import AsyncIterator
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from reviewer.compare import compare
from reviewer.domain import Review
from reviewer.errors import InputError, ReviewerError
from reviewer.pipeline import FORMATS, areview_watched, estimate, leaving, render, render_comparison, say
from reviewer.serve.desk import Desk, Kept, Voice, Wanted
from reviewer.serve.editor import editable, edited_name
from reviewer.serve.page import page

MAX_BYTES = 10_000_000
ENDINGS = {"terminal": "txt", "markdown": "md", "json": "json", "criticmarkup": "md", "html": "html", "sarif": "sarif"}
_POLICY = re.compile(r'Content-Security-Policy" content="([^"]*)"')


def application(desk: Desk, csrf: str) -> Starlette:
    """The routes; who may use them is the guard's affair."""
    routes = _Routes(desk, csrf)
    return Starlette(
        routes=[
            Route("/", routes.page),
            Route("/review", routes.review, methods=["POST"]),
            Route("/report/{id}", routes.report),
            Route("/compare/{old}/{new}", routes.compare),
            Route("/download/{id}/{format}", routes.download),
            Route("/estimate/{id}", routes.estimate, methods=["POST"]),
            Route("/ask/{id}", routes.ask, methods=["POST"]),
        ],
        exception_handlers={ReviewerError: _told, ClientDisconnect: _left},
    )


class _Routes:
    def __init__(self, desk: Desk, csrf: str) -> None:
        self.desk, self.csrf = desk, csrf

    async def page(self, request: Request) -> Response:
        korean = request.headers.get("accept-language", "").startswith("ko")
        language = self.desk.options.language or ("ko" if korean else "en")
        text, policy = await run_in_threadpool(page, self.desk, self.csrf, language)
        return HTMLResponse(text, headers={"content-security-policy": policy})

    async def review(self, request: Request) -> Response:
        """The body is a file, or what stands in the editor; the review stays at hand under an id."""
        asked, body = request.query_params, await _body(request)
        based = self.desk.holds(asked.get("base", ""))
        began = time.perf_counter()
        done = await run_in_threadpool(self.desk.review, body, asked.get("name") or "text", _wanted(asked))
        took = round((time.perf_counter() - began) * 1000)
        return JSONResponse(_summary(done, self.desk.get(done)) | {"took": took, "based": based})

    async def report(self, request: Request) -> Response:
        kept = self.desk.get(request.path_params["id"])
        return _framed(await run_in_threadpool(render, kept.review, kept.rubric, "html", voice=_voice(request)))

    async def compare(self, request: Request) -> Response:
        old, new = (self.desk.get(request.path_params[which]) for which in ("old", "new"))

        def drawn() -> str:
            changes = compare(old.review, new.review, new.rubric, new.review.language)
            return render_comparison(changes, new.rubric, "html")

        return _framed(await run_in_threadpool(drawn))

    async def download(self, request: Request) -> Response:
        """A review in one of the formats, or the text as it is now."""
        kept, shape = self.desk.get(request.path_params["id"]), request.path_params["format"]
        if shape == "text":
            text, ending = editable(kept.review.document), "md"
        elif shape in FORMATS:
            text = await run_in_threadpool(render, kept.review, kept.rubric, shape, voice=_voice(request))
            ending = ENDINGS[shape]
        else:
            raise InputError(f"no format {shape!r}; there are text, {', '.join(FORMATS)}")
        stem = PurePath(kept.review.document.name.replace("\\", "/")).stem
        name = f"{stem}.{ending}" if shape == "text" else f"{stem}.review.{ending}"
        return Response(
            text.encode("utf-8", "replace"),
            media_type="application/octet-stream",
            headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"},
        )

    async def estimate(self, request: Request) -> Response:
        """What a model would take, and who would see the text. Nothing is sent."""
        kept, options = self.desk.get(request.path_params["id"]), self.desk.options
        if options.model is None:
            raise InputError("no model is named; start again with --model NAME")
        held = await run_in_threadpool(leaving, kept.review.document, options.model)
        found = await run_in_threadpool(
            estimate,
            [kept.review.document],
            model=options.model,
            rubric=kept.rubric,
            force=kept.wanted.force,
            samples=options.samples,
        )
        return JSONResponse(found.model_dump(mode="json") | {"held": held})

    async def ask(self, request: Request) -> Response:
        """Ask the model: a line of JSON each second, the last one is the result."""
        kept = self.desk.get(request.path_params["id"])
        return StreamingResponse(self._asking(kept), media_type="application/x-ndjson")

    async def _asking(self, kept: Kept) -> AsyncIterator[str]:
        options, began = self.desk.options, time.monotonic()
        try:
            if options.model is None:
                raise InputError("no model is named; start again with --model NAME")
            async for at in areview_watched(
                kept.review.document,
                rubric=kept.rubric,
                model=options.model,
                language=kept.wanted.language,
                force=kept.wanted.force,
                samples=options.samples,
            ):
                if isinstance(at, Review):
                    done = self.desk.keep(kept.model_copy(update={"review": at}))
                    yield _line(_summary(done, self.desk.get(done)))
                else:
                    yield _line({"seconds": round(time.monotonic() - began), "calls": at.calls, "cost": at.cost})
        except ReviewerError as error:
            yield _line({"error": str(error)})


async def _body(request: Request) -> bytes:
    """The body, as long as it is not too long."""
    parts, size = [], int(request.headers.get("content-length") or 0)
    if size <= MAX_BYTES:
        size = 0
        async for part in request.stream():
            parts.append(part)
            size += len(part)
            if size > MAX_BYTES:
                break
    if size > MAX_BYTES:
        raise TooLargeError(f"more than {MAX_BYTES // 1_000_000} MB; hand over the proposal's text alone")
    return b"".join(parts)


class TooLargeError(InputError):
    """A body that is too long to be a proposal."""


async def _told(request: Request, error: Exception) -> Response:
    """What the user can put right, in words for the page."""
    status = 413 if isinstance(error, TooLargeError) else 422
    return JSONResponse({"error": str(error)}, status)


async def _left(request: Request, error: Exception) -> Response:
    """Whoever was sending is gone, a closed page or a closed lid: no fault, and nobody reads this."""
    return Response(status_code=400)


def _wanted(asked: QueryParams) -> Wanted:
    return Wanted(
        rubric=asked.get("rubric", ""), language=_language(asked), force="force" in asked, page=asked.get("page", "")
    )


def _voice(request: Request) -> Voice:
    return "coach" if request.query_params.get("voice") == "coach" else "gate"


def _language(asked: QueryParams) -> Any:
    return given if (given := asked.get("lang")) in ("en", "ko") else None


def _summary(name: str, kept: Kept) -> dict[str, Any]:
    """What the page shows beside the report."""
    review, words = kept.review, kept.rubric.words(kept.review.language)
    tell, card = say(review.language), review.scorecard
    told: dict[str, Any] = {
        "id": name,
        "status": review.status,
        "reason": review.reason.partition("; to review it all the same")[0],
        "name": review.document.name,
        "text": editable(review.document),
        "next": edited_name(review.document),
        "engine": review.extraction.method if review.extraction else "",
    }
    if card is None:
        return told
    axes = [(words.axes.get(a.id, a.id), card.axes[a.id]) for a in kept.rubric.axes if a.id in card.axes]
    told["axes"] = [{"name": title, **score.model_dump()} for title, score in axes]
    told["said"] = {"name": tell("completeness"), "point": card.completeness}
    if card.verdict:
        quadrant = words.quadrants.get(card.quadrant or "", card.quadrant or "")
        told["verdict"] = {"is": card.verdict, "text": tell(f"verdict.{card.verdict}"), "quadrant": quadrant}
    return told


def _framed(text: str) -> Response:
    """A page of ours inside the page, cut off from it: no script in there could reach what is around."""
    found = _POLICY.search(text)
    policy = html.unescape(found[1]) if found else "default-src 'none'"
    return HTMLResponse(
        text,
        headers={
            "content-security-policy": f"{policy}; frame-ancestors 'self'; sandbox allow-scripts",
            "x-frame-options": "SAMEORIGIN",
        },
    )


def _line(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False) + "\n"
