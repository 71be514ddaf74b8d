"""The providers that can be named, and what each needs."""

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from reviewer.errors import CredentialError, SettingsError
from reviewer.llm.model import Mode, ModelSettings

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Provider:
    """How to reach a provider through LangChain."""

    id: str  # as LangChain's init_chat_model calls it
    package: str
    extra: str  # of this distribution; empty: always installed
    key: str  # the environment variable
    base_url: str
    ladder: tuple[Mode, ...] = ("tool", "prompt")


_OPENAI: tuple[Mode, ...] = ("json_schema", "tool", "json", "prompt")
_PROVIDERS = {
    p.id: p
    for p in (
        Provider("openai", "langchain_openai", "", "OPENAI_API_KEY", "https://api.openai.com/v1", _OPENAI),
        Provider("azure_openai", "langchain_openai", "", "AZURE_OPENAI_API_KEY", "", _OPENAI),
        Provider("anthropic", "langchain_anthropic", "anthropic", "ANTHROPIC_API_KEY", "https://api.anthropic.com"),
        Provider(
            "google_genai",
            "langchain_google_genai",
            "google",
            "GOOGLE_API_KEY",
            "https://generativelanguage.googleapis.com",
        ),
    )
}


def provider_of(settings: ModelSettings) -> tuple[Provider, str]:
    """The provider and its name for the model. A name without a provider is OpenAI's, or of a server like it."""
    head, colon, tail = settings.name.partition(":")
    if colon and head in _PROVIDERS:
        return _PROVIDERS[head], tail
    return _PROVIDERS["openai"], settings.name  # "llama3:8b" is a model, too


def base_url_of(settings: ModelSettings) -> str:
    """Where requests go: what the settings say, else the provider's own address; never the environment."""
    provider, model = provider_of(settings)
    if not model.strip():
        raise SettingsError(f"model {settings.name!r} names no model; write provider:model, as in openai:gpt-5-mini")
    url = (settings.base_url if settings.base_url is not None else provider.base_url).strip()
    if not url:
        raise SettingsError(f"{provider.id} has no address of its own: set the base URL, as in https://host/v1")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"base URL {url!r} is not an http(s) address; write it as in http://localhost:11434/v1")
    if parts.username or parts.password:
        raise SettingsError("the base URL holds a user name or password; keys come from the environment only")
    return url.rstrip("/").removesuffix("/chat/completions").removesuffix("/responses")


def host_of(settings: ModelSettings) -> str:
    """Who will see a proposal, for people."""
    parts = urlsplit(base_url_of(settings))
    return parts.netloc


def is_local(settings: ModelSettings) -> bool:
    """Is it this machine?"""
    return (urlsplit(base_url_of(settings)).hostname or "") in _LOOPBACK


def key_of(settings: ModelSettings) -> tuple[str, str]:
    """The key and the variable that it came from; servers of one's own may need none."""
    provider, _ = provider_of(settings)
    variable = settings.key_variable or provider.key
    key = os.environ.get(variable, "").strip()
    if not key.isprintable() or not key.isascii() or " " in key:
        raise SettingsError(f"{variable} holds spaces, line breaks or letters that no key has; copy the key again")
    if key:
        return key, variable
    if settings.base_url is not None and settings.key_variable is None:
        return "", variable
    raise CredentialError(f"no key for {host_of(settings)}: set {variable}, or review with --offline")
