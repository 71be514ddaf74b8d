"""A model that asks again when that may help, and keeps all callers to one pace."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any
from weakref import WeakKeyDictionary

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from reviewer.domain.record import Usage
from reviewer.errors import DeadlineError, ProviderError, UnreachableError
from reviewer.llm.faults import Fault
from reviewer.llm.model import Model, ModelSettings, Prompt, Reply
from reviewer.llm.tokens import count

_BREAKER = 8  # failures in a row, of all callers, after which only one call at a time is let through


class _Loop:
    """What belongs to one event loop: locks cannot move to another."""

    def __init__(self, concurrency: int) -> None:
        self.slots = asyncio.Semaphore(concurrency)
        self.probe = asyncio.Lock()
        self.first: asyncio.Event | None = None  # set when the first answer, good or not, is here


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
        self.started = False
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, _Loop] = WeakKeyDictionary()

    async def ask(self, prompt: Prompt, schema: Mapping[str, Any]) -> Reply:
        """Ask until there is an answer, or no hope of one within the deadline."""
        loop = self._loops.setdefault(asyncio.get_running_loop(), _Loop(self.settings.concurrency))
        async with loop.slots:
            await self._head_start(loop)
            try:
                return await _Ask(self, loop, prompt, schema).answer()
            finally:
                if loop.first:
                    loop.first.set()

    async def _head_start(self, loop: _Loop) -> None:
        """Let the first call go alone for a moment: a wrong key or an unsupported mode shows at once."""
        if not self.started:
            self.started, loop.first = True, asyncio.Event()
        elif loop.first and not loop.first.is_set():
            try:
                async with asyncio.timeout(self.settings.head_start):
                    await loop.first.wait()
            except TimeoutError:
                loop.first.set()  # good answers take longer

    async def turn(self, tokens: int) -> None:
        """Wait until a call may be made."""
        per_call = 60 / self.settings.requests_per_minute if self.settings.requests_per_minute else 0.0
        per_token = 60 / self.settings.tokens_per_minute if self.settings.tokens_per_minute else 0.0
        if step := max(per_call, per_token * tokens):
            at = max(self.clock(), self.next)
            self.next = at + step
            if at > self.clock():
                await self.sleep(at - self.clock())
        while (wait := self.resume - self.clock()) > 0:
            await self.sleep(wait)
        if self.ended:
            raise self.ended


class _Ask:
    """One question, and what its attempts have come to so far."""

    def __init__(self, pool: Patient, loop: _Loop, prompt: Prompt, schema: Mapping[str, Any]) -> None:
        self.pool, self.loop, self.prompt, self.schema = pool, loop, prompt, schema
        self.tokens = count(prompt.user)[0] if pool.settings.tokens_per_minute else 0
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
            if self.partial:
                return self._total(self.partial)
            error = fault.error
            if self.calls > 1:
                error.args = (f"{error} (after {self.calls} calls)",)
            if error.final or (isinstance(error, UnreachableError) and self.pool.failures >= _BREAKER):
                error.final = True
                self.pool.ended = error
            raise error from None
        return self._total(reply)

    async def _call(self) -> Reply:
        await self.pool.turn(self.tokens)
        async with AsyncExitStack() as stack:
            if self.pool.failures >= _BREAKER:
                await stack.enter_async_context(self.loop.probe)  # one at a time finds out whether it is back
                await self.pool.turn(0)
            self.calls += 1
            try:
                async with asyncio.timeout(max(self.until - self.pool.clock(), 0.01)):
                    reply = await self.pool.inner.ask(self.prompt, self.schema)
            except TimeoutError:
                late = DeadlineError(f"no answer within {self.pool.settings.deadline:g} s; allow more time")
                fault = Fault(late)
                fault.billed, fault.cost = True, None
                self._book(fault)
                raise fault from None
            except Fault as fault:
                self._book(fault)
                raise
        self.pool.failures = 0
        return reply

    def _book(self, fault: Fault) -> None:
        """Count what a failed call took, and let the others know."""
        self.partial = fault.partial or self.partial
        if fault.billed:
            self.usage = self.usage + fault.usage if self.usage and fault.usage else None
        self.cost = None if self.cost is None or fault.cost is None else self.cost + fault.cost
        now = self.pool.clock()
        if fault.again == "wait":
            self.pool.resume = max(self.pool.resume, now + self._delay(fault))
        elif fault.again == "later":
            self.pool.failures += 1
            if self.pool.failures >= _BREAKER:
                self.pool.resume = max(self.pool.resume, now + min(60.0, 2.0 ** (self.pool.failures - _BREAKER)))
        else:
            self.pool.failures = 0

    def _again(self, fault: Fault) -> bool:
        if fault.again == "now":
            self.mended += 1
            return self.mended <= 6
        if fault.again == "once" and not self.prompt.repair:
            self.prompt = self.prompt.model_copy(update={"repair": fault.repair or "looser"})
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
        if not isinstance(fault, Fault) or fault.again in ("now", "once", "wait"):
            return 0.0  # a rate limit is waited for in the pool's turn, with all others
        return self._delay(fault)

    def _delay(self, fault: Fault) -> float:
        """What the provider asks for, else twice as long each time; never all callers at the same moment."""
        if fault.retry_after:
            return fault.retry_after
        return min(30.0, 0.5 * 2.0 ** min(self.calls, 8)) * random.uniform(0.75, 1.0)  # noqa: S311 - no secret

    def _total(self, reply: Reply) -> Reply:
        """The answer with what its failed attempts took."""
        usage = reply.usage + self.usage if reply.usage and self.usage else reply.usage
        cost = reply.cost + self.cost if reply.cost is not None and self.cost is not None else None
        return reply.model_copy(update={"calls": self.calls, "usage": usage, "cost": cost})
