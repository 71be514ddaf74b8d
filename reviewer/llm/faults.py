"""What can go wrong at a provider: one table, from what came back to one of our errors and what to do."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from math import isfinite
from time import time
from typing import Any, Literal

from reviewer.domain.record import Usage
from reviewer.errors import (
    BadAnswerError,
    CredentialError,
    CutAnswerError,
    DeadlineError,
    ProviderError,
    QuotaError,
    RateLimitError,
    RefusedError,
    TooLongError,
    UnknownModelError,
    UnreachableError,
)
from reviewer.llm.model import Reply

# never: the same request fares no better.  once: ask once more.  later: after a while, a few times.
# wait: the whole pool pauses, until the deadline.  now: the adapter has put something right.
Again = Literal["never", "once", "later", "wait", "now"]


@dataclass
class Exchange:
    """One HTTP request and what came back, noted beside LangChain, which keeps only part of it."""

    sent: Mapping[str, Any] | None = None  # the request's JSON
    status: int = 0  # 0: nothing came back
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """The body, if it is JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def usage(self) -> Usage | None:
        """Tokens as the server counted them, also in an answer that is of no use."""
        body = self.json()
        said = body.get("usage") if isinstance(body, dict) else None
        if not isinstance(said, dict):
            return None
        detail = said.get("prompt_tokens_details") or said.get("input_tokens_details") or {}
        found = (
            said.get("prompt_tokens", said.get("input_tokens")),
            said.get("completion_tokens", said.get("output_tokens")),
            detail.get("cached_tokens") or 0,
        )
        tokens_in, tokens_out, cached = (n if isinstance(n, int) and n >= 0 else 0 for n in found)
        return Usage(input_tokens=tokens_in, output_tokens=tokens_out, cached_tokens=cached)


class Fault(Exception):  # noqa: N818 - never leaves this package: the retrying model raises its `error`
    """A failed call, with what the models around the adapter need to know."""

    def __init__(self, error: ProviderError, again: Again = "never", repair: Any = "") -> None:
        super().__init__(str(error))
        self.error = error
        self.again: Again = again
        self.repair = repair
        self.retry_after: float | None = None
        self.usage: Usage | None = None
        self.cost: float | None = 0.0
        self.billed = False  # may the provider charge for it?
        self.partial: Reply | None = None  # an answer of which some entries can be used
        self.param = ""


@dataclass(frozen=True)
class Row:
    """A kind of fault. `status` and `words` are patterns; the first row that matches both decides."""

    status: str
    words: str  # searched in "code type param message", case ignored
    error: type[ProviderError]
    again: Again
    say: str  # {host} {model} {key} {said} {after}
    repair: str = ""


