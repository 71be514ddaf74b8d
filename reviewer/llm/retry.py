"""A model that asks again when that may help, and keeps all callers to one pace."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from reviewer.domain import Usage
from reviewer.errors import DeadlineError, ProviderError, UnreachableError
from reviewer.llm.faults import Fault
from reviewer.llm.loops import PerLoop
from reviewer.llm.model import Model, ModelSettings, Prompt, Reply
from reviewer.llm.tokens import count

_OF_ALL = (UnreachableError, ProviderError)  # no document's own
_BREAKER = 8  # failures in a row, of all callers, after which only one call at a time is let through


class _Doors:
    """What callers in one event loop pass."""

    def __init__(self, concurrency: int) -> None:
        self.slots = asyncio.Semaphore(concurrency)
        self.probe = asyncio.Lock()
        self.first = asyncio.Event()  # the first answer, good or not, is here


class Patient:
    """Retries around a model: one deadline, one pause for all, one breaker, and an end for everybody."""

    def __init__(
        self,
        inner: Model,
        settings: ModelSettings,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.inner, self.settings, self.clock, self.sleep = inner, settings, clock, sleep
        self.ended: ProviderError | None = None  # nobody should call any more
        self.resume = 0.0  # no call before this
        self.next = 0.0  # no call before this, for the provider's limits a minute
        self.failures = 0  # in a row, whoever met them
        self.proven = False  # was there a good answer?
        self._started = False
        self._doors = PerLoop(lambda: _Doors(settings.concurrency))

    async def ask(self, prompt: Prompt, schema: Mapping[str, Any]) -> Reply:
        """Ask until there is an answer, or no hope of one within the deadline."""
        doors = self._doors.get()
        async with doors.slots:
            await self._head_start(doors.first)
            question = _Ask(self, doors.probe, prompt, schema)
            try:
                return await question.answer()
            except asyncio.CancelledError as stopped:
                vars(stopped)["calls"] = question.calls  # for the record
                raise
            finally:
                doors.first.set()

    async def _head_start(self, first: asyncio.Event) -> None:
        """Let the first call go alone for a moment: a wrong key or an unsupported mode shows at once."""
        if self._started and not first.is_set():
            try:
                async with asyncio.timeout(self.settings.head_start):
                    await first.wait()
            except TimeoutError:
                first.set()  # good answers take longer
        self._started = True

    async def turn(self, tokens: int) -> float:
        """Wait until a call may be made; the seconds of it that the limits a minute took. No tokens: no call."""
        minute = (self.settings.requests_per_minute, 1), (self.settings.tokens_per_minute, tokens)
        step = max(60 * used / limit if limit else 0.0 for limit, used in minute)
        now = self.clock()
        at = max(now, self.next) if tokens else now
        if tokens:
            self.next = at + step
        while not self.ended and (wait := max(at, self.resume) - self.clock()) > 0:
            await self.sleep(wait)
        if self.ended:
            raise self.ended
        return at - now


class _Ask:
    """One question, and what its attempts have come to so far."""

    def __init__(self, pool: Patient, probe: asyncio.Lock, prompt: Prompt, schema: Mapping[str, Any]) -> None:
        self.pool, self.probe, self.prompt, self.schema = pool, probe, prompt, schema
        whole = f"{prompt.system}{prompt.user}{schema}"  # providers count the schema, too
        self.tokens = count(whole)[0] if pool.settings.tokens_per_minute else 1
        self.calls = self.mended = self.broken = 0
        self.usage: Usage | None = Usage()
        self.cost: float | None = 0.0
        self.until = 0.0
        self.partial: Reply | None = None

    async def answer(self) -> Reply:
        await self.pool.turn(0)  # a pause that others brought about does not eat this one's time
        self.until = self.pool.clock() + self.pool.settings.deadline
        retrying = AsyncRetrying(
            sleep=self.pool.sleep,
            retry=retry_if_exception(lambda error: isinstance(error, Fault) and self._again(error)),
            wait=self._wait,
            reraise=True,
        )
        try:
            async for attempt in retrying:
                with attempt:
                    reply = await self._call()
        except Fault as fault:
            if self.partial is None:
                raise self._final(fault.error) from None
            reply = self.partial
        usage = reply.usage + self.usage if reply.usage and self.usage else None
        cost = reply.cost + self.cost if reply.cost is not None and self.cost is not None else None
        return reply.model_copy(update={"calls": self.calls, "usage": usage, "cost": cost})

    async def _call(self) -> Reply:
        # The limits a minute are the user's own: what waits for them is not late.
        self.until += await self.pool.turn(self.tokens)
        async with AsyncExitStack() as stack:
            if self.pool.failures >= _BREAKER:
                await stack.enter_async_context(self.probe)  # one at a time finds out whether it is back
                await self.pool.turn(0)
            late = DeadlineError(f"no answer within {self.pool.settings.deadline:g} s in all; allow more time")
            if (left := self.until - self.pool.clock()) <= 0:
                raise Fault(late)
            self.calls += 1
            try:
                async with asyncio.timeout(left):
                    reply = await self.pool.inner.ask(self.prompt, self.schema)
            except TimeoutError:
                fault = Fault(late, billed=True, cost=None)
            except Fault as found:
                fault = found
            else:
                self.pool.failures, self.pool.proven = 0, True
                return reply
            self._book(fault)
            raise fault

    def _book(self, fault: Fault) -> None:
        """Count what a failed call took, and let the others know."""
        if fault.partial is not None:
            self.partial = fault.partial.model_copy(update={"usage": Usage(), "cost": 0.0})  # counted here
        if fault.billed:
            self.usage = self.usage + fault.usage if self.usage and fault.usage else None
            self.cost = self.cost + fault.cost if self.cost is not None and fault.cost is not None else None
        pool, now = self.pool, self.pool.clock()
        # Refused for no reason that we know, or a certificate that nobody trusts: that may be so for all.
        hopeless = fault.again == "later" or (type(fault.error) in _OF_ALL and not pool.proven)
        pool.failures = pool.failures + 1 if hopeless else 0
        if fault.again == "wait":
            pool.resume = max(pool.resume, now + self._delay(fault))
        elif pool.failures >= _BREAKER:
            pool.resume = max(pool.resume, now + min(60.0, 2.0 ** (pool.failures - _BREAKER)))

    def _again(self, fault: Fault) -> bool:
        if fault.again == "now":
            self.mended += 1
            return self.mended <= 6
        if fault.again == "once" and not self.prompt.repair:
            self.prompt = self.prompt.model_copy(update={"repair": fault.repair})
            return True
        if fault.again == "later":
            self.broken += 1
            if self.broken >= self.pool.settings.attempts:
                return False
        elif fault.again != "wait":
            return False
        return max(self.pool.resume, self.pool.clock() + self._delay(fault)) < self.until

    def _wait(self, state: RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        # A rate limit is waited for in the pool's turn, with all others.
        return self._delay(fault) if isinstance(fault, Fault) and fault.again == "later" else 0.0

    def _delay(self, fault: Fault) -> float:
        """What the provider asks for, else twice as long each time; and not everybody at the same moment."""
        if fault.retry_after:
            # A server that says "in a moment" for minutes is asked ever more seldom.
            return max(fault.retry_after, min(10.0, 0.05 * 2.0 ** min(self.calls, 8)))
        return min(30.0, 0.5 * 2.0 ** min(self.calls, 8)) * random.uniform(0.75, 1.0)  # noqa: S311 - no secret

    def _final(self, error: ProviderError) -> ProviderError:
        """The error as the caller sees it; one that no other question would survive ends them all."""
        error.calls, error.spent = self.calls, (self.usage, self.cost)
        if self.calls > 1:
            took = self.pool.clock() - self.until + self.pool.settings.deadline
            error.args = (f"{error} (after {self.calls} calls in {took:.0f} s)",)
        # A pause for all that is longer than any question may wait: they would sleep for a day, one after the other.
        endless = self.pool.resume - self.pool.clock() > self.pool.settings.deadline
        if error.final or endless or (type(error) in _OF_ALL and self.pool.failures >= _BREAKER):
            error.final = True
            self.pool.ended = error
        return error
