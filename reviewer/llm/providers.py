"""The providers that can be named, and what each needs."""

import os
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from reviewer.errors import CredentialError, SettingsError
from reviewer.llm.model import Mode, ModelSettings

_OPENAI: tuple[Mode, ...] = ("json_schema", "tool", "json", "prompt")


@dataclass(frozen=True)
class Provider:
    """How to reach a provider through LangChain."""

    id: str  # as init_chat_model calls it
    package: str
    extra: str  # of this distribution; empty: always installed
    key: str  # the environment variable
    base_url: str
    header: str = "authorization"  # that the key goes into; empty: the provider's library makes the HTTP client
    ladder: tuple[Mode, ...] = ("tool", "prompt")


_PROVIDERS = {
    provider.id: provider
    for provider in (
        Provider(
            id="openai",
            package="langchain_openai",
            extra="",
            key="OPENAI_API_KEY",
            base_url="https://api.openai.com/v1",
            ladder=_OPENAI,
        ),
        Provider(
            id="azure_openai",
            package="langchain_openai",
            extra="",
            key="AZURE_OPENAI_API_KEY",
            base_url="",
            header="api-key",
            ladder=_OPENAI,
        ),
        Provider(
            id="anthropic",
            package="langchain_anthropic",
            extra="anthropic",
            key="ANTHROPIC_API_KEY",
            base_url="https://api.anthropic.com",
            header="x-api-key",
        ),
        Provider(
            id="google_genai",
            package="langchain_google_genai",
            extra="google",
            key="GOOGLE_API_KEY",
            base_url="https://generativelanguage.googleapis.com",
            header="",
        ),
    )
}


def provider_of(settings: ModelSettings) -> tuple[Provider, str]:
    """The provider, and its name for the model. Without a provider it is OpenAI, or a server that speaks like it."""
    head, colon, tail = settings.name.partition(":")
    if colon and head in _PROVIDERS:
        return _PROVIDERS[head], tail
    # At a server of one's own "llama3:8b" is a model, too; at OpenAI's, one that was tuned there.
    if colon and settings.base_url is None and head != "ft":
        raise SettingsError(
            f"model {settings.name[:80]!r}: no provider is called {head[:40]!r}; known are {', '.join(_PROVIDERS)}; "
            "for a server of your own name its base URL, too"
        )
    return _PROVIDERS["openai"], settings.name


def base_url_of(settings: ModelSettings) -> str:
    """Where requests go: what the settings say, else the provider's own address; never the environment."""
    provider, model = provider_of(settings)
    if not model.strip() or not model.isprintable():
        raise SettingsError(f"model {settings.name!r} names no model; write provider:model, as in openai:gpt-5-mini")
    url = (settings.base_url if settings.base_url is not None else provider.base_url).strip()
    if not url:
        raise SettingsError(f"no address for {provider.id}: set the base URL, as in https://host/v1")
    if "@" in url or "?" in url:
        raise SettingsError("the base URL holds a password or a query; keys come from the environment only")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that are no address, a port that is no number
        usable = False
    if not usable or not url.isprintable() or " " in url:
        raise SettingsError(
            f"base URL {url[:200]!r} is not an http(s) address; write it as in http://localhost:11434/v1"
        )
    return url.rstrip("/").removesuffix("/chat/completions").removesuffix("/responses")


def host_of(settings: ModelSettings) -> str:
    """Who will see a proposal, for people."""
    return urlsplit(base_url_of(settings)).netloc


def is_local(settings: ModelSettings) -> bool:
    """Is it this machine?"""
    host = urlsplit(base_url_of(settings)).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_proxied(settings: ModelSettings) -> bool:
    """Does the environment put a proxy before it?"""
    from urllib.request import getproxies, proxy_bypass

    parts, named = urlsplit(base_url_of(settings)), getproxies()
    named_one = named.get(parts.scheme) or named.get("all")
    return bool(named_one) and not is_local(settings) and not proxy_bypass(parts.hostname or "")


def key_of(settings: ModelSettings) -> tuple[str, str]:
    """The key, and the variable that it came from; a server of one's own may need none."""
    provider, _ = provider_of(settings)
    variable = settings.key_variable or provider.key
    key = os.environ.get(variable, "").strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError(f"{variable} holds spaces, line breaks or letters that no key has; copy the key again")
    if not key and (settings.base_url is None or settings.key_variable is not None):
        # Who takes the variable's name for the key itself must not see it in a log.
        named = variable if variable.isupper() else "the environment variable that key_variable names"
        raise CredentialError(f"no key for {host_of(settings)}: set {named}, or review with --offline")
    return key, variable
