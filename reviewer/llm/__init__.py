"""Language models: one small type, and everything that makes a call to one dependable.

    async with connect(ModelSettings(name="openai:gpt-5-mini")) as model:
        reply = await model.ask(prompt, schema)

Only this package knows LangChain and the providers' libraries, and it imports them when `connect` is called.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from reviewer.llm.model import Model, ModelSettings, Prompt, Reply
from reviewer.llm.providers import host_of
from reviewer.llm.tokens import count

if TYPE_CHECKING:
    from reviewer.llm.cache import kept
    from reviewer.llm.prices import price
    from reviewer.llm.session import Session, connect

__all__ = ["Model", "ModelSettings", "Prompt", "Reply", "Session", "connect", "count", "host_of", "kept", "price"]


def __getattr__(name: str) -> Any:
    # Late: tenacity and asyncio are dear to commands that ask no model.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = {"kept": "cache", "price": "prices"}.get(name, "session")
    return getattr(import_module(f"reviewer.llm.{module}"), name)
