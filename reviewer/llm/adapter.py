"""The one place that speaks to LangChain: a chat model as a `Model`, each setting passed by hand."""

import asyncio
import json
import logging
import os
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from contextvars import ContextVar
from importlib import import_module
from importlib.metadata import version
from typing import Any

from reviewer.domain import Usage
from reviewer.errors import SettingsError
from reviewer.llm.answer import problems, read_json, usable
from reviewer.llm.faults import Exchange, Fault, as_dict, choice_in, fault_of, usage_of, words_of
from reviewer.llm.loops import PerLoop
from reviewer.llm.model import Mode, ModelSettings, Prompt, Reply
from reviewer.llm.providers import base_url_of, host_of, is_local, is_proxied, key_of, provider_of
from reviewer.llm.tokens import count
from reviewer.version import VERSION

_exchange: ContextVar[Exchange | None] = ContextVar("exchange", default=None)

# All that a server needs to know. The SDK would add the operating system, Python's version, and whatever
# OPENAI_ORG_ID, OPENAI_PROJECT_ID and OPENAI_CUSTOM_HEADERS hold. It reads its own mark afterwards.
_HEADERS = (
    *("host", "content-type", "content-length", "accept", "accept-encoding", "connection"),
    *("anthropic-version", "x-stainless-raw-response"),
)
_ELSE = "set-by-the-transport"  # for LangChain and the SDKs, which never hold the key
_LIMITS = ("max_completion_tokens", "max_tokens", "")  # names of the output limit, the usual one first
_ENDS = ("", "stop", "tool_calls", "function_call", "end_turn", "tool_use", "completed", "eos_token", "stop_sequence")
_REFUSAL = re.compile(r"(?i)\s*(i['’]m sorry|sorry,|i (can['’]t|cannot|am unable|won['’]t) )[^{]{,500}$")
_WRAPPERS = ("openai", "langchain_openai", "anthropic", "langchain_anthropic")
_SDKS = (*_WRAPPERS, "google", "langchain_google_genai", "httpx", "httpx2", "aiohttp")
_TOOL = "record"
_WINDOW = 1024  # tokens: no server's context is smaller
_NAME = 200  # letters of a name that a server gives itself: it is shown
_MOST = 20_000_000  # bytes of an answer; the longest that a model writes is a hundredth of that


class ChatModel:
    """A LangChain chat model. Each failure leaves as a `Fault`; it never asks twice by itself."""

    def __init__(self, settings: ModelSettings, before: Callable[[], None] | None = None) -> None:
        self.settings, self._before = settings, before
        self.provider, self.model = provider_of(settings)
        self.host = host_of(settings)
        self.key, variable = key_of(settings)
        self._names: dict[str, Any] = {
            "host": self.host,
            "url": base_url_of(settings),
            "model": self.model,
            "key": variable,
            "secret": self.key,
            "timeout": settings.timeout,
        }
        try:
            import_module(self.provider.package)
        except ImportError as error:
            extra = f"pip install 'proposal-reviewer[{self.provider.extra}]'"
            raise SettingsError(f"{self.provider.id} models need {self.provider.package}: {extra}") from error
        self._openai = self.provider.package == "langchain_openai"
        self._ours = bool(self.provider.header)  # is the HTTP client ours?
        libraries = (self.provider.package.replace("_", "-"), *(["openai"] if self._openai else []))
        self.engine = ", ".join(f"{name} {version(name)}" for name in libraries)
        if not self._ours:
            logging.getLogger(self.provider.package).setLevel(logging.ERROR)  # it warns about each schema
        self._rung = 0  # on the ladder of modes: decided once, then kept
        self._proven = False  # has an answer in this mode been good?
        self._limit = 0  # which name of the output limit the server takes
        self._even = settings.temperature is not None  # does it take a temperature?
        self._client = PerLoop(self._make_client)
        self._chats: PerLoop[dict[tuple[bool, int], Any]] = PerLoop(dict)

    async def ask(self, prompt: Prompt, schema: Mapping[str, Any]) -> Reply:
        """One call."""
        if self._before is not None:
            self._before()
            self._before = None  # not earlier: where it raises, the next call must not go out unasked
        ladder = self.provider.ladder
        rung, limit, even = self._rung, self._limit, self._even
        if prompt.repair == "looser":
            rung = min(rung + 1, len(ladder) - 1)
        exchange = Exchange()
        token = _exchange.set(exchange)
        try:
            async with asyncio.timeout(self.settings.timeout):
                message, about = await self._call(prompt, schema, ladder[rung])
        except Exception as error:  # noqa: BLE001 - what is no fault is raised as it was
            fault = self._fault(exchange, error)
            if fault is None:
                raise _origin(error) from None
            self._mend(fault, rung, limit, even)
            raise fault from None  # the SDK's error holds the request: no business of a traceback
        finally:
            _exchange.reset(token)
        reply = self._reply(message, about, exchange, prompt, schema, ladder[rung])
        if not self._proven:
            # A server that promises a mode and ignores it shows in its first answers: stay where they are good.
            self._rung, self._proven = rung, True
        return reply

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        self._chats.pop()
        if (client := self._client.pop()) is not None:
            await client.aclose()

    async def _call(self, prompt: Prompt, schema: Mapping[str, Any], mode: Mode) -> tuple[Any, dict[str, Any]]:
        from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

        chat, system, more = self._chat(prompt.sample), prompt.system, dict[str, Any]()
        if mode == "json_schema":
            form = {"name": _TOOL, "strict": True, "schema": schema}
            more["response_format"] = {"type": "json_schema", "json_schema": form}
        elif mode == "tool":
            tool = {"name": _TOOL, "description": "Record what the document says.", "parameters": schema}
            strict = {"strict": True} if self._openai else {}
            bound = chat.bind_tools([{"type": "function", "function": tool}], tool_choice=_TOOL, **strict)
            more.update(bound.kwargs)
        else:
            if mode == "json":
                more["response_format"] = {"type": "json_object"}
            shape = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
            system += f"\nAnswer with one JSON object and nothing else. It follows this JSON Schema:\n{shape}\n"
        if prompt.repair == "longer":
            more |= self._room(2 * self.settings.max_output_tokens)
        first: Any = _sendable(system)
        if self.provider.id == "anthropic":  # the others keep what is the same each time without being told to
            first = [{"type": "text", "text": first, "cache_control": {"type": "ephemeral"}}]
        messages = [SystemMessage(first), HumanMessage(_sendable(prompt.user))]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # advice to change our code; the fault says it to the user
            # The level below LangChain's callbacks: no tracer, global cache or debug printer sees the text there,
            # whatever LANGSMITH_* and LANGCHAIN_* say.
            result = await chat._agenerate(messages, **more)
        generation = result.generations[0]
        message = generation.message
        about = {**(result.llm_output or {}), **(generation.generation_info or {}), **message.response_metadata}
        # Whoever calls itself something else than "assistant" answers all the same.
        return message if isinstance(message, AIMessage) else AIMessage(message.content), about

    def _chat(self, sample: int) -> Any:
        """The chat model of this event loop, made anew when a parameter turned out not to be taken."""
        from langchain.chat_models import init_chat_model

        key = (self._even and sample == 0, self._limit)
        chats = self._chats.get()
        if key in chats:
            return chats[key]
        options: dict[str, Any] = {
            "model_provider": self.provider.id,
            "timeout": self.settings.timeout,
            "max_retries": 0,
            "cache": False,
            "azure_endpoint" if self.provider.id == "azure_openai" else "base_url": self._names["url"],
            "api_key": _ELSE if self._ours else self.key or "none",
            **self._room(self.settings.max_output_tokens),
        }
        if key[0]:
            options["temperature"] = self.settings.temperature
        if self._openai:
            options |= {
                "http_async_client": self._client.get(),
                "http_client": _no_client(),
                "http_socket_options": (),
                "openai_proxy": None,
                "streaming": False,
                "stream_usage": False,
                "output_version": "v0",
            }
        if self.provider.id == "azure_openai":
            options["api_version"] = self.settings.api_version or "2025-04-01-preview"
        chat = chats[key] = init_chat_model(self.model, **options)
        if self.provider.id == "anthropic":
            # It takes no HTTP client, and would keep one for the whole process, whatever the event loop.
            sdk = {"api_key": _ELSE, "base_url": self._names["url"], "max_retries": 0}
            client = import_module("anthropic").AsyncAnthropic(**sdk, http_client=self._client.get())
            chat.__dict__["_async_client"] = client
        return chat

    def _room(self, tokens: int) -> dict[str, Any]:
        """The limit of the answer, under the name that the server takes."""
        name = "max_output_tokens" if not self._ours else _LIMITS[self._limit]
        if name == "max_tokens":
            return {"extra_body": {"max_tokens": tokens}}  # LangChain would rename it
        return {"max_tokens" if self._ours else name: tokens} if name else {}

    def _make_client(self) -> Any:
        import httpx2

        async def send(request: httpx2.Request) -> None:
            for name in [name for name in request.headers if name not in _HEADERS]:
                del request.headers[name]
            request.headers["user-agent"] = f"proposal-reviewer/{VERSION}"
            request.headers["accept-encoding"] = "gzip"
            if self.key:
                bearer = "Bearer " if self.provider.header == "authorization" else ""
                request.headers[self.provider.header] = bearer + self.key
            if (exchange := _exchange.get()) is not None:
                exchange.sent = json.loads(request.content)

        async def receive(response: httpx2.Response) -> None:
            exchange = _exchange.get() or Exchange()
            body, whole = await _body(response)
            for name in [name for name, value in response.headers.items() if self.key and self.key in value]:
                del response.headers[name]  # OPENAI_LOG prints some
            exchange.status, exchange.headers, exchange.body = response.status_code, dict(response.headers), body
            if not whole:
                raise httpx2.DecodingError(body.decode(), request=response.request)
            response._content = body  # where `aread`, which knows no limit, looks first

        seconds, most = self.settings.timeout, self.settings.concurrency
        try:
            return httpx2.AsyncClient(
                timeout=httpx2.Timeout(seconds, connect=min(10.0, seconds)),
                limits=httpx2.Limits(max_connections=most, max_keepalive_connections=most, keepalive_expiry=30.0),
                verify=_trusted(self._names["url"]),
                follow_redirects=False,  # a proposal goes to the host that was announced, and to no other
                trust_env=not is_local(self.settings),  # proxies and certificates, but none of it for this machine
                event_hooks={"request": [send], "response": [receive]},
            )
        except (ValueError, ImportError) as error:  # of the proxies that the environment names
            why = "SOCKS needs the package socksio" if isinstance(error, ImportError) else "it must begin with http://"
            raise SettingsError(f"HTTP_PROXY, HTTPS_PROXY or ALL_PROXY: cannot be used ({why}); mend that") from error

    def _fault(self, exchange: Exchange, error: Exception) -> Fault | None:
        """What an exception means. What the server really said counts for more than its class."""
        origin = _origin(error)
        # A port of a proxy may be no port, which nobody checks before the socket does.
        known = isinstance(origin, OSError | OverflowError) or _home(origin) in _SDKS
        if isinstance(error, TimeoutError):
            exchange.status = 0
        elif not self._ours:
            if not known and _raiser(origin) != "reviewer":  # a library that trips over what came
                exchange.status, exchange.body = 200, words_of(Exchange(), origin).encode()
            for cause in _causes(error):
                status = getattr(cause, "status_code", None) or getattr(cause, "code", None)
                if isinstance(status, int):
                    said = getattr(cause, "details", None) or {"message": str(cause)}
                    headers = getattr(getattr(cause, "response", None), "headers", None) or {}
                    exchange.status, exchange.body = status, json.dumps(said, default=str).encode()
                    exchange.headers = {name.lower(): value for name, value in headers.items()}
        if not exchange.status and not known:
            return None  # no error of a provider or of the network: a bug
        words = words_of(exchange, error)
        if not exchange.status and is_proxied(self.settings):
            words += "; by way of a proxy"  # which an SDK's words for a lost connection do not say
        return fault_of(words, exchange, self._names)

    def _mend(self, fault: Fault, rung: int, limit: int, even: bool) -> None:
        """Take one step down where the server does not take what was sent; others may have taken it already."""
        if fault.repair == "mode" and rung + 1 < len(self.provider.ladder):
            self._rung = max(self._rung, rung + 1)
        elif fault.repair == "parameter" and fault.param == "temperature" and even:
            self._even = False
        elif fault.repair == "parameter" and fault.param.startswith("max_") and limit + 1 < len(_LIMITS):
            self._limit = max(self._limit, limit + 1)
        elif fault.again == "now":
            fault.again = "never"

    def _reply(
        self,
        message: Any,
        about: Mapping[str, Any],
        exchange: Exchange,
        prompt: Prompt,
        schema: Mapping[str, Any],
        mode: Mode,
    ) -> Reply:
        sent = f"{prompt.system}{prompt.user}{schema}" if self.key else ""
        # LangChain fills what the server did not count with nothing, which would be free.
        usage = exchange.usage() if self._openai else _usage(message.usage_metadata)

        def fault(words: str, partial: Reply | None = None) -> Fault:
            found = fault_of(words, Exchange(status=200), self._names)
            found.usage, found.billed, found.partial = usage, True, partial
            return found

        text = self._known(_text(message, exchange), sent)
        if text and usage and not usage.output_tokens:
            usage = None
        cut = as_dict(about.get("incomplete_details")).get("reason")
        finish = str(cut or about.get("finish_reason") or about.get("stop_reason") or "").lower()
        if as_dict(about.get("prompt_feedback")).get("block_reason"):  # Google's filter of what it is asked
            finish = "safety"
        refused = [part.get("refusal") for part in _parts(message) if part.get("type") == "refusal"]
        if said := message.additional_kwargs.get("refusal") or (refused and refused[0]) or _REFUSAL.match(text):
            raise fault(f"refusal {text if isinstance(said, re.Match) else said}")
        if finish not in _ENDS:
            raise fault(f"finish {finish}" if text[-300:].strip() or not text else "finish whitespace")
        if not text.strip():
            raise fault("empty answer")
        if (data := read_json(text)) is None:
            raise fault(f"no JSON object in {text.strip()[:80]!r}")
        # Escaped in the JSON, a key or half a character came this far.
        data = json.loads(self._known(json.dumps(data, ensure_ascii=False), sent))
        reply = Reply(
            data=data,
            text=text,
            usage=usage,
            requested=self.settings.name,
            answered=self._known(about.get("model_name") or about.get("model") or "", self.model)[:_NAME],
            fingerprint=self._known(about.get("system_fingerprint") or "")[:_NAME],
            host=self.host,
            mode=mode,
            engine=self.engine,
            parameters=_parameters(exchange.sent, self.settings),
            note=_shortened(prompt, usage),
        )
        if wrong := problems(data, schema):
            note = f"{len(wrong)} entries of the answer do not fit: {'; '.join(wrong[:3])}"
            raise fault(note, reply.model_copy(update={"note": note}) if usable(wrong, schema) else None)
        return reply

    def _known(self, said: object, sent: str = "") -> str:
        """What a server says, as it may be kept: whole characters, and without the key, should it give that back.

        For a server of one's own a key may be any word ("none"): where `sent` holds it, it is that text's, no secret.
        """
        text = _sendable(str(said))
        return text.replace(self.key, "[key]") if self.key and self.key not in sent else text


async def _body(response: Any) -> tuple[bytes, bool]:
    """What came, and whether it is all of it; else why it was not read to its end."""
    # We asked for gzip at most: a few bytes of the others may unfold to gigabytes in one step.
    if packed := re.search(r"(?i).*(\bbr\b|zstd|,).*", response.headers.get("content-encoding", "")):
        return f"packed as {packed[0]}".encode(), False
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > _MOST:
            return f"more than {_MOST:,} bytes".encode(), False
    return bytes(body), True


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.exceptions[0] if isinstance(cause, BaseExceptionGroup) else cause.__cause__


def _home(error: BaseException) -> str:
    return type(error).__module__.partition(".")[0]


def _raiser(error: BaseException) -> str:
    """The package whose code raised it."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return str(at.tb_frame.f_globals.get("__name__", "")).partition(".")[0] if at else ""


def _origin(error: BaseException) -> BaseException:
    """What an SDK wrapped: older ones call every exception a lost connection, our own bugs too."""
    wrapped = (c for c in _causes(error) if _home(c) not in _WRAPPERS and not isinstance(c, BaseExceptionGroup))
    return next(wrapped, error)


def _trusted(url: str) -> Any:
    """The certificates to trust: the environment's, also for this machine, which is asked past all proxies."""
    import ssl

    if not url.startswith("https"):  # loading the certificates of the world takes longer than a call
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    try:
        return ssl.create_default_context(cafile=file, capath=folder) if file or folder else True
    except OSError as error:
        raise SettingsError(f"SSL_CERT_FILE {file or folder}: cannot be used: {error}; name a PEM file") from error


