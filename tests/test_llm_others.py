"""Providers that come as extras, where they are installed: the same table of faults holds."""

import asyncio
from typing import Any

import pytest
from llm_server import GOOD, SCHEMA, Answer, Clock, serve

from reviewer.errors import (
    BadAnswerError,
    CredentialError,
    CutAnswerError,
    ProviderError,
    QuotaError,
    RefusedError,
    TooLongError,
    UnknownModelError,
    UnreachableError,
)
from reviewer.llm import ModelSettings, Prompt, Reply, connect

PROMPT = Prompt(id="t.v1", system="Answer.", user="What does the text say?")


def claude(entries: Any = GOOD, stop: str = "tool_use") -> Answer:
    call = {"type": "tool_use", "id": "t", "name": "record", "input": entries}
    usage = {"input_tokens": 35, "output_tokens": 10, "cache_read_input_tokens": 5}
    return Answer(
        body={
            "id": "m",
            "type": "message",
            "role": "assistant",
            "model": "m-1",
            "content": [call],
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": usage,
        }
    )


def claude_error(status: int, kind: str, message: str, **headers: str) -> Answer:
    return Answer(status, {"type": "error", "error": {"type": kind, "message": message}}, headers)


def gemini(entries: Any = GOOD, finish: str = "STOP") -> Answer:
    part = {"functionCall": {"name": "record", "args": entries}}
    return Answer(
        body={
            "candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": finish, "index": 0}],
            "usageMetadata": {"promptTokenCount": 40, "candidatesTokenCount": 10, "totalTokenCount": 50},
            "modelVersion": "m-1",
        }
    )


def gemini_error(status: int, message: str, code: str) -> Answer:
    return Answer(status, {"error": {"code": status, "message": message, "status": code}})


def ask(name: str, url: str, loops: int = 1) -> Reply:
    clock = Clock()
    model = connect(ModelSettings(name=name, base_url=url), clock=clock, sleep=clock.sleep)

    async def go() -> Reply:
        async with model:
            return await model.ask(PROMPT, SCHEMA)

    return [asyncio.run(go()) for _ in range(loops)][-1]


CLAUDE = [
    ([claude(stop="max_tokens")], CutAnswerError, 2),
    ([claude({"says": "a"})], BadAnswerError, 2),
    ([claude_error(401, "authentication_error", "invalid x-api-key")], CredentialError, 1),
    ([claude_error(400, "invalid_request_error", "Your credit balance is too low to access it")], QuotaError, 1),
    ([claude_error(400, "invalid_request_error", "prompt is too long: 200001 tokens > 200000")], TooLongError, 1),
    ([claude(stop="model_context_window_exceeded")], TooLongError, 1),
    ([claude_error(400, "invalid_request_error", "You have reached your specified API usage limits.")], QuotaError, 1),
    ([claude_error(400, "invalid_request_error", "Output blocked by content filtering policy")], RefusedError, 1),
    ([claude_error(404, "not_found_error", "model: m")], UnknownModelError, 1),
    ([claude_error(529, "overloaded_error", "Overloaded")], UnreachableError, 6),
    ([Answer(how="reset")], UnreachableError, 6),
    ([Answer(200, b"<html>")], BadAnswerError, 2),
    ([claude_error(429, "rate_limit_error", "Slow", **{"retry-after": "121"}), claude()], None, 2),
    ([claude()], None, 1),
]

GEMINI = [
    ([gemini(finish="MAX_TOKENS")], CutAnswerError, 2),
    ([gemini({}, finish="SAFETY")], RefusedError, 1),
    ([gemini_error(400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT")], CredentialError, 1),
    ([gemini_error(400, "API key expired. Please renew the API key.", "INVALID_ARGUMENT")], CredentialError, 1),
    ([gemini_error(400, "User location is not supported.", "FAILED_PRECONDITION")], CredentialError, 1),
    ([Answer(body={"promptFeedback": {"blockReason": "SAFETY"}, "modelVersion": "m-1"})], RefusedError, 1),
    ([gemini_error(404, "models/m is not found for API version v1beta", "NOT_FOUND")], UnknownModelError, 1),
    ([gemini_error(503, "Overloaded", "UNAVAILABLE")], UnreachableError, 6),
    ([Answer(how="reset")], UnreachableError, 6),
    ([gemini_error(429, "You exceeded your current quota", "RESOURCE_EXHAUSTED"), gemini()], None, 2),
    ([gemini()], None, 1),
]


@pytest.mark.parametrize(
    ("name", "script", "kind", "calls"),
    [("anthropic", *row) for row in CLAUDE] + [("google_genai", *row) for row in GEMINI],
)
def test_extra(
    name: str, script: list[Answer], kind: type[ProviderError] | None, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("langchain_anthropic" if name == "anthropic" else "langchain_google_genai")
    for variable in ("ANTHROPIC_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.setenv(variable, "canary-0123456789")
    for variable in ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_URL", "GOOGLE_GEMINI_BASE_URL"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")
    with serve(script) as provider:
        url = provider.url.removesuffix("/v1")
        if kind is None:
            reply = ask(f"{name}:m", url)
            assert (dict(reply.data), reply.mode, reply.answered, reply.calls) == (GOOD, "tool", "m-1", calls)
            assert reply.usage is not None
            assert (reply.usage.input_tokens, reply.usage.output_tokens) == (40, 10)
        else:
            with pytest.raises(kind) as caught:
                ask(f"{name}:m", url)
            assert type(caught.value) is kind
            assert "canary" not in str(caught.value)
    assert provider.calls == calls


def test_claude_is_told_to_keep_what_is_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """CS07: it keeps nothing by itself."""
    pytest.importorskip("langchain_anthropic")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "x")
    with serve([claude()]) as provider:
        reply = ask("anthropic:m", provider.url.removesuffix("/v1"))
    [part] = provider.requests[0]["system"]
    assert (part["text"], part["cache_control"]) == (PROMPT.system, {"type": "ephemeral"})
    assert "cache_control" not in str(provider.requests[0]["messages"])
    assert reply.usage is not None
    assert reply.usage.cached_tokens == 5


@pytest.mark.parametrize(("name", "answer"), [("anthropic", claude()), ("google_genai", gemini())])
def test_extra_in_two_loops(name: str, answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("langchain_anthropic" if name == "anthropic" else "langchain_google_genai")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "x")
    monkeypatch.setenv("GOOGLE_API_KEY", "x")
    with serve([answer]) as provider:
        ask(f"{name}:m", provider.url.removesuffix("/v1"), loops=3)
    assert provider.calls == 3
