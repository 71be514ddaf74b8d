"""What each finding became: the same one if its fingerprint is, else if it is about the same question."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from reviewer.domain import Evidence, Finding, Rubric
from reviewer.domain.comparison import STATES, FactChange, FindingChange

Side = Literal["old", "new"]

QUOTES = 2  # shown with a finding
_GRAVE = {"blocker": 0, "major": 1, "minor": 2}


class _Cause(NamedTuple):
    evidence: tuple[Evidence, ...]
    side: Side


def changes(
    old: Iterable[Finding], new: Iterable[Finding], moved: Iterable[FactChange], rubric: Rubric
) -> tuple[FindingChange, ...]:
    """Every finding of both reviews once, in the order of `STATES`, the gravest first."""
    facts = {change.criterion: change for change in moved}
    earlier = {finding.fingerprint: finding for finding in old}
    left = dict(earlier)
    found = []
    for finding in new:
        before = left.pop(finding.fingerprint, None)
        if before is None:
            # A review has one finding about a question at most: "missing" that became "weak" is no new matter.
            before = next((f for f in left.values() if f.criterion == finding.criterion), None)
            if before is not None:
                del left[before.fingerprint]
        found.append(_standing(finding, before, facts, rubric))
    found += [_fixed(finding, facts, rubric) for finding in left.values()]
    # sorted() is stable, and each review has its gravest first.
    return tuple(sorted(found, key=lambda c: (STATES.index(c.state), _GRAVE[c.finding.severity])))


def _fixed(finding: Finding, facts: Mapping[str, FactChange], rubric: Rubric) -> FindingChange:
    cause = _cause(finding, facts, rubric, prefer="new")
    return FindingChange(state="fixed", finding=finding, evidence=cause.evidence, side=cause.side)


def _standing(
    finding: Finding, before: Finding | None, facts: Mapping[str, FactChange], rubric: Rubric
) -> FindingChange:
    lost = any(change.lost for change in _read(finding, facts, rubric))
    if before is None:
        state: Literal["regressed", "new", "open"] = "regressed" if lost else "new"
    else:
        graver = _GRAVE[finding.severity] < _GRAVE[before.severity]
        own = facts.get(finding.criterion)
        state = "regressed" if graver or (own is not None and own.lost) else "open"
    cause = _cause(finding, facts, rubric, prefer="old" if lost else "new")
    return FindingChange(state=state, finding=finding, before=before, evidence=cause.evidence, side=cause.side)


def _read(finding: Finding, facts: Mapping[str, FactChange], rubric: Rubric) -> Iterator[FactChange]:
    """The changed facts that the finding rests on."""
    kind, _, name = finding.id.partition(".")
    rested: tuple[str, ...] = (finding.criterion,)
    if kind == "rule":
        rested += next((rule.table.criteria for rule in rubric.rules if rule.id == name), ())
    elif kind == "gate":
        rested += next(((gate.fails or gate.closed).criteria for gate in rubric.gates if gate.id == name), ())
    for criterion in dict.fromkeys(rested):
        if criterion in facts:
            yield facts[criterion]


def _cause(finding: Finding, facts: Mapping[str, FactChange], rubric: Rubric, *, prefer: Side) -> _Cause:
    """The sentences behind the change: of the text preferred, else of the other."""
    read = list(_read(finding, facts, rubric))
    sides: tuple[Side, Side] = ("new", "old") if prefer == "new" else ("old", "new")
    for side in sides:
        if quoted := [e for change in read for e in (change.now if side == "new" else change.was)]:
            return _Cause(tuple(dict.fromkeys(quoted))[:QUOTES], side)
    return _Cause((), prefer)
