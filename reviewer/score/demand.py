"""The cost of a required accuracy, in nines."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise

from reviewer.domain import Demand, Fact, Number, Rubric

_AS_FRACTION = {"percent": Decimal("0.01"), "ratio": Decimal(1), "": Decimal(1)}


def stated_nines(facts: Mapping[str, Fact], rubric: Rubric) -> float | None:
    """The highest rate that the proposal demands, as nines (0.99 is 2); None if it states none.

    Only figures parsed from accepted quotes count, and only those tied to being right.
    """
    if rubric.demand is None:
        return None
    rates = [
        rate
        for name in rubric.demand.criteria
        if name in facts
        for number in facts[name].numbers
        if (rate := _rate(number, rubric.demand)) is not None
    ]
    return nines(max(rates)) if rates else None


def _rate(number: Number, demand: Demand) -> Decimal | None:
    if number.role not in demand.roles or number.unit not in _AS_FRACTION:
        return None
    rate = Decimal(str(number.value)) * _AS_FRACTION[number.unit]
    return rate if 0 < rate <= 1 else None


def nines(rate: Decimal) -> float:
    """-log10(1 - rate); decimals, because a platform's own logarithm may differ in its last digit."""
    missing = 1 - rate
    return 9.0 if missing <= Decimal("1e-9") else float(round(-missing.log10(), 3))


def demand_factor(demand: Demand, count: float) -> float:
    """The factor for so many nines: linear between the rubric's steps, the last one beyond them."""
    last = len(demand.factors) - 1
    if count >= last:
        return demand.factors[last]
    step = int(count)
    for i, (a, b) in enumerate(pairwise(demand.factors)):
        if i == step:
            return a + (b - a) * (count - step)
    return demand.factors[0]
