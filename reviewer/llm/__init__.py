"""Language models: one small type, and everything that makes a call to one dependable.

    async with connect(ModelSettings(name="openai:gpt-5-mini")) as model:
        reply = await model.ask(prompt, schema)

Only this package knows LangChain and the providers' libraries, and it imports them when `connect` is called.
"""

from reviewer.llm.connect import Session, Spent, connect
from reviewer.llm.model import Model, ModelSettings, Prompt, Reply
from reviewer.llm.prices import price
from reviewer.llm.tokens import count
