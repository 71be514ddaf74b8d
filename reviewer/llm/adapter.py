"""The one place that speaks to LangChain: a chat model as a `Model`, each setting passed by hand."""

import asyncio
import json
import warnings
from collections.abc import Mapping
from contextvars import ContextVar
from importlib import import_module
from importlib.metadata import version
from typing import Any
from weakref import WeakKeyDictionary

from reviewer.version import VERSION
from reviewer.domain.record import Usage
from reviewer.errors import SettingsError
from reviewer.llm.answer import problems, read_json
from reviewer.llm.faults import Exchange, Fault, fault_of, redact, words_of
from reviewer.llm.model import Mode, ModelSettings, Prompt, Reply
from reviewer.llm.providers import base_url_of, host_of, is_local, key_of, provider_of

_exchange: ContextVar[Exchange | None] = ContextVar("exchange", default=None)

# All that a server needs to know. The SDK would add the operating system, Python's version, and whatever
# OPENAI_ORG_ID, OPENAI_PROJECT_ID and OPENAI_CUSTOM_HEADERS hold.
_HEADERS = ("host", "content-type", "content-length", "accept", "accept-encoding", "connection")
_LIMITS = ("max_completion_tokens", "max_tokens", "")  # names of the output limit, the usual one first
_REFUSALS = (
    "i'm sorry",
    "i’m sorry",
    "sorry, ",
    "i can't ",
    "i can’t ",
    "i cannot ",
    "i am unable",
    "i'm unable",
)
_TOOL = "record"


