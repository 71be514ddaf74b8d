"""What the rest of the project sees of a language model."""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import Field, FiniteFloat, NonNegativeFloat, PositiveInt

from reviewer.domain.base import Frozen
from reviewer.domain.record import Usage

Mode = Literal["json_schema", "tool", "json", "prompt"]


class Prompt(Frozen):
    """What is asked. `system` is the same for every document, so that provider caches hit; `user` is not."""

    id: str  # "extract.v2": a file in prompts/
    system: str
    user: str
    sample: int = 0  # the first answer is asked for as evenly as the model can, further ones vary
    repair: Literal["", "longer", "looser"] = ""  # how to ask again: more room, or the next mode down

    @cached_property
    def sha256(self) -> str:
        """Of the part that does not change from document to document."""
        return hashlib.sha256(self.system.encode()).hexdigest()


class Reply(Frozen):
    """An answer that could be read, and how it came about."""

    data: Mapping[str, Any]
    text: str  # as it came
    usage: Usage | None = None  # None: the provider did not say
    cost: float | None = None  # US dollars, of failed attempts too; None: not known
    calls: int = 1
    cached: bool = False
    requested: str = ""
    answered: str = ""  # the model that says it answered
    fingerprint: str = ""  # of the provider's set-up, where it tells one
    host: str = ""
    mode: str = ""
    engine: str = ""  # the libraries' versions
    parameters: Mapping[str, Any] = {}  # as really sent
    note: str = ""  # what a reader should know: a prompt that the server cut, entries that did not fit


class Model(Protocol):
    """Anything that answers a prompt with JSON, or raises a ProviderError (or a BudgetError)."""

    async def ask(self, prompt: Prompt, schema: Mapping[str, Any]) -> Reply:
        """Answer `prompt` with an object of this JSON Schema."""
        ...


class ModelSettings(Frozen):
    """Everything that a call depends on. Nothing but the key is read from the environment."""

    name: str  # "provider:model", or a model of an OpenAI-compatible server
    base_url: str | None = None  # None: the provider's own
    key_variable: str | None = None  # the environment variable that holds the key; None: the provider's usual
    api_version: str | None = None  # for Azure
    timeout: FiniteFloat = Field(default=120, gt=0)  # seconds for one call
    deadline: FiniteFloat = Field(default=600, gt=0)  # seconds for one answer, retries and waiting included
    attempts: PositiveInt = 6  # calls for one answer when the server is broken; rate limits only meet the deadline
    max_output_tokens: PositiveInt = 16_000
    context_tokens: PositiveInt | None = None  # that the model reads and writes in one call; None: enough for a part
    max_document_tokens: PositiveInt = 400_000  # a longer document is refused
    temperature: FiniteFloat | None = 0  # None: the provider's default
    concurrency: PositiveInt = 16
    requests_per_minute: FiniteFloat | None = Field(default=None, gt=0)
    tokens_per_minute: FiniteFloat | None = Field(default=None, gt=0)
    max_cost: FiniteFloat | None = Field(default=None, ge=0)  # US dollars for all calls of this connection,
    max_tokens: int | None = Field(default=None, ge=0)  # tokens in and out,
    max_calls: int | None = Field(default=None, ge=0)  # and calls, failed ones too
    ledger: Path | None = None  # the file of all that share these limits; None: this connection alone
    price: tuple[NonNegativeFloat, NonNegativeFloat] | None = None  # US dollars for a million tokens in and out
    block_secrets: bool = False  # send nothing of a document that holds secrets or personal data to another machine
    cache_dir: Path | None = None  # None: no answers are kept
    head_start: FiniteFloat = 0.25  # seconds that the first call goes alone, for errors that all would meet