TABLE = (
    # Nothing came back. `words` are the names and messages of the exceptions.
    Row(
        "0",
        r"certificate|ssl",
        UnreachableError,
        "never",
        "cannot trust {host}: {said}; set SSL_CERT_FILE to the certificate that your network needs",
    ),
    Row(
        "0",
        r"timeout|timed out",
        DeadlineError,
        "later",
        "no whole answer from {host} within {timeout:g} s; allow more time, or use a faster model",
    ),
    Row(
        "0",
        r"proxy",
        UnreachableError,
        "later",
        "cannot reach {host} through the proxy of HTTPS_PROXY, HTTP_PROXY or ALL_PROXY: {said}",
    ),
    Row(
        "0",
        r"",
        UnreachableError,
        "later",
        "cannot reach {host}: {said}; is the server running, and the base URL right?",
    ),
    # An answer that is no use.
    Row(
        "200",
        r"^finish whitespace",
        CutAnswerError,
        "once",
        "{model} filled its answer with white space; use another model or server",
        "looser",
    ),
    Row(
        "200",
        r"^finish (length|max_tokens|max_output_tokens)",
        CutAnswerError,
        "once",
        "the answer of {model} was cut at its limit of tokens; raise the limit of output tokens",
        "longer",
    ),
    Row(
        "200",
        r"^finish (content_filter|safety|recitation|prohibited_content|blocklist|spii)",
        RefusedError,
        "never",
        "a filter of {host} stopped the answer",
    ),
    Row("200", r"^(finish )?refusal", RefusedError, "never", "{model} refused this document: {said}"),
    # What a status and its error object say. Money first: it comes as a 429.
    Row(
        "429",
        r"resource_exhausted",
        RateLimitError,
        "wait",
        "{host} asks to slow down{after}: {said}; allow more time, or fewer requests at once",
    ),
    Row(
        "4..|503|200e",
        r"insufficient_quota|exceeded your current quota|billing|credit balance|insufficient balance|payment required",
        QuotaError,
        "never",
        "{host} says that the account has no credit left (this is about billing, not speed): {said}; then run the same command again",
    ),
    Row("402", r"", QuotaError, "never", "{host} wants to be paid: {said}"),
    Row(
        "401|403|400",
        r"unsupported_country|country, region|not supported in your region",
        CredentialError,
        "never",
        "{host} does not serve this place: {said}",
    ),
    Row(
        "401|407",
        r"",
        CredentialError,
        "never",
        "{host} does not accept the key in {key}: {said}; set {key} to a valid key",
    ),
    Row(
        "400|403|200e",
        r"content_filter|responsibleaipolicy|content management policy|content_policy",
        RefusedError,
        "never",
        "a filter of {host} refused this document{filters}",
    ),
    Row("403", r"", CredentialError, "never", "{host} does not allow this with the key in {key}: {said}"),
    Row(
        "429",
        r"request too large",
        TooLongError,
        "never",
        "{host}: {said}; send less at once (a smaller budget of tokens), or ask for a higher limit",
    ),
    Row(
        "400|404|422",
        r"unsupported_(parameter|value)|unsupported (parameter|value)|unrecognized request argument|extra inputs are not permitted|unexpected keyword|not permitted: \S*(temperature|tokens)",
        ProviderError,
        "now",
        "{host} does not take a setting: {said}",
        "parameter",
    ),
    Row(
        "400|413|422|500|200e",
        r"context_length|context length|context window|context size|maximum context|exceed_context|input tokens|prompt is too long|too many tokens|max_tokens must be at least|input is too long|token count .*exceeds",
        TooLongError,
        "never",
        "the document is too long for {model}: {said}; send less at once (a smaller budget of tokens), or use a model that reads more",
    ),
    Row("413", r"", TooLongError, "never", "the request is too large for {host}: {said}"),
    Row(
        "400|404|415|422|500|501|200e",
        r"response_format|json_schema|json_object|json mode|structured output|invalid schema|schema|grammar|tool_choice|tools?\b|function.?call",
        ProviderError,
        "now",
        "{host} offers no way to ask for JSON that works: {said}",
        "mode",
    ),
    Row(
        "404",
        r"model_not_found|model\b.*(not exist|not found|no such)|not_found_error",
        UnknownModelError,
        "never",
        "{host} has no model {model}: {said}; name one that it has",
    ),
    Row(
        "404|405|410",
        r"",
        UnknownModelError,
        "never",
        "there is no OpenAI-compatible API at {url}: {said}; the base URL should end in /v1",
    ),
    Row(
        "3..",
        r"",
        UnknownModelError,
        "never",
        "{host} points elsewhere ({location}); nothing is sent there: set that as the base URL if it is right",
    ),
    Row("408|504", r"", DeadlineError, "later", "{host} gave up waiting for an answer: {said}"),
    Row(
        "409|429",
        r"",
        RateLimitError,
        "wait",
        "{host} asks to slow down{after}: {said}; allow more time, or fewer requests at once",
    ),
    Row(
        "5..",
        r"",
        UnreachableError,
        "later",
        "{host} is broken or overloaded (HTTP {status}): {said}; try again later",
    ),
    Row("4..", r"", ProviderError, "never", "{host} refuses the request (HTTP {status}): {said}"),
    Row(".*", r"^empty", BadAnswerError, "once", "{model} gave an empty answer"),
    Row(
        ".*",
        r"",
        BadAnswerError,
        "once",
        "{host} answered with something else than the JSON that was asked for: {said}",
        "looser",
    ),
)