class ChatModel:
    """A LangChain chat model. Each failure leaves as a `Fault`; it never asks twice by itself."""

    def __init__(self, settings: ModelSettings) -> None:
        self.settings = settings
        self.provider, self.model = provider_of(settings)
        self.key, variable = key_of(settings)
        self.host = host_of(settings)
        self._names = {
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
            raise SettingsError(
                f"{self.provider.id} needs an extra: pip install 'proposal-reviewer[{self.provider.extra}]'"
            ) from error
        libraries = [self.provider.package.replace("_", "-")]
        if self.provider.package == "langchain_openai":
            libraries.append("openai")
        self.engine = ", ".join(f"{name} {version(name)}" for name in libraries)
        self._rung = 0  # on the ladder of modes: decided once, then kept
        self._proven = False  # has an answer in this mode been good?
        self._limit = 0  # which name of the output limit the server takes
        self._even = settings.temperature is not None  # does it take a temperature?
        # A client lives and dies with its event loop; there may be several in a process.
        self._chats: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[Any, ...], Any]] = WeakKeyDictionary()
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = WeakKeyDictionary()

    async def ask(self, prompt: Prompt, schema: Mapping[str, Any]) -> Reply:
        """One call."""
        rung = min(self._rung + (prompt.repair == "looser"), len(self.provider.ladder) - 1)
        mode = self.provider.ladder[rung]
        limit, even = self._limit, self._even
        exchange = Exchange()
        token = _exchange.set(exchange)
        try:
            async with asyncio.timeout(self.settings.timeout):
                result = await self._call(prompt, schema, mode)
        except Exception as error:
            fault = self._fault(exchange, error)
            if fault is None:
                raise  # nothing was sent, and it is no error of a provider: ours
            self._mend(fault, rung, limit, even)
            raise fault from None  # the SDK's error holds the request: no business of a traceback
        finally:
            _exchange.reset(token)
        reply = self._reply(result, exchange, mode, schema)
        if not self._proven or rung == self._rung:
            # A server that promises a mode and ignores it shows in the first answers: stay where they are good.
            self._rung, self._proven = rung, True
        return reply

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        loop = asyncio.get_running_loop()
        self._chats.pop(loop, None)
        if (client := self._clients.pop(loop, None)) is not None:
            await client.aclose()

    async def _call(self, prompt: Prompt, schema: Mapping[str, Any], mode: Mode) -> Any:
        from langchain_core.messages import HumanMessage, SystemMessage

        chat = self._chat(prompt.sample)
        system = prompt.system
        more: dict[str, Any] = {}
        if mode == "json_schema":
            form = {"name": _TOOL, "strict": True, "schema": schema}
            more["response_format"] = {"type": "json_schema", "json_schema": form}
        elif mode == "tool":
            tool = {"name": _TOOL, "description": "Record what the document says.", "parameters": schema}
            strict = {"strict": True} if self.provider.package == "langchain_openai" else {}
            more.update(chat.bind_tools([{"type": "function", "function": tool}], tool_choice=_TOOL, **strict).kwargs)
        else:
            if mode == "json":
                more["response_format"] = {"type": "json_object"}
            shape = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
            system += f"\nAnswer with one JSON object and nothing else. It follows this JSON Schema:\n{shape}\n"
        if prompt.repair == "longer" and self.provider.id != "google_genai":
            more |= self._room(2 * self.settings.max_output_tokens)
        messages = [SystemMessage(_sendable(system)), HumanMessage(_sendable(prompt.user))]
        # The level below LangChain's callbacks: no tracer, global cache or debug printer sees the text there,
        # whatever LANGSMITH_* and LANGCHAIN_* say.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # advice to change our code; the fault says it to the user
            return await chat._agenerate(messages, **more)

    def _chat(self, sample: int) -> Any:
        """The chat model of this event loop, made anew when a parameter turned out not to be taken."""
        loop = asyncio.get_running_loop()
        chats = self._chats.setdefault(loop, {})
        even = self._even and sample == 0
        if (key := (even, self._limit)) not in chats:
            chats[key] = self._build(loop, even)
        return chats[key]

    def _build(self, loop: asyncio.AbstractEventLoop, even: bool) -> Any:
        from langchain.chat_models import init_chat_model

        settings = self.settings
        options: dict[str, Any] = {
            "model_provider": self.provider.id,
            "timeout": settings.timeout,
            "max_retries": 0,
            "cache": False,
            **self._room(settings.max_output_tokens),
        }
        if even:
            options["temperature"] = settings.temperature
        if self.provider.package == "langchain_openai":
            if loop not in self._clients:
                self._clients[loop] = self._client()

            async def no_key() -> str:
                return "set-by-the-transport"  # neither LangChain nor the SDK ever holds the key

            options |= {
                "api_key": no_key,
                "http_async_client": self._clients[loop],
                "http_socket_options": (),
                "streaming": False,
                "stream_usage": False,
                "output_version": "v0",
            }
            if self.provider.id == "azure_openai":
                options |= {
                    "azure_endpoint": self._names["url"],
                    "api_version": settings.api_version or "2025-04-01-preview",
                }
                options["api_key"] = "set-by-the-transport"
            else:
                options["base_url"] = self._names["url"]
        else:
            options |= {"api_key": self.key or "none", "base_url": self._names["url"]}
        return init_chat_model(self.model, **options)

    def _room(self, tokens: int) -> dict[str, Any]:
        """The limit of the answer, under the name that the server takes."""
        name = _LIMITS[self._limit]
        if name == "max_tokens":
            return {"extra_body": {"max_tokens": tokens}}  # LangChain would rename it
        return {"max_tokens": tokens} if name else {}

    def _client(self) -> Any:
        import httpx2

        async def send(request: httpx2.Request) -> None:
            for name in [name for name in request.headers if name not in _HEADERS]:
                del request.headers[name]
            request.headers["user-agent"] = f"proposal-reviewer/{VERSION}"
            if self.key:
                azure = self.provider.id == "azure_openai"
                request.headers["api-key" if azure else "authorization"] = self.key if azure else f"Bearer {self.key}"
            if (exchange := _exchange.get()) is not None:
                exchange.sent = json.loads(request.content)

        async def receive(response: httpx2.Response) -> None:
            if (exchange := _exchange.get()) is not None:
                await response.aread()
                exchange.status, exchange.body = response.status_code, response.content
                exchange.headers = {name.lower(): value for name, value in response.headers.items()}

        seconds, most = self.settings.timeout, self.settings.concurrency
        return httpx2.AsyncClient(
            timeout=httpx2.Timeout(seconds, connect=min(10.0, seconds)),
            limits=httpx2.Limits(max_connections=most, max_keepalive_connections=most, keepalive_expiry=30.0),
            follow_redirects=False,  # a proposal goes to the host that was announced, and to no other
            trust_env=not is_local(self.settings),  # proxies and certificates; none of it for this machine
            event_hooks={"request": [send], "response": [receive]},
        )

    def _fault(self, exchange: Exchange, error: Exception) -> Fault | None:
        """What an exception means. What the server really said counts for more than its class."""
        if exchange.sent is None and exchange.status == 0:
            status = getattr(error, "status_code", None) or getattr(error, "code", None)
            foreign = type(error).__module__.partition(".")[0] in (
                "openai",
                "anthropic",
                "google",
                "httpx",
                "httpx2",
            )
            if isinstance(status, int):  # a provider whose HTTP client is not ours
                exchange.status = status
                body = getattr(error, "body", None) or getattr(error, "details", None) or {"message": str(error)}
                exchange.body = json.dumps(body, default=str).encode()
                headers = getattr(getattr(error, "response", None), "headers", None) or {}
                exchange.headers = {name.lower(): value for name, value in headers.items()}
            elif not (foreign or "langchain" in type(error).__module__ or isinstance(error, (TimeoutError, OSError))):
                return None
        if isinstance(error, TimeoutError):
            exchange.status = 0
        return fault_of(words_of(exchange, error), exchange, self._names)

    def _mend(self, fault: Fault, rung: int, limit: int, even: bool) -> None:
        """Take one step down where the server does not take what was sent. Others may have taken it already."""
        if fault.repair == "mode":
            fault.again = "now" if rung + 1 < len(self.provider.ladder) else "never"
            self._rung = max(self._rung, min(rung + 1, len(self.provider.ladder) - 1))
        elif fault.repair == "parameter":
            if fault.param == "temperature" and even:
                self._even = False
            elif fault.param in (*_LIMITS[:2], "max_output_tokens") and limit + 1 < len(_LIMITS):
                self._limit = max(self._limit, limit + 1)
            else:
                fault.again = "never"

    def _reply(self, result: Any, exchange: Exchange, mode: Mode, schema: Mapping[str, Any]) -> Reply:
        message = result.generations[0].message
        about = {
            **(result.llm_output or {}),
            **(result.generations[0].generation_info or {}),
            **message.response_metadata,
        }
        usage = _usage(message) or exchange.usage()

        def fault(words: str, partial: Reply | None = None) -> Fault:
            exchange.status = exchange.status or 200
            found = fault_of(words, exchange, self._names)
            found.usage, found.billed, found.partial = usage, True, partial
            return found

        text = _text(message, exchange)
        cut = about.get("incomplete_details") or {}
        finish = str(cut.get("reason") or about.get("finish_reason") or about.get("stop_reason") or "").lower()
        refusal = message.additional_kwargs.get("refusal") or next(
            (part["refusal"] for part in _parts(message) if part.get("type") == "refusal"), None
        )
        if refusal or (len(text) < 500 and "{" not in text and text.lower().lstrip().startswith(_REFUSALS)):
            raise fault(f"refusal {refusal or text}")
        if finish in ("length", "max_tokens", "max_output_tokens") and not text[-300:].strip():
            finish = "whitespace"
        if finish and finish not in (
            "stop",
            "tool_calls",
            "end_turn",
            "tool_use",
            "function_call",
            "completed",
        ):
            raise fault(f"finish {finish}")
        if not text.strip():
            raise fault("empty answer")
        data = read_json(text)
        if data is None:
            raise fault("prose or broken JSON, beginning with " + redact(text.strip()[:80], self.key))
        reply = Reply(
            data=data,
            text=text,
            usage=usage,
            requested=self.settings.name,
            answered=str(about.get("model_name") or about.get("model") or ""),
            host=self.host,
            mode=mode,
            engine=self.engine,
            parameters=_parameters(exchange.sent, self.settings),
        )
        wrong = list(problems(data, schema))
        if wrong:
            note = f"{len(wrong)} entries of the answer do not fit: " + "; ".join(wrong[:3])
            usable = len(wrong) < len(schema["required"])
            raise fault(note, reply.model_copy(update={"note": note}) if usable else None)
        return reply


