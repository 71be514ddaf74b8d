"""A model that keeps account of every call, failed ones too, and stops before a limit is crossed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from reviewer.domain.record import Usage
from reviewer.errors import BudgetError, SettingsError
from reviewer.llm.faults import Fault
from reviewer.llm.model import Model, ModelSettings, Prompt, Reply
from reviewer.llm.prices import price
from reviewer.llm.tokens import count


@dataclass
class Spent:
    """What a connection has taken so far."""

    calls: int = 0
    usage: Usage = Usage()
    cost: float | None = 0.0  # None: some of it has no known price


class Metered:
    """Books each call of a model; with `max_cost`, reserves the most that a call can take before it is made."""

    def __init__(self, inner: Model, settings: ModelSettings) -> None:
        self.inner, self.settings = inner, settings
        self.spent = Spent()
        self._booked = 0.0  # dollars, with the worst for what is not known
        self._reserved = 0.0
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Condition] = WeakKeyDictionary()
        if settings.max_cost is not None and price(Usage(input_tokens=1), settings) is None:
            raise SettingsError(
                f"no price is known for {settings.name}, so a limit of costs cannot be kept; "
                "leave the limit out, or give the price of a million tokens in and out"
            )

    async def ask(self, prompt: Prompt, schema: Mapping[str, Any]) -> Reply:
        """Ask, and write down what it took."""
        worst = await self._reserve(prompt, schema)
        known: float | None = 0.0
        try:
            reply = await self.inner.ask(prompt, schema)
            known = price(reply.usage, self.settings, reply.answered) if reply.usage else None
            self._book(reply.usage, known)
            return reply.model_copy(update={"cost": known})
        except Fault as fault:
            if fault.billed:
                known = fault.cost = price(fault.usage, self.settings) if fault.usage else None
            self._book(fault.usage, known)
            raise
        except BaseException:
            known = None  # interrupted: it may be billed all the same
            self._book(None, None)
            raise
        finally:
            await self._settle(worst, known)

    def _book(self, usage: Usage | None, cost: float | None) -> None:
        self.spent.calls += 1
        self.spent.usage += usage or Usage()
        self.spent.cost = None if cost is None or self.spent.cost is None else self.spent.cost + cost

    async def _reserve(self, prompt: Prompt, schema: Mapping[str, Any]) -> float:
        limit = self.settings.max_cost
        if limit is None:
            return 0.0
        tokens = count(f"{prompt.system}{prompt.user}{schema}")[0]
        answer = self.settings.max_output_tokens * (2 if prompt.repair == "longer" else 1)
        worst = price(Usage(input_tokens=tokens, output_tokens=answer), self.settings) or 0.0
        async with self._condition() as settled:
            # Calls in flight mostly take less than was set aside for them: wait and see.
            while self._booked + self._reserved + worst > limit and self._reserved > 0:
                await settled.wait()
            if self._booked + worst > limit:
                raise BudgetError(
                    f"the limit of ${limit:g} is reached: ${self._booked:.4f} are spent, and the next call may "
                    f"take ${worst:.4f}; run the same command again with a higher limit to go on"
                )
            self._reserved += worst
        return worst

    async def _settle(self, worst: float, known: float | None) -> None:
        if self.settings.max_cost is None:
            return
        # No await before the figures are right: an interrupt must not lose them.
        self._reserved = max(0.0, self._reserved - worst)
        self._booked += worst if known is None else known
        async with self._condition() as settled:
            settled.notify_all()

    def _condition(self) -> "_Entered":
        return _Entered(self._loops.setdefault(asyncio.get_running_loop(), asyncio.Condition()))


class _Entered:
    """`async with` a condition, and have it."""

    def __init__(self, condition: asyncio.Condition) -> None:
        self.condition = condition

    async def __aenter__(self) -> asyncio.Condition:
        await self.condition.acquire()
        return self.condition

    async def __aexit__(self, *_: object) -> None:
        self.condition.release()
