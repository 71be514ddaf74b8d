"""A model that keeps account of every call, failed ones too, and stops before a limit is crossed."""

import asyncio
from collections.abc import Mapping
from typing import Any

from reviewer.domain import Usage
from reviewer.domain.base import Frozen
from reviewer.errors import BudgetError, SettingsError
from reviewer.llm.faults import Fault
from reviewer.llm.loops import PerLoop
from reviewer.llm.model import Model, ModelSettings, Prompt, Reply
from reviewer.llm.prices import price
from reviewer.llm.tokens import count


class Spent(Frozen):
    """What a connection has taken so far."""

    calls: int = 0
    usage: Usage = Usage()
    cost: float | None = 0.0  # None: some of it has no known price


class Metered:
    """Books each call of a model; with `max_cost`, sets aside the most that a call can take before it is made."""

    def __init__(self, inner: Model, settings: ModelSettings) -> None:
        self.inner, self.settings = inner, settings
        self.spent = Spent()
        self._booked = self._reserved = 0.0  # dollars, with the worst for what is not known
        self._settled = PerLoop(asyncio.Condition)
        if settings.max_cost is not None and price(Usage(input_tokens=1), settings) is None:
            raise SettingsError(
                f"no price is known for {settings.name} at this address, so a limit of costs cannot be kept; "
                "leave the limit out, or give the price of a million tokens in and out"
            )

    async def ask(self, prompt: Prompt, schema: Mapping[str, Any]) -> Reply:
        """Ask, and write down what it took."""
        worst = await self._reserve(prompt, schema)
        usage: Usage | None = None
        known: float | None = None  # stays so when interrupted: it may be billed all the same
        try:
            reply = await self.inner.ask(prompt, schema)
            usage, known = reply.usage, price(reply.usage, self.settings, reply.answered) if reply.usage else None
            return reply.model_copy(update={"cost": known})
        except Fault as fault:
            usage, known = fault.usage, 0.0
            if fault.billed:
                known = price(usage, self.settings) if usage else None
            fault.cost = known
            raise
        finally:
            cost = None if known is None or self.spent.cost is None else self.spent.cost + known
            total = self.spent.usage + usage if usage else self.spent.usage
            self.spent = Spent(calls=self.spent.calls + 1, usage=total, cost=cost)
            self._reserved -= worst
            self._booked += worst if known is None else known
            if worst:
                async with self._settled.get() as _:
                    self._settled.get().notify_all()

    async def _reserve(self, prompt: Prompt, schema: Mapping[str, Any]) -> float:
        limit = self.settings.max_cost
        if limit is None:
            return 0.0
        tokens = count(f"{prompt.system}{prompt.user}{schema}")[0]
        answer = self.settings.max_output_tokens * (2 if prompt.repair == "longer" else 1)
        worst = price(Usage(input_tokens=tokens, output_tokens=answer), self.settings) or 0.0
        settled = self._settled.get()
        async with settled:
            # Calls in flight mostly take less than was set aside for them: wait and see.
            while self._booked + self._reserved + worst > limit and self._reserved > 1e-9:
                await settled.wait()
            if self._booked + worst > limit:
                raise BudgetError(
                    f"the limit of ${limit:g} is reached: ${self._booked:.4f} are spent, and the next call may take "
                    f"${worst:.4f}; run the same command again with a higher limit to go on"
                )
            self._reserved += worst
        return worst
