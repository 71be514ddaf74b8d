"""What leaves this machine: only what was asked, only to the host that was named, and never a key in sight."""
# ruff: noqa: E501 - a row is a line

import asyncio
import json
import logging
import socket
from pathlib import Path
from typing import Any

import pytest
from llm_server import SCHEMA, Answer, chat, error, serve

from reviewer.errors import CredentialError, ProviderError, SettingsError, UnreachableError
from reviewer.llm import ModelSettings, Prompt, Reply, connect
from reviewer.llm.providers import base_url_of, host_of

KEY = "sk-canary-0123456789abcdef"
PROMPT = Prompt(id="t.v1", system="Answer.", user="What does the text say?")
TRACING = {
    "LANGSMITH_TRACING": "true",
    "LANGSMITH_TRACING_V2": "true",
    "LANGCHAIN_TRACING_V2": "true",
    "LANGCHAIN_TRACING": "true",
    "LANGCHAIN_HANDLER": "langchain",
    "LANGSMITH_API_KEY": "lsv2_pt_0123456789",
    "LANGSMITH_ENDPOINT": "http://127.0.0.1:1",
    "LANGCHAIN_ENDPOINT": "http://127.0.0.1:1",
    "LANGSMITH_PROJECT": "p",
    "LANGSMITH_OTEL_ENABLED": "true",
}
REDIRECTS = {
    "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
    "OPENAI_API_BASE": "http://127.0.0.1:1/v1",
    "OPENAI_ORG_ID": "org-ambient",
    "OPENAI_ORGANIZATION": "org-ambient",
    "OPENAI_PROJECT_ID": "proj-ambient",
    "OPENAI_CUSTOM_HEADERS": "X-Ambient: yes\nAuthorization: Bearer ambient-0123456789",
    "OPENAI_ADMIN_KEY": "sk-admin-0123456789",
    "LANGSMITH_GATEWAY": "http://127.0.0.1:1",
    "LANGSMITH_GATEWAY_API_KEY": "lsv2_pt_gateway",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "ALL_PROXY": "http://127.0.0.1:1",
    "OPENAI_PROXY": "http://127.0.0.1:1",
}


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that is connected to."""
    seen: list[Any] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> Any:
        seen.append(address)
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", _noting(seen, socket.getaddrinfo))
    return seen


def _noting(seen: list[Any], real: Any) -> Any:
    def getaddrinfo(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        seen.append((host, port))
        return real(host, port, *rest, **more)

    return getaddrinfo


async def ask(url: str | None, name: str = "m", **settings: Any) -> Reply:
    async with connect(ModelSettings(name=name, base_url=url, **settings)) as model:
        return await model.ask(PROMPT, SCHEMA)


@pytest.mark.parametrize(
    "ambient", [TRACING, REDIRECTS, {**TRACING, **REDIRECTS}], ids=["tracing", "redirects", "both"]
)
def test_the_environment_sends_nothing_elsewhere(
    ambient: dict[str, str], monkeypatch: pytest.MonkeyPatch, connections: list[Any]
) -> None:
    for name, value in ambient.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serve([chat()]) as provider:
        asyncio.run(ask(provider.url))
        port = int(provider.url.split(":")[2].split("/")[0])
        assert any(str(address[1]) == str(port) for address in connections)  # we see connections
        elsewhere = {address for address in connections if str(address[1]) != str(port)}
    assert provider.calls == 1
    assert elsewhere == set()
    [headers] = provider.headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert set(headers) <= {
        *("host", "content-type", "content-length", "accept", "accept-encoding", "connection"),
        *("user-agent", "authorization", "x-stainless-raw-response"),
    }
    assert headers["user-agent"].startswith("proposal-reviewer/")
    assert b"ambient" not in provider.raw[0]


def test_a_key_alone_sends_nothing(monkeypatch: pytest.MonkeyPatch, connections: list[Any]) -> None:
    from reviewer import review

    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    for name, value in TRACING.items():
        monkeypatch.setenv(name, value)
    words = "We propose a model that ranks parts by the probability that a buyer wants them, for our own shop. "
    assert review(words * 5).extraction.method == "offline"  # type: ignore[union-attr]
    connect(ModelSettings(name="openai:gpt-5-mini"))  # nothing is sent until something is asked
    assert connections == []


@pytest.mark.parametrize(
    "answer",
    [
        chat(),
        error(401, f"Incorrect API key provided: {KEY}.", "invalid_api_key"),
        error(400, f"Bad header Bearer {KEY}"),
        error(400, f"Bad request ?key={KEY.replace('-', '%2D')}"),
        Answer(200, f"<html>{KEY}</html>".encode(), {"content-type": "text/html"}),
        Answer(307, b"", {"location": "https://example.org/"}),
        error(400, "x", "content_filter", innererror={"content_filter_result": {KEY: {"filtered": True}}}),
        chat(f"You sent {KEY}"),
        Answer(how="reset"),
        Answer(body={**chat({"says": KEY, "value": "yes"}).body, "model": KEY, "system_fingerprint": KEY}),
        chat(json.dumps({"says": KEY, "value": "yes"}).replace("canary", "\\u0063anary")),
    ],
    ids=["good", "401", "400", "percents", "html", "redirect", "filter", "echo", "reset", "everywhere", "escaped"],
)
def test_the_key_is_never_shown(
    answer: Answer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_LOG", "debug")
    shown = ""
    with serve([answer]) as provider:
        try:
            shown += asyncio.run(ask(provider.url, cache_dir=tmp_path, attempts=1)).model_dump_json()
        except ProviderError as caught:
            shown += repr(caught) + repr(caught.__cause__) + repr(caught.__context__)
    shown += caplog.text
    shown += "".join(path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file())
    shown += b"".join(provider.raw).decode()
    assert KEY not in shown
    assert "canary" not in shown


def test_the_sdk_s_log_does_not_show_a_key_that_comes_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="openai")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serve([Answer(body=chat().body, headers={"x-request-id": KEY})]) as provider:
        asyncio.run(ask(provider.url))
    assert "request_id" in caplog.text
    assert KEY not in caplog.text


def test_a_redirect_is_not_followed() -> None:
    with serve([chat()]) as other:
        away = Answer(307, b"", {"location": other.url + "/chat/completions"})
        with serve([away]) as provider, pytest.raises(ProviderError, match="nothing is sent there"):
            asyncio.run(ask(provider.url))
    assert other.calls == 0


def test_a_proxy_is_used_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """For hosts that are not this machine the environment's proxy holds, and a broken one is told as such."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(
        UnreachableError, match=r"cannot reach models\.invalid through the proxy that HTTP_PROXY.*NO_PROXY"
    ):
        asyncio.run(ask("http://models.invalid/v1", attempts=1))
    with monkeypatch.context() as past:
        past.setenv("NO_PROXY", "models.invalid")
        with pytest.raises(UnreachableError, match=r"cannot reach models\.invalid: .*; is the server up"):
            asyncio.run(ask("http://models.invalid/v1", attempts=1))
    with serve([chat()]) as provider:
        monkeypatch.setenv("HTTP_PROXY", provider.url.removesuffix("/v1"))
        asyncio.run(ask("http://models.invalid/v1"))
    assert provider.paths == ["http://models.invalid/v1/chat/completions"]


