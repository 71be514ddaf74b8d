"""A model that keeps account of every call, failed ones too, and stops before a limit is crossed."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from reviewer.domain import Usage
from reviewer.domain.base import Frozen
from reviewer.errors import BudgetError, SettingsError
from reviewer.llm.faults import Fault
from reviewer.llm.loops import PerLoop
from reviewer.llm.model import Model, ModelSettings, Prompt, Reply
from reviewer.llm.prices import price
from reviewer.llm.tokens import asked_for

_TABLE = "CREATE TABLE IF NOT EXISTS taken (id INTEGER PRIMARY KEY CHECK (id = 1), dollars REAL, tokens INT, calls INT)"
_START = "INSERT OR IGNORE INTO taken VALUES (1, 0, 0, 0)"
_ADD = "UPDATE taken SET dollars = dollars + ?, tokens = tokens + ?, calls = calls + ?"
_WORDS = (
    "the limit of ${limit:g} is reached: ${taken:.4f} are spent, and the next call may take ${more:.4f}",
    "the limit of {limit:,} tokens is reached: {taken:,} are spent, and the next call may take {more:,}",
    "the limit of {limit:,} calls is reached",
)


class Spent(Frozen):
    """What a connection has taken so far."""

    calls: int = 0
    usage: Usage = Usage()
    cost: float | None = 0.0  # None: some of it has no known price


class Taken(NamedTuple):
    """What is limited, in the order in which the limits are told."""

    dollars: float = 0.0
    tokens: int = 0
    calls: int = 0


class Ledger:
    """What was taken under one set of limits: by this process, or by all that share the file, now and before.

    The worst case of a call is taken before it is made and put right after it, so that a process that is killed
    leaves it taken.
    """

    def __init__(self, settings: ModelSettings) -> None:
        self.path: Path | None = settings.ledger
        self.limits = (settings.max_cost, settings.max_tokens, settings.max_calls)
        self.kept = any(limit is not None for limit in self.limits) or self.path is not None
        self._db: Any = None
        self._lock = Lock()  # loops in several threads may share it

    def take(self, worst: Taken) -> str:
        """Take it, or say which limit it would cross."""
        with self._transaction() as db:
            so_far = Taken(*db.execute("SELECT dollars, tokens, calls FROM taken").fetchone())
            for limit, taken, more, word in zip(self.limits, so_far, worst, _WORDS, strict=True):
                if limit is not None and taken + more > limit + 1e-9:
                    return word.format(limit=limit, taken=taken, more=more)
            db.execute(_ADD, worst)
        return ""

    def settle(self, worst: Taken, really: Taken) -> None:
        """Put a call right that was made."""
        with self._transaction() as db:
            db.execute(_ADD, [done - feared for done, feared in zip(really, worst, strict=True)])

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None and self.path is not None:
            self._db.close()
            self._db = None

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        import sqlite3

        try:
            if self._db is None:
                self._db = self._open()
            with self._lock, self._db:
                self._db.execute("BEGIN IMMEDIATE")  # other processes wait here, not halfway
                yield self._db
        except (OSError, sqlite3.Error) as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                why = f"is damaged, or no account of what was spent ({error}); put a copy back, or remove it: a batch "
                raise SettingsError(f"{self.path}: {why}then counts what its results took") from error
            raise SettingsError(
                f"{self.path}: what was spent cannot be kept ({error}); free space, or name another place"
            ) from error

    def _open(self) -> Any:
        import os
        import sqlite3

        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        place = ":memory:" if self.path is None else self.path
        db = sqlite3.connect(place, timeout=30, isolation_level=None, check_same_thread=False)
        db.execute(_TABLE)
        db.execute(_START)
        return db


def check_price(settings: ModelSettings) -> None:
    """See that a limit of costs can be kept."""
    if settings.max_cost is not None and price(Usage(input_tokens=1), settings) is None:
        raise SettingsError(
            f"no price is known for {settings.name} at this address, so a limit of costs cannot be kept; "
            "leave the limit out, or set the price of a million tokens in and out: REVIEWER_PRICE=IN,OUT"
        )


class Metered:
    """Books each call of a model; under a limit, takes the most that a call can cost before it is made."""

    def __init__(self, inner: Model, settings: ModelSettings) -> None:
        self.inner, self.settings = inner, settings
        self.spent = Spent()
        self.ledger = Ledger(settings)
        self._flying = 0  # calls whose worst case is taken
        self._settled = PerLoop(asyncio.Condition)
        check_price(settings)

    async def ask(self, prompt: Prompt, schema: Mapping[str, Any]) -> Reply:
        """Ask, and write down what it took."""
        worst = await self._take(prompt, schema)
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
            else:
                usage = usage or Usage()
            fault.cost = known
            raise
        finally:
            cost = None if known is None or self.spent.cost is None else self.spent.cost + known
            total = self.spent.usage + usage if usage else self.spent.usage
            self.spent = Spent(calls=self.spent.calls + 1, usage=total, cost=cost)
            if worst is not None:
                tokens = worst.tokens if usage is None else usage.input_tokens + usage.output_tokens
                self.ledger.settle(worst, Taken(worst.dollars if known is None else known, tokens, 1))
                self._flying -= 1
                async with self._settled.get() as _:
                    self._settled.get().notify_all()

    async def _take(self, prompt: Prompt, schema: Mapping[str, Any]) -> Taken | None:
        """Set the worst case of a call aside: the whole prompt, and an answer as long as it may be."""
        if not self.ledger.kept:
            return None
        tokens = asked_for(prompt, schema)
        answer = self.settings.max_output_tokens * (2 if prompt.repair == "longer" else 1)
        dollars = price(Usage(input_tokens=tokens, output_tokens=answer), self.settings) or 0.0
        worst = Taken(dollars, tokens + answer, 1)
        settled = self._settled.get()
        async with settled:
            # Calls in flight mostly take less than was set aside for them: wait and see.
            while crossed := self.ledger.take(worst):
                if not self._flying:
                    raise BudgetError(f"{crossed}; run the same command again with a higher limit to go on")
                with suppress(TimeoutError):  # calls of another event loop are not heard of
                    async with asyncio.timeout(1.0):
                        await settled.wait()
            self._flying += 1
        return worst
