"""From settings to a model that can be relied on."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from reviewer.llm.adapter import ChatModel
from reviewer.llm.budget import Metered, Spent
from reviewer.llm.cache import Answers, Remembering
from reviewer.llm.model import Model, ModelSettings, Prompt, Reply
from reviewer.llm.retry import Patient


class Session:
    """A connected `Model`; leaving it as a context closes the connections of the running event loop."""

    def __init__(self, settings: ModelSettings, adapter: ChatModel, meter: Metered, model: Model) -> None:
        self.settings, self.host = settings, adapter.host
        self._adapter, self._meter, self._model = adapter, meter, model

    async def ask(self, prompt: Prompt, schema: Mapping[str, Any]) -> Reply:
        """Answer `prompt` with an object of this JSON Schema."""
        return await self._model.ask(prompt, schema)

    @property
    def spent(self) -> Spent:
        """Calls, tokens and money so far, failed calls too; answers from the cache take none."""
        return self._meter.spent

    async def __aenter__(self) -> "Session":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._adapter.aclose()
        self._meter.ledger.close()
        if isinstance(self._model, Remembering):
            self._model.answers.close()


def connect(
    settings: ModelSettings,
    *,
    before: Callable[[], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Session:
    """A model as the settings describe it: cached, patient, metered. Sends nothing until it is asked.

    `before` is called once, before the first byte goes out: answers from the cache send none.
    """
    adapter = ChatModel(settings, before)
    meter = Metered(adapter, settings)
    model: Model = Patient(meter, settings, clock, sleep)
    if settings.cache_dir is not None:
        model = Remembering(model, Answers(settings, settings.cache_dir))
    return Session(settings, adapter, meter, model)
