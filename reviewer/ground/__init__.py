"""Claims to facts: every quote is looked up, every value must be proven by one, and what is not falls.

No fuzzy match ever earns credit; digits never bend; a denied, hidden or addressed quote is none.
"""

from collections.abc import Iterable, Iterator, Sequence

from reviewer.domain import Claim, Criterion, Document, Evidence, Fact, Rejection, Rubric
from reviewer.domain.record import Answer
from reviewer.ground.find import locate
from reviewer.ground.index import Places
from reviewer.rubric.numbers import parse_numbers
from reviewer.rubric.predicates import passes
from reviewer.rubric.reasons import lacks

QUOTES = 3  # evidence that is kept for a criterion


def ground(claims: Iterable[Claim], document: Document, rubric: Rubric) -> tuple[Fact, ...]:
    """One fact for each criterion, in the rubric's order.

    Of several claims about one criterion that hold, the one with the fewest points counts: a text that says
    two things is taken at its weaker word. Claims of the unknown value, and about what the rubric does not
    ask, count for nothing.
    """
    places = Places(document)
    made: dict[str, list[Claim]] = {}
    for claim in dict.fromkeys(claims):
        criterion = rubric.by_id.get(claim.criterion)
        if criterion is not None and not _is_unknown(claim.value, criterion):
            made.setdefault(claim.criterion, []).append(claim)
    return tuple(
        _weakest(criterion, [_fact(criterion, claim, rubric, places) for claim in made.get(criterion.id, ())])
        for criterion in rubric.criteria
    )


def _weakest(criterion: Criterion, facts: list[Fact]) -> Fact:
    if not facts:
        return Fact(criterion=criterion.id, value=_unknown(criterion), status="not_stated")
    held = [fact for fact in facts if fact.status != "unverified"]
    return min(held, key=lambda fact: criterion.points(fact.value)) if held else facts[0]


def _fact(criterion: Criterion, claim: Claim, rubric: Rubric, places: Places) -> Fact:
    evidence: dict[Evidence, None] = {}
    rejected: list[Rejection] = []
    for quote in dict.fromkeys(claim.quotes):
        located = locate(quote, places)
        if isinstance(located, Rejection):
            rejected.append(located)
        elif evidence.keys().isdisjoint(located):
            evidence |= dict.fromkeys(located)
    value = _known(claim.value, criterion)
    if value is None:
        why = Rejection(quote="", why=f"{claim.value!r} is no value of {criterion.id}")
        return _nothing(criterion, None, (why, *rejected))
    if criterion.kind == "assessed":
        return Fact(
            criterion=criterion.id,
            value=value,
            status="judged",
            evidence=tuple(evidence)[:QUOTES],
            rejected=tuple(rejected),
        )
    return _stated(criterion, value, tuple(evidence), rejected, rubric, places)


def _stated(
    criterion: Criterion,
    claimed: Answer,
    evidence: tuple[Evidence, ...],
    rejected: list[Rejection],
    rubric: Rubric,
    places: Places,
) -> Fact:
    """The claimed values as far as quotes prove them; what none proves is not there."""
    values = (claimed,) if isinstance(claimed, str) else claimed
    # What a sentence calls unreal proves nothing, and holds no figures.
    said = [(e, places.said(e.start, e.end)) for e in evidence]
    proven = {value: proof for claim in values for value, proof in _proven(criterion, claim, said, rubric)}
    if not proven:
        off = tuple(Rejection(quote=e.quote, why=_unproven(criterion, values, e, rubric, places)) for e in evidence)
        return _nothing(criterion, claimed, (*rejected, *off))
    kept = tuple(value.id for value in criterion.values if value.id in proven)
    value: Answer = kept if criterion.multiple else kept[0]
    shown = tuple(dict.fromkeys((*(e for proof in proven.values() for e in proof), *evidence)))[:QUOTES]
    return Fact(
        criterion=criterion.id,
        value=value,
        status="verified" if all(criterion.by_id[v].predicate for v in kept) else "judged",
        claimed=claimed if value != claimed else None,
        evidence=shown,
        numbers=tuple(number for one in shown for number in parse_numbers(places.said(one.start, one.end))),
        rejected=tuple(rejected),
    )


def _proven(
    criterion: Criterion, claimed: str, said: Sequence[tuple[Evidence, str]], rubric: Rubric
) -> Iterator[tuple[str, list[Evidence]]]:
    """The claimed value, or the nearest one that it falls to, with the quotes that prove it; or nothing."""
    at: str | None = claimed
    while at is not None and at != criterion.unknown and said:
        predicate = criterion.by_id[at].predicate
        proof = [e for e, text in said if predicate is None or passes(predicate, text, rubric.cues)]
        if proof:
            yield at, proof
            return
        at = criterion.by_id[at].falls_to


def _unproven(
    criterion: Criterion, claimed: tuple[str, ...], evidence: Evidence, rubric: Rubric, places: Places
) -> str:
    """Why a quote that is there shows none of the values: what it says is not so, or what it does not hold."""
    whole = [(evidence, evidence.quote)] if places.said(evidence.start, evidence.end) != evidence.quote else []
    if any(True for value in claimed for _ in _proven(criterion, value, whole, rubric)):
        return places.unreal_part(evidence.start, evidence.end) or "denied"
    at = claimed[0]
    while (lower := criterion.by_id[at].falls_to) is not None and lower != criterion.unknown:
        at = lower
    predicate = criterion.by_id[at].predicate
    return lacks(predicate) if predicate is not None else f"does not show {' or '.join(claimed)}"


def _nothing(criterion: Criterion, claimed: Answer | None, rejected: tuple[Rejection, ...]) -> Fact:
    return Fact(
        criterion=criterion.id,
        value=_unknown(criterion),
        status="unverified",
        claimed=claimed,
        rejected=rejected,
    )


def _unknown(criterion: Criterion) -> Answer:
    return (criterion.unknown,) if criterion.multiple else criterion.unknown


def _is_unknown(value: Answer, criterion: Criterion) -> bool:
    return value in (criterion.unknown, (criterion.unknown,), ())


def _known(value: Answer, criterion: Criterion) -> Answer | None:
    """The value as the criterion takes it; None if it is none of its own."""
    given = (value,) if isinstance(value, str) else value
    if not set(given) <= criterion.by_id.keys() or (len(given) > 1 and not criterion.multiple):
        return None
    if not criterion.multiple:
        return given[0]
    kept = tuple(v.id for v in criterion.values if v.id in given and v.id != criterion.unknown)
    return kept or (criterion.unknown,)
