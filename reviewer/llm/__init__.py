"""Language models: one small type, and everything that makes a call to one dependable.

    async with connect(ModelSettings(name="openai:gpt-5-mini")) as model:
        reply = await model.ask(prompt, schema)

Only this package knows LangChain and the providers' libraries, and it imports them when `connect` is called.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from reviewer.llm.model import Model, ModelSettings, Prompt, Reply
from reviewer.llm.tokens import count

if TYPE_CHECKING:
    from reviewer.llm.prices import price
    from reviewer.llm.session import Session, connect

__all__ = ["Model", "ModelSettings", "Prompt", "Reply", "Session", "connect", "count", "price"]


def __getattr__(name: str) -> Any:
    # Late: tenacity and asyncio are dear to commands that ask no model.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"reviewer.llm.{'prices' if name == 'price' else 'session'}"), name)
