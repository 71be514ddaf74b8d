"""What goes wrong at providers, one row each, over real HTTP: the error, its words, and how many calls were made."""
# ruff: noqa: E501 - a row is a line

import asyncio
import copy
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from llm_server import GOOD, SCHEMA, Answer, Clock, Script, chat, error, serve, tool

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
from reviewer.llm import ModelSettings, Prompt, Reply, connect
from reviewer.llm.faults import TABLE, Exchange, retry_after, words_of

PROMPT = Prompt(id="t.v1", system="Answer.", user="What does the text say?")
KEY = "sk-canary-0123456789abcdef"
GATEWAY = Answer(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", {"content-type": "text/html"})
LOGIN = Answer(200, b"<!doctype html><title>Log in</title>", {"content-type": "text/html"})
BLANKS = '{"says":' + " \n" * 4000


def azure_filter(**more: Any) -> Answer:
    message = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."
    return error(400, message, "content_filter", None, param="prompt", status=400, **more)


@dataclass(frozen=True)
class Row:
    id: str
    script: Script
    error: type[ProviderError]
    says: str
    calls: int
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """For people: without the number, with what was set for the test."""
        settings = ", ".join(f"{name} = {value}" for name, value in self.settings.items())
        return re.sub(r"^[A-Z]{2}\d\d ", "", self.id) + (f" ({settings})" if settings else "")


JAILBREAK = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {"jailbreak": {"filtered": True}}}
OLD_JAILBREAK = {"content_filter_results": {"jailbreak": {"filtered": True, "detected": True}}}
QUOTA = "You exceeded your current quota, please check your plan and billing details."
OLD_CONTEXT = "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."
NEW_CONTEXT = "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 477469 tokens."
LLAMA_CONTEXT = {
    "code": 400,
    "message": "the request exceeds the available context size",
    "type": "exceed_context_size_error",
}
STREAM = b'data: {"choices":[{"index":0,"delta":{"content":"{"}}]}\n\ndata: {"error":{"message":"The server had an error"}}\n\n'
NO_JSON = "no JSON object in"