def _no_client() -> Any:
    """A synchronous client that is never used: LangChain would make one, which takes longer than a call."""
    import httpx2

    return httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(500)), trust_env=False)


def _sendable(text: str) -> str:
    """Text without halves of characters and NULs, which no server takes."""
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def _parts(message: Any) -> list[dict[str, Any]]:
    return [part for part in message.content if isinstance(part, dict)] if isinstance(message.content, list) else []


def _text(message: Any, exchange: Exchange) -> str:
    """The answer as it was written, wherever the server put it."""
    if message.tool_calls:
        with suppress(RecursionError):  # as deep as that is no answer
            return json.dumps(message.tool_calls[0]["args"], ensure_ascii=False)
    if message.invalid_tool_calls:
        return message.invalid_tool_calls[0]["args"] or ""
    if isinstance(message.content, str) and message.content:
        return message.content
    if text := "".join(str(part.get("text", "")) for part in _parts(message) if part.get("type") == "text"):
        return text
    # vLLM with a parser for reasoning leaves the content empty, and the JSON among the thoughts.
    said = as_dict(choice_in(exchange.json()).get("message"))
    thoughts = str(said.get("reasoning_content") or said.get("reasoning") or "")
    return thoughts if "{" in thoughts else ""


def _usage(said: Mapping[str, Any] | None) -> Usage | None:
    """Tokens as LangChain understood them."""
    if not said:
        return None
    cached = as_dict(said.get("input_token_details")).get("cache_read")
    return usage_of(said["input_tokens"], said["output_tokens"], cached)


def _parameters(sent: Mapping[str, Any] | None, settings: ModelSettings) -> dict[str, Any]:
    if sent is None:  # the HTTP client is not ours: what it was told
        return {"max_tokens": settings.max_output_tokens, "temperature": settings.temperature}
    texts = ("input", "instructions", "system")
    return {name: value for name, value in sent.items() if isinstance(value, (int, float, str)) and name not in texts}


def _shortened(prompt: Prompt, usage: Usage | None) -> str:
    """A word about servers that read only the end of a long prompt, and say nothing."""
    if usage is None or not usage.input_tokens:
        return ""
    text, read = prompt.system + prompt.user, usage.input_tokens
    # Ollama counts a window of 4,096 that was full, or half of it and its marks: next to nobody else does just that.
    full = read >= _WINDOW and read - (1 << read.bit_length() - 1) <= 2
    if not full and read >= len(text.encode("utf-8", "replace")) // 7:  # no text takes much less
        return ""
    about = count(text)[0]  # real ones are 0.7 to 1.2 of it
    if read >= (0.97 if full else 0.6) * about:
        return ""
    return (
        f"the server counted {read:,} tokens where the text has about {about:,}: it may have read only "
        "a part; give it a longer context"
    )
