"""Weighted points times factors: the axes, and sound bounds over everything that is not known."""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import NamedTuple

from reviewer.domain import Rubric, Rule
from reviewer.rubric.once import once
from reviewer.rubric.tables import holds, key, options
from reviewer.score.demand import demand_factor

Answer = str | tuple[str, ...]
Answers = dict[str, Answer]


class Sums(NamedTuple):
    """The axes before they are added up: a variant of the answers shares what does not change in it."""

    answers: Answers
    keys: dict[str, str]  # the answers as tables know them
    worths: dict[str, dict[str, float]]  # axis -> criterion -> its weighed points
    factors: dict[str, dict[str, float]]  # axis -> rule -> its factor, 1 where it does not hold


class _Scale:
    """A rubric's arithmetic, prepared once for all documents."""

    def __init__(self, rubric: Rubric) -> None:
        self.points = {c.id: {value.id: value.points for value in c.values} for c in rubric.criteria}
        self.shares = {axis.id: _shares(rubric, axis.sections) for axis in rubric.axes}
        self.worths = {
            axis: {name: {v: share * points for v, points in self.points[name].items()} for name, share in of.items()}
            for axis, of in self.shares.items()
        }
        self.rules = {axis.id: [r for r in rubric.rules if r.axis == axis.id] for axis in rubric.axes}
        self.options = {
            c: options(rubric.by_id[c]) for rules in self.rules.values() for r in rules for c in r.table.criteria
        }


_scale = once(_Scale)


class Axes:
    """The axes of one document, and of the hundreds of variants that are tried of it."""

    def __init__(self, rubric: Rubric, nines: float | None) -> None:
        self.rubric, self.nines = rubric, nines
        self._scale = _scale(rubric)
        self.shares = self._scale.shares

    def sums(self, answers: Answers) -> Sums:
        """What each criterion and each rule brings to an axis, every unknown with its own points."""
        keys = {name: key(self.rubric.by_id[name], value) for name, value in answers.items()}
        worths = {
            axis: {name: _least(by_value, answers[name]) for name, by_value in of.items()}
            for axis, of in self._scale.worths.items()
        }
        return Sums(answers, keys, worths, {axis: _factors(rules, keys) for axis, rules in self._scale.rules.items()})

    def changed(self, sums: Sums, changes: Mapping[str, str]) -> Sums:
        """The sums with other answers: only what reads a changed criterion is looked up anew."""
        keys = {**sums.keys, **changes}
        worths, factors = {}, {}
        for axis, of in self._scale.worths.items():
            worths[axis] = sums.worths[axis] | {name: of[name][v] for name, v in changes.items() if name in of}
            rules = (r for r in self._scale.rules[axis] if not changes.keys().isdisjoint(r.table.criteria))
            factors[axis] = sums.factors[axis] | _factors(rules, keys)
        return Sums({**sums.answers, **changes}, keys, worths, factors)

    def points(self, sums: Sums) -> dict[str, float]:
        """Each axis, 0-100."""
        result = {}
        for axis, worths in sums.worths.items():
            total = 0.0
            for worth in worths.values():  # sum() rounds otherwise from Python 3.12 on
                total += worth
            for factor in sums.factors[axis].values():
                total *= factor
            total *= self._demand(axis, sums.answers)
            result[axis] = round(min(100.0, total), 1)
        return result

    def bounds(self, sums: Sums) -> dict[str, tuple[float, float]]:
        """Bounds that hold however the unknowns turn out.

        Every criterion and every rule takes its own worst (best) completion, so the interval can be wider
        than the true range, never narrower; and what is known only narrows it.
        """
        result = {}
        for axis, shares in self.shares.items():
            low = high = 0.0
            for name, share in shares.items():
                _, least, most = self.reach(name, sums.answers[name])
                low += share * least
                high += share * most
            for rule in self._scale.rules[axis]:
                worst, best = self._factor_range(rule, sums)
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

    def reach(self, name: str, value: Answer) -> tuple[float, float, float]:
        """A criterion's points, and the least and the most that they could still be: of one that is unknown, any."""
        by_value = self._scale.points[name]
        points = _least(by_value, value)
        if unknown(value, self.rubric.by_id[name].unknown):
            return points, min(by_value.values()), max(by_value.values())
        return points, points, points

    def assessed_share(self, answers: Answers) -> float:
        """How much of the points earned on all axes is judged by an extractor, not proven by a quote; 0-1."""
        judged = earned = 0.0
        for shares in self.shares.values():
            for name, share in shares.items():
                points = share * _least(self._scale.points[name], answers[name])
                earned += points
                judged += points if self.rubric.by_id[name].kind == "assessed" else 0.0
        return round(judged / earned, 3) if earned else 0.0

    def _demand(self, axis: str, answers: Answers) -> float:
        demand = self.rubric.demand
        if demand is None or axis != demand.axis:
            return 1.0
        reliability = answers[demand.reliability]
        usual = demand.usual[reliability if isinstance(reliability, str) else reliability[0]]
        return demand_factor(demand, usual if self.nines is None else self.nines)

    def _factor_range(self, rule: Rule, sums: Sums) -> tuple[float, float]:
        by_id = self.rubric.by_id
        choices = [
            self._scale.options[c] if unknown(sums.answers[c], by_id[c].unknown) else (sums.keys[c],)
            for c in rule.table.criteria
        ]
        reached = {rule.factor if "|".join(one) in rule.table.true else 1.0 for one in product(*choices)}
        return min(reached), max(reached)


def unknown(value: Answer, third_state: str) -> bool:
    """Is this answer the criterion's third state?"""
    return value in (third_state, (third_state,))


def _least(by_value: Mapping[str, float], value: Answer) -> float:
    """What an answer counts; the lowest of its values where there are several."""
    return by_value[value] if isinstance(value, str) else min(by_value[v] for v in value)


def _factors(rules: Iterable[Rule], keys: Mapping[str, str]) -> dict[str, float]:
    return {rule.id: rule.factor if holds(rule.table, keys) else 1.0 for rule in rules}


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