# Names begin with the number of the fault in the list that the project was built against, where it has one.
ROWS = [
    # The key and the account.
    Row("LA05 wrong key", [error(401, f"Incorrect API key provided: {KEY}.", "invalid_api_key")], CredentialError, "set OPENAI_API_KEY", 1),
    Row("region", [error(403, "Country, region, or territory not supported", "unsupported_country_region_territory")], CredentialError, "does not serve this place", 1),
    Row("not allowed", [error(403, "You have no access to this project")], CredentialError, "does not allow", 1),
    Row("LA01 quota", [error(429, QUOTA, "insufficient_quota", "insufficient_quota")], QuotaError, "billing, not speed", 1),
    Row("LA01 quota by its words", [error(429, QUOTA)], QuotaError, "no credit left", 1),
    Row("a gateway's budget", [error(400, "Budget has been exceeded! Current cost: 1.2, Max budget: 1.0", "400")], QuotaError, "no credit left", 1),
    Row("a gateway's budget, as 429", [error(429, "ExceededBudget: over budget. Spend=1.2, Budget=1.0", "429")], QuotaError, "no credit left", 1),
    Row("payment", [error(402, "Insufficient Balance")], QuotaError, "no credit left", 1),
    Row("a proxy's password", [Answer(407, b"<h1>Proxy Authentication Required</h1>")], CredentialError, "proxy before .* wants a name and a password", 1),
    # The address and the model.
    Row("LA07 no model", [error(404, "The model `m` does not exist or you do not have access to it.", "model_not_found")], UnknownModelError, "has no model m", 1),
    Row("LA07 no path", [Answer(404, b"404 page not found", {"content-type": "text/plain"})], UnknownModelError, "should end in /v1", 1),
    Row("no model, as 400", [error(400, "Invalid model name passed in model=m. Call `/v1/models` to view them.", 400)], UnknownModelError, "has no model m", 1),
    Row("no deployment at Azure", [error(404, "The API deployment for this resource does not exist.", "DeploymentNotFound")], UnknownModelError, "has no model m", 1),
    Row("no chat model", [error(404, "This is not a chat model and thus not supported in the v1/chat/completions endpoint.")], UnknownModelError, "has no model m", 1),
    Row("no chat model, Ollama", [error(400, '"m" does not support chat')], UnknownModelError, "has no model m", 1),
    Row("redirect", [Answer(307, b"", {"location": "http://127.0.0.1:1/elsewhere"})], UnknownModelError, "nothing is sent there", 1),
    # Too much text.
    Row("LA10 context, OpenAI", [error(400, OLD_CONTEXT, "context_length_exceeded", param="messages")], TooLongError, "too long for m", 1),
    Row("LA10 context, OpenAI's new words", [error(400, NEW_CONTEXT, None)], TooLongError, "272000", 1),
    Row("LA10 context, vLLM", [Answer(400, {"object": "error", "message": OLD_CONTEXT, "type": "BadRequestError", "param": None, "code": 400})], TooLongError, "8192", 1),
    Row("LA10 context, vLLM's new words", [error(400, "You passed 1015 input tokens and requested 10 output tokens", 400, "BadRequestError", param="input_tokens")], TooLongError, "1015", 1),
    Row("LA10 context, vLLM's negative room", [error(400, "max_tokens must be at least 1, got -186.", 400)], TooLongError, "-186", 1),
    Row("LA10 context, llama.cpp", [Answer(400, {"error": LLAMA_CONTEXT})], TooLongError, "context size", 1),
    Row("LA10 context, llama.cpp as 500", [Answer(500, {"error": LLAMA_CONTEXT})], TooLongError, "context size", 1),
    Row("LA10 context, llama.cpp as 200", [Answer(200, {"error": LLAMA_CONTEXT})], TooLongError, "context size", 1),
    Row("LA10 context, Gemini", [Answer(400, [{"error": {"code": 400, "message": "The input token count (1234567) exceeds the maximum number of tokens allowed (1048576)."}}])], TooLongError, "1048576", 1),
    Row("LA10 context, Claude's other words", [error(400, "input length and `max_tokens` exceed context limit: 190000 + 16000 > 200000")], TooLongError, "190000", 1),
    Row("LA10 context, TGI", [error(422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000", None, "validation")], TooLongError, "8193", 1),
    Row("LA10 context, vLLM's window", [error(400, "The decoder prompt (length 9000) is longer than the maximum model length of 8192.", 400)], TooLongError, "9000", 1),
    Row("LA10 context, in letters", [error(400, "Invalid 'messages[1].content': string too long.", "string_above_max_length")], TooLongError, "string too long", 1),
    Row("too large", [Answer(413, b"")], TooLongError, "too large|too long", 1),
    Row("larger than the limit a minute", [error(429, "Request too large for m on tokens per min (TPM): Limit 30000, Requested 40000.", "rate_limit_exceeded", "tokens")], TooLongError, "Limit 30000", 1),
    # Refusals.
    Row("LA14 refusal", [chat(None, refusal="I can't help with that.")], RefusedError, "this document: I can't help", 1),
    Row("LA14 refusal in the text", [chat("I'm sorry, I can't help with that.")], RefusedError, "sorry", 1),
    Row("LA15 output filter", [chat("", "content_filter")], RefusedError, "a filter of", 1),
    Row("LA15 flagged prompt", [error(400, "Invalid prompt: your prompt was flagged as potentially violating our usage policy.", "invalid_prompt")], RefusedError, "a filter of", 1),
    Row("LA15 moderation, as 403", [error(403, "Your chosen model requires moderation and your input was flagged", 403)], RefusedError, "a filter of", 1),
    Row("LA15 Azure's filter", [azure_filter(innererror=JAILBREAK)], RefusedError, r"\(jailbreak\)", 1),
    Row("LA15 Azure's filter, older", [azure_filter(inner_error=OLD_JAILBREAK)], RefusedError, r"\(jailbreak\)", 1),
    Row("LA15 Azure's filter, bare", [azure_filter()], RefusedError, "this document; use another", 1),
    # Answers that are none.
    Row("LA12 cut", [chat('{"says": "The mo', "length")], CutAnswerError, "after 2 calls", 2),
    Row("LA13 white space without end", [chat(BLANKS, "length")], CutAnswerError, "white space", 2),
    Row("prose", [chat("The text says yes.")], BadAnswerError, NO_JSON, 2),
    Row("broken JSON", [chat('Sure!\n```json\n{"says" "a", "value": "yes"}\n```')], BadAnswerError, NO_JSON, 2),
    Row("LA20 cut, and nothing says so", [chat('{"says": "a", "val')], BadAnswerError, NO_JSON, 2),
    Row("LA20 a stream nobody asked for", [Answer(200, STREAM, {"content-type": "text/event-stream"})], BadAnswerError, "something else", 2),
    Row("deep", [chat('{"says":' * 20_000)], BadAnswerError, NO_JSON, 2),
    Row("deep body", [Answer(200, b'{"choices":' + b"[" * 100_000)], BadAnswerError, "something else", 2),
    Row("NaN", [chat('{"says": NaN, "value": "yes"}')], BadAnswerError, NO_JSON, 2),
    Row("wrong value", [chat({"says": "a", "value": "maybe"})], BadAnswerError, "value cannot be 'maybe'", 2),
    Row("missing entry", [chat({"value": "yes"})], BadAnswerError, "says is missing", 2),
    Row("LA19 null", [chat(None)], BadAnswerError, "empty answer", 2),
    Row("LA19 nothing", [chat("")], BadAnswerError, "empty answer", 2),
    Row("LA09 login page", [LOGIN], BadAnswerError, "Log in", 2),
    Row("LA09 error as 200", [Answer(200, {"error": {"message": "overloaded, try later"}})], BadAnswerError, "overloaded", 2),
    Row("LA09 no choices", [Answer(200, {"id": "c", "object": "chat.completion", "choices": []})], BadAnswerError, "something else", 2),
    Row("LA09 null choices", [Answer(200, {"id": "c", "object": "chat.completion", "choices": None})], BadAnswerError, "something else", 2),
    Row("LA09 empty body", [Answer(200, b"")], BadAnswerError, "no content", 2),
    Row("LA09 cut JSON body", [Answer(200, b'{"id": "c", "choices": [{"mess')], BadAnswerError, "something else", 2),
    Row("LA09 body without end", [Answer(200, b" " * 21_000_000)], BadAnswerError, "more than 20,000,000 bytes", 2),
    Row("LA09 body that unfolds without end", [Answer(200, gzip.compress(b" " * 30_000_000), {"content-encoding": "gzip"})], BadAnswerError, "more than 20,000,000 bytes", 2),
    Row("LA09 packed in a way nobody asked for", [Answer(200, chat().body, {"content-encoding": "gzip, zstd"})], BadAnswerError, "packed as gzip, zstd", 2),
    Row("Groq's check of the answer", [error(400, "Failed to generate JSON. See 'failed_generation' for more details.", "json_validate_failed")], BadAnswerError, "Failed to generate JSON", 2),
    # Busy and broken.
    Row("LA02 rate limit", [error(429, "Rate limit reached. Try again in 2s.", "rate_limit_exceeded", "tokens", headers={"retry-after": "20"})], RateLimitError, "slow down for 20 s", 30),
    Row("in a moment, for ever", [error(429, "Rate limit reached.", "rate_limit_exceeded", "tokens", headers={"retry-after": "0.1"})], RateLimitError, "slow down", 66),
    Row("LA02 rate limit that advises to pay", [error(429, "Rate limit reached for m. Need more tokens? Upgrade at https://host/settings/billing", "rate_limit_exceeded", "tokens", headers={"retry-after": "400"})], RateLimitError, "slow down for 400 s", 2),
    Row("LA03 longer than the deadline", [error(429, "Slow", headers={"retry-after": "601"})], RateLimitError, "601", 1),
    Row("Google's limit", [error(429, QUOTA, 429, status="RESOURCE_EXHAUSTED", headers={"retry-after": "400"})], RateLimitError, "400", 2),
    Row("LA21 500", [error(500, "The server had an error while processing your request", None, "server_error")], UnreachableError, "HTTP 500", 6),
    Row("LA21 503", [error(503, "Overloaded", "server_is_overloaded")], UnreachableError, "Overloaded", 6),
    Row("LA21 502 page", [GATEWAY], UnreachableError, "502 Bad Gateway", 6),
    Row("LA21 503, slow down", [error(503, "Slow down", "slow_down")], UnreachableError, "Slow down", 6),
    Row("LA21 529", [error(529, "Overloaded")], UnreachableError, "HTTP 529", 6),
    Row("LA21 told not to retry", [error(500, "No", headers={"x-should-retry": "false"})], UnreachableError, "HTTP 500", 1),
    Row("408", [error(408, "Timeout")], DeadlineError, "gave up", 6),
    Row("524", [Answer(524, b"<h1>A timeout occurred</h1>")], DeadlineError, "gave up", 6),
    Row("504", [Answer(504, b"<h1>Gateway Time-out</h1>")], DeadlineError, "gave up", 6),
    Row("reset", [Answer(how="reset")], UnreachableError, "cannot reach", 6),
    Row("body cut", [Answer(200, chat().body, how="cut")], UnreachableError, "cannot reach", 6),
    Row("LA04 no answer", [Answer(how="hang")], DeadlineError, "within 0.2 s", 2, {"timeout": 0.2, "attempts": 2}),
    # What we send.
    Row("anything else", [error(400, "Invalid value for messages", "invalid_value")], ProviderError, "refuses the request", 1),
    Row("LA16 unknown parameter", [error(400, "Unsupported parameter: 'stream'", "unsupported_parameter", param="stream")], ProviderError, "does not take a setting", 1),
    Row("LA17 no mode at all", [error(400, "'response_format' and tools are not supported")], ProviderError, "no way to ask for JSON", 4),
]  # fmt: skip


async def ask(url: str, clock: Clock, prompt: Prompt = PROMPT, **settings: Any) -> Reply:
    chosen = ModelSettings(**{"name": "m", "base_url": url, **settings})
    async with connect(chosen, clock=clock, sleep=clock.sleep) as model:
        return await model.ask(prompt, SCHEMA)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=row.id, marks=[pytest.mark.slow] if at % 3 or row.id == "in a moment, for ever" else [])
        for at, row in enumerate(ROWS)
    ],
)
def test_fault(row: Row, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    clock = Clock()
    with serve(row.script) as provider, pytest.raises(row.error, match=row.says) as caught:
        asyncio.run(ask(provider.url, clock, **row.settings))
    assert type(caught.value) is row.error
    assert provider.calls == row.calls
    assert sum(clock.slept) <= 600
    shown = str(caught.value) + "".join(capfd.readouterr())
    assert KEY not in shown
    assert "canary" not in shown
    assert caught.value.__cause__ is None  # the SDK's error holds the request


def test_every_row_of_the_table_is_met() -> None:
    """A kind of fault that no test meets is a guess. Certificates and proxies have tests of their own."""
    met = {(row.error, kind.say.split("{")[0]) for row in ROWS for _, _, kind in TABLE if kind.error is row.error}
    missing = {kind.say for _, _, kind in TABLE if (kind.error, kind.say.split("{")[0]) not in met}
    assert missing == set()


def test_what_was_going_on_when_we_were_called_is_no_cause() -> None:
    with serve([Answer(how="reset")]) as provider:
        try:
            {}["somebody else's"]
        except KeyError:
            with pytest.raises(UnreachableError, match=r"disconnected|reset") as caught:
                asyncio.run(ask(provider.url, Clock(), attempts=1))
    assert "KeyError" not in str(caught.value)


def test_a_system_error_is_the_cause_whatever_failed_on_the_way() -> None:
    reset = ConnectionResetError("Connection reset by peer")
    reset.__context__ = RuntimeError("no running event loop")  # as asyncio leaves it
    read, said = OSError("read failed"), ValueError("connection error")
    read.__cause__, said.__context__ = reset, read
    words = "ConnectionResetError Connection reset by peer; OSError read failed; ValueError connection error"
    assert words_of(Exchange(), said) == words


GOOD_ROWS = [
    Row("plain", [chat()], ProviderError, "json_schema", 1),
    Row("fenced", [chat("```json\n" + chat().body["choices"][0]["message"]["content"] + "\n```")], ProviderError, "json_schema", 1),
    Row("thoughts first", [chat("<think>{hm}</think>\n" + '{"says": "The model answers.", "value": "yes"}')], ProviderError, "json_schema", 1),
    Row("pleasantries", [chat('Here it is: {"says": "The model answers.", "value": "yes"} Enjoy!')], ProviderError, "json_schema", 1),
    Row("a comma too many, a bracket too few", [chat('Sure!\n```json\n{"says": "The model answers.", "value": "yes",\n```')], ProviderError, "json_schema", 1),
    Row("vLLM's reasoning", [chat(None, reasoning_content='{"says": "The model answers.", "value": "yes"}')], ProviderError, "json_schema", 1),
    Row("no finish reason", [chat(finish=None)], ProviderError, "json_schema", 1),
    Row("as TGI ends", [chat(finish="eos_token")], ProviderError, "json_schema", 1),
    Row("LA12 cut once", [chat('{"says": "The', "length"), chat()], ProviderError, "json_schema", 2),
    Row("bad once", [chat("{'says'}"), tool('{"says": "The model answers.", "value": "yes"}')], ProviderError, "tool", 2),
    Row("LA13 blank once", [chat(BLANKS, "length"), tool('{"says": "The model answers.", "value": "yes"}')], ProviderError, "tool", 2),
    Row("LA17 no json_schema", [error(400, "'response_format' of type 'json_schema' is not supported with this model"), tool('{"says": "The model answers.", "value": "yes"}')], ProviderError, "tool", 2),
    Row("LA17 schema rejected", [error(400, "Invalid schema for response_format 'record': In context=()", None, "invalid_request_error", param="response_format"), chat()], ProviderError, "tool", 2),
    Row("LA17 json_schema is an unknown parameter", [error(400, "Unrecognized request argument supplied: response_format"), chat()], ProviderError, "tool", 2),
    Row("LA17 no tools either", [error(400, "response_format is unknown"), error(400, "this model does not support tools"), chat()], ProviderError, "json", 3),
    Row("LA17 nothing but text", [error(422, "response_format"), error(500, "tools are not implemented"), error(400, "json_object is unknown"), chat()], ProviderError, "prompt", 4),
    Row("LA16 temperature refused", [error(400, "Unsupported value: 'temperature' does not support 0 with this model.", "unsupported_value", "invalid_request_error", param="temperature"), chat()], ProviderError, "json_schema", 2),
    Row("LA16 temperature refused in other words", [error(400, "invalid temperature: only 1 is allowed for this model"), chat()], ProviderError, "json_schema", 2),
    Row("LA16 limit too high", [*[error(400, "max_tokens is too large: 16000. This model supports at most 4096 completion tokens.", "invalid_value", param="max_tokens")] * 2, chat()], ProviderError, "json_schema", 3),
    Row("LA16 limit's name refused by Mistral", [Answer(422, {"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "max_completion_tokens"]}]}}), chat()], ProviderError, "json_schema", 2),
    Row("LA16 limit's name refused", [error(400, "Unsupported parameter: 'max_completion_tokens'. Use 'max_tokens' instead.", "unsupported_parameter", param="max_completion_tokens"), chat()], ProviderError, "json_schema", 2),
    Row("LA03 a router's 200 that holds a 429", [Answer(200, {"error": {"message": "Provider returned error", "code": 429}}), chat()], ProviderError, "json_schema", 2),
    Row("LA03 after a 429", [error(429, "Slow", headers={"retry-after": "121"}), chat()], ProviderError, "json_schema", 2),
    Row("after a reset", [Answer(how="reset"), chat()], ProviderError, "json_schema", 2),
    Row("after half a body", [Answer(200, chat().body, how="cut"), chat()], ProviderError, "json_schema", 2),
    Row("LA21 after a 500", [error(500, "x"), error(503, "y"), chat()], ProviderError, "json_schema", 3),
    Row("LA09 after a login page", [LOGIN, tool('{"says": "The model answers.", "value": "yes"}')], ProviderError, "tool", 2),
]  # fmt: skip


def test_the_docs_tell_each_fault(update: bool) -> None:
    page = Path(__file__).parent.parent / "docs/providers.md"
    lines = ["| what comes back | error | calls |", "|---|---|---|"]
    lines += [f"| {row.told} | `{row.error.__name__}` | {row.calls} |" for row in ROWS]
    lines += [f"| {row.told} | none | {row.calls} |" for row in GOOD_ROWS if row.calls > 1]
    head, _, rest = page.read_text("utf-8").partition("<!-- faults -->\n")
    told, _, tail = rest.partition("\n<!-- /faults -->")
    if update:
        page.write_text("\n".join((head + "<!-- faults -->", *lines, "<!-- /faults -->")) + tail, "utf-8")
    else:
        assert told.splitlines() == lines
    for kind in ProviderError.__subclasses__():
        assert f"\n| `{kind.__name__}` | " in head


@pytest.mark.parametrize("row", GOOD_ROWS, ids=lambda row: row.id)
def test_answer(row: Row) -> None:
    clock = Clock()
    with serve(row.script) as provider:
        reply = asyncio.run(ask(provider.url, clock, **row.settings))
    assert dict(reply.data) == GOOD
    assert (reply.mode, reply.calls, provider.calls) == (row.says, row.calls, row.calls)
    assert (reply.answered, reply.requested, reply.host) == ("m-1", "m", provider.url[7:-3])
    assert reply.parameters["model"] == "m"
    assert reply.cost is None


def test_the_provider_s_set_up_is_recorded() -> None:
    """LA26."""
    with serve([Answer(body={**chat().body, "system_fingerprint": "fp_1", "model": "m-2"})]) as provider:
        reply = asyncio.run(ask(provider.url, Clock()))
    assert (reply.answered, reply.fingerprint) == ("m-2", "fp_1")
    long = {"system_fingerprint": "f" * 9000, "model": "m" * 9000}
    with serve([Answer(body={**chat().body, **long})]) as provider:
        reply = asyncio.run(ask(provider.url, Clock()))
    assert (len(reply.answered), len(reply.fingerprint)) == (200, 200)  # they are shown, and stored


def test_more_room_for_a_cut_answer() -> None:
    with serve([chat('{"says": "The', "length", tokens=(40, 100)), chat()]) as provider:
        reply = asyncio.run(ask(provider.url, Clock(), max_output_tokens=100))
    assert [request["max_completion_tokens"] for request in provider.requests] == [100, 200]
    assert reply.usage is not None
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (80, 110)  # the failed call counts


def test_parameters_are_put_right_once() -> None:
    def script(request: dict[str, Any]) -> Answer:
        if "temperature" in request:
            return error(400, "Unsupported value: 'temperature'", "unsupported_value", param="temperature")
        if "max_completion_tokens" in request:
            return error(400, "Unsupported parameter: 'max_completion_tokens'", "unsupported_parameter")
        return chat()

    async def ten(url: str) -> list[Reply]:
        async with connect(ModelSettings(name="m", base_url=url)) as model:
            return [await model.ask(PROMPT.model_copy(update={"user": f"{n}"}), SCHEMA) for n in range(10)]

    with serve(script) as provider:
        replies = asyncio.run(ten(provider.url))
    assert [reply.calls for reply in replies] == [3] + [1] * 9
    assert replies[-1].parameters == {"model": "m", "stream": False, "max_tokens": 16_000}


def test_mode_is_decided_once() -> None:
    """CS08. A server that takes response_format and ignores it costs one call more, once."""

    def script(request: dict[str, Any]) -> Answer:
        return tool('{"says": "a", "value": "no"}') if "tools" in request else chat("As you wish.")

    async def three(url: str) -> list[Reply]:
        async with connect(ModelSettings(name="m", base_url=url)) as model:
            return [await model.ask(PROMPT.model_copy(update={"user": f"{n}"}), SCHEMA) for n in range(3)]

    with serve(script) as provider:
        replies = asyncio.run(three(provider.url))
    assert [(reply.mode, reply.calls) for reply in replies] == [("tool", 2), ("tool", 1), ("tool", 1)]


def test_mode_stays_where_it_was_good() -> None:
    answers = [chat(), chat("Hm."), tool('{"says": "a", "value": "no"}'), chat()]

    async def three(url: str) -> list[Reply]:
        async with connect(ModelSettings(name="m", base_url=url)) as model:
            return [await model.ask(PROMPT.model_copy(update={"user": f"{n}"}), SCHEMA) for n in range(3)]

    with serve(answers) as provider:
        replies = asyncio.run(three(provider.url))
    assert [reply.mode for reply in replies] == ["json_schema", "tool", "json_schema"]


def test_a_few_wrong_entries_are_told() -> None:
    names = [f"e{n}" for n in range(20)]
    schema = {
        "type": "object",
        "properties": {n: {"type": "string", "enum": ["a", "b"]} for n in names},
        "required": names,
    }
    first, second = dict.fromkeys(names, "a"), dict.fromkeys(names, "a") | {"e3": "A-", "e4": "c"}

    async def go(url: str) -> Reply:
        async with connect(ModelSettings(name="m", base_url=url)) as model:
            return await model.ask(PROMPT, schema)

    with serve([chat(second, tokens=(5, 7)), chat(second, tokens=(5, 7))]) as provider:
        reply = asyncio.run(go(provider.url))
    assert provider.calls == reply.calls == 2
    assert "e3 cannot be 'A-'; e4 cannot be 'c'" in reply.note
    assert reply.usage is not None
    assert reply.usage.output_tokens == 14
    with serve([chat(dict.fromkeys(names[:10], "a"))]) as provider, pytest.raises(BadAnswerError, match="10 entries"):
        asyncio.run(go(provider.url))
    with serve([chat(second), tool(str(first).replace("'", '"'))]) as provider:
        assert asyncio.run(go(provider.url)).note == ""


ODD = (None, -5, 10**30, 1.5, "", "\ud83d", [None], {"a": 1})


def _places(body: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    for name, part in body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ():
        yield from _places(part, (*at, name))


def _changed(body: Any, at: tuple[Any, ...], value: Any) -> Any:
    if not at:
        return value
    body = copy.deepcopy(body)
    inner = body
    for name in at[:-1]:
        inner = inner[name]
    inner[at[-1]] = value
    return body


WHOLE = {**chat(refusal=None).body, "system_fingerprint": "f"}
WHOLE["usage"] = {**WHOLE["usage"], "prompt_tokens_details": {"cached_tokens": 1}}
FILTERED = azure_filter(innererror=JAILBREAK).body


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "body"),
    [(200, WHOLE), (200, tool(json.dumps(GOOD)).body), (400, FILTERED)],
    ids=["chat", "tool", "400"],
)
def test_whatever_stands_where_nothing_but_our_errors_leaves(status: int, body: Any) -> None:
    """LA09: each part of an answer, one after the other, is something else. Good data, or one of our errors."""
    now: list[Any] = [None]

    async def all_of_them(url: str) -> None:
        clock = Clock()
        chosen = ModelSettings(name="m", base_url=url, attempts=1, price=(1, 1), max_cost=1e9)
        for at in _places(body):
            for odd in ODD:
                now[0] = _changed(body, at, odd)
                async with connect(chosen, clock=clock, sleep=clock.sleep) as model:
                    try:
                        reply = await model.ask(PROMPT, SCHEMA)
                    except ProviderError as caught:
                        str(caught).encode("utf-8")  # no half of a character is left in it
                    else:
                        assert dict(reply.data) == GOOD
                        assert reply.model_dump_json()

    with serve(lambda _: Answer(status, now[0])) as provider:
        asyncio.run(all_of_them(provider.url))


@pytest.mark.parametrize("depth", [20, 300, 980])
@pytest.mark.parametrize("wrap", [chat, tool])
def test_what_nests_on_and_on_is_no_answer(wrap: Any, depth: int, tmp_path: Path) -> None:
    """Beside a good answer: it can be read, but not be written to the cache, nor be sent to another process."""
    odd = json.dumps(GOOD)[:-1] + ', "more": ' + "[" * depth + "]" * depth + "}"
    with serve([wrap(odd)]) as provider, pytest.raises(BadAnswerError):
        asyncio.run(ask(provider.url, Clock(), cache_dir=tmp_path))
    assert provider.calls == 2


def test_unreachable_names_the_host() -> None:
    with pytest.raises(UnreachableError, match=r"cannot reach 127\.0\.0\.1:9: .*refused|cannot reach"):
        asyncio.run(ask("http://127.0.0.1:9/v1", Clock()))


@pytest.mark.parametrize(
    ("words", "counted", "noticed"),
    [(600, 2050, True), (600, 7000, False), (440, 4096, True), (440, 4600, False), (340, 4096, False), (9, 80, False)],
)
def test_cut_prompt_is_noticed(words: int, counted: int, noticed: bool) -> None:
    """LA10: much less than any tokens of the text; or a whole window where the text has some more, as Ollama does it."""
    long = PROMPT.model_copy(update={"user": "Ten words that say little about the world as such. " * words})
    with serve([chat(tokens=(counted, 10))]) as provider:
        reply = asyncio.run(ask(provider.url, Clock(), long))
    assert (f"counted {counted:,} tokens" in reply.note) is noticed


RESPONSES = {
    "id": "r",
    "object": "response",
    "created_at": 1,
    "model": "m-1",
    "error": None,
    "incomplete_details": None,
    "status": "completed",
    "tool_choice": "auto",
    "parallel_tool_calls": False,
    "tools": [],
    "usage": {
        "input_tokens": 40,
        "input_tokens_details": {"cached_tokens": 30},
        "output_tokens": 10,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 50,
    },
}


def response(part: dict[str, Any], **more: Any) -> Answer:
    message = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [part]}
    return Answer(body={**RESPONSES, "output": [message], **more})


def text(content: str) -> dict[str, Any]:
    return {"type": "output_text", "text": content, "annotations": []}


def test_responses_api() -> None:
    """LangChain takes the Responses API for some models."""
    with serve([response(text('{"says": "The model answers.", "value": "yes"}'))]) as provider:
        reply = asyncio.run(ask(provider.url, Clock(), name="gpt-5-pro"))
    assert provider.paths == ["/v1/responses"]
    assert dict(reply.data) == GOOD
    assert reply.usage is not None
    assert reply.usage.cached_tokens == 30
    assert "input" not in reply.parameters


@pytest.mark.parametrize(
    ("answer", "kind", "calls"),
    [
        (response({"type": "refusal", "refusal": "No."}), RefusedError, 1),
        (response(text('{"says": "Th'), status="incomplete", incomplete_details={"reason": "max_output_tokens"}), CutAnswerError, 2),
        (response(text('{"says": "a", "value": "yes"}'), status="incomplete", incomplete_details={"reason": "max_output_tokens"}), CutAnswerError, 2),
        (response(text(""), status="incomplete", incomplete_details={"reason": "content_filter"}), RefusedError, 1),
    ],
)  # fmt: skip
def test_responses_api_faults(answer: Answer, kind: type[ProviderError], calls: int) -> None:
    with serve([answer]) as provider, pytest.raises(kind):
        asyncio.run(ask(provider.url, Clock(), name="gpt-5-pro"))
    assert provider.calls == calls


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "20"}, 20),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "bad", "retry-after": "3"}, 3),
        ({"retry-after": "121"}, 121),
        ({"retry-after": "86400"}, 86400),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-10"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Fri, 29 Sep 2023 16:26:57 GMT"}, None),  # long ago
        ({"retry-after": "Zun, 29 Sep 2016 12:00:00 GMT"}, None),
        ({"retry-after": "99999999999999999999999999999999999"}, 1e35),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds
