"""Weighted points times factors: the axes, and sound bounds over everything that is not known."""

from collections.abc import Mapping
from itertools import product

from reviewer.domain import Rubric, Table
from reviewer.rubric.tables import holds, key, options
from reviewer.score.demand import demand_factor

Answers = dict[str, str | tuple[str, ...]]


class Axes:
    """A rubric's arithmetic, prepared once so that hundreds of variants can be tried."""

    def __init__(self, rubric: Rubric, nines: float | None) -> None:
        self.rubric, self.nines = rubric, nines
        self.shares = {axis.id: _shares(rubric, axis.sections) for axis in rubric.axes}
        self.worth = {
            axis: {name: {v.id: share * v.points for v in rubric.by_id[name].values} for name, share in shares.items()}
            for axis, shares in self.shares.items()
        }
        self.factors = {axis.id: [r for r in rubric.rules if r.axis == axis.id] for axis in rubric.axes}

    def fires(self, table: Table, answers: Answers) -> bool:
        """Does the rule hold for these answers?"""
        return holds(table, answers, self.rubric.by_id)

    def points(self, answers: Answers) -> dict[str, float]:
        """Each axis with every unknown at its own points, 0-100."""
        result = {}
        for axis, worth in self.worth.items():
            total = 0.0
            for name, by_value in worth.items():
                value = answers[name]
                total += by_value[value] if isinstance(value, str) else min(by_value[v] for v in value)
            for rule in self.factors[axis]:
                if self.fires(rule.table, answers):
                    total *= rule.factor
            total *= self._demand(axis, answers)
            result[axis] = round(min(100.0, total), 1)
        return result

    def bounds(self, answers: Answers) -> dict[str, tuple[float, float]]:
        """Bounds that hold however the unknowns turn out.

        Every criterion and every rule takes its own worst (best) completion, so the interval can be wider
        than the true range, never narrower; and what is known only narrows it.
        """
        result = {}
        for axis, shares in self.shares.items():
            low = high = 0.0
            for name, share in shares.items():
                criterion = self.rubric.by_id[name]
                value = answers[name]
                if unknown(value, criterion.unknown):
                    reachable = [v.points for v in criterion.values]
                    low += share * min(reachable)
                    high += share * max(reachable)
                else:
                    low += share * criterion.points(value)
                    high += share * criterion.points(value)
            for rule in self.factors[axis]:
                worst, best = self._factor_range(rule.table, rule.factor, answers)
                low *= worst
                high *= best
            if self.rubric.demand is not None and axis == self.rubric.demand.axis:
                if self.nines is None:
                    low *= self.rubric.demand.factors[-1]
                    high *= self.rubric.demand.factors[0]
                else:
                    low *= demand_factor(self.rubric.demand, self.nines)
                    high *= demand_factor(self.rubric.demand, self.nines)
            result[axis] = (round(min(100.0, low), 1), round(min(100.0, high), 1))
        return result

    def assessed_share(self, answers: Answers) -> float:
        """How much of the points earned on all axes is judged by an extractor, not proven by a quote; 0-1."""
        judged = earned = 0.0
        for shares in self.shares.values():
            for name, share in shares.items():
                criterion = self.rubric.by_id[name]
                points = share * criterion.points(answers[name])
                earned += points
                judged += points if criterion.kind == "assessed" else 0.0
        return round(judged / earned, 3) if earned else 0.0

    def _demand(self, axis: str, answers: Answers) -> float:
        demand = self.rubric.demand
        if demand is None or axis != demand.axis:
            return 1.0
        reliability = answers[demand.reliability]
        usual = demand.usual[reliability if isinstance(reliability, str) else reliability[0]]
        return demand_factor(demand, usual if self.nines is None else self.nines)

    def _factor_range(self, table: Table, factor: float, answers: Answers) -> tuple[float, float]:
        by_id = self.rubric.by_id
        choices = [
            options(by_id[c]) if unknown(answers[c], by_id[c].unknown) else (key(by_id[c], answers[c]),)
            for c in table.criteria
        ]
        reached = {factor if "|".join(one) in table.true else 1.0 for one in product(*choices)}
        return min(reached), max(reached)


def unknown(value: str | tuple[str, ...], third_state: str) -> bool:
    """Is this answer the criterion's third state?"""
    return value in (third_state, (third_state,))


def _shares(rubric: Rubric, sections: Mapping[str, float]) -> dict[str, float]:
    """What each criterion is worth on an axis; all of them together are 100."""
    total = sum(sections.values())
    shares = {}
    for criterion in rubric.criteria:
        weight = sections.get(criterion.section, 0.0)
        peers = sum(c.weight for c in rubric.criteria if c.section == criterion.section)
        if weight and criterion.weight:
            shares[criterion.id] = 100 * weight / total * criterion.weight / peers
    return shares