def _sendable(text: str) -> str:
    """Text without halves of characters and NULs, which no server takes."""
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def _parts(message: Any) -> list[dict[str, Any]]:
    return [part for part in message.content if isinstance(part, dict)] if isinstance(message.content, list) else []


def _text(message: Any, exchange: Exchange) -> str:
    """The answer as it was written, wherever the server put it."""
    for call in message.tool_calls:
        return json.dumps(call["args"], ensure_ascii=False)
    for call in message.invalid_tool_calls:
        return call["args"] or ""
    if isinstance(message.content, str) and message.content:
        return message.content
    if text := "".join(str(part.get("text", "")) for part in _parts(message) if part.get("type") != "refusal"):
        return text
    # vLLM with a parser for reasoning leaves the content empty, and the JSON among the thoughts.
    body = exchange.json()
    choices = body.get("choices") if isinstance(body, dict) else None
    said = (choices[0].get("message") or {}) if choices else {}
    thoughts = str(said.get("reasoning_content") or said.get("reasoning") or "")
    return thoughts if "{" in thoughts else ""


def _usage(message: Any) -> Usage | None:
    said = message.usage_metadata
    if not said:
        return None
    return Usage(
        input_tokens=said["input_tokens"],
        output_tokens=said["output_tokens"],
        cached_tokens=(said.get("input_token_details") or {}).get("cache_read") or 0,
    )


def _parameters(sent: Mapping[str, Any] | None, settings: ModelSettings) -> dict[str, Any]:
    if sent is None:  # a provider whose HTTP client is not ours: what it was told
        return {"max_tokens": settings.max_output_tokens, "temperature": settings.temperature}
    return {name: value for name, value in sent.items() if isinstance(value, (int, float, str)) and name != "input"}