@pytest.mark.parametrize(
    ("proxy", "kind", "said"),
    [
        ("socks5://127.0.0.1:9", SettingsError, "SOCKS needs the package socksio"),
        ("ftp://me:hunter2@127.0.0.1:9", SettingsError, "must begin with http"),
        ("http://me:hunter2@127.0.0.1:99999", UnreachableError, "port must be"),
    ],
)
def test_a_proxy_that_is_none_is_told(
    proxy: str, kind: type[Exception], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LA27."""
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(kind, match=f"HTTP_PROXY, HTTPS_PROXY or ALL_PROXY.*{said}") as caught:
        asyncio.run(ask("http://models.invalid/v1", attempts=1))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "error_kind"),
    [("sk-a\nb", SettingsError), ("sk-한글", SettingsError), ("sk a", SettingsError), ("", CredentialError), ("  ", CredentialError)],
)  # fmt: skip
def test_a_key_that_is_none(value: str, error_kind: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    """LA06."""
    monkeypatch.setenv("OPENAI_API_KEY", value)
    with pytest.raises(error_kind, match="OPENAI_API_KEY") as caught:
        connect(ModelSettings(name="gpt-5-mini"))
    assert not value.strip() or value not in str(caught.value)


@pytest.mark.parametrize("name", ["gsk_canary0123456789abcdef", "AIzaSyCanary0123456789", "MY_KEY"])
def test_a_key_in_place_of_its_variable_is_not_shown(name: str) -> None:
    with pytest.raises(CredentialError) as caught:
        connect(ModelSettings(name="m", base_url="http://localhost/v1", key_variable=name))
    assert (name in str(caught.value)) is (name == "MY_KEY")


def test_spaces_around_a_key_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", f" {KEY}\n")
    with serve([chat()]) as provider:
        asyncio.run(ask(provider.url, key_variable="MY_KEY"))
    assert provider.headers[0]["authorization"] == f"Bearer {KEY}"


def test_who_says_no_before_the_first_byte_is_heard_each_time() -> None:
    """`before` is where a user is asked: a second document must not go out because the first one's question failed."""

    def no() -> None:
        raise PermissionError("not to this host")

    async def go(url: str) -> list[Any]:
        async with connect(ModelSettings(name="m", base_url=url), before=no) as model:
            prompts = [PROMPT.model_copy(update={"user": f"{n}"}) for n in range(3)]
            return await asyncio.gather(*(model.ask(p, SCHEMA) for p in prompts), return_exceptions=True)

    with serve([chat()]) as provider:
        assert [type(reply) for reply in asyncio.run(go(provider.url))] == [PermissionError] * 3
    assert provider.calls == 0


@pytest.mark.parametrize("key", ["none", "yes", "x", "e", "text", "ollama", "sk-no-key-required"])
def test_a_key_that_is_any_word_changes_no_answer(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one writes where a server of one's own wants some key: it may be a value, or a word of the text."""
    monkeypatch.setenv("OPENAI_API_KEY", key)
    prompt = PROMPT.model_copy(update={"user": "The text says that none runs ollama with sk-no-key-required, e.g. x."})

    async def go(url: str) -> Reply:
        async with connect(ModelSettings(name="m", base_url=url)) as model:
            return await model.ask(prompt, SCHEMA)

    with serve([chat({"says": prompt.user, "value": "yes"})]) as provider:
        reply = asyncio.run(go(provider.url))
    assert dict(reply.data) == {"says": prompt.user, "value": "yes"}


def test_a_server_of_ones_own_needs_no_key() -> None:
    with serve([chat()]) as provider:
        asyncio.run(ask(provider.url))
    assert "authorization" not in provider.headers[0]


@pytest.mark.parametrize(
    ("name", "url", "expected"),
    [
        ("gpt-5-mini", None, "https://api.openai.com/v1"),
        ("openai:gpt-5-mini", None, "https://api.openai.com/v1"),
        ("anthropic:claude", None, "https://api.anthropic.com"),
        ("llama3:8b", "http://localhost:11434/v1/", "http://localhost:11434/v1"),
        ("m", "https://h/v1/chat/completions", "https://h/v1"),
        ("m", "localhost:11434/v1", SettingsError),
        ("m", "", SettingsError),
        ("m", "ftp://h/v1", SettingsError),
        ("m", "https://me:secret@h/v1", SettingsError),
        ("m", "https://h/v1?api-key=secret", SettingsError),
        ("openai:", None, SettingsError),
        ("azure_openai:d", None, SettingsError),
        ("ft:gpt-4.1-mini:us::id", None, "https://api.openai.com/v1"),
        ("nope:foo", None, SettingsError),
        ("nope:foo", "http://h/v1", "http://h/v1"),
        ("m\ud83d", "http://h/v1", SettingsError),
        ("m", "http://[::1", SettingsError),
        ("m", "http://h:port/v1", SettingsError),
        ("m", "http://h:99999/v1", SettingsError),
        ("m", "http://two words/v1", SettingsError),
    ],
)
def test_addresses(name: str, url: str | None, expected: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """LA08."""
    for variable, value in REDIRECTS.items():
        monkeypatch.setenv(variable, value)
    settings = ModelSettings(name=name, base_url=url)
    if expected is SettingsError:
        with pytest.raises(SettingsError) as caught:
            base_url_of(settings)
        assert "secret" not in str(caught.value)
    else:
        assert base_url_of(settings) == expected
        assert host_of(settings) in expected


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "langchain_anthropic", None)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "x")
    with pytest.raises(SettingsError, match=r"proposal-reviewer\[anthropic\]"):
        connect(ModelSettings(name="anthropic:claude"))


def test_azure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "ambient")
    monkeypatch.setenv("OPENAI_API_VERSION", "1999-01-01")
    with serve([chat()]) as provider:
        url = provider.url.removesuffix("/v1")
        reply = asyncio.run(ask(url, "azure_openai:my-deployment", api_version="2025-01-01"))
    assert reply.mode == "json_schema"
    assert provider.paths == ["/openai/deployments/my-deployment/chat/completions?api-version=2025-01-01"]
    assert provider.headers[0]["api-key"] == KEY
    assert "authorization" not in provider.headers[0]


def test_text_that_cannot_be_sent_is_mended() -> None:
    odd = PROMPT.model_copy(update={"user": "half \ud83d and nul \0 and <|endoftext|>"})

    async def go(url: str) -> Reply:
        async with connect(ModelSettings(name="m", base_url=url)) as model:
            return await model.ask(odd, SCHEMA)

    with serve([chat()]) as provider:
        asyncio.run(go(provider.url))
    assert provider.requests[0]["messages"][1]["content"] == "half ? and nul   and <|endoftext|>"