def fault_of(words: str, exchange: Exchange, names: Mapping[str, Any]) -> Fault:
    """The first row that fits. `words` are what was said; `names` fill the message: host, model, key, url, timeout."""
    body = exchange.json()
    status = f"{exchange.status}{'e' if exchange.status == 200 and _error(body) else ''}"
    said = _said(words if exchange.status else words.partition("; ")[0], body, names.get("secret", ""))
    row = next(
        r for r in TABLE if re.fullmatch(r.status, status) and re.search(r.words, words, re.IGNORECASE | re.DOTALL)
    )
    after = retry_after(exchange.headers)
    error = row.error(
        row.say.format(
            **names,
            status=status,
            said=said,
            after=f" for {after:g} s" if after else "",
            location=redact(exchange.headers.get("location", "another address"), names.get("secret", "")),
            filters=_filters(body),
        )
    )
    again = "never" if row.again == "later" and exchange.headers.get("x-should-retry") == "false" else row.again
    fault = Fault(error, again, row.repair)
    fault.retry_after = after
    fault.usage = exchange.usage()
    # Errors are free; an answer that broke off, or never came, may have been worked on.
    unsent = re.search(r"connect(error|timeout)|proxyerror", words, re.IGNORECASE)
    fault.billed = exchange.status == 200 or bool(exchange.sent and not exchange.status and not unsent)
    fault.param = _error(body).get("param") or next(iter(re.findall(r"'(\w+)'", said)), "")
    return fault


def words_of(exchange: Exchange, error: BaseException | None = None) -> str:
    """What an exchange says went wrong, in one line: "code type param message", or how the answer ended."""
    if not exchange.status:
        chain, at = [], error
        while at is not None:
            chain.append(f"{type(at).__name__} {at}")
            at = at.__cause__ or at.__context__
        return "; ".join(reversed(chain))
    body = exchange.json()
    if said := _error(body):
        return " ".join(str(said.get(name) or "") for name in ("code", "type", "param", "message")) + str(
            said.get("innererror") or ""
        )
    if exchange.status == 200 and isinstance(body, dict):
        choices = body.get("choices")
        first = choices[0] if isinstance(choices, list) and choices else {}
        if isinstance(first, dict) and first.get("finish_reason"):
            message = first.get("message") or {}
            cut = first["finish_reason"] == "length" and re.search(r"\s{256}", str(message.get("content")))
            return "finish whitespace" if cut else f"finish {first['finish_reason']}"
        if "choices" in body and not choices:
            return "no choices in the answer"
    text = exchange.body[:4000].decode("utf-8", "replace")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text)).strip() or f"HTTP {exchange.status} with no content"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider asks to wait, as finite and positive figures; None if it says nothing of use."""
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        try:
            seconds = float(value) / scale
        except ValueError:
            try:
                seconds = parsedate_to_datetime(value).timestamp() - time()
            except (ValueError, TypeError, IndexError):
                continue
        if isfinite(seconds) and seconds > 0:
            return seconds
    return None


def redact(text: str, secret: str) -> str:
    """Text without keys: the one in use, and anything that looks like one."""
    if secret:
        text = text.replace(secret, "[key]")
    return re.sub(r"(?i)\b(sk-|bearer\s+)[\w.*-]{6,}", r"[key]", text)


def _error(body: Any) -> dict[str, Any]:
    """The error object of any server, flattened; empty if there is none."""
    if isinstance(body, list) and body:  # Google wraps it once more
        body = body[0]
    if not isinstance(body, dict):
        return {}
    error = body.get("error")
    if isinstance(error, dict):
        return error
    if isinstance(error, str):
        return {"message": error}
    if body.get("object") == "error" or ("message" in body and "choices" not in body):
        return body
    if "detail" in body and "choices" not in body:
        return {"message": str(body["detail"])}
    return {}


def _said(words: str, body: Any, secret: str) -> str:
    message = str(_error(body).get("message") or words)
    message = re.sub(r"\s+", " ", redact(message, secret)).strip().rstrip(".")
    return message if len(message) <= 200 else message[:199] + "…"


def _filters(body: Any) -> str:
    """Which filters fired, where the provider says so: Azure does, in two spellings."""
    inner = _error(body).get("innererror") or _error(body).get("inner_error") or {}
    result = inner.get("content_filter_result") or inner.get("content_filter_results") or {}
    names = [
        name
        for name, state in sorted(result.items())
        if isinstance(state, dict) and (state.get("filtered") or state.get("detected"))
    ]
    return f" ({', '.join(names)})" if names else ""
