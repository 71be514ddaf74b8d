"""What can go wrong at a provider: one table, from what came back to one of our errors and what to do."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from math import isfinite
from time import time
from typing import Any, Literal
from urllib.parse import unquote

from reviewer.domain import Usage
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


_FLOOD = 1e9  # tokens that no call takes


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
        except (ValueError, RecursionError):
            return None

    def usage(self) -> Usage | None:
        """Tokens as the server counted them, also in an answer that is of no use."""
        said = as_dict(as_dict(self.json()).get("usage"))
        detail = as_dict(said.get("prompt_tokens_details") or said.get("input_tokens_details"))
        return usage_of(
            said.get("prompt_tokens", said.get("input_tokens")),
            said.get("completion_tokens", said.get("output_tokens")),
            detail.get("cached_tokens"),
            said.get("total_tokens"),
        )


@dataclass(eq=False)
class Fault(Exception):  # noqa: N818 - it never leaves this package: the retrying model raises its `error`
    """A failed call, with what the models around the adapter need to know."""

    error: ProviderError
    again: Again = "never"
    repair: str = ""  # what would put it right: "longer", "looser", "parameter", "mode"
    param: str = ""  # the one that the server does not take
    retry_after: float | None = None
    usage: Usage | None = None
    billed: bool = False  # may the provider charge for it?
    cost: float | None = 0.0
    partial: Reply | None = None  # an answer of which some entries can be used


@dataclass(frozen=True)
class Kind:
    """What a fault means for the user, and for us. {host} {model} {key} {url} {timeout} {said} ... are filled in."""

    error: type[ProviderError]
    again: Again
    say: str
    repair: str = ""


_DOWN = Kind(UnreachableError, "later", "cannot reach {host}: {said}; is the server up, and the base URL right?")
_CERTIFICATE = Kind(
    UnreachableError,
    "never",
    "cannot trust {host}: {said}; set SSL_CERT_FILE to the certificate that your network needs",
)
_PLAIN = Kind(
    UnreachableError, "never", "{host} does not speak HTTPS: {said}; write its base URL with http://, if that is right"
)
_GATE = Kind(
    CredentialError,
    "never",
    "the proxy before {host} wants a name and a password: {said}; write them into its address in HTTP_PROXY",
)
_PROXY = Kind(
    UnreachableError,
    "later",
    "cannot reach {host} through the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names: {said}; "
    "mend that, or name the host in NO_PROXY",
)
_BROKEN = Kind(UnreachableError, "later", "{host} is broken or overloaded (HTTP {status}): {said}; try again later")
_LATE = Kind(DeadlineError, "later", "no whole answer from {host} within {timeout:g} s; allow more time")
_GATEWAY = Kind(DeadlineError, "later", "{host} gave up waiting for an answer: {said}; try again later")
_SLOW = Kind(
    RateLimitError, "wait", "{host} asks to slow down{after}: {said}; allow more time, or fewer requests at once"
)
_QUOTA = Kind(
    QuotaError,
    "never",
    "{host} says that the account has no credit left (this is about billing, not speed): {said}; "
    "put that right, then run the same command again",
)
_PLACE = Kind(CredentialError, "never", "{host} does not serve this place: {said}; name another provider")
_KEY = Kind(CredentialError, "never", "{host} does not accept the key in {key}: {said}; set {key} to a valid key")
_ALLOWED = Kind(
    CredentialError,
    "never",
    "{host} does not allow this with the key in {key}: {said}; ask for access to it",
)
_MODEL = Kind(UnknownModelError, "never", "{host} has no model {model}: {said}; name one that it has")
_PATH = Kind(
    UnknownModelError, "never", "there is no OpenAI-compatible API at {url}: {said}; the base URL should end in /v1"
)
_ELSEWHERE = Kind(
    UnknownModelError,
    "never",
    "{host} points to {location}; nothing is sent there: name it as the base URL if it is right",
)
_LONG = Kind(
    TooLongError,
    "never",
    "the document is too long for {model}: {said}; set context_tokens to what it reads, or use a model that reads more",
)
_FILTER = Kind(RefusedError, "never", "a filter of {host} refused this document{filters}; use another model for it")
_REFUSAL = Kind(RefusedError, "never", "{model} refused this document: {said}; use another model for it")
_CUT = Kind(CutAnswerError, "once", "the answer of {model} was cut at its limit of tokens; raise that limit", "longer")
_BLANK = Kind(CutAnswerError, "once", "{model} filled its answer with white space; use another model", "looser")
_PARAMETER = Kind(ProviderError, "now", "{host} does not take a setting: {said}; change it, or the model", "parameter")
_MODE = Kind(ProviderError, "now", "{host} has no way to ask for JSON that works: {said}; use another model", "mode")
_REFUSES = Kind(ProviderError, "never", "{host} refuses the request (HTTP {status}): {said}; mend what it names")
_EMPTY = Kind(BadAnswerError, "once", "{model} gave an empty answer; use another model", "looser")
_BAD = Kind(
    BadAnswerError,
    "once",
    "{host} answered with something else than the JSON that was asked for: {said}; "
    "look at the base URL, or use a model that follows a schema",
    "looser",
)

# Status, then words searched in "code type param message", case ignored: the first row that fits decides.
# Status 0: nothing came back, and the words are those of the exceptions. "200e": an error object that came as 200.
TABLE: tuple[tuple[str, str, Kind], ...] = (
    ("0", r"wrong.version.number|record.layer", _PLAIN),
    ("0", r"certificate|ssl", _CERTIFICATE),
    ("0", r"timeout|timed out", _LATE),
    ("0", r"proxyerror.*407", _GATE),
    ("0", r"proxy", _PROXY),
    ("0", r"", _DOWN),
    ("200", r"^finish whitespace", _BLANK),
    ("200", r"^finish model_context_window_exceeded", _LONG),
    ("200", r"^finish (length|max_tokens|max_output_tokens)", _CUT),
    ("200", r"^finish (content_filter|safety|recitation|prohibited_content|blocklist|spii)", _FILTER),
    ("200", r"^(finish )?refusal", _REFUSAL),
    ("200", r"^empty", _EMPTY),
    ("200", r"", _BAD),
    ("3..", r"", _ELSEWHERE),
    ("407", r"", _GATE),
    ("429", r"resource_exhausted", _SLOW),  # Google says "quota" for limits of speed
    ("429", r"request too large", _LONG),
    ("429", r"rate.?limit.?(exceeded|reached)", _SLOW),  # whose advice may be to pay: Groq names its billing page
    # Money before any other speed: it comes as a 429, too.
    ("4..|503|200e", r"insufficient_quota|exceeded your current quota|billing|(credit|insufficient) balance", _QUOTA),
    ("4..|503|200e", r"budget.(has been )?exceeded|exceeded.?budget|specified api usage limits", _QUOTA),
    ("402", r"", _QUOTA),
    ("400|401|403", r"unsupported_country|country, region|not supported in your region|user location", _PLACE),
    ("401", r"", _KEY),
    ("400|403", r"api.?key (not valid|expired)|invalid.api.?key", _KEY),
    ("400|403|200e", r"content.filter|responsibleaipolicy|content management policy|content_policy", _FILTER),
    ("400|403|200e", r"usage policy|input was flagged|inappropriate content|data_inspection", _FILTER),
    ("403", r"", _ALLOWED),
    ("400", r"failed_generation|json_validate_failed|tool_use_failed", _BAD),  # Groq checks the answer itself
    ("400|404|422", r"(unsupported|unrecognized|extra).*(response_format|tool_choice|\btools\b)", _MODE),
    ("400|404|422", r"unsupported[_ ](parameter|value)|unrecognized request|extra[_ ](inputs|forbidden)", _PARAMETER),
    ("400|422", r"temperature\W.*(deprecated|not support|must be|only)", _PARAMETER),
    (
        "400|422",
        r"max_(completion_)?tokens\W+(must be less than or equal|is too large: \d+\. this model s)",
        _PARAMETER,
    ),
    ("400|413|422|500|200e", r"context.?(length|window|size|limit)|maximum (context|model)|exceed_context", _LONG),
    ("400|413|422|500|200e", r"too many tokens|inputs?\W+tokens?|must have less than \d+ tokens", _LONG),
    ("400|413|422|500|200e", r"(prompt|input) is too long|string too long|max_tokens must be at least", _LONG),
    ("413", r"", _LONG),
    ("400|422", r"invalid model (name|id)|not a valid model|unknown model|model not exist|model_not_found", _MODEL),
    ("400", r"does not support chat|not work with the specified model", _MODEL),
    ("400|404|415|422|500|501|200e", r"response_?format|json.?(schema|object|mode)|structured output|schema", _MODE),
    ("400|404|415|422|500|501|200e", r"grammar|tool_choice|\btools?\b|function.?call", _MODE),
    ("404", r"model_not_found|(model|deployment)s?\b.*(not exist|not found|no such)|not_found_error", _MODEL),
    ("404", r"not a chat model", _MODEL),
    ("404|405|410", r"", _PATH),
    ("408|504|524", r"", _GATEWAY),
    ("409|429", r"", _SLOW),
    ("5..", r"", _BROKEN),
    ("4..", r"", _REFUSES),
    (".*", r"", _BAD),
)


def fault_of(words: str, exchange: Exchange, names: Mapping[str, Any]) -> Fault:
    """What the first row that fits makes of it. `names` fill the message: host, model, key, url, timeout, secret."""
    body = exchange.json()
    told = error_in(body)
    within = told.get("code")  # a router's 200 may hold what really came
    inner = exchange.status == 200 and isinstance(within, int) and 400 <= within < 600
    status = str(within) if inner else f"{exchange.status}{'e' if exchange.status == 200 and told else ''}"
    kind = next(kind for code, said, kind in TABLE if re.fullmatch(code, status) and re.search(f"(?is){said}", words))
    after = retry_after(exchange.headers)
    said = str(told.get("message") or (words.removeprefix("refusal ") if exchange.status else words.partition("; ")[0]))
    fill = {
        "status": exchange.status,
        "said": redact(re.sub(r"\s+", " ", said).strip().rstrip("."), names["secret"])[:200],
        "after": f" for {after:g} s" if after else "",
        "location": redact(exchange.headers.get("location", "another address"), names["secret"])[:200],
        "filters": redact(_filters(told), names["secret"])[:200],
    }
    unsent = re.search(r"(?i)connect(error|timeout)|proxyerror", words)
    return Fault(
        error=kind.error(kind.say.format(**names, **fill)),
        again="never" if kind.again == "later" and exchange.headers.get("x-should-retry") == "false" else kind.again,
        repair=kind.repair,
        param=str(told.get("param") or next(iter(re.findall(r"(?i)temperature|max_\w*tokens", words)), "")),
        retry_after=after,
        usage=exchange.usage(),
        # Errors are free; an answer that broke off, or never came, may have been worked on.
        billed=(exchange.status == 200 and not inner) or bool(exchange.sent and not exchange.status and not unsent),
    )


def words_of(exchange: Exchange, error: BaseException | None = None) -> str:
    """What went wrong, in one line: "code type param message", how an answer ended, or the exceptions, cause first."""
    if not exchange.status:
        chain = []
        while error is not None:
            if isinstance(error, BaseExceptionGroup):
                error = error.exceptions[0]
                continue
            chain.append(f"{type(error).__name__} {error}".strip())
            # What was going on around a system's error is no cause: asyncio's own attempts fail on the way. Nor is
            # what somebody handled while we were called, or looked for an event loop in vain.
            around = None if isinstance(error, OSError) else error.__context__
            known = isinstance(around, OSError | OverflowError) or type(around).__module__ != "builtins"
            error = error.__cause__ or (around if known else None)
        return "; ".join(reversed(chain))
    body = exchange.json()
    if told := error_in(body):
        return " ".join(
            str(told.get(name) or "") for name in ("code", "type", "param", "message", "status", "innererror")
        )
    choice = choice_in(body)
    # How it ended, where that is the trouble. "stop" would hide what is: an answer of an odd shape.
    if (finish := str(choice.get("finish_reason") or "stop")) != "stop":
        blank = re.search(r"\s{256}", str(as_dict(choice.get("message")).get("content")))
        return f"finish {'whitespace' if blank and finish == 'length' else finish}"
    text = re.sub(r"<[^>]*>", " ", exchange.body[:4000].decode("utf-8", "replace"))
    return re.sub(r"\s+", " ", text).strip() or f"HTTP {exchange.status} with no content"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider asks to wait, where it names a finite and positive time."""
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
        text = (unquote(text) if secret in unquote(text) else text).replace(secret, "[key]")
    return re.sub(r"(?i)\b(sk-|bearer\s+)[\w.*-]{6,}", "[key]", text)


def error_in(body: Any) -> dict[str, Any]:
    """The error object of any server, flattened; empty if there is none."""
    if isinstance(body, list) and body:  # Google wraps it once more
        body = body[0]
    if not isinstance(body, dict) or body.get("choices"):
        return {}
    error = body.get("error")
    if isinstance(error, dict):
        return error
    if isinstance(error, str):
        return {"message": error}
    if body.get("object") == "error" or "message" in body:
        return body
    return {"message": str(body["detail"])} if "detail" in body else {}


def choice_in(body: Any) -> dict[str, Any]:
    """The first answer in a chat completion; empty if there is none."""
    choices = as_dict(body).get("choices")
    return as_dict(choices[0]) if isinstance(choices, list) and choices else {}


def usage_of(tokens_in: Any, tokens_out: Any, cached: Any, total: Any = None) -> Usage | None:
    """Tokens as a server told them; None where it told none that can be: no question is of no token."""
    numbers = (tokens_in, tokens_out, cached or 0, total or 0)
    read, written, known, both = (int(n) if isinstance(n, int | float) and 0 <= n < _FLOOD else None for n in numbers)
    if not read or written is None:
        return None
    # Some count what a model thought in the total alone; it is paid for all the same.
    return Usage(input_tokens=read, output_tokens=max(written, (both or 0) - read), cached_tokens=known or 0)


def as_dict(value: Any) -> dict[str, Any]:
    """A part of an answer, if it has the shape that it should have."""
    return value if isinstance(value, dict) else {}


def _filters(told: Mapping[str, Any]) -> str:
    """Which filters fired, where the provider says so: Azure does, in two spellings."""
    inner = as_dict(told.get("innererror") or told.get("inner_error"))
    result = as_dict(inner.get("content_filter_result") or inner.get("content_filter_results"))
    names = [n for n, s in sorted(result.items()) if as_dict(s).get("filtered") or as_dict(s).get("detected")]
    return f" ({', '.join(names)})" if names else ""
