"""Limits for callers on several machines: one of them hands out what each may take."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reviewer.domain import Estimate
from reviewer.llm.budget import Ledger, Taken

if TYPE_CHECKING:
    from reviewer.llm import ModelSettings

_QUESTIONS = 2  # calls for one: the question, and once more about rejected quotes or after a failure


def begin_ledger(settings: "ModelSettings", spent: tuple[float, int, int]) -> None:
    """Begin the account of a run's limits with the dollars, tokens and calls of what it did without any."""
    path = settings.ledger
    if path is not None and not (path.exists() and path.stat().st_size):  # one that a stop left empty was not begun
        ledger = Ledger(settings)
        ledger.settle(Taken(), Taken(*spent))
        ledger.close()


class Purse:
    """The limits of a model's settings. What is handed out is taken until it is known what it really came to."""

    def __init__(self, settings: "ModelSettings", clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self._ledger = Ledger(settings)
        self._out: dict[str, tuple[Taken, int]] = {}
        self._next = 0.0

    @property
    def limited(self) -> bool:
        """Is there anything to keep to?"""
        paced = self._settings.requests_per_minute or self._settings.tokens_per_minute
        return bool(paced) or any(limit is not None for limit in self._ledger.limits)

    @property
    def empty_handed(self) -> bool:
        """Is nothing out that could still turn out to take less?"""
        return not self._out

    def wait(self) -> float:
        """Seconds until the provider's limits a minute allow for one more."""
        return max(0.0, self._next - self._clock())

    def take(self, key: str, price: Estimate) -> str:
        """Set the most that a document may come to aside, or say which limit that would cross."""
        worst = Taken(
            (price.most_cost or 0.0) * _QUESTIONS,
            (price.input_tokens + price.most_output_tokens) * _QUESTIONS,
            price.calls * _QUESTIONS,
        )
        if crossed := self._ledger.take(worst):
            return crossed
        self._out[key] = worst, price.calls
        self._pace(price.calls, price.input_tokens + price.output_tokens)
        return ""

    def share(self, key: str) -> dict[str, Any]:
        """A document's own limits, for the settings of whoever calls; without limits, none."""
        if key not in self._out:
            return {}
        worst, _ = self._out[key]
        dollars = worst.dollars if self._settings.max_cost is not None else None
        return {"max_cost": dollars, "max_tokens": worst.tokens, "max_calls": worst.calls}

    def settle(self, key: str, really: tuple[float, int, int] | None) -> None:
        """A document came back, with its dollars, tokens and calls. None: nobody knows, so all is gone."""
        worst, calls = self._out.pop(key, (None, 0))
        if worst is not None and really is not None:
            self._ledger.settle(worst, Taken(*really))
            self._pace(max(0, really[2] - calls), 0)

    def again(self, key: str) -> None:
        """Somebody else calls for a document whose worker was lost: that one's calls are paid all the same."""
        if key in self._out:
            worst, calls = self._out[key]
            self._ledger.settle(Taken(), worst)
            self._pace(calls, worst.tokens // _QUESTIONS)

    def close(self) -> None:
        """Let go of the ledger's file."""
        self._ledger.close()

    def _pace(self, calls: int, tokens: int) -> None:
        minute = (self._settings.requests_per_minute, calls), (self._settings.tokens_per_minute, tokens)
        step = max(60 * used / limit if limit else 0.0 for limit, used in minute)
        self._next = max(self._clock(), self._next) + step
